/* queue.c: Linux, macOS and the BSDs: what the kernel knows of a connection's bytes. */
#include "queue.h"

#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "options.h"

#if defined(__linux__) && !defined(SIOCOUTQ)
#define SIOCOUTQ TIOCOUTQ /* as in linux/sockios.h, which musl does not bring */
#endif

/* Bytes that were sent and that the peer's kernel (of a Unix socket: the peer) has not taken; 0 when it is not known.
 */
static int unsent(int fd) {
  int bytes = 0;
#if defined(SIOCOUTQ)
  if (ioctl(fd, SIOCOUTQ, &bytes) != 0) return 0;
#elif defined(SO_NWRITE)
  socklen_t size = sizeof bytes;
  if (getsockopt(fd, SOL_SOCKET, SO_NWRITE, &bytes, &size) != 0) return 0;
#else
  (void)fd;
#endif
  return bytes;
}

int cnet_platform_ready(const uv_stream_t *uv, bool room) {
  struct pollfd wanted = {.events =
                              (short)(room ? POLLIN | POLLOUT : POLLIN)}; /* with an end or an error in any case */

  int err = uv_fileno((const uv_handle_t *)uv, &wanted.fd);
  if (err) return err;
  int n = poll(&wanted, 1, 0);
  if (n < 0) return uv_translate_sys_error(errno);
  return n > 0 && !(wanted.revents & POLLNVAL);
}

int cnet_platform_unread(uv_stream_t *uv) {
  uv_os_fd_t fd;
  int bytes = 0;

  int err = uv_fileno((uv_handle_t *)uv, &fd);
  if (err) return err;
  return ioctl(fd, FIONREAD, &bytes) == 0 ? bytes : 0;
}

int cnet_platform_queued(uv_stream_t *uv) {
  uv_os_fd_t fd;

  int err = uv_fileno((uv_handle_t *)uv, &fd);
  if (err) return err;
  int unread = cnet_platform_unread(uv);
  return unread > 0 ? unread : unsent(fd);
}

int cnet_platform_tcp_info(const uv_stream_t *uv, void *out, uint32_t *size) {
#ifdef __linux__
  return cnet_platform_get_option(uv, IPPROTO_TCP, TCP_INFO, out, size);
#else
  (void)uv;
  (void)out;
  (void)size;
  return UV_ENOTSUP;
#endif
}

int32_t cnet_platform_quiet(uv_stream_t *uv) {
#ifdef __linux__
  struct tcp_info tcp;
  socklen_t size = sizeof tcp;
  uv_os_fd_t fd;

  int err = uv_fileno((uv_handle_t *)uv, &fd);
  if (err) return err;
  if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &tcp, &size) != 0) return uv_translate_sys_error(errno);
  if (size < offsetof(struct tcp_info, tcpi_last_ack_recv)) return UV_ENOTSUP; /* qemu-user tells no more than an int */
  uint32_t quiet =
      tcp.tcpi_last_data_sent < tcp.tcpi_last_data_recv ? tcp.tcpi_last_data_sent : tcp.tcpi_last_data_recv;
  return quiet < INT32_MAX ? (int32_t)quiet : INT32_MAX;
#else
  (void)uv;
  return UV_ENOTSUP;
#endif
}
