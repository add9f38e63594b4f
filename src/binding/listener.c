/* listener.c: binding, listening and who may connect, as JavaScript asks for it. */
#include "listener.h"

#include <string.h>

#include "arguments.h"
#include "exports.h"

/* bind(id, address, port of 0 to 65535, family, flags) */
napi_value cnet_js_bind(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  char address[CNET_ADDRESS_TEXT];
  int32_t port = cnet_arg_int(&call, 2, -1);

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  int length = cnet_arg_string(&call, 1, address, sizeof address);
  if (length < 0 || port < 0 || port > UINT16_MAX) return cnet_int(napi, UV_EINVAL);
  int family = cnet_arg_int(&call, 3, 4);
  unsigned flags = (unsigned)cnet_arg_int(&call, 4, 0);
  return cnet_int(napi, cnet_bind(stream, address, (size_t)length, port, family, flags));
}

/* bindPath(id, path): a path is a string; a leading '\0' is an abstract name */
napi_value cnet_js_bind_path(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  char path[CNET_PATH_MAX];

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  int length = cnet_arg_string(&call, 1, path, sizeof path);
  return cnet_int(napi, length < 0 ? UV_EINVAL : cnet_bind_path(stream, path, (size_t)length));
}

/* chmod(id, mode): UV_READABLE | UV_WRITABLE for all users, on the path that the stream has bound */
napi_value cnet_js_chmod(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  int mode = cnet_arg_int(&call, 1, 0);
  return cnet_int(napi, stream == NULL ? UV_EBADF : cnet_chmod(stream, mode & UV_READABLE, mode & UV_WRITABLE));
}

/*
 * bindFile(id, path, permissions of 0 to 0777 or CNET_BIND_NO_MODE, replace): as bindPath(), see
 * cnet_platform_file_bind(). The file goes with the stream, unless another one is in its place by then. With `replace`,
 * where something is in the way: CNET_BIND_WAITS, and CNET_ON_BOUND says what has come of it.
 */
napi_value cnet_js_bind_file(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  char path[CNET_PATH_MAX];

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  int length = cnet_arg_string(&call, 1, path, sizeof path);
  if (length <= 0 || strlen(path) != (size_t)length) return cnet_int(napi, UV_EINVAL); /* a zero inside */
  return cnet_int(napi,
                  cnet_bind_file(stream, path, cnet_arg_int(&call, 2, CNET_BIND_NO_MODE), cnet_arg_bool(&call, 3)));
}

/*
 * listen(id, backlog): also of a stream that listens already. UV_EBUSY: a connection waits until the listener is let
 * go, and libuv, which would ask for the next one, ends the process then.
 */
napi_value cnet_js_listen(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  return cnet_int(napi, stream == NULL ? UV_EBADF : cnet_listen(stream, cnet_arg_int(&call, 1, 0)));
}

/* setRoom(id, connections that may still come; negative: no limit) */
napi_value cnet_js_set_room(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  return cnet_int(napi, stream == NULL ? UV_EBADF : cnet_set_room(stream, cnet_arg_int(&call, 1, -1)));
}

/*
 * hold(id, whether): while it is held, a listener accepts nobody: who comes waits in the kernel's queue. When it is let
 * go, those that libuv has told of meanwhile are accepted before the call returns, by calls into JavaScript.
 */
napi_value cnet_js_hold(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  bool before = call.env->calls;
  call.env->calls = true;
  cnet_pause(stream, cnet_arg_bool(&call, 1));
  call.env->calls = before;
  return cnet_int(napi, 0);
}

/* --- users ----------------------------------------------------------------------------------------------------- */

/* credentials(id, out): sets pid (-1: not known), uid and gid of the peer on the object `out`; of pipes only */
napi_value cnet_js_credentials(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  cnet_credentials_t peer;

  int err = stream == NULL ? UV_EBADF : cnet_peer_credentials(stream, &peer);
  if (err) return cnet_int(napi, err);
  bool ok = napi_set_named_property(napi, call.argv[1], "pid", cnet_number(napi, (double)peer.pid)) == napi_ok &&
            napi_set_named_property(napi, call.argv[1], "uid", cnet_number(napi, (double)peer.uid)) == napi_ok &&
            napi_set_named_property(napi, call.argv[1], "gid", cnet_number(napi, (double)peer.gid)) == napi_ok;
  return cnet_int(napi, ok ? 0 : UV_EINVAL);
}

/* setAllowedUids(id, bytes of 32-bit numbers of this machine): whose processes a listener on a path lets in */
napi_value cnet_js_set_allowed_uids(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  size_t length = 0;
  void *data = NULL;

  if (stream == NULL || cnet_kind_of(stream) != CNET_PIPE) return cnet_int(napi, UV_EBADF);
  if (!cnet_bytes(napi, call.argv[1], &data, &length) || length % sizeof(uint32_t) != 0)
    return cnet_int(napi, UV_EINVAL);
  return cnet_int(napi, cnet_set_allowed_users(stream, data, length / sizeof(uint32_t)));
}
