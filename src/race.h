/* race.h: attempts to several addresses at once, for attempt.c and stream.c. */
#ifndef CNET_RACE_H
#define CNET_RACE_H

#include "attempt.h"

/* Ends the attempts of a race that are under way: their handles are closed, but for the one that the stream has. */
void cnet_race_end(cnet_stream_t *stream, cnet_attempt_t *attempt);

/* Lets the handles of all attempts under way hold the event loop, or not, as the stream's own does. */
void cnet_race_ref(const cnet_stream_t *stream, bool whether);

/* Whether the kernel has an answer to one of them of which libuv has not told yet. */
bool cnet_race_is_settled(const cnet_attempt_t *attempt);

#endif
