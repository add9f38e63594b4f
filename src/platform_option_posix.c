/* platform_option_posix.c: options and credentials of sockets on Linux, macOS and the BSDs. */
#include <errno.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>
#include <unistd.h>

#include "cnet.h"

int cnet_platform_get_option(const uv_stream_t *uv, int level, int name, void *value, uint32_t *size) {
  uv_os_fd_t fd;
  socklen_t length = *size;

  int err = uv_fileno((const uv_handle_t *)uv, &fd);
  if (err) return err;
  if (getsockopt(fd, level, name, value, &length) != 0) return uv_translate_sys_error(errno);
  if (length < *size) *size = length; /* some options tell how much there would be */
  return 0;
}

int cnet_platform_set_option(const uv_stream_t *uv, int level, int name, const void *value, uint32_t size) {
  uv_os_fd_t fd;

  int err = uv_fileno((const uv_handle_t *)uv, &fd);
  if (err) return err;
  return setsockopt(fd, level, name, value, size) == 0 ? 0 : uv_translate_sys_error(errno);
}

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

int cnet_platform_credentials(const uv_stream_t *uv, cnet_credentials_t *out) {
  uv_os_fd_t fd;

  int err = uv_fileno((const uv_handle_t *)uv, &fd);
  return err ? err : credentials_of(fd, out);
}
