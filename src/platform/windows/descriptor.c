/* descriptor.c: descriptors, on Windows: libuv's way where there is one, else UV_ENOTSUP. */
#include "descriptor.h"

#include "winsock.h"

/* NOLINTBEGIN(readability-non-const-parameter): the prototypes are those of the other platforms */

int cnet_platform_fd(const uv_stream_t *uv) {
  (void)uv;
  return UV_ENOTSUP;
}

int cnet_platform_socket(uv_stream_t *uv, int family) {
  (void)uv;
  (void)family;
  return UV_ENOTSUP;
}

SOCKET cnet_windows_socket(const uv_stream_t *uv) {
  uv_os_fd_t handle;

  if (uv->type != UV_TCP || uv_fileno((const uv_handle_t *)uv, &handle) != 0) return INVALID_SOCKET;
  return (SOCKET)handle;
}

int cnet_windows_error(void) { return uv_translate_sys_error(WSAGetLastError()); }

bool cnet_platform_has_one_role(void) { return true; }

/* Winsock itself does nothing when a socket is asked to listen again (Microsoft's documentation of listen()). */
int cnet_platform_listen(uv_stream_t *uv, int backlog, bool again, uv_connection_cb callback) {
  if (again) return 0;
  if (backlog <= 0) backlog = backlog < 0 ? SOMAXCONN : 1;
  return uv_listen(uv, backlog, callback);
}

int cnet_platform_limit(void) { return 0; }

bool cnet_platform_exhausted(const uv_stream_t *uv, int limit) {
  (void)uv;
  (void)limit;
  return false;
}

int cnet_platform_dup(int fd) {
  (void)fd;
  return UV_ENOTSUP;
}

int cnet_platform_dup_onto(int fd, int target) {
  (void)fd;
  (void)target;
  return UV_ENOTSUP;
}

void cnet_platform_close(int fd) { (void)fd; }

/* NOLINTEND(readability-non-const-parameter) */
