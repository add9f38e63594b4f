/* descriptor.h: descriptors of handles and of the process: made, duplicated, closed, counted. */
#ifndef CNET_PLATFORM_DESCRIPTOR_H
#define CNET_PLATFORM_DESCRIPTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

/* The descriptor of `uv`, which stays its own, or a negative code: UV_ENOTSUP on Windows, as a HANDLE is none. */
int cnet_platform_fd(const uv_stream_t *uv);

/*
 * The descriptor of `uv`, or a negative code. libuv makes none before bind or connect: where there is none yet one is
 * made, of `family` (4 or 6) for TCP. On Windows 0 stands for the socket, and a pipe is UV_ENOTSUP.
 */
int cnet_platform_socket(uv_stream_t *uv, int family);

/*
 * Whether the process is out of descriptors. The system is asked only if the descriptor of `uv` is within CNET_RESERVE
 * of `limit`, which cnet_platform_limit() gives; a limit of 0 means that there is none.
 */
#define CNET_RESERVE 32
bool cnet_platform_exhausted(const uv_stream_t *uv, int limit);
int cnet_platform_limit(void);

/*
 * Whether a handle that is, or was to be, one end of a connection must never listen nor be bound to a path: what libuv
 * knows of it in one role lies in the memory of the other one (Windows), and it asserts, or takes one for the other.
 */
bool cnet_platform_has_one_role(void);

/*
 * uv_listen(); `again`: it listens already. What libuv does not look at itself, but asserts (Windows: a backlog of 1 or
 * more, and of a pipe that it does not listen), is settled before: 0 is the shortest queue, a negative one the longest,
 * as for listen(2) of Linux.
 */
int cnet_platform_listen(uv_stream_t *uv, int backlog, bool again, uv_connection_cb callback);

/*
 * uv_accept(). Windows: a listener for which no socket could be made listens no more, which libuv asserts when what has
 * waited is accepted: UV_EINVAL.
 */
int cnet_platform_accept(uv_stream_t *listener, uv_stream_t *client);

/*
 * uv_read_start(). Windows: libuv lets a pipe go 50 ms after its end was sent, if nothing has come meanwhile, and tells
 * the end; it asserts the pipe when it is to read after that: UV_ENOTCONN.
 */
int cnet_platform_read(uv_stream_t *uv, uv_alloc_cb allocate, uv_read_cb callback);

/* Why what connects cannot be connected again: UV_EALREADY; UV_EISCONN where Windows has made the connection already.
 */
int cnet_platform_connecting(const uv_stream_t *uv);

/* A close-on-exec duplicate of `fd`, or a negative code. */
int cnet_platform_dup(int fd);

/* Lets the descriptor `target`, which is open, be another one of what `fd` is, close-on-exec: 0 or a negative code. */
int cnet_platform_dup_onto(int fd, int target);

/*
 * A duplicate of what `uv` is open on, close-on-exec, that another loop can take over, or a negative code. On Windows
 * the number of a socket that is connected; UV_ENOTSUP for all else.
 */
int cnet_platform_copy(const uv_stream_t *uv);

/* Closes such a duplicate. */
void cnet_platform_close(int fd);

#endif
