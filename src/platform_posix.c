/* platform_posix.c: Linux, macOS and the BSDs: what libuv does not have, or not on every Node line. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "cnet.h"

#if defined(TCP_KEEPIDLE)
#define CNET_TCP_KEEPIDLE TCP_KEEPIDLE
#elif defined(TCP_KEEPALIVE) /* macOS */
#define CNET_TCP_KEEPIDLE TCP_KEEPALIVE
#endif

static int set_option(int fd, int level, int name, int value) {
  return setsockopt(fd, level, name, &value, sizeof value) == 0 ? 0 : uv_translate_sys_error(errno);
}

/* A close-on-exec, non-blocking stream socket, or a negative code. */
static int make_socket(int domain) {
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

/* --- TCP -------------------------------------------------------------------------------------------------- */

int cnet_platform_socket(uv_stream_t *uv, int family) {
  uv_os_fd_t own;

  if (uv_fileno((uv_handle_t *)uv, &own) == 0) return own;
  bool is_pipe = uv->type == UV_NAMED_PIPE;
  int fd = make_socket(is_pipe ? AF_UNIX : family == 6 ? AF_INET6 : AF_INET);
  if (fd < 0) return fd;
  int err = is_pipe ? uv_pipe_open((uv_pipe_t *)uv, fd) : uv_tcp_open((uv_tcp_t *)uv, fd);
  if (err) close(fd);
  return err ? err : fd;
}

int cnet_platform_reuse_port(uv_tcp_t *tcp, int family) {
#if defined(__linux__)
  int fd = cnet_platform_socket((uv_stream_t *)tcp, family);
  return fd < 0 ? fd : set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1);
#else /* elsewhere SO_REUSEPORT does not share connections out */
  (void)tcp;
  (void)family;
  return UV_ENOTSUP;
#endif
}

int cnet_platform_keep_alive(uv_stream_t *uv, bool enable, uint32_t delay, uint32_t interval, uint32_t count) {
  uv_os_fd_t fd;

  int err = uv_fileno((uv_handle_t *)uv, &fd);
  if (!err) err = set_option(fd, SOL_SOCKET, SO_KEEPALIVE, enable);
  if (err || !enable || delay == 0 || interval == 0 || count == 0) return err;
#ifdef CNET_TCP_KEEPIDLE
  err = set_option(fd, IPPROTO_TCP, CNET_TCP_KEEPIDLE, (int)delay);
#endif
#ifdef TCP_KEEPINTVL
  if (!err) err = set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, (int)interval);
#endif
#ifdef TCP_KEEPCNT
  if (!err) err = set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, (int)count);
#endif
  return err;
}

/* The level and name of the option that holds the type of service of this socket's family. */
static int tos_option(int fd, int *level, int *name) {
  struct sockaddr_storage address = {.ss_family = AF_UNSPEC};
  socklen_t size = sizeof address;

  if (getsockname(fd, (struct sockaddr *)&address, &size) != 0) return uv_translate_sys_error(errno);
  *level = address.ss_family == AF_INET6 ? IPPROTO_IPV6 : IPPROTO_IP;
  *name = address.ss_family == AF_INET6 ? IPV6_TCLASS : IP_TOS;
  return 0;
}

int cnet_platform_set_tos(uv_stream_t *uv, int tos) {
  uv_os_fd_t fd;
  int level = 0, name = 0;

  int err = uv_fileno((uv_handle_t *)uv, &fd);
  if (!err) err = tos_option(fd, &level, &name);
  return err ? err : set_option(fd, level, name, tos);
}

int cnet_platform_get_tos(uv_stream_t *uv) {
  uv_os_fd_t fd;
  int level = 0, name = 0, value = 0;
  socklen_t size = sizeof value;

  int err = uv_fileno((uv_handle_t *)uv, &fd);
  if (!err) err = tos_option(fd, &level, &name);
  if (err) return err;
  return getsockopt(fd, level, name, &value, &size) == 0 ? value : uv_translate_sys_error(errno);
}

/* --- Unix domain sockets ------------------------------------------------------------------------------------ */

/* The address of `name`; UV_EINVAL when it is empty or longer than the kernel takes. */
static int unix_address(const char *name, size_t length, struct sockaddr_un *out, socklen_t *size) {
  if (length == 0 || length > sizeof out->sun_path) return UV_EINVAL;
  if (name[0] != '\0' && memchr(name, '\0', length) != NULL) return UV_EINVAL;
#if !defined(__linux__)
  if (name[0] == '\0') return UV_EINVAL;
#endif
  memset(out, 0, sizeof *out);
  out->sun_family = AF_UNIX;
  memcpy(out->sun_path, name, length);
  /* the length says where an abstract name ends; a path ends with its zero, or with the array */
  *size = (socklen_t)(name[0] == '\0' ? offsetof(struct sockaddr_un, sun_path) + length : sizeof *out);
  return 0;
}

int cnet_platform_pipe_bind(uv_pipe_t *pipe, const char *name, size_t length, bool *made) {
  struct sockaddr_un address;
  socklen_t size;

  *made = false;
  int err = unix_address(name, length, &address, &size);
#if defined(__linux__)
  if (length == 0) { /* an address that is a family and no more: the kernel makes up an abstract name (unix(7)) */
    address = (struct sockaddr_un){.sun_family = AF_UNIX};
    size = offsetof(struct sockaddr_un, sun_path);
    err = 0;
  }
#endif
  if (err) return err;
  int fd = make_socket(AF_UNIX);
  if (fd < 0) return fd;
  if (bind(fd, (struct sockaddr *)&address, size) != 0) {
    err = errno == ENOENT ? UV_EACCES : uv_translate_sys_error(errno); /* as libuv, for Windows' sake */
  } else {
    *made = length > 0 && name[0] != '\0';
    err = uv_pipe_open(pipe, fd);
  }
  if (err) {
    close(fd);
    if (*made) unlink(name);
    *made = false;
  }
  return err;
}

/* libuv's own function for names of full length. Weak, as libuv has it since 1.46 only: on Node 18 it is NULL. */
/* NOLINTNEXTLINE(readability-redundant-declaration): older headers have none */
extern int uv_pipe_connect2(uv_connect_t *, uv_pipe_t *, const char *, size_t, unsigned, uv_connect_cb)
    __attribute__((weak));

/* A Unix domain socket is connected at once, or not at all. One that has a descriptor already, bound, keeps it. */
static int connect_now(uv_pipe_t *pipe, const struct sockaddr_un *address, socklen_t size) {
  int fd = cnet_platform_socket((uv_stream_t *)pipe, 0);
  if (fd < 0) return fd;
  return connect(fd, (const struct sockaddr *)address, size) == 0 ? 0 : uv_translate_sys_error(errno);
}

int cnet_platform_pipe_connect(uv_connect_t *req, uv_pipe_t *pipe, const char *name, size_t length, uv_connect_cb cb,
                               int *settled) {
  struct sockaddr_un address;
  socklen_t size;

  int err = unix_address(name, length, &address, &size);
  if (err) return err;
  if (name[0] != '\0' && length < sizeof address.sun_path) {
    uv_pipe_connect(req, pipe, name, cb);
    return 0;
  }
  if (uv_pipe_connect2 != NULL && name[0] != '\0') return uv_pipe_connect2(req, pipe, name, length, 0, cb);
  *settled = connect_now(pipe, &address, size);
  return 1;
}

int cnet_platform_pipe_chmod(const char *path, bool readable, bool writable) {
  mode_t mode = 0;

  if (readable) mode |= S_IRUSR | S_IRGRP | S_IROTH;
  if (writable) mode |= S_IWUSR | S_IWGRP | S_IWOTH;
  return chmod(path, mode) == 0 ? 0 : uv_translate_sys_error(errno);
}

void cnet_platform_unlink(const char *path) { unlink(path); }

int cnet_platform_limit(void) {
  struct rlimit limit;

  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur > INT32_MAX) return 0;
  return (int)limit.rlim_cur;
}

bool cnet_platform_exhausted(const uv_stream_t *uv, int limit) {
  uv_os_fd_t fd;

  if (limit == 0 || uv_fileno((const uv_handle_t *)uv, &fd) != 0 || fd < limit - CNET_LAST) return false;
  int spare = cnet_platform_dup(fd);
  if (spare >= 0) close(spare);
  return spare == UV_EMFILE;
}

int cnet_platform_dup(int fd) {
  int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
  return copy >= 0 ? copy : uv_translate_sys_error(errno);
}

int cnet_platform_dup_onto(int fd, int target) {
  if (fd < 0 || target < 0 || fd == target) return UV_EINVAL;
  if (fcntl(target, F_GETFD) < 0 || dup2(fd, target) < 0) return uv_translate_sys_error(errno);
  return fcntl(target, F_SETFD, FD_CLOEXEC) < 0 ? uv_translate_sys_error(errno) : 0;
}

void cnet_platform_close(int fd) { close(fd); }
