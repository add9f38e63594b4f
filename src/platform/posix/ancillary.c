/* ancillary.c: descriptors in the messages of Unix domain sockets (SCM_RIGHTS): Linux, macOS and the BSDs.
 */
#include "ancillary.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0 /* macOS: Node ignores SIGPIPE */
#endif
#ifndef MSG_CMSG_CLOEXEC
#define MSG_CMSG_CLOEXEC 0 /* macOS: close_on_exec() */
#endif
#if defined(__linux__) && !defined(SCM_PIDFD)
#define SCM_PIDFD 0x04 /* linux/socket.h since 6.5: a descriptor too, where SO_PASSPIDFD is on */
#endif

/* Other ancillary data, such as credentials, if the socket was set to have them. */
#define CNET_OTHERS 1024

typedef union cnet_control {
  struct cmsghdr align;
  char bytes[CMSG_SPACE(CNET_FDS_MAX * sizeof(int)) + CNET_OTHERS];
} cnet_control_t;

bool cnet_platform_passes(int fd) {
  struct sockaddr_storage address = {.ss_family = AF_UNSPEC};
  socklen_t size = sizeof address;

  return getsockname(fd, (struct sockaddr *)&address, &size) == 0 && address.ss_family == AF_UNIX;
}

static void close_on_exec(int fd) {
  if (MSG_CMSG_CLOEXEC == 0) fcntl(fd, F_SETFD, FD_CLOEXEC);
}

/* Adds what one control message brings to `fds`; what there is no room for is closed, and so is what nobody asked for.
 */
static void collect(struct cmsghdr *header, int fds[CNET_FDS_MAX], int *count) {
  const unsigned char *data = CMSG_DATA(header);
  size_t bytes = header->cmsg_len - CMSG_LEN(0);
  bool wanted = header->cmsg_type == SCM_RIGHTS;

#ifdef SCM_PIDFD
  if (!wanted && header->cmsg_type != SCM_PIDFD) return;
#else
  if (!wanted) return;
#endif
  for (size_t at = 0; at + sizeof(int) <= bytes; at += sizeof(int)) {
    int fd;
    memcpy(&fd, data + at, sizeof fd); /* it need not be aligned */
    if (fd < 0) continue;
    if (wanted && *count < CNET_FDS_MAX) {
      close_on_exec(fd);
      fds[(*count)++] = fd;
    } else {
      close(fd);
    }
  }
}

/*
 * Why the kernel has cut the ancillary data, for which there was room: the process can have no more descriptors, or a
 * security module keeps this one from it. To be asked before any of those that came is closed.
 */
static int reason_of_cut(int fd) {
  int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
  if (copy < 0) return uv_translate_sys_error(errno);
  close(copy);
  return UV_EACCES;
}

ssize_t cnet_platform_receive(int fd, const uv_buf_t *buf, int fds[CNET_FDS_MAX], int *count) {
  cnet_control_t control;
  struct iovec iov = {.iov_base = buf->base, .iov_len = buf->len};
  struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  ssize_t got;

  do got = recvmsg(fd, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  while (got < 0 && errno == EINTR);
  *count = 0;
  if (got < 0) return errno == EWOULDBLOCK ? UV_EAGAIN : uv_translate_sys_error(errno);
  for (struct cmsghdr *it = CMSG_FIRSTHDR(&message); it != NULL; it = CMSG_NXTHDR(&message, it))
    if (it->cmsg_level == SOL_SOCKET) collect(it, fds, count);
  if (!(message.msg_flags & MSG_CTRUNC)) return got;
  int reason = reason_of_cut(fd);
  while (*count > 0) close(fds[--*count]);
  return reason;
}

ssize_t cnet_platform_send(int fd, const uv_buf_t *buf, const int *fds, int count) {
  cnet_control_t control;
  struct iovec iov = {.iov_base = buf->base, .iov_len = buf->len};
  struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control};
  size_t size = (size_t)count * sizeof(int);
  ssize_t sent;

  memset(&control, 0, sizeof control);
  message.msg_controllen = CMSG_SPACE(size);
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(size);
  memcpy(CMSG_DATA(header), fds, size);
  do sent = sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  while (sent < 0 && errno == EINTR);
  if (sent >= 0) return sent;
  return errno == EWOULDBLOCK || errno == ENOBUFS ? UV_EAGAIN : uv_translate_sys_error(errno);
}
