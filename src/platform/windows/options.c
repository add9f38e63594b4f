/* options.c: socket options, on Windows: libuv's way where there is one, else UV_ENOTSUP. */
#include "options.h"

/* NOLINTBEGIN(readability-non-const-parameter): the prototypes are those of the other platforms */

int cnet_platform_get_option(const uv_stream_t *uv, int level, int name, void *value, uint32_t *size) {
  (void)uv;
  (void)level;
  (void)name;
  (void)value;
  *size = 0;
  return UV_ENOTSUP;
}

int cnet_platform_set_option(const uv_stream_t *uv, int level, int name, const void *value, uint32_t size) {
  (void)uv;
  (void)level;
  (void)name;
  (void)value;
  (void)size;
  return UV_ENOTSUP;
}

int cnet_platform_reuse_port(uv_tcp_t *tcp, int family) {
  (void)tcp;
  (void)family;
  return UV_ENOTSUP;
}

int cnet_platform_keep_alive(uv_stream_t *uv, bool enable, uint32_t delay, uint32_t interval, uint32_t count) {
  (void)interval;
  (void)count;
  return uv_tcp_keepalive((uv_tcp_t *)uv, enable, delay);
}

int cnet_platform_set_tos(uv_stream_t *uv, int tos) {
  (void)uv;
  (void)tos;
  return UV_ENOTSUP;
}

int cnet_platform_get_tos(uv_stream_t *uv) {
  (void)uv;
  return UV_ENOTSUP;
}

int cnet_platform_reset_on_close(uv_stream_t *uv) {
  (void)uv;
  return UV_ENOTSUP;
}

/* NOLINTEND(readability-non-const-parameter) */
