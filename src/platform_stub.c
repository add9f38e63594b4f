/* platform_stub.c: platforms without code of their own (Windows): libuv's way where there is one, else UV_ENOTSUP. */
#include <string.h>

#include "cnet.h"

/* NOLINTBEGIN(readability-non-const-parameter): the prototypes are those of the other platforms */

int cnet_platform_socket(uv_stream_t *uv, int family) {
  (void)uv;
  (void)family;
  return UV_ENOTSUP;
}

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

int cnet_platform_credentials(const uv_stream_t *uv, cnet_credentials_t *out) {
  (void)uv;
  (void)out;
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

int cnet_platform_pipe_bind(uv_pipe_t *pipe, const char *name, size_t length, bool *made) {
  *made = false; /* the pipe goes with its last handle */
  return memchr(name, '\0', length) != NULL ? UV_EINVAL : uv_pipe_bind(pipe, name);
}

int cnet_platform_pipe_connect(uv_connect_t *req, uv_pipe_t *pipe, const char *name, size_t length, uv_connect_cb cb,
                               int *settled) {
  *settled = 0;
  if (memchr(name, '\0', length) != NULL) return UV_EINVAL;
  uv_pipe_connect(req, pipe, name, cb);
  return 0;
}

int cnet_platform_pipe_chmod(const char *path, bool readable, bool writable) {
  (void)path;
  (void)readable;
  (void)writable;
  return UV_ENOTSUP;
}

void cnet_platform_unlink(const char *path) { (void)path; }

int cnet_platform_limit(void) { return 0; }

bool cnet_platform_exhausted(const uv_stream_t *uv, int limit) {
  (void)uv;
  (void)limit;
  return false;
}

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

int cnet_platform_reset_on_close(uv_stream_t *uv) {
  (void)uv;
  return UV_ENOTSUP;
}

/* NOLINTEND(readability-non-const-parameter) */
