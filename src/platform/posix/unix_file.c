/*
 * unix_file.c: the files of Unix domain sockets: bound with a mode, in the place of a dead one, removed by
 * the one that made them: Linux, macOS and the BSDs.
 *
 * A socket's file stays when its process is killed, and bind(2) then says EADDRINUSE for ever. Whether anybody has it
 * bound is asked by a connect() of a datagram socket: the kernel says ECONNREFUSED when nobody has, and EPROTOTYPE when
 * a stream socket has, also before it listens; no connection is made that its server would see.
 *
 * Between that and unlink(2) nobody else must do the same, or the second would remove the first one's new file: so
 * both are done under an advisory lock on the directory, flock(2), which leaves nothing behind and ends with the
 * process. Who finds nothing in the way needs no lock: bind(2) makes a file or fails.
 */
#include "unix_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "unix_socket.h"

#define LOCK_TRIES 1000 /* one a millisecond: who holds the lock needs it for a few calls of the kernel */

#define PERMISSIONS 0777

static cnet_file_id_t id_of(const uv_stat_t *info) {
  return (cnet_file_id_t){.device = info->st_dev, .inode = info->st_ino};
}

/* Whether there is a socket at `path`, not through a link, and if so which. By libuv: see cnet_platform_is_file(). */
static bool socket_at(const char *path, uv_stat_t *info) {
  uv_fs_t request;

  int err = uv_fs_lstat(NULL, &request, path, NULL);
  if (err == 0) *info = request.statbuf;
  uv_fs_req_cleanup(&request);
  return err == 0 && S_ISSOCK(info->st_mode);
}

static bool is_same(const uv_stat_t *info, const cnet_file_id_t *id) {
  return info->st_dev == id->device && info->st_ino == id->inode;
}

void cnet_platform_file_remove(const char *path, const cnet_file_id_t *made) {
  uv_stat_t info;
  if (socket_at(path, &info) && is_same(&info, made)) unlink(path);
}

/* --- the place of a dead one -------------------------------------------------------------------------------- */

/* The directory of `path`, locked: its descriptor, or a negative code. */
static int lock_directory(const char *path) {
  char directory[CNET_PATH_MAX];
  const char *slash = strrchr(path, '/');
  size_t length = slash == NULL ? 0 : (size_t)(slash - path);

  if (slash == path) length = 1; /* the root */
  memcpy(directory, length == 0 ? "." : path, length == 0 ? 1 : length);
  directory[length == 0 ? 1 : length] = '\0';
  int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return uv_translate_sys_error(errno);
  for (int i = 0; i < LOCK_TRIES && flock(fd, LOCK_EX | LOCK_NB) != 0; i++) {
    if (errno != EWOULDBLOCK && errno != EINTR) {
      int err = uv_translate_sys_error(errno);
      close(fd);
      return err;
    }
    if (i + 1 == LOCK_TRIES) {
      close(fd);
      return UV_EBUSY;
    }
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
  }
  return fd;
}

/* Whether nobody has the socket at this address bound. What cannot be found out (EACCES) counts as alive. */
static bool is_dead(const struct sockaddr_un *address) {
  int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
  if (fd < 0) return false;
  fcntl(fd, F_SETFD, FD_CLOEXEC);
  bool dead = connect(fd, (const struct sockaddr *)address, sizeof *address) != 0 && errno == ECONNREFUSED;
  close(fd);
  return dead;
}

static int bind_once(int fd, const struct sockaddr_un *address) {
  if (bind(fd, (const struct sockaddr *)address, sizeof *address) == 0) return 0;
  return errno == ENOENT ? UV_EACCES : uv_translate_sys_error(errno); /* as libuv, for Windows' sake */
}

/* --- binding ------------------------------------------------------------------------------------------------ */

/* A close-on-exec socket whose file will have no more than the permissions `mode`, or a negative code. */
static int make_socket(int mode) {
#ifdef SOCK_CLOEXEC
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
#else
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  if (fd >= 0) fcntl(fd, F_SETFD, FD_CLOEXEC);
#endif
  if (fd < 0) return uv_translate_sys_error(errno);
#if defined(__linux__)
  if (mode >= 0 && fchmod(fd, (mode_t)mode) != 0) { /* bind(2) makes the file of it, less the umask (unix(7)) */
    int err = uv_translate_sys_error(errno);
    close(fd);
    return err;
  }
#else
  (void)mode; /* set after bind(2); as nobody listens before listen(2), nobody can connect meanwhile */
#endif
  return fd;
}

/* Finds out which file was made, and gives it the permissions that the umask has kept from it. */
static int settle(const char *path, int mode, cnet_file_id_t *made) {
  uv_stat_t info;

  if (!socket_at(path, &info)) return UV_EACCES; /* somebody has removed it already */
  *made = id_of(&info);
  if (mode < 0 || (int)(info.st_mode & PERMISSIONS) == mode || chmod(path, (mode_t)mode) == 0) return 0;
  return uv_translate_sys_error(errno);
}

/* The address of a path; UV_EINVAL: it cannot be one. */
static int address_of(const char *name, size_t length, struct sockaddr_un *out) {
  *out = (struct sockaddr_un){.sun_family = AF_UNIX};
  if (length > sizeof out->sun_path || memchr(name, '\0', length) != NULL) return UV_EINVAL;
  memcpy(out->sun_path, name, length);
  return 0;
}

static int bind_file(const struct sockaddr_un *address, const char *name, int mode, cnet_file_id_t *made) {
  *made = (cnet_file_id_t){0, 0};
  int fd = make_socket(mode);
  if (fd < 0) return fd;
  int err = bind_once(fd, address);
  if (!err) {
    err = settle(name, mode, made);
    if (err) cnet_platform_file_remove(name, made);
  }
  if (!err) return fd;
  close(fd);
  return err;
}

int cnet_platform_file_bind(const char *name, size_t length, int mode, cnet_file_id_t *made) {
  struct sockaddr_un address;

  int err = address_of(name, length, &address);
  return err ? err : bind_file(&address, name, mode, made);
}

/* Removes what is in the way, with the directory locked: only what is a socket, and was one and the same throughout. */
static void remove_dead(const char *path, const struct sockaddr_un *address) {
  uv_stat_t before, after;

  if (!socket_at(path, &before) || !is_dead(address) || !socket_at(path, &after)) return;
  cnet_file_id_t id = id_of(&before);
  if (is_same(&after, &id)) unlink(path);
}

int cnet_platform_file_replace(const char *name, size_t length, int mode, cnet_keep_t keep, void *data) {
  struct sockaddr_un address;
  cnet_file_id_t made;

  int err = address_of(name, length, &address);
  int lock = err ? err : lock_directory(name);
  if (lock < 0) return lock;
  int fd = UV_ECANCELED;
  if (keep(data, -1, NULL)) { /* it may have waited for long */
    remove_dead(name, &address);
    fd = bind_file(&address, name, mode, &made);
  }
  if (fd >= 0 && !keep(data, fd, &made)) {
    cnet_platform_file_remove(name, &made);
    close(fd);
    fd = UV_ECANCELED;
  }
  close(lock);
  return fd;
}
