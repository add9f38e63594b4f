/* unix_socket.c: Unix domain sockets, on Linux, macOS and the BSDs. */
#include "unix_socket.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/un.h>
#include <unistd.h>

#include "descriptor.h"
#include "posix.h"

int cnet_posix_address(const char *name, size_t length, struct sockaddr_un *out, socklen_t *size) {
  if (length == 0 || length > sizeof out->sun_path) return UV_EINVAL;
  if (name[0] != '\0' && memchr(name, '\0', length) != NULL) return UV_EINVAL;
#if !defined(__linux__)
  if (name[0] == '\0') return UV_EINVAL;
#endif
  memset(out, 0, sizeof *out);
  out->sun_family = AF_UNIX;
  memcpy(out->sun_path, name, length);
  /* the length says where an abstract name ends; a path ends with its zero, or with the array */
  *size = (socklen_t)(name[0] == '\0' ? offsetof(struct sockaddr_un, sun_path) + length : sizeof *out);
  return 0;
}

int cnet_platform_pipe_bind(uv_pipe_t *pipe, const char *name, size_t length, bool *made) {
  struct sockaddr_un address;
  socklen_t size;

  *made = false;
  int err = cnet_posix_address(name, length, &address, &size);
#if defined(__linux__)
  if (length == 0) { /* an address that is a family and no more: the kernel makes up an abstract name (unix(7)) */
    address = (struct sockaddr_un){.sun_family = AF_UNIX};
    size = offsetof(struct sockaddr_un, sun_path);
    err = 0;
  }
#endif
  if (err) return err;
  int fd = cnet_posix_socket(AF_UNIX);
  if (fd < 0) return fd;
  if (bind(fd, (struct sockaddr *)&address, size) != 0) {
    err = errno == ENOENT ? UV_EACCES : uv_translate_sys_error(errno); /* as libuv, for Windows' sake */
  } else {
    *made = length > 0 && name[0] != '\0';
    err = uv_pipe_open(pipe, fd);
  }
  if (err) {
    close(fd);
    if (*made) unlink(name);
    *made = false;
  }
  return err;
}

/* libuv's own function for names of full length. Weak, as libuv has it since 1.46 only: on Node 18 it is NULL. */
/* NOLINTNEXTLINE(readability-redundant-declaration): older headers have none */
extern int uv_pipe_connect2(uv_connect_t *, uv_pipe_t *, const char *, size_t, unsigned, uv_connect_cb)
    __attribute__((weak));

/* A Unix domain socket is connected at once, or not at all. One that has a descriptor already, bound, keeps it. */
static int connect_now(uv_pipe_t *pipe, const struct sockaddr_un *address, socklen_t size) {
  int fd = cnet_platform_socket((uv_stream_t *)pipe, 0);
  if (fd < 0) return fd;
  return connect(fd, (const struct sockaddr *)address, size) == 0 ? 0 : uv_translate_sys_error(errno);
}

int cnet_platform_pipe_connect(uv_connect_t *req, uv_pipe_t *pipe, const char *name, size_t length, uv_connect_cb cb,
                               int *settled) {
  struct sockaddr_un address;
  socklen_t size;

  int err = cnet_posix_address(name, length, &address, &size);
  if (err) return err;
  if (name[0] != '\0' && length < sizeof address.sun_path) {
    uv_pipe_connect(req, pipe, name, cb);
    return 0;
  }
  if (uv_pipe_connect2 != NULL && name[0] != '\0') return uv_pipe_connect2(req, pipe, name, length, 0, cb);
  *settled = connect_now(pipe, &address, size);
  return CNET_SETTLED;
}

int cnet_platform_pipe_chmod(uv_pipe_t *pipe, const char *path, bool readable, bool writable) {
  mode_t mode = 0;
  (void)pipe;

  if (path == NULL) return UV_EINVAL;
  if (readable) mode |= S_IRUSR | S_IRGRP | S_IROTH;
  if (writable) mode |= S_IWUSR | S_IWGRP | S_IWOTH;
  return chmod(path, mode) == 0 ? 0 : uv_translate_sys_error(errno);
}

void cnet_platform_unlink(const char *path) { unlink(path); }

/* The credentials of an open descriptor, or a negative code. */
static int credentials_of(int fd, cnet_credentials_t *out) {
#if defined(__linux__) /* unix(7), SO_PEERCRED */
  struct ucred peer = {.pid = -1};
  socklen_t size = sizeof peer;

  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return uv_translate_sys_error(errno);
  if (peer.uid == (uid_t)-1) return UV_ENOTCONN; /* as the kernel has it without a peer */
  *out = (cnet_credentials_t){.pid = peer.pid, .uid = peer.uid, .gid = peer.gid};
#else
  uid_t uid;
  gid_t gid;
  pid_t pid = -1;

  if (getpeereid(fd, &uid, &gid) != 0) return uv_translate_sys_error(errno);
#if defined(LOCAL_PEERPID) /* macOS: unix(4) */
  socklen_t size = sizeof pid;
  if (getsockopt(fd, SOL_LOCAL, LOCAL_PEERPID, &pid, &size) != 0) pid = -1;
#endif
  *out = (cnet_credentials_t){.pid = pid, .uid = uid, .gid = gid};
#endif
  return 0;
}

int cnet_platform_credentials(const uv_stream_t *uv, bool given, cnet_credentials_t *out) {
  uv_os_fd_t fd;
  (void)given;

  int err = uv_fileno((const uv_handle_t *)uv, &fd);
  return err ? err : credentials_of(fd, out);
}
