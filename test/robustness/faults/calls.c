/* calls.c: the system calls of libuv and of the addon, each with a way to fail. */
#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "inject.h"

#define EXPORT __attribute__((visibility("default")))

/* Declares `real`, the function of the C library that ours stands before. ISO C has no cast from data to functions. */
#define REAL(type, name, parameters) \
  static type(*real) parameters; \
  if (real == NULL) { \
    void *symbol = dlsym(RTLD_NEXT, #name); \
    memcpy(&real, &symbol, sizeof real); \
  }

/* Standard streams may be sockets too. */
static bool is_socket(int fd) {
  struct stat status;
  int before = errno;
  bool yes = fd > STDERR_FILENO && fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode);
  errno = before;
  return yes;
}

/* Whether a call is to fail; errno says how. */
static bool fails(const char *name) {
  int error = 0;
  if (inject_decide(name, &error) == INJECT_PASS) return false;
  errno = error;
  return true;
}

static bool fails_on(int fd, const char *name) { return is_socket(fd) && fails(name); }

/* The same for a call that moves bytes; *length becomes 1 when it is to be short. */
static bool fails_bytes(int fd, const char *name, size_t *length) {
  int error = 0;
  if (!is_socket(fd)) return false;
  inject_verdict_t verdict = inject_decide_bytes(name, &error);
  if (verdict == INJECT_SHORT && *length > 1) *length = 1;
  if (verdict == INJECT_FAIL) errno = error;
  if (verdict == INJECT_AGAIN) errno = EAGAIN;
  return verdict == INJECT_FAIL || verdict == INJECT_AGAIN;
}

/* --- bytes ------------------------------------------------------------------------------------------------ */

/* libuv takes a short read of a socket that the peer has left for the last one, which the kernel's is. */
static bool has_hung_up(int fd) {
  struct pollfd look = {.fd = fd};
  return poll(&look, 1, 0) > 0 && (look.revents & POLLHUP);
}

EXPORT ssize_t read(int fd, void *bytes, size_t length) {
  REAL(ssize_t, read, (int, void *, size_t))
  if (fd == INJECT_FD) return (ssize_t)inject_answer(bytes, length);
  size_t wanted = length;
  if (fails_bytes(fd, "read", &length)) return -1;
  return real(fd, bytes, length == wanted || has_hung_up(fd) ? wanted : length);
}

static ssize_t command(const void *bytes, size_t length) {
  char text[4096 + 8];

  if (length < sizeof text) {
    memcpy(text, bytes, length);
    text[length] = '\0';
    if (inject_command(text)) return (ssize_t)length;
  }
  errno = EINVAL;
  return -1;
}

EXPORT ssize_t write(int fd, const void *bytes, size_t length) {
  REAL(ssize_t, write, (int, const void *, size_t))
  if (fd == INJECT_FD) return command(bytes, length);
  return fails_bytes(fd, "write", &length) ? -1 : real(fd, bytes, length);
}

/* The first piece that is not empty, cut to a byte. */
static struct iovec first_byte(const struct iovec *pieces, int count) {
  int i = 0;
  while (i < count - 1 && pieces[i].iov_len == 0) i++;
  return (struct iovec){pieces[i].iov_base, pieces[i].iov_len > 0};
}

EXPORT ssize_t writev(int fd, const struct iovec *pieces, int count) {
  REAL(ssize_t, writev, (int, const struct iovec *, int))
  size_t length = 2;
  if (fails_bytes(fd, "writev", &length)) return -1;
  if (length == 2) return real(fd, pieces, count);
  struct iovec first = first_byte(pieces, count);
  return real(fd, &first, 1);
}

EXPORT ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
  REAL(ssize_t, sendmsg, (int, const struct msghdr *, int))
  size_t length = 2;
  if (fails_bytes(fd, "sendmsg", &length)) return -1;
  if (length == 2) return real(fd, message, flags);
  struct iovec first = first_byte(message->msg_iov, (int)message->msg_iovlen);
  struct msghdr cut = *message;
  cut.msg_iov = &first;
  cut.msg_iovlen = 1;
  return real(fd, &cut, flags);
}

EXPORT ssize_t recvmsg(int fd, struct msghdr *message, int flags) {
  REAL(ssize_t, recvmsg, (int, struct msghdr *, int))
  size_t length = 1;
  return fails_bytes(fd, "recvmsg", &length) ? -1 : real(fd, message, flags);
}

/* --- sockets ---------------------------------------------------------------------------------------------- */

EXPORT int socket(int domain, int type, int protocol) {
  REAL(int, socket, (int, int, int))
  return fails("socket") ? -1 : real(domain, type, protocol);
}

EXPORT int accept4(int fd, struct sockaddr *address, socklen_t *size, int flags) {
  REAL(int, accept4, (int, struct sockaddr *, socklen_t *, int))
  return fails("accept4") ? -1 : real(fd, address, size, flags);
}

EXPORT int connect(int fd, const struct sockaddr *address, socklen_t size) {
  REAL(int, connect, (int, const struct sockaddr *, socklen_t))
  return fails("connect") ? -1 : real(fd, address, size);
}

EXPORT int bind(int fd, const struct sockaddr *address, socklen_t size) {
  REAL(int, bind, (int, const struct sockaddr *, socklen_t))
  return fails("bind") ? -1 : real(fd, address, size);
}

EXPORT int listen(int fd, int backlog) {
  REAL(int, listen, (int, int))
  return fails("listen") ? -1 : real(fd, backlog);
}

EXPORT int getsockname(int fd, struct sockaddr *address, socklen_t *size) {
  REAL(int, getsockname, (int, struct sockaddr *, socklen_t *))
  return fails("getsockname") ? -1 : real(fd, address, size);
}

EXPORT int getpeername(int fd, struct sockaddr *address, socklen_t *size) {
  REAL(int, getpeername, (int, struct sockaddr *, socklen_t *))
  return fails("getpeername") ? -1 : real(fd, address, size);
}

EXPORT int setsockopt(int fd, int level, int name, const void *value, socklen_t size) {
  REAL(int, setsockopt, (int, int, int, const void *, socklen_t))
  return fails("setsockopt") ? -1 : real(fd, level, name, value, size);
}

/* It fails when the connection is no more: so it is ended. */
EXPORT int shutdown(int fd, int how) {
  REAL(int, shutdown, (int, int))
  if (!fails("shutdown")) return real(fd, how);
  int error = errno;
  real(fd, SHUT_RDWR);
  errno = error;
  return -1;
}

/* --- descriptors --------------------------------------------------------------------------------------------- */

/* A close that fails has closed all the same, on Linux (close(2)). */
EXPORT int close(int fd) {
  REAL(int, close, (int))
  bool failed = fails_on(fd, "close");
  int error = errno, result = real(fd);
  if (!failed) return result;
  errno = error;
  return -1;
}

EXPORT int ioctl(int fd, unsigned long request, ...) {
  REAL(int, ioctl, (int, unsigned long, void *))
  va_list list;
  va_start(list, request);
  void *value = va_arg(list, void *);
  va_end(list);
  return fails_on(fd, "ioctl") ? -1 : real(fd, request, value);
}

static int fcntl_any(int fd, int (*real)(int, int, void *), int operation, void *value) {
  return fails_on(fd, "fcntl") ? -1 : real(fd, operation, value);
}

EXPORT int fcntl(int fd, int operation, ...) {
  REAL(int, fcntl, (int, int, void *))
  va_list list;
  va_start(list, operation);
  void *value = va_arg(list, void *);
  va_end(list);
  return fcntl_any(fd, real, operation, value);
}

int fcntl64(int fd, int operation, ...);

EXPORT int fcntl64(int fd, int operation, ...) {
  REAL(int, fcntl64, (int, int, void *))
  va_list list;
  va_start(list, operation);
  void *value = va_arg(list, void *);
  va_end(list);
  return fcntl_any(fd, real, operation, value);
}

/* libuv closes by syscall(2) where it can, so as not to be a place where a thread is cancelled. */
EXPORT long syscall(long number, ...) {
  REAL(long, syscall, (long, ...))
  va_list list;
  long a[6];
  va_start(list, number);
  for (int i = 0; i < 6; i++) a[i] = va_arg(list, long);
  va_end(list);
  bool failed = number == SYS_close && fails_on((int)a[0], "close");
  int error = errno;
  long result = real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
  if (!failed) return result;
  errno = error;
  return -1;
}

EXPORT int epoll_ctl(int epoll, int operation, int fd, struct epoll_event *event) {
  REAL(int, epoll_ctl, (int, int, int, struct epoll_event *))
  return fails_on(fd, "epoll_ctl") ? -1 : real(epoll, operation, fd, event);
}
