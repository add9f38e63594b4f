/* descriptor.c: descriptors, on Linux, macOS and the BSDs. */
#include "descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "posix.h"

int cnet_posix_socket(int domain) {
#ifdef SOCK_CLOEXEC
  int fd = socket(domain, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  return fd >= 0 ? fd : uv_translate_sys_error(errno);
#else
  int fd = socket(domain, SOCK_STREAM, 0);
  if (fd < 0) return uv_translate_sys_error(errno);
  fcntl(fd, F_SETFD, FD_CLOEXEC);
  fcntl(fd, F_SETFL, O_NONBLOCK);
  return fd;
#endif
}

int cnet_platform_fd(const uv_stream_t *uv) {
  uv_os_fd_t fd;

  int err = uv_fileno((const uv_handle_t *)uv, &fd);
  return err ? err : fd;
}

int cnet_platform_socket(uv_stream_t *uv, int family) {
  uv_os_fd_t own;

  if (uv_fileno((uv_handle_t *)uv, &own) == 0) return own;
  bool is_pipe = uv->type == UV_NAMED_PIPE;
  int fd = cnet_posix_socket(is_pipe ? AF_UNIX : family == 6 ? AF_INET6 : AF_INET);
  if (fd < 0) return fd;
  int err = is_pipe ? uv_pipe_open((uv_pipe_t *)uv, fd) : uv_tcp_open((uv_tcp_t *)uv, fd);
  if (err) close(fd);
  return err ? err : fd;
}

bool cnet_platform_has_one_role(void) { return false; }

int cnet_platform_listen(uv_stream_t *uv, int backlog, bool again, uv_connection_cb callback) {
  (void)again;
  return uv_listen(uv, backlog, callback);
}

int cnet_platform_accept(uv_stream_t *listener, uv_stream_t *client) { return uv_accept(listener, client); }

int cnet_platform_read(uv_stream_t *uv, uv_alloc_cb allocate, uv_read_cb callback) {
  return uv_read_start(uv, allocate, callback);
}

int cnet_platform_connecting(const uv_stream_t *uv) {
  (void)uv;
  return UV_EALREADY;
}

int cnet_platform_limit(void) {
  struct rlimit limit;

  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur > INT32_MAX) return 0;
  return (int)limit.rlim_cur;
}

bool cnet_platform_exhausted(const uv_stream_t *uv, int limit) {
  uv_os_fd_t fd;

  if (limit == 0 || uv_fileno((const uv_handle_t *)uv, &fd) != 0 || fd < limit - CNET_RESERVE) return false;
  int spare = cnet_platform_dup(fd);
  if (spare >= 0) close(spare);
  return spare == UV_EMFILE;
}

int cnet_platform_dup(int fd) {
  int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
  return copy >= 0 ? copy : uv_translate_sys_error(errno);
}

int cnet_platform_copy(const uv_stream_t *uv) {
  int fd = cnet_platform_fd(uv);
  return fd < 0 ? fd : cnet_platform_dup(fd);
}

int cnet_platform_dup_onto(int fd, int target) {
  if (fd < 0 || target < 0 || fd == target) return UV_EINVAL;
  if (fcntl(target, F_GETFD) < 0 || dup2(fd, target) < 0) return uv_translate_sys_error(errno);
  return fcntl(target, F_SETFD, FD_CLOEXEC) < 0 ? uv_translate_sys_error(errno) : 0;
}

void cnet_platform_close(int fd) { close(fd); }
