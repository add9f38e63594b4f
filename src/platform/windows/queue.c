/* queue.c: what the kernel has queued, on Windows: libuv's way where there is one, else UV_ENOTSUP. */
#include "queue.h"

/* NOLINTBEGIN(readability-non-const-parameter): the prototypes are those of the other platforms */

int cnet_platform_ready(const uv_stream_t *uv, bool room) {
  (void)uv;
  (void)room;
  return UV_ENOTSUP;
}

int cnet_platform_unread(uv_stream_t *uv) {
  (void)uv;
  return 0;
}

int cnet_platform_queued(uv_stream_t *uv) {
  (void)uv;
  return 0;
}

int32_t cnet_platform_quiet(uv_stream_t *uv) {
  (void)uv;
  return UV_ENOTSUP;
}

/* NOLINTEND(readability-non-const-parameter) */
