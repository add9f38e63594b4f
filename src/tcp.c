/* tcp.c: what only TCP has: its handle, names, bind and options. */
#include <string.h>

#include "exports.h"
#include "napi_util.h"

int cnet_tcp_init(uv_loop_t *loop, uv_stream_t *uv) { return uv_tcp_init(loop, (uv_tcp_t *)uv); }

int cnet_tcp_name(const uv_stream_t *uv, bool peer, struct sockaddr_storage *out) {
  int size = sizeof *out;

  if (peer) return uv_tcp_getpeername((const uv_tcp_t *)uv, (struct sockaddr *)out, &size);
  return uv_tcp_getsockname((const uv_tcp_t *)uv, (struct sockaddr *)out, &size);
}

int cnet_tcp_peer(const uv_stream_t *uv, struct sockaddr_storage *out) {
  int err = cnet_tcp_name(uv, true, out);
  return err == UV_ENOTCONN ? cnet_platform_gone_peer(uv, out) : err;
}

int cnet_tcp_bind(uv_tcp_t *tcp, const char *address, size_t length, int32_t port, int family, unsigned flags) {
  struct sockaddr_storage sockaddr;

  if (address == NULL) {
    address = family == 6 ? "::" : "0.0.0.0";
    length = strlen(address);
  }
  int err = cnet_address_parse(address, length, (uint16_t)port, &sockaddr);
  if (err) return err;
  if (flags & CNET_BIND_MULTIPATH) err = cnet_platform_tcp_open(tcp, family, true);
  if (!err && (flags & CNET_BIND_REUSEPORT)) err = cnet_platform_reuse_port(tcp, family);
  if (err) return err;
  return uv_tcp_bind(tcp, (struct sockaddr *)&sockaddr, flags & CNET_BIND_IPV6ONLY ? UV_TCP_IPV6ONLY : 0);
}

/* The TCP stream that a call is about; NULL for a pipe too. */
static cnet_stream_t *arg_tcp(const cnet_call_t *call) {
  cnet_stream_t *stream = cnet_arg_stream(call);
  return stream != NULL && stream->kind == CNET_TCP ? stream : NULL;
}

/* bind(id, address, port of 0 to 65535, family, flags) */
napi_value cnet_js_bind(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = arg_tcp(&call);
  char address[CNET_ADDRESS_TEXT];
  int32_t port = cnet_arg_int(&call, 2, -1);

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  if (port < 0 || port > UINT16_MAX) return cnet_int(napi, UV_EINVAL);
  int length = cnet_arg_string(&call, 1, address, sizeof address);
  if (length < 0) return cnet_int(napi, UV_EINVAL);
  int family = cnet_arg_int(&call, 3, 4);
  unsigned flags = (unsigned)cnet_arg_int(&call, 4, 0);
  return cnet_int(napi, cnet_tcp_bind((uv_tcp_t *)stream->uv, address, (size_t)length, port, family, flags));
}

/* noDelay(id, enable): TCP_NODELAY */
napi_value cnet_js_no_delay(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = arg_tcp(&call);

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  return cnet_int(napi, uv_tcp_nodelay((uv_tcp_t *)stream->uv, cnet_arg_bool(&call, 1)));
}

/* keepAlive(id, enable, delay, interval, count): seconds; with a zero among them all stay what they are */
napi_value cnet_js_keep_alive(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = arg_tcp(&call);

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  uint32_t delay = (uint32_t)cnet_arg_int(&call, 2, 0); /* what is negative the kernel refuses */
  uint32_t interval = (uint32_t)cnet_arg_int(&call, 3, 0);
  uint32_t count = (uint32_t)cnet_arg_int(&call, 4, 0);
  return cnet_int(napi, cnet_platform_keep_alive(stream->uv, cnet_arg_bool(&call, 1), delay, interval, count));
}

/* setTypeOfService(id, 0 to 255) */
napi_value cnet_js_set_tos(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = arg_tcp(&call);

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  return cnet_int(napi, cnet_platform_set_tos(stream->uv, cnet_arg_int(&call, 1, 0)));
}

/* getTypeOfService(id): 0 to 255 */
napi_value cnet_js_get_tos(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = arg_tcp(&call);

  return cnet_int(napi, stream == NULL ? UV_EBADF : cnet_platform_get_tos(stream->uv));
}

/* setUserTimeout(id, ms from 0): TCP_USER_TIMEOUT; a listener hands it on to the connections that it accepts */
napi_value cnet_js_set_user_timeout(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = arg_tcp(&call);

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  return cnet_int(napi, cnet_platform_set_user_timeout(stream->uv, cnet_arg_int(&call, 1, 0)));
}

/* getUserTimeout(id): ms */
napi_value cnet_js_get_user_timeout(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = arg_tcp(&call);

  return cnet_int(napi, stream == NULL ? UV_EBADF : cnet_platform_get_user_timeout(stream->uv));
}

/* fastOpenQueue(id, connections from 0): lets clients of a listener, bound or listening, send data in the SYN */
napi_value cnet_js_fast_open_queue(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = arg_tcp(&call);
  int queue = cnet_arg_int(&call, 1, -1);

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  return cnet_int(napi, queue < 0 ? UV_EINVAL : cnet_platform_fast_open(stream->uv, queue));
}

/* usedFastOpen(id): 1 when the SYN brought data, 0 when not */
napi_value cnet_js_used_fast_open(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = arg_tcp(&call);

  return cnet_int(napi, stream == NULL ? UV_EBADF : cnet_platform_used_fast_open(stream->uv));
}

/* isMultipath(id): 1 when both ends speak multipath TCP, 0 when not */
napi_value cnet_js_is_multipath(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = arg_tcp(&call);

  return cnet_int(napi, stream == NULL ? UV_EBADF : cnet_platform_is_multipath(stream->uv));
}
