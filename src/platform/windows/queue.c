/*
 * queue.c: what the kernel has queued, on Windows: of sockets. A named pipe is not asked: the call would wait for a
 * read of libuv's that is under way where the pipe was opened for calls that wait.
 */
#include "queue.h"

#include "winsock.h"

int cnet_platform_ready(const uv_stream_t *uv, bool room) {
  SOCKET socket = cnet_windows_socket(uv);
  WSAPOLLFD wanted = {.fd = socket, .events = (SHORT)(room ? POLLRDNORM | POLLWRNORM : POLLRDNORM)};

  if (socket == INVALID_SOCKET) return UV_ENOTSUP;
  int n = WSAPoll(&wanted, 1, 0);
  if (n < 0) return cnet_windows_error();
  return n > 0 && !(wanted.revents & POLLNVAL);
}

int cnet_platform_unread(uv_stream_t *uv) {
  SOCKET socket = cnet_windows_socket(uv);
  u_long bytes = 0;

  if (socket == INVALID_SOCKET || ioctlsocket(socket, FIONREAD, &bytes) != 0) return 0;
  return bytes > INT32_MAX ? INT32_MAX : (int)bytes;
}

/* Winsock does not tell how much of what was sent waits for the peer. */
int cnet_platform_queued(uv_stream_t *uv) { return cnet_platform_unread(uv); }

int32_t cnet_platform_quiet(uv_stream_t *uv) {
  (void)uv; /* NOLINT(readability-non-const-parameter): the prototype is that of the other platforms */
  return UV_ENOTSUP;
}
