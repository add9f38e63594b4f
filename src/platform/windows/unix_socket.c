/* unix_socket.c: named pipes, on Windows: libuv's way where there is one, else UV_ENOTSUP. */
#include "unix_socket.h"

#include <string.h>

/* NOLINTBEGIN(readability-non-const-parameter): the prototypes are those of the other platforms */

int cnet_platform_pipe_bind(uv_pipe_t *pipe, const char *name, size_t length, bool *made) {
  *made = false; /* the pipe goes with its last handle */
  return memchr(name, '\0', length) != NULL ? UV_EINVAL : uv_pipe_bind(pipe, name);
}

int cnet_platform_pipe_connect(uv_connect_t *req, uv_pipe_t *pipe, const char *name, size_t length, uv_connect_cb cb,
                               int *settled) {
  *settled = 0;
  if (memchr(name, '\0', length) != NULL) return UV_EINVAL;
  uv_pipe_connect(req, pipe, name, cb);
  return 0;
}

int cnet_platform_pipe_chmod(uv_pipe_t *pipe, const char *path, bool readable, bool writable) {
  (void)path;
  if (!readable && !writable) return UV_EINVAL;
  return uv_pipe_chmod(pipe, (readable ? UV_READABLE : 0) | (writable ? UV_WRITABLE : 0));
}

void cnet_platform_unlink(const char *path) { (void)path; }

int cnet_platform_credentials(const uv_stream_t *uv, cnet_credentials_t *out) {
  (void)uv;
  (void)out;
  return UV_ENOTSUP;
}

/* NOLINTEND(readability-non-const-parameter) */
