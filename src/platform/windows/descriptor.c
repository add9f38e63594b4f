/* descriptor.c: descriptors, on Windows: libuv's way where there is one, else UV_ENOTSUP. */
#include "descriptor.h"

/* NOLINTBEGIN(readability-non-const-parameter): the prototypes are those of the other platforms */

int cnet_platform_socket(uv_stream_t *uv, int family) {
  (void)uv;
  (void)family;
  return UV_ENOTSUP;
}

int cnet_platform_limit(void) { return 0; }

bool cnet_platform_exhausted(const uv_stream_t *uv, int limit) {
  (void)uv;
  (void)limit;
  return false;
}

int cnet_platform_dup(int fd) {
  (void)fd;
  return UV_ENOTSUP;
}

int cnet_platform_dup_onto(int fd, int target) {
  (void)fd;
  (void)target;
  return UV_ENOTSUP;
}

void cnet_platform_close(int fd) { (void)fd; }

/* NOLINTEND(readability-non-const-parameter) */
