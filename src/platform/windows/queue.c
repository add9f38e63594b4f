/*
 * queue.c: what the kernel has queued, on Windows: of sockets. A named pipe is not asked: the call would wait for a
 * read of libuv's that is under way where the pipe was opened for calls that wait.
 */
#include "queue.h"

#include <mstcpip.h>
#include <string.h>

#include "winsock.h"

/* Of Windows 10 1703 and newer, which older headers lack (mstcpip.h). */
#ifndef SIO_TCP_INFO
#define SIO_TCP_INFO _WSAIORW(IOC_VENDOR, 39)
#endif

/* Of TCP_INFO_v0: how many bytes it has, and where BytesInFlight is, a ULONG. */
#define TCP_INFO_SIZE 88
#define BYTES_IN_FLIGHT 28

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

int cnet_platform_tcp_info(const uv_stream_t *uv, void *out, uint32_t *size) {
  SOCKET socket = cnet_windows_socket(uv);
  uint64_t info[TCP_INFO_SIZE / sizeof(uint64_t)] = {0}; /* aligned as the struct is */
  DWORD version = 0, written = 0;

  if (socket == INVALID_SOCKET) return UV_EBADF;
  if (WSAIoctl(socket, SIO_TCP_INFO, &version, sizeof version, info, sizeof info, &written, NULL, NULL) != 0)
    return cnet_windows_error();
  if (written < *size) *size = written;
  memcpy(out, info, *size);
  return 0;
}

/* Bytes that were sent and are not acknowledged; 0 where Windows does not tell. */
static int in_flight(const uv_stream_t *uv) {
  unsigned char info[TCP_INFO_SIZE];
  uint32_t size = sizeof info, bytes = 0;

  if (cnet_platform_tcp_info(uv, info, &size) != 0 || size < BYTES_IN_FLIGHT + sizeof bytes) return 0;
  memcpy(&bytes, info + BYTES_IN_FLIGHT, sizeof bytes);
  return bytes > INT32_MAX ? INT32_MAX : (int)bytes;
}

int cnet_platform_queued(uv_stream_t *uv) {
  int unread = cnet_platform_unread(uv);
  return unread > 0 ? unread : in_flight(uv);
}

/* TCP_INFO_v0 has no times of the last bytes. */
int32_t cnet_platform_quiet(uv_stream_t *uv) {
  (void)uv; /* NOLINT(readability-non-const-parameter): the prototype is that of the other platforms */
  return UV_ENOTSUP;
}
