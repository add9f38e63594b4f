/* zero_copy.c: where no bytes go from descriptor to descriptor within the kernel: lib/ takes them by way of JavaScript.
 */
#include "zero_copy.h"

/* NOLINTBEGIN(readability-non-const-parameter): the prototypes are those of Linux */

bool cnet_platform_is_file(int fd) {
  (void)fd;
  return false;
}

int64_t cnet_platform_sendfile(int socket, int file, int64_t *offset, size_t count) {
  (void)socket;
  (void)file;
  (void)offset;
  (void)count;
  return UV_ENOTSUP;
}

int cnet_platform_size_pipe(int fd, size_t size) {
  (void)fd;
  (void)size;
  return UV_ENOTSUP;
}

int cnet_platform_make_pipe(int fds[2], size_t size) {
  (void)size;
  fds[0] = fds[1] = -1;
  return UV_ENOTSUP;
}

int64_t cnet_platform_splice(int from, int to, size_t count) {
  (void)from;
  (void)to;
  (void)count;
  return UV_ENOTSUP;
}

/* NOLINTEND(readability-non-const-parameter) */
