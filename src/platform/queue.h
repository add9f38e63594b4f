/* queue.h: what the kernel has queued for a socket, bytes and messages of the error queue, and its TCP statistics. */
#ifndef CNET_PLATFORM_QUEUE_H
#define CNET_PLATFORM_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

/*
 * Whether the kernel has something for `uv` now: bytes, the end or an error; with `room` also whether it takes bytes,
 * or a connection that is being made is settled. 1, 0, or a negative code: it cannot be asked.
 */
int cnet_platform_ready(const uv_stream_t *uv, bool room);

/* Bytes that were received and not read; 0 where it does not tell, or a negative code. */
int cnet_platform_unread(uv_stream_t *uv);

/* Bytes in the kernel that wait, to be read or to be taken by the peer; 0 where it does not tell, or a negative code.
 */
int cnet_platform_queued(uv_stream_t *uv);

/* Milliseconds since the last byte of a TCP connection, sent or received (Linux, tcp(7), TCP_INFO); or a negative code.
 */
int32_t cnet_platform_quiet(uv_stream_t *uv);

/*
 * What the system knows of a TCP connection, as the bytes of its own struct: TCP_INFO of Linux (tcp(7)), TCP_INFO_v0 of
 * Windows (mstcpip.h). *size is the room, and then how many bytes there are. 0 or a negative code; UV_ENOTSUP: the
 * system has no such call.
 */
int cnet_platform_tcp_info(const uv_stream_t *uv, void *out, uint32_t *size);

/* Whether the kernel may put messages into the error queue of the socket (recvmsg(2), MSG_ERRQUEUE): timestamps and
 * such. */
bool cnet_platform_has_error_queue(const uv_stream_t *uv);

/* Reads some messages of that queue, and throws them away: how many, at most CNET_DRAINED_AT_ONCE. */
#define CNET_DRAINED_AT_ONCE 64
int cnet_platform_drain_errors(int fd);

#endif
