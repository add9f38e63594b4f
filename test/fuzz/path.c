/*
 * path.c: fuzzes the names of Unix domain sockets (src/platform/posix/unix_socket.c). unix(7) says which there are; a socket that is
 * bound to an abstract one has to have exactly that name.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "posix/posix.h"
#include "unix_socket.h"

#define CHECK(condition) \
  do { \
    if (!(condition)) abort(); \
  } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Binds a socket as cnet_platform_pipe_bind() does, and asks the kernel what it is called. */
static void check_bound(const struct sockaddr_un *address, socklen_t size, const char *name, size_t length) {
  struct sockaddr_un bound;
  socklen_t bound_size = sizeof bound;
  int fd = cnet_posix_socket(AF_UNIX);

  CHECK(fd >= 0 && (fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
  if (bind(fd, (const struct sockaddr *)address, size) == 0) {
    CHECK(getsockname(fd, (struct sockaddr *)&bound, &bound_size) == 0);
    CHECK(bound_size == offsetof(struct sockaddr_un, sun_path) + length);
    CHECK(memcmp(bound.sun_path, name, length) == 0);
  } else {
    CHECK(errno == EADDRINUSE);
  }
  close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct sockaddr_un address;
  socklen_t address_size = 0;
  char *name = malloc(size + !size); /* of exactly its size: what is read behind it shows */

  CHECK(name != NULL);
  if (size > 0) memcpy(name, data, size);
  bool is_abstract = size > 0 && name[0] == '\0';
  bool has_zero = size > 0 && memchr(name, '\0', size) != NULL;
  bool is_name = size > 0 && size <= sizeof address.sun_path && (is_abstract || !has_zero);

  int err = cnet_posix_address(name, size, &address, &address_size);
  CHECK(err == (is_name ? 0 : UV_EINVAL));
  if (is_name) {
    CHECK(address.sun_family == AF_UNIX && memcmp(address.sun_path, name, size) == 0);
    CHECK(address_size <= sizeof address);
    if (is_abstract) check_bound(&address, address_size, name, size);
    for (size_t i = size; i < sizeof address.sun_path; i++) CHECK(address.sun_path[i] == '\0');
  }
  free(name);
  return 0;
}
