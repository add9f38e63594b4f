/* options.c: socket options, on Windows, by Winsock. */
#include "options.h"

#include <ws2tcpip.h>

#include "winsock.h"

/* Numbers of Windows 10 and newer, which headers of MinGW may lack (ws2ipdef.h, SO_KEEPALIVE of TCP). */
#define CNET_TCP_KEEPCNT 16
#define CNET_TCP_KEEPINTVL 17

static int set_number(SOCKET socket, int level, int name, int value) {
  return setsockopt(socket, level, name, (const char *)&value, sizeof value) == 0 ? 0 : cnet_windows_error();
}

/* Why there is no socket: a pipe has none. */
static int no_socket(const uv_stream_t *uv) { return uv->type == UV_TCP ? UV_EBADF : UV_ENOTSUP; }

int cnet_platform_get_option(const uv_stream_t *uv, int level, int name, void *value, uint32_t *size) {
  SOCKET socket = cnet_windows_socket(uv);
  int length = *size > INT32_MAX ? INT32_MAX : (int)*size;

  if (socket == INVALID_SOCKET) return no_socket(uv);
  if (getsockopt(socket, level, name, value, &length) != 0) return cnet_windows_error();
  if ((uint32_t)length < *size) *size = (uint32_t)length;
  return 0;
}

int cnet_platform_set_option(const uv_stream_t *uv, int level, int name, const void *value, uint32_t size) {
  SOCKET socket = cnet_windows_socket(uv);

  if (socket == INVALID_SOCKET) return no_socket(uv);
  return setsockopt(socket, level, name, value, (int)size) == 0 ? 0 : cnet_windows_error();
}

/* Windows has SO_REUSEADDR alone, with which one socket takes the connections of another (Microsoft's documentation).
 */
int cnet_platform_reuse_port(uv_tcp_t *tcp, int family) {
  (void)tcp;
  (void)family;
  return UV_ENOTSUP;
}

/* Whether Windows, before its version 10.0.16299, does not know the option: its own interval and count stay then. */
static int unless_unknown(int err) { return err == UV_ENOPROTOOPT || err == UV_EINVAL ? 0 : err; }

int cnet_platform_keep_alive(uv_stream_t *uv, bool enable, uint32_t delay, uint32_t interval, uint32_t count) {
  SOCKET socket = cnet_windows_socket(uv);

  if (socket == INVALID_SOCKET) return UV_EBADF;
  if (!enable || delay == 0 || interval == 0 || count == 0) return set_number(socket, SOL_SOCKET, SO_KEEPALIVE, enable);
  int err = uv_tcp_keepalive((uv_tcp_t *)uv, enable, delay);
  if (!err) err = unless_unknown(set_number(socket, IPPROTO_TCP, CNET_TCP_KEEPINTVL, (int)interval));
  return err ? err : unless_unknown(set_number(socket, IPPROTO_TCP, CNET_TCP_KEEPCNT, (int)count));
}

/* The level and name of the option that holds the type of service of this socket's family. */
static int tos_option(SOCKET socket, int *level, int *name) {
  WSAPROTOCOL_INFOW info;
  int size = sizeof info;

  if (socket == INVALID_SOCKET) return UV_EBADF;
  if (getsockopt(socket, SOL_SOCKET, SO_PROTOCOL_INFOW, (char *)&info, &size) != 0) return cnet_windows_error();
  *level = info.iAddressFamily == AF_INET6 ? IPPROTO_IPV6 : IPPROTO_IP;
  *name = info.iAddressFamily == AF_INET6 ? IPV6_TCLASS : IP_TOS;
  return 0;
}

int cnet_platform_set_tos(uv_stream_t *uv, int tos) {
  SOCKET socket = cnet_windows_socket(uv);
  int level = 0, name = 0;

  int err = tos_option(socket, &level, &name);
  return err ? err : set_number(socket, level, name, tos);
}

int cnet_platform_get_tos(uv_stream_t *uv) {
  SOCKET socket = cnet_windows_socket(uv);
  int level = 0, name = 0, value = 0, size = sizeof value;

  int err = tos_option(socket, &level, &name);
  if (err) return err;
  return getsockopt(socket, level, name, (char *)&value, &size) == 0 ? value : cnet_windows_error();
}

int cnet_platform_reset_on_close(uv_stream_t *uv) {
  const struct linger now = {.l_onoff = 1, .l_linger = 0};
  SOCKET socket = cnet_windows_socket(uv);

  if (socket == INVALID_SOCKET) return UV_EBADF;
  return setsockopt(socket, SOL_SOCKET, SO_LINGER, (const char *)&now, sizeof now) == 0 ? 0 : cnet_windows_error();
}
