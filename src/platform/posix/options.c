/* options.c: socket options, on Linux, macOS and the BSDs. */
#include "options.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "descriptor.h"

#if defined(TCP_KEEPIDLE)
#define CNET_TCP_KEEPIDLE TCP_KEEPIDLE
#elif defined(TCP_KEEPALIVE) /* macOS */
#define CNET_TCP_KEEPIDLE TCP_KEEPALIVE
#endif

static int set_option(int fd, int level, int name, int value) {
  return setsockopt(fd, level, name, &value, sizeof value) == 0 ? 0 : uv_translate_sys_error(errno);
}

int cnet_platform_get_option(const uv_stream_t *uv, int level, int name, void *value, uint32_t *size) {
  uv_os_fd_t fd;
  socklen_t length = *size;

  int err = uv_fileno((const uv_handle_t *)uv, &fd);
  if (err) return err;
  if (getsockopt(fd, level, name, value, &length) != 0) return uv_translate_sys_error(errno);
  if (length < *size) *size = length; /* some options tell how much there would be */
  return 0;
}

int cnet_platform_set_option(const uv_stream_t *uv, int level, int name, const void *value, uint32_t size) {
  uv_os_fd_t fd;

  int err = uv_fileno((const uv_handle_t *)uv, &fd);
  if (err) return err;
  return setsockopt(fd, level, name, value, size) == 0 ? 0 : uv_translate_sys_error(errno);
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

int cnet_platform_reset_on_close(uv_stream_t *uv) {
  struct linger now = {.l_onoff = 1, .l_linger = 0};
  uv_os_fd_t fd;

  int err = uv_fileno((uv_handle_t *)uv, &fd);
  if (err) return err;
  return setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now) == 0 ? 0 : uv_translate_sys_error(errno);
}
