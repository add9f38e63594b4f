/*
 * opening.c: TCP Fast Open and multipath TCP, as a client.
 *
 * With TCP_FASTOPEN_CONNECT connect(2) to a server whose cookie the kernel knows sends nothing: the first send(2) does,
 * with its data in the SYN (tcp(7)). That send is made here, before libuv waits for the socket, so a connection is told
 * of when the server has answered, as without it. Where there is no cookie the SYN has gone out, asking for one, and
 * send(2) takes nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "exports.h"
#include "napi_util.h"
#include "opening.h"

/* More than a SYN can hold but on the loopback. */
#define MAX_EARLY (16 * 1024)

int cnet_opening_prepare(const cnet_opening_t *opening, uv_tcp_t *tcp, int family) {
  int err = cnet_platform_tcp_open(tcp, family, opening->multipath);
  if (err == UV_ENOTSUP) return 0;
  if (!err && opening->fast_open) cnet_platform_fast_open((uv_stream_t *)tcp, -1); /* a refusal: it is off */
  return err;
}

int cnet_opening_send(const cnet_stream_t *stream, uv_stream_t *uv) {
  const cnet_opening_t *opening = stream->opening;
  int sent = opening->fast_open ? cnet_platform_send_early(uv, opening->data, opening->size) : 0;

  if (sent > 0) cnet_count_sent(stream, (size_t)sent);
  return sent;
}

/*
 * setOpening(id, multipath, Buffer | undefined): of connect() and race() to come; with a Buffer (which may be empty)
 * TCP Fast Open, whose data are at most the first 16 KiB of it.
 */
napi_value cnet_js_set_opening(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  void *data = NULL;
  size_t size = 0;

  if (stream == NULL || stream->kind != CNET_TCP) return cnet_int(napi, UV_EBADF);
  if (stream->attempt != NULL) return cnet_int(napi, UV_EALREADY);
  bool fast_open = cnet_arg_given(&call, 2);
  if (fast_open && !cnet_bytes(napi, call.argv[2], &data, &size)) return cnet_int(napi, UV_EINVAL);
  if (size > MAX_EARLY) size = MAX_EARLY;
  cnet_opening_t *opening = calloc(1, sizeof *opening + size);
  if (opening == NULL) return cnet_int(napi, UV_ENOMEM);
  opening->multipath = cnet_arg_bool(&call, 1);
  opening->fast_open = fast_open;
  opening->size = size;
  if (size > 0) memcpy(opening->data, data, size);
  free(stream->opening);
  stream->opening = opening;
  return cnet_int(napi, 0);
}

/* openingSent(id): how many bytes of the Buffer of setOpening() the peer has, or will have, of the connection */
napi_value cnet_js_opening_sent(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  return cnet_int(napi, stream->opening == NULL ? 0 : stream->opening->sent);
}
