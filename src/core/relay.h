/* relay.h: what comes on one stream goes out on another within the kernel (splice(2)). */
#ifndef CNET_CORE_RELAY_H
#define CNET_CORE_RELAY_H

#include "stream.h"

/* Bytes of a pipe. */
#define CNET_PIPE_MIN 4096
#define CNET_PIPE_MAX (1024 * 1024)

/*
 * Joins two streams by pipes of at most `size` bytes, CNET_PIPE_MIN to CNET_PIPE_MAX. Neither reads any more.
 * host->read() tells of the end of a stream's data, when all of it has gone to the other, and of an error;
 * host->ended() of CNET_WRITE of an error only. After an error, and when both ways are done, the relay has ended. 0 or
 * a negative code; UV_ENOTSUP: there is no splice(2).
 */
int cnet_relay(cnet_stream_t *one, cnet_stream_t *other, size_t size);

/* What comes on this stream is passed on from now on. 0; UV_EINVAL: it is none of a relay; or another code. */
int cnet_relay_start(cnet_stream_t *stream);

#endif
