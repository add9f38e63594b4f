/* unix_socket.h: Unix domain sockets: names, permissions, and who is at the other end. */
#ifndef CNET_PLATFORM_UNIX_SOCKET_H
#define CNET_PLATFORM_UNIX_SOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

/* Who is at the other end of a Unix socket, or of a named pipe. A negative number: the system does not tell. */
typedef struct cnet_credentials {
  int64_t pid, uid, gid;
} cnet_credentials_t;

/*
 * Binds `pipe` to `name` of `length` bytes; a leading zero byte is an abstract name (Linux). Names longer than
 * the kernel's are UV_EINVAL, never cut. *made: a file was made, to be unlinked by us.
 */
#define CNET_PATH_MAX 4096
int cnet_platform_pipe_bind(uv_pipe_t *pipe, const char *name, size_t length, bool *made);

/*
 * Connects `pipe` to a name, as above. 0: `cb` will be called; CNET_SETTLED: it is settled already, by *settled, and
 * `cb` will not be called; or the code of a name that is not one.
 */
#define CNET_SETTLED 1
int cnet_platform_pipe_connect(uv_connect_t *req, uv_pipe_t *pipe, const char *name, size_t length, uv_connect_cb cb,
                               int *settled);

/*
 * Gives the file of a bound pipe, `path`, the permissions that everyone is to have, and no others (chmod(2)); on
 * Windows, where `path` is NULL, everyone those of the pipe. UV_EINVAL: it is bound to no path, or to nobody's use.
 */
int cnet_platform_pipe_chmod(uv_pipe_t *pipe, const char *path, bool readable, bool writable);

/* Removes the file of a bound pipe. */
void cnet_platform_unlink(const char *path);

/*
 * The credentials of the peer; UV_ENOTCONN when there is none. `given`: the descriptor was made by others. Such a pipe
 * may be one of calls that wait (Windows): a question would wait for the read that is under way, so it is UV_ENOTSUP.
 */
int cnet_platform_credentials(const uv_stream_t *uv, bool given, cnet_credentials_t *out);

#endif
