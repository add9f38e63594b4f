/* given.h: connections that are given away to somebody else's handle, while the stream stays. */
#ifndef CNET_CORE_GIVEN_H
#define CNET_CORE_GIVEN_H

#include "stream.h"

/*
 * Gives its connection away: a duplicate of the descriptor, which is the caller's, and the only one from then on; or a
 * negative code, and nothing has changed. What hangs on the stream stays, as its place in the limits of a server, until
 * it is closed. UV_EBUSY: something is on its way in it, its own side has ended, or it is not a connection.
 */
int cnet_give(cnet_stream_t *stream);

/* Of a TCP connection that a listener has accepted, and that was given away: the peer's name in *out. False: it is
 * none. */
bool cnet_given_peer(const cnet_stream_t *stream, struct sockaddr_storage *out);

/* The stream has a descriptor again. */
void cnet_given_back(cnet_stream_t *stream);

#endif
