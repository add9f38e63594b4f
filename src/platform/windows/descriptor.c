/* descriptor.c: descriptors, on Windows: libuv's way where there is one, else UV_ENOTSUP. */
#include "descriptor.h"

#include <mswsock.h>

#include "winsock.h"

/* NOLINTBEGIN(readability-non-const-parameter): the prototypes are those of the other platforms */

int cnet_platform_fd(const uv_stream_t *uv) {
  (void)uv;
  return UV_ENOTSUP;
}

SOCKET cnet_windows_socket(const uv_stream_t *uv) {
  uv_os_fd_t handle;

  if (uv->type != UV_TCP || uv_fileno((const uv_handle_t *)uv, &handle) != 0) return INVALID_SOCKET;
  return (SOCKET)handle;
}

/* Two that libuv does not know, which tell what a Windows does not have. */
int cnet_windows_error(void) {
  int err = WSAGetLastError();

  if (err == WSAENOPROTOOPT) return UV_ENOPROTOOPT;
  return err == WSAEOPNOTSUPP ? UV_ENOTSUP : uv_translate_sys_error(err);
}

int cnet_platform_socket(uv_stream_t *uv, int family) {
  const DWORD flags = WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT;

  if (uv->type != UV_TCP) return UV_ENOTSUP;
  if (cnet_windows_socket(uv) != INVALID_SOCKET) return 0;
  SOCKET made = WSASocketW(family == 6 ? AF_INET6 : AF_INET, SOCK_STREAM, IPPROTO_TCP, NULL, 0, flags);
  if (made == INVALID_SOCKET) return cnet_windows_error();
  int err = uv_tcp_open((uv_tcp_t *)uv, made);
  if (err) closesocket(made);
  return err;
}

bool cnet_platform_has_one_role(void) { return true; }

/* Winsock itself does nothing when a socket is asked to listen again (Microsoft's documentation of listen()). */
int cnet_platform_listen(uv_stream_t *uv, int backlog, bool again, uv_connection_cb callback) {
  if (again) return 0;
  if (backlog <= 0) backlog = backlog < 0 ? SOMAXCONN : 1;
  return uv_listen(uv, backlog, callback);
}

int cnet_platform_accept(uv_stream_t *listener, uv_stream_t *client) {
  return uv_is_active((const uv_handle_t *)listener) ? uv_accept(listener, client) : UV_EINVAL;
}

int cnet_platform_read(uv_stream_t *uv, uv_alloc_cb allocate, uv_read_cb callback) {
  uv_os_fd_t handle;

  if (uv->type == UV_NAMED_PIPE && uv_fileno((const uv_handle_t *)uv, &handle) != 0) return UV_ENOTCONN;
  return uv_read_start(uv, allocate, callback);
}

/* As ConnectEx() answers: SO_CONNECT_TIME counts from the connection, and is the greatest number before it. */
int cnet_platform_connecting(const uv_stream_t *uv) {
  SOCKET socket = cnet_windows_socket(uv);
  DWORD seconds = UINT32_MAX;
  int size = sizeof seconds;

  if (socket == INVALID_SOCKET) return UV_EALREADY;
  if (getsockopt(socket, SOL_SOCKET, SO_CONNECT_TIME, (char *)&seconds, &size) != 0) return UV_EALREADY;
  return seconds == UINT32_MAX ? UV_EALREADY : UV_EISCONN;
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

/*
 * The duplicate is the same socket, which Windows has bound to the completion port of its first loop: libuv drives it
 * by events then, reads and writes alone: what connects or accepts would tell the first loop. No socket has a number of
 * more than 32 bits.
 */
int cnet_platform_copy(const uv_stream_t *uv) {
  const DWORD flags = WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT;
  SOCKET own = cnet_windows_socket(uv);
  WSAPROTOCOL_INFOW info;
  struct sockaddr_storage peer;
  int size = sizeof peer;

  if (own == INVALID_SOCKET) return uv->type == UV_TCP ? UV_EBADF : UV_ENOTSUP;
  if (uv_tcp_getpeername((const uv_tcp_t *)uv, (struct sockaddr *)&peer, &size) != 0) return UV_ENOTSUP;
  if (WSADuplicateSocketW(own, GetCurrentProcessId(), &info) != 0) return cnet_windows_error();
  SOCKET copy = WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &info, 0, flags);
  if (copy == INVALID_SOCKET) return cnet_windows_error();
  if (copy <= INT32_MAX) return (int)copy;
  closesocket(copy);
  return UV_EMFILE;
}

void cnet_platform_close(int fd) { closesocket((SOCKET)fd); }

/* NOLINTEND(readability-non-const-parameter) */
