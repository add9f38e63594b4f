/* tcp.c: everywhere but on Linux: nothing of what Linux has. lib/ refuses to ask for it. */
#include "tcp.h"

#include "queue.h"

bool cnet_platform_resets_unread(void) { return false; }

int cnet_platform_gone_peer(const uv_stream_t *uv, struct sockaddr_storage *out) {
  (void)uv;
  (void)out;
  return UV_ENOTCONN;
}

bool cnet_platform_has_error_queue(const uv_stream_t *uv) {
  (void)uv;
  return false;
}

int cnet_platform_drain_errors(int fd) {
  (void)fd;
  return 0;
}

int cnet_platform_tcp_open(uv_tcp_t *tcp, int family, bool multipath) {
  (void)tcp;
  (void)family;
  (void)multipath;
  return UV_ENOTSUP;
}

int cnet_platform_fast_open(uv_stream_t *uv, int queue) {
  (void)uv;
  (void)queue;
  return UV_ENOTSUP;
}

int cnet_platform_send_early(uv_stream_t *uv, const char *data, size_t size) {
  (void)uv;
  (void)data;
  (void)size;
  return UV_ENOTSUP;
}

int cnet_platform_used_fast_open(uv_stream_t *uv) {
  (void)uv;
  return UV_ENOTSUP;
}

int cnet_platform_is_multipath(uv_stream_t *uv) {
  (void)uv;
  return UV_ENOTSUP;
}

int cnet_platform_set_user_timeout(uv_stream_t *uv, int ms) {
  (void)uv;
  (void)ms;
  return UV_ENOTSUP;
}

int cnet_platform_get_user_timeout(uv_stream_t *uv) {
  (void)uv;
  return UV_ENOTSUP;
}
