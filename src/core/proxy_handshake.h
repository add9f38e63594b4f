/*
 * proxy_handshake.h: connections that begin with a header of the PROXY protocol. They are accepted, and the host is
 * told of them when the header is there. No more is read than what is part of it in any case, so what comes behind
 * stays in the kernel; only where a header is optional, and there is none, bytes of the stream's are here.
 */
#ifndef CNET_CORE_PROXY_HANDSHAKE_H
#define CNET_CORE_PROXY_HANDSHAKE_H

#include "proxy_protocol.h"
#include "stream.h"

typedef struct cnet_proxy_settings {
  bool optional;              /* who sends no header is let in all the same */
  uint64_t timeout;           /* ms, from 1 */
  cnet_block_list_t *trusted; /* whose headers count; NULL: everybody's */
} cnet_proxy_settings_t;

/*
 * Connections of the listener begin with a header from now on. A stream of no address may stand for one that others
 * listen on. The listener is one more holder of the list. 0, UV_EBADF or UV_ENOMEM.
 */
int cnet_set_proxy(cnet_stream_t *listener, const cnet_proxy_settings_t *settings);

/* Goes on with a connection that somebody else has accepted, as if the listener had. 0 or UV_EINVAL. */
int cnet_proxy_accept(cnet_stream_t *listener, cnet_stream_t *client);

/* How many connections of the listener wait for their header. */
int32_t cnet_proxy_waiting(const cnet_stream_t *listener);

/* What has come of a connection's header. */
typedef struct cnet_proxy_result {
  bool has_header; /* `bytes` are one, which `header` tells of; else they are the stream's first */
  cnet_proxy_header_t header;
  const uint8_t *bytes;
  size_t length;
} cnet_proxy_result_t;

/* False: there is nothing, or nothing any more. *out is good until cnet_proxy_drop(). */
bool cnet_proxy_result(const cnet_stream_t *stream, cnet_proxy_result_t *out);

/* Frees it. Bytes that are no header count as read. */
void cnet_proxy_drop(cnet_stream_t *stream);

#endif
