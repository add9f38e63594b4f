/* idle.h: idle timeouts: a time stamp each, and one timer of the loop, which does not keep it going. */
#ifndef CNET_CORE_IDLE_H
#define CNET_CORE_IDLE_H

#include "stream.h"

/* A timeout of `ms` milliseconds, 1 to 2^31 - 1, that runs from now on; `data` is the host's. 0 or UV_ENOMEM. */
int cnet_idle_start(cnet_loop_t *loop, uint64_t ms, void *data, cnet_idle_t **out);

/* Lets it rest, without an end: nothing is told, whatever happens, until cnet_idle_again(). */
void cnet_idle_rest(cnet_idle_t *idle);

/* It rests as well while the byte at `flag`, which is the host's, is not 0; NULL: there is no such byte any more. */
void cnet_idle_rest_by(cnet_idle_t *idle, const volatile uint8_t *flag);

/* It runs anew from now on, as a new one of `ms` milliseconds would, 1 to 2^31 - 1. */
void cnet_idle_again(cnet_idle_t *idle, uint64_t ms);

/* Ends and frees it. */
void cnet_idle_stop(cnet_idle_t *idle);

/* The host's own, as it was given to cnet_idle_start(). */
void *cnet_idle_data(const cnet_idle_t *idle);

cnet_loop_t *cnet_idle_loop(const cnet_idle_t *idle);

/* Activity that the core does not see. */
void cnet_idle_touch(cnet_idle_t *idle);

/* Activity of the stream counts for the timeout from now on. Each has one of the other, at most. */
void cnet_idle_attach(cnet_stream_t *stream, cnet_idle_t *idle);

#endif
