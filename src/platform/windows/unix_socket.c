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

/* Windows tells the process alone: whose it is, its token would say, which not every process may ask for. */
int cnet_platform_credentials(const uv_stream_t *uv, bool given, cnet_credentials_t *out) {
  uv_os_fd_t pipe;
  DWORD flags = 0;
  ULONG pid = 0;

  if (given) return UV_ENOTSUP;
  if (uv_is_closing((const uv_handle_t *)uv)) return UV_EBADF;
  /* a pipe that is bound has a handle too, of which Windows would tell anything */
  if (!uv_is_readable(uv) && !uv_is_writable(uv)) return UV_ENOTCONN;
  if (uv_fileno((const uv_handle_t *)uv, &pipe) != 0) return UV_ENOTCONN;
  if (!GetNamedPipeInfo(pipe, &flags, NULL, NULL, NULL)) return uv_translate_sys_error((int)GetLastError());
  BOOL told =
      flags & PIPE_SERVER_END ? GetNamedPipeClientProcessId(pipe, &pid) : GetNamedPipeServerProcessId(pipe, &pid);
  if (!told) return uv_translate_sys_error((int)GetLastError());
  *out = (cnet_credentials_t){.pid = pid > 0 ? (int64_t)pid : -1, .uid = -1, .gid = -1};
  return 0;
}

/* NOLINTEND(readability-non-const-parameter) */
