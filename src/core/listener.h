/* listener.h: listening, accepting, and who may come in. */
#ifndef CNET_CORE_LISTENER_H
#define CNET_CORE_LISTENER_H

#include "stream.h"

/* Flags of cnet_bind(). */
#define CNET_BIND_IPV6ONLY 1u
#define CNET_BIND_REUSEPORT 2u
#define CNET_BIND_MULTIPATH 4u /* a socket of multipath TCP, where the kernel has it */

/*
 * Binds to a local address of `family`, 4 or 6 (NULL: any), and a port of 0 to 65535. As uv_tcp_bind(), it leaves
 * EADDRINUSE to the next call. 0 or a negative code.
 */
int cnet_bind(cnet_stream_t *stream, const char *address, size_t length, int32_t port, int family, unsigned flags);

/* Binds to a path, whose file goes with the stream; a leading zero byte is an abstract name. 0 or a negative code. */
int cnet_bind_path(cnet_stream_t *stream, const char *path, size_t length);

#define CNET_BIND_WAITS 1
#define CNET_BIND_NO_MODE (-1) /* the permissions of the umask */

/*
 * The same with the permissions `mode` of 0 to 0777, or CNET_BIND_NO_MODE, which the file never exceeds; it goes with
 * the stream unless another one is in its place by then. With `replace` the file of a dead server is replaced: then
 * perhaps CNET_BIND_WAITS, and host->bound() tells. The path ends with a zero byte. 0 or a negative code.
 */
int cnet_bind_file(cnet_stream_t *stream, const char *path, int mode, bool replace);

/* Permissions for everybody on the path that the stream has bound (chmod(2)). 0 or a negative code. */
int cnet_chmod(cnet_stream_t *stream, bool readable, bool writable);

/*
 * Listens, also where it does already. 0; UV_EBUSY: a connection waits until the listener is let go; UV_EINVAL: it is
 * connected, or was used; or another code.
 */
int cnet_listen(cnet_stream_t *stream, int backlog);

/* How many connections may still come; negative: no limit. 0 or UV_ENOMEM. */
int cnet_set_room(cnet_stream_t *listener, int32_t room);

/*
 * While it is paused a listener accepts nobody: who comes waits in the kernel's queue. Those that libuv has told of
 * meanwhile are accepted before cnet_pause(listener, false) returns, by callbacks.
 */
void cnet_pause(cnet_stream_t *listener, bool paused);

/* Whose processes may connect to a path: `count` user numbers, which are copied. 0, UV_EBADF or UV_ENOMEM. */
int cnet_set_allowed_users(cnet_stream_t *listener, const uint32_t *users, size_t count);

/* Who is at the other end of a Unix socket. 0 or a negative code. */
int cnet_peer_credentials(const cnet_stream_t *stream, cnet_credentials_t *out);

#endif
