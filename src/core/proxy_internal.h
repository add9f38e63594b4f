/* proxy_internal.h: headers of the PROXY protocol, for admission.c, listener.c and passing.c. */
#ifndef CNET_CORE_PROXY_INTERNAL_H
#define CNET_CORE_PROXY_INTERNAL_H

#include "host.h"

/* Whether connections of the listener begin with a header. */
bool cnet_proxy_is_expected(const cnet_stream_t *listener);

/*
 * Goes on with a connection of such a listener: it is told of once its header is there, or at once when it may send
 * none. Both are pinned.
 */
void cnet_proxy_begin(cnet_stream_t *listener, cnet_stream_t *client);

/* As cnet_set_room(), of a listener that may be one of these: those that wait for their header count. */
void cnet_proxy_set_room(cnet_stream_t *listener, int32_t room);

/* Tells of those whose header has come while the listener was paused. It is pinned. */
void cnet_proxy_let_go(cnet_stream_t *listener);

/* Whether the connection waits for its header, or has one that the host has not taken. */
bool cnet_proxy_has_result(const cnet_stream_t *stream);

#endif
