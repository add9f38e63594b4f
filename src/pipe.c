/* pipe.c: what only pipes have (Unix domain sockets, Windows named pipes): handle, names, bind, permissions. */
#include <stdlib.h>
#include <string.h>

#include "exports.h"
#include "napi_util.h"

int cnet_pipe_init(uv_loop_t *loop, uv_stream_t *uv) { return uv_pipe_init(loop, (uv_pipe_t *)uv, 0); }

int cnet_pipe_name(const uv_stream_t *uv, bool peer, char *out, size_t *size) {
  if (peer) return uv_pipe_getpeername((const uv_pipe_t *)uv, out, size);
  return uv_pipe_getsockname((const uv_pipe_t *)uv, out, size);
}

/* bindPath(id, path): a path is a string; a leading '\0' is an abstract name */
napi_value cnet_js_bind_path(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  char path[CNET_PATH_MAX];
  bool made = false;

  if (stream == NULL || stream->kind != CNET_PIPE) return cnet_int(napi, UV_EBADF);
  int length = cnet_arg_string(&call, 1, path, sizeof path);
  if (length < 0) return cnet_int(napi, UV_EINVAL);
  char *copy = malloc((size_t)length + 1);
  if (copy == NULL) return cnet_int(napi, UV_ENOMEM);

  int err = cnet_platform_pipe_bind((uv_pipe_t *)stream->uv, path, (size_t)length, &made);
  if (err || !made) {
    free(copy);
    return cnet_int(napi, err);
  }
  memcpy(copy, path, (size_t)length + 1);
  free(stream->path);
  stream->path = copy;
  stream->flags |= CNET_UNLINK;
  return cnet_int(napi, 0);
}

/* chmod(id, mode): UV_READABLE | UV_WRITABLE for all users, on the path that the stream has bound */
napi_value cnet_js_chmod(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);

  if (stream == NULL || stream->kind != CNET_PIPE) return cnet_int(napi, UV_EBADF);
  if (stream->path == NULL) return cnet_int(napi, UV_EINVAL);
  int mode = cnet_arg_int(&call, 1, 0);
  return cnet_int(napi, cnet_platform_pipe_chmod(stream->path, mode & UV_READABLE, mode & UV_WRITABLE));
}
