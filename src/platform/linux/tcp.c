/* tcp.c: what Linux has of TCP, and libuv not: multipath, Fast Open, the user timeout (tcp(7)). */
#include "tcp.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

#include "queue.h"

/* What headers of older systems do not have, from the kernel's own. */
#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif
#ifndef TCP_FASTOPEN_CONNECT
#define TCP_FASTOPEN_CONNECT 30
#endif
#define CNET_SO_ZEROCOPY 60
#define CNET_SO_TXTIME 61
#define CNET_SO_TIMESTAMPING_NEW 65
#define CNET_SOL_MPTCP 284
#define CNET_MPTCP_INFO 1
#define CNET_MPTCP_FALLBACK 1u /* of mptcpi_flags */
#define CNET_TCPI_SYN_DATA 32u /* of tcpi_options: the SYN had data, and they were acknowledged with it */

/* The head of struct mptcp_info of linux/mptcp.h; the kernel fills in as much of it as there is room for. */
typedef struct cnet_mptcp_info {
  uint8_t counts[6];
  uint8_t pad[2];
  uint32_t flags;
} cnet_mptcp_info_t;

bool cnet_platform_resets_unread(void) { return true; }

/*
 * SO_PEERNAME also works when the connection is closed: getpeername(2) then says ENOTCONN. It wants no more room than
 * the address has.
 */
int cnet_platform_gone_peer(const uv_stream_t *uv, struct sockaddr_storage *out) {
  static const socklen_t SIZES[] = {sizeof(struct sockaddr_in6), sizeof(struct sockaddr_in)};
  uv_os_fd_t fd;

  int err = uv_fileno((const uv_handle_t *)uv, &fd);
  if (err) return err;
  *out = (struct sockaddr_storage){0};
  for (size_t i = 0; i < sizeof SIZES / sizeof *SIZES; i++) {
    socklen_t size = SIZES[i];
    if (getsockopt(fd, SOL_SOCKET, SO_PEERNAME, out, &size) == 0)
      return out->ss_family == AF_INET || out->ss_family == AF_INET6 ? 0 : UV_ENOTCONN;
    if (errno != EINVAL) break;
  }
  return UV_ENOTCONN;
}

/* --- the error queue -----------------------------------------------------------------------------------------------
 */

/* Options by which the kernel tells of what was sent, in messages of the error queue; the numbers are Linux' own. */
static const int OF_ERROR_QUEUE[] = {SO_TIMESTAMPING, CNET_SO_TIMESTAMPING_NEW, SO_WIFI_STATUS, CNET_SO_ZEROCOPY,
                                     CNET_SO_TXTIME};

bool cnet_platform_has_error_queue(const uv_stream_t *uv) {
  uv_os_fd_t fd;

  if (uv_fileno((const uv_handle_t *)uv, &fd) != 0) return false;
  for (size_t i = 0; i < sizeof OF_ERROR_QUEUE / sizeof *OF_ERROR_QUEUE; i++) {
    int values[4] = {0}; /* the first, or of SO_TXTIME the second, is not 0 where it is on */
    socklen_t size = OF_ERROR_QUEUE[i] == CNET_SO_TXTIME ? 2 * sizeof *values : sizeof *values;
    if (getsockopt(fd, SOL_SOCKET, OF_ERROR_QUEUE[i], values, &size) == 0 && (values[0] != 0 || values[1] != 0))
      return true;
  }
  return false;
}

int cnet_platform_drain_errors(int fd) {
  char control[512];
  int count = 0;

  for (; count < CNET_DRAINED_AT_ONCE; count++) {
    struct msghdr message = {.msg_control = control, .msg_controllen = sizeof control};
    if (recvmsg(fd, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) break;
  }
  return count;
}

static int set_tcp(uv_stream_t *uv, int name, int value) {
  uv_os_fd_t fd;

  int err = uv_fileno((uv_handle_t *)uv, &fd);
  if (err) return err;
  return setsockopt(fd, IPPROTO_TCP, name, &value, sizeof value) == 0 ? 0 : uv_translate_sys_error(errno);
}

/* A code, or 0 and *size bytes of an option. */
static int get_option(uv_stream_t *uv, int level, int name, void *out, socklen_t *size) {
  uv_os_fd_t fd;

  int err = uv_fileno((uv_handle_t *)uv, &fd);
  if (err) return err;
  return getsockopt(fd, level, name, out, size) == 0 ? 0 : uv_translate_sys_error(errno);
}

int cnet_platform_tcp_open(uv_tcp_t *tcp, int family, bool multipath) {
  int domain = family == 6 ? AF_INET6 : AF_INET;
  int type = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK;
  uv_os_fd_t known;

  if (uv_fileno((uv_handle_t *)tcp, &known) == 0) return 0;
  int fd = multipath ? socket(domain, type, IPPROTO_MPTCP) : -1;
  if (fd < 0) fd = socket(domain, type, 0);
  if (fd < 0) return uv_translate_sys_error(errno);
  int err = uv_tcp_open(tcp, fd);
  if (err) close(fd);
  return err;
}

int cnet_platform_fast_open(uv_stream_t *uv, int queue) {
  return queue < 0 ? set_tcp(uv, TCP_FASTOPEN_CONNECT, 1) : set_tcp(uv, TCP_FASTOPEN, queue);
}

int cnet_platform_send_early(uv_stream_t *uv, const char *data, size_t size) {
  uv_os_fd_t fd;

  int err = uv_fileno((uv_handle_t *)uv, &fd);
  if (err) return err;
  struct pollfd state = {.fd = fd, .events = POLLOUT};
  /* a SYN that is under way takes nothing, and what it has failed with is libuv's to hear: send() would use that up */
  if (poll(&state, 1, 0) != 1 || state.revents != POLLOUT) return 0;
  ssize_t sent = send(fd, data, size, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent >= 0) return (int)sent;
  return errno == EAGAIN || errno == EINPROGRESS ? 0 : uv_translate_sys_error(errno);
}

int cnet_platform_used_fast_open(uv_stream_t *uv) {
  struct tcp_info info = {0};
  socklen_t size = sizeof info;

  int err = get_option(uv, IPPROTO_TCP, TCP_INFO, &info, &size);
  return err ? err : (info.tcpi_options & CNET_TCPI_SYN_DATA) != 0;
}

int cnet_platform_is_multipath(uv_stream_t *uv) {
  cnet_mptcp_info_t info = {.flags = CNET_MPTCP_FALLBACK};
  socklen_t size = sizeof info;

  if (get_option(uv, CNET_SOL_MPTCP, CNET_MPTCP_INFO, &info, &size) != 0)
    return 0; /* it is, or has become, plain TCP */
  return size >= sizeof info && !(info.flags & CNET_MPTCP_FALLBACK);
}

int cnet_platform_set_user_timeout(uv_stream_t *uv, int ms) { return set_tcp(uv, TCP_USER_TIMEOUT, ms); }

int cnet_platform_get_user_timeout(uv_stream_t *uv) {
  int ms = 0;
  socklen_t size = sizeof ms;

  int err = get_option(uv, IPPROTO_TCP, TCP_USER_TIMEOUT, &ms, &size);
  return err ? err : ms;
}
