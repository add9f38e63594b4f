/*
 * connections.c: the connections of a server, and what is known of each.
 *
 * A stream carries the number of its Server, which the streams that it accepts take over: that number is in room which
 * the struct has anyway. Who wants the connections goes through the table of streams; so nobody pays for a list that
 * hardly anybody asks for, and a server may close, listen again, or be gone while its connections live on.
 */
#include "exports.h"
#include "napi_util.h"

/* setServer(id, number from 1): the Server to which the stream belongs */
napi_value cnet_js_set_server(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  stream->server = cnet_arg_int(&call, 1, 0);
  return cnet_int(napi, 0);
}

/* The next id from `id` on of a connection of the server; the size of the table: there is none. */
static uint32_t next_of(const cnet_env_t *env, int32_t server, uint32_t id) {
  for (; id < env->streams.size; id++) {
    const cnet_stream_t *stream = env->streams.items[id];
    if (stream != NULL && stream->server == server && !(stream->flags & (CNET_LISTENER | CNET_CLOSING))) break;
  }
  return id;
}

/* connections(number of a Server from 1): an Int32Array of the ids of its connections; or UV_ENOMEM */
napi_value cnet_js_connections(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  const cnet_env_t *env = call.env;
  int32_t server = cnet_arg_int(&call, 0, 0);
  napi_value buffer, array;
  size_t count = 0;
  void *data = NULL;

  if (server == 0) return cnet_int(napi, UV_EINVAL);
  for (uint32_t id = next_of(env, server, 0); id < env->streams.size; id = next_of(env, server, id + 1)) count++;
  if (napi_create_arraybuffer(napi, count * sizeof(int32_t), &data, &buffer) != napi_ok ||
      napi_create_typedarray(napi, napi_int32_array, count, buffer, 0, &array) != napi_ok)
    return cnet_int(napi, UV_ENOMEM);
  int32_t *ids = data;
  for (uint32_t id = next_of(env, server, 0); id < env->streams.size; id = next_of(env, server, id + 1))
    *ids++ = (int32_t)id;
  return array;
}

/*
 * quiet(id): milliseconds since the last byte in either direction. UV_EBUSY: bytes wait, to be read or to be sent, here
 * or in the kernel. UV_ENOTSUP: none waits, and the time is not known (no socket of TCP on Linux, and no idle timeout).
 */
napi_value cnet_js_quiet(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  if (stream->attempt != NULL || stream->write != NULL || cnet_platform_queued(stream->uv) > 0)
    return cnet_int(napi, UV_EBUSY);
  int32_t quiet = stream->kind == CNET_TCP ? cnet_platform_quiet(stream->uv) : UV_ENOTSUP;
  return cnet_int(napi, quiet < 0 ? cnet_idle_quiet(stream) : quiet);
}

/* resetOnClose(id): close() will send a TCP RST, whatever waits, and also when an end is on its way */
napi_value cnet_js_reset_on_close(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  return cnet_int(napi, stream->kind == CNET_TCP ? cnet_platform_reset_on_close(stream->uv) : UV_ENOTSUP);
}
