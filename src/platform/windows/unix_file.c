/* unix_file.c: files of sockets, on Windows: libuv's way where there is one, else UV_ENOTSUP. */
#include "unix_file.h"

/* NOLINTBEGIN(readability-non-const-parameter): the prototypes are those of the other platforms */

int cnet_platform_file_bind(const char *name, size_t length, int mode, cnet_file_id_t *made) {
  (void)name;
  (void)length;
  (void)mode;
  (void)made;
  return UV_ENOTSUP;
}

int cnet_platform_file_replace(const char *name, size_t length, int mode, cnet_keep_t keep, void *data) {
  (void)name;
  (void)length;
  (void)mode;
  (void)keep;
  (void)data;
  return UV_ENOTSUP;
}

void cnet_platform_file_remove(const char *path, const cnet_file_id_t *made) {
  (void)path;
  (void)made;
}

/* NOLINTEND(readability-non-const-parameter) */
