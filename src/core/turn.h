/*
 * turn.h: the turns of the event loop, for those whose time is up. libuv runs timers before it asks the kernel what has
 * come, so after a long turn a timer fires although what it waits for is there. Who waits for something then asks the
 * kernel, and where that has something it waits until the loop has handed it over: one turn, and no longer.
 */
#ifndef CNET_CORE_TURN_H
#define CNET_CORE_TURN_H

#include "internal.h"

/* Milliseconds for which a timer is set that waits for a turn: with 0 the oldest libuv would not come to ask. */
#define CNET_TURN_PAUSE 1

/* Milliseconds on the clock of the loop, as they are now: uv_now() is as old as the turn. */
uint64_t cnet_now(const cnet_loop_t *loop);

/* Makes what counts the turns of a loop; it may be there already. 0 or UV_ENOMEM. */
int cnet_turn_ready(cnet_loop_t *loop);

/* Closes it, when the loop ends. */
void cnet_turn_end(cnet_loop_t *loop);

/* Notes in *asked that the kernel has something, so that cnet_turn_passed() tells when the loop has asked it too. */
void cnet_turn_note(cnet_loop_t *loop, uint64_t *asked);

/* Whether the loop has asked the kernel since cnet_turn_note(). */
static inline bool cnet_turn_passed(const cnet_loop_t *loop, uint64_t asked) { return loop->turn != asked; }

/*
 * Whether somebody whose time is up has to wait for the end of the turn: something may be there for him, `ready`, which
 * is not looked at where *asked says so already. *asked is 0 at first, and is to be 0 again after what has come.
 */
bool cnet_turn_waits(cnet_loop_t *loop, uint64_t *asked, bool ready);

#endif
