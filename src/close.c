/*
 * close.c: close and reset; the one uv_close and the one free of a handle.
 *
 *   state of the stream | close does                           | who frees what
 *   connecting          | ends the attempt and its timer       | connect callback: the request; then as below
 *   write waits         | libuv ends it with UV_ECANCELED      | write callback: the write
 *   a file is sent      | nothing; what is on its way goes     | close callback, or the thread pool's: the send
 *   spliced             | ends that, of both sides             | cnet_relay_end(): the pipes and duplicates
 *   shutdown waits      | libuv ends it with UV_ECANCELED      | shutdown callback: the request
 *   listening           | unlinks the path that it bound       |
 *   any                 | no call reaches the stream any more  | close callback: the handle, then the stream
 */
#include <stdlib.h>

#include "exports.h"
#include "napi_util.h"

static void free_handle(cnet_env_t *env, uv_handle_t *handle) {
  if (handle->type == UV_TCP || handle->type == UV_NAMED_PIPE)
    env->counts[CNET_COUNT_MEMORY_STREAMS] -= uv_handle_size(handle->type);
  free(handle);
  cnet_env_release(env);
}

static void on_handle_closed(uv_handle_t *handle) { free_handle(handle->data, handle); }

static void on_stream_closed(uv_handle_t *handle) {
  cnet_stream_t *stream = handle->data;
  cnet_env_t *env = stream->env;

  cnet_passing_end(stream);
  cnet_send_end(stream);
  cnet_emit_ints(env, stream->context, CNET_ON_CLOSE, 1, &stream->id);
  cnet_stream_free(stream);
  free_handle(env, handle);
}

static int close_handle(uv_handle_t *handle, bool reset, uv_close_cb on_closed) {
  int err = reset ? uv_tcp_close_reset((uv_tcp_t *)handle, on_closed) : 0;
  if (!reset || err) uv_close(handle, on_closed);
  return err;
}

void cnet_uv_close(cnet_env_t *env, uv_handle_t *handle) {
  handle->data = env;
  close_handle(handle, false, on_handle_closed);
}

void cnet_uv_close_kept(uv_handle_t *handle, uv_close_cb on_closed) { close_handle(handle, false, on_closed); }

int cnet_stream_close(cnet_stream_t *stream, bool reset) {
  if (stream->flags & CNET_CLOSING) return UV_EBADF;
  stream->flags |= CNET_CLOSING;
  stream->env->counts[(stream->flags & CNET_LISTENER ? CNET_COUNT_SERVERS : CNET_COUNT_SOCKETS) + stream->kind]--;
  cnet_attempt_end(stream);
  cnet_relay_end(stream);
  cnet_idle_detach(stream);
  cnet_seat_leave(stream);
  cnet_proxy_close(stream);
  if (stream->flags & CNET_UNLINK) cnet_platform_unlink(stream->path);
  cnet_binding_cancel(stream);
  if (stream->file != NULL) cnet_socket_file_remove(stream->file);
  stream->file = NULL;
  cnet_passing_close(stream);
  cnet_error_queue_close(stream);
  return close_handle((uv_handle_t *)stream->uv, reset && stream->kind == CNET_TCP, on_stream_closed);
}

/* close(id): ends in the handler for CNET_ON_CLOSE */
napi_value cnet_js_close(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  return cnet_int(napi, stream == NULL ? UV_EBADF : cnet_stream_close(stream, false));
}

/* reset(id): as close(), with a TCP RST; closes also when it gives the code of why there was none */
napi_value cnet_js_reset(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  return cnet_int(napi, stream == NULL ? UV_EBADF : cnet_stream_close(stream, true));
}
