/* zero_copy.c: bytes that go from descriptor to descriptor within the kernel, on Linux. */
#include "zero_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

bool cnet_platform_is_file(int fd) {
  uv_fs_t request;

  int err = uv_fs_fstat(NULL, &request, fd, NULL); /* by libuv: glibc 2.33 has a new symbol for fstat(2) */
  uint64_t mode = err == 0 ? request.statbuf.st_mode : 0;
  uv_fs_req_cleanup(&request);
  return S_ISREG(mode) || S_ISBLK(mode);
}

int64_t cnet_platform_sendfile(int socket, int file, int64_t *offset, size_t count) {
  off_t at = (off_t)*offset;
  ssize_t sent;

  do sent = sendfile(socket, file, *offset < 0 ? NULL : &at, count);
  while (sent < 0 && errno == EINTR);
  if (sent < 0) return uv_translate_sys_error(errno);
  if (*offset >= 0) *offset = at;
  return sent;
}

int cnet_platform_size_pipe(int fd, size_t size) {
  int capacity = fcntl(fd, F_SETPIPE_SZ, (int)size);
  return capacity >= 0 ? capacity : uv_translate_sys_error(errno);
}

int cnet_platform_make_pipe(int fds[2], size_t size) {
  if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) != 0) {
    fds[0] = fds[1] = -1;
    return uv_translate_sys_error(errno);
  }
  int capacity = fcntl(fds[1], F_GETPIPE_SZ);
  if (capacity > 0 && (size_t)capacity > size) capacity = fcntl(fds[1], F_SETPIPE_SZ, (int)size);
  return capacity > 0 ? capacity : uv_translate_sys_error(errno);
}

int64_t cnet_platform_splice(int from, int to, size_t count) {
  ssize_t moved;

  do moved = splice(from, NULL, to, NULL, count, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
  while (moved < 0 && errno == EINTR);
  return moved < 0 ? uv_translate_sys_error(errno) : moved;
}
