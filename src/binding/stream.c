/* stream.c: streams, which JavaScript knows by their number. */
#include "stream.h"

#include "arguments.h"
#include "block_list_object.h"
#include "descriptor.h"
#include "exports.h"
#include "given.h"

/* open(kind, async name): the id of a new stream */
napi_value cnet_js_open(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_kind_t kind = cnet_arg_int(&call, 0, 0) == CNET_PIPE ? CNET_PIPE : CNET_TCP;
  napi_valuetype type;
  cnet_stream_t *stream;

  if (napi_typeof(napi, call.argv[1], &type) != napi_ok || type != napi_string) return cnet_int(napi, UV_EINVAL);
  int err = cnet_open(call.env->loop, kind, &call.argv[1], &stream);
  return cnet_int(napi, err ? err : cnet_state_of(stream)->id);
}

/* adopt(id, fd): the stream takes over an open descriptor; on an error it stays the caller's */
napi_value cnet_js_adopt(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  return cnet_int(napi, stream == NULL ? UV_EBADF : cnet_adopt(stream, cnet_arg_int(&call, 1, -1)));
}

/* give(id): gives the connection away: a descriptor, which is the caller's; the stream stays, without one */
napi_value cnet_js_give(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  return cnet_int(napi, stream == NULL ? UV_EBADF : cnet_give(stream));
}

/* guess(fd): the uv_handle_type of a descriptor, as uv_guess_handle() says */
napi_value cnet_js_guess(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  switch (uv_guess_handle((uv_file)cnet_arg_int(&call, 0, -1))) {
  case UV_TCP:
    return cnet_string(napi, "TCP", NAPI_AUTO_LENGTH);
  case UV_NAMED_PIPE:
    return cnet_string(napi, "PIPE", NAPI_AUTO_LENGTH);
  case UV_TTY:
    return cnet_string(napi, "TTY", NAPI_AUTO_LENGTH);
  case UV_UDP:
    return cnet_string(napi, "UDP", NAPI_AUTO_LENGTH);
  case UV_FILE:
    return cnet_string(napi, "FILE", NAPI_AUTO_LENGTH);
  default:
    return cnet_string(napi, "UNKNOWN", NAPI_AUTO_LENGTH);
  }
}

/* dup(fd): a close-on-exec duplicate */
napi_value cnet_js_dup(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  return cnet_int(napi, cnet_platform_dup(cnet_arg_int(&call, 0, -1)));
}

/* copy(id): a duplicate of what it is open on, which another loop can take over; closeFd() ends it; or a code */
napi_value cnet_js_copy(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  const cnet_stream_t *stream = cnet_arg_stream(&call);
  return cnet_int(napi, stream == NULL ? UV_EBADF : cnet_copy(stream));
}

/* dupOnto(fd, target): puts what `fd` is in the place of what the descriptor `target` was, a socket of Node's: 0 or a
 * code */
napi_value cnet_js_dup_onto(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  return cnet_int(napi, cnet_platform_dup_onto(cnet_arg_int(&call, 0, -1), cnet_arg_int(&call, 1, -1)));
}

/* closeFd(fd): ends a duplicate that no stream has taken over */
napi_value cnet_js_close_fd(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_platform_close(cnet_arg_int(&call, 0, -1));
  return cnet_int(napi, 0);
}

/* fd(id): the descriptor; negative when there is none (yet) */
napi_value cnet_js_fd(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  const cnet_stream_t *stream = cnet_arg_stream(&call);
  return cnet_int(napi, stream == NULL ? UV_EBADF : cnet_fd(stream));
}

static napi_value set_ref(napi_env napi, const cnet_call_t *call, bool ref) {
  cnet_stream_t *stream = cnet_arg_stream(call);

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  cnet_set_ref(stream, ref);
  return cnet_int(napi, 0);
}

napi_value cnet_js_ref(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  return set_ref(napi, &call, true);
}

napi_value cnet_js_unref(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  return set_ref(napi, &call, false);
}

/* hasRef(id): a boolean */
napi_value cnet_js_has_ref(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  const cnet_stream_t *stream = cnet_arg_stream(&call);
  return cnet_bool(napi, stream != NULL && cnet_has_ref(stream));
}

/* bytesRead(id): bytes received, a number */
napi_value cnet_js_bytes_read(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  const cnet_stream_t *stream = cnet_arg_stream(&call);
  return cnet_number(napi, stream == NULL ? 0 : (double)cnet_bytes_read(stream));
}

/* writeQueueSize(id): bytes that wait for room in the kernel, a number */
napi_value cnet_js_write_queue_size(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  const cnet_stream_t *stream = cnet_arg_stream(&call);
  return cnet_number(napi, stream == NULL ? 0 : (double)cnet_write_queue_size(stream));
}

/* setBlockList(id, native block list | undefined): addresses that a listener drops or a socket will not connect to */
napi_value cnet_js_set_block_list(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  cnet_block_list_t *list = cnet_block_list_of(napi, call.argv[1]);

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  if (list == NULL && cnet_arg_given(&call, 1)) return cnet_int(napi, UV_EINVAL);
  cnet_set_block_list(stream, list);
  return cnet_int(napi, 0);
}

static int set_property(napi_env napi, napi_value object, const char *name, napi_value value) {
  return napi_set_named_property(napi, object, name, value) == napi_ok ? 0 : UV_EINVAL;
}

static int tcp_name(cnet_call_t *call, const cnet_stream_t *stream, bool peer) {
  struct sockaddr_storage address;
  char text[CNET_ADDRESS_TEXT];
  int32_t port, family;

  int err = cnet_tcp_name(stream, peer, &address);
  if (err) return err;
  cnet_address_text(&address, text, &port, &family);
  set_property(call->napi, call->argv[2], "address", cnet_string(call->napi, text, NAPI_AUTO_LENGTH));
  set_property(call->napi, call->argv[2], "family", cnet_string(call->napi, family == 6 ? "IPv6" : "IPv4", 4));
  return set_property(call->napi, call->argv[2], "port", cnet_int(call->napi, port));
}

static int pipe_name(cnet_call_t *call, const cnet_stream_t *stream, bool peer) {
  char text[1024];
  size_t length = sizeof text;

  int err = cnet_pipe_name(stream, peer, text, &length);
  if (err) return err;
  return set_property(call->napi, call->argv[2], "address", cnet_string(call->napi, text, length));
}

/* name(id, peer?, out): sets address (and family and port of TCP) of one end on the object `out` */
napi_value cnet_js_name(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  bool peer = cnet_arg_bool(&call, 1);
  int err = cnet_kind_of(stream) == CNET_TCP ? tcp_name(&call, stream, peer) : pipe_name(&call, stream, peer);
  return cnet_int(napi, err);
}

/* run(id, receiver, function): what `function` returns when it is called in the stream's async context */
napi_value cnet_js_run(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  napi_value result = NULL;

  if (stream == NULL) return NULL;
  napi_make_callback(napi, cnet_state_of(stream)->context, call.argv[1], call.argv[2], 0, NULL, &result);
  return result;
}

/* close(id): ends in the handler for CNET_ON_CLOSE */
napi_value cnet_js_close(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  return cnet_int(napi, stream == NULL ? UV_EBADF : cnet_close(stream, false));
}

/* reset(id): as close(), with a TCP RST; closes also when it gives the code of why there was none */
napi_value cnet_js_reset(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  return cnet_int(napi, stream == NULL ? UV_EBADF : cnet_close(stream, true));
}

/* resetOnClose(id): close() will send a TCP RST, whatever waits, and also when an end is on its way */
napi_value cnet_js_reset_on_close(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  return cnet_int(napi, stream == NULL ? UV_EBADF : cnet_reset_on_close(stream));
}

/* --- the connections of a server ------------------------------------------------------------------------------ */

/* setServer(id, number from 1): the Server to which the stream belongs */
napi_value cnet_js_set_server(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  cnet_set_server(stream, cnet_arg_int(&call, 1, 0));
  return cnet_int(napi, 0);
}

/* The next connection of the server in the table, from *id on, which is moved behind it; NULL: there is none. */
static cnet_stream_t *next_of(const cnet_environment_t *env, int32_t server, uint32_t *id) {
  while (*id < env->streams.size) {
    cnet_stream_t *stream = env->streams.items[(*id)++];
    if (stream != NULL && cnet_server_of(stream) == server && !cnet_is_listener(stream) && !cnet_is_closing(stream))
      return stream;
  }
  return NULL;
}

/* connections(number of a Server from 1): an Int32Array of the ids of its connections; or UV_ENOMEM */
napi_value cnet_js_connections(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  int32_t server = cnet_arg_int(&call, 0, 0);
  uint32_t count = 0, id = 0;
  napi_value buffer, array;
  void *data = NULL;

  if (server == 0) return cnet_int(napi, UV_EINVAL);
  while (next_of(call.env, server, &id) != NULL) count++;
  if (napi_create_arraybuffer(napi, count * sizeof(int32_t), &data, &buffer) != napi_ok ||
      napi_create_typedarray(napi, napi_int32_array, count, buffer, 0, &array) != napi_ok)
    return cnet_int(napi, UV_ENOMEM);
  int32_t *ids = data;
  id = 0;
  for (uint32_t i = 0; i < count; i++) ids[i] = cnet_state_of(next_of(call.env, server, &id))->id;
  return array;
}

/*
 * quiet(id): milliseconds since the last byte in either direction. UV_EBUSY: bytes wait, to be read or to be sent, here
 * or in the kernel. UV_ENOTSUP: none waits, and the time is not known (no socket of TCP on Linux, and no idle timeout).
 */
napi_value cnet_js_quiet(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  return cnet_int(napi, stream == NULL ? UV_EBADF : cnet_quiet(stream));
}
