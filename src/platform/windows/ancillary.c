/* ancillary.c: descriptors in messages, on Windows: libuv's way where there is one, else UV_ENOTSUP. */
#include "ancillary.h"

/* NOLINTBEGIN(readability-non-const-parameter): the prototypes are those of the other platforms */

bool cnet_platform_passes(int fd) {
  (void)fd;
  return false;
}

ssize_t cnet_platform_receive(int fd, const uv_buf_t *buf, int fds[CNET_FDS_MAX], int *count) {
  (void)fd;
  (void)buf;
  (void)fds;
  *count = 0;
  return UV_ENOTSUP;
}

ssize_t cnet_platform_send(int fd, const uv_buf_t *buf, const int *fds, int count) {
  (void)fd;
  (void)buf;
  (void)fds;
  (void)count;
  return UV_ENOTSUP;
}

/* NOLINTEND(readability-non-const-parameter) */
