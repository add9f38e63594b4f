/* tcp.h: what Linux has of TCP, and libuv has not: multipath, Fast Open, the user timeout (tcp(7)). */
#ifndef CNET_PLATFORM_TCP_H
#define CNET_PLATFORM_TCP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

/* Whether the kernel lets the close of a connection be a reset when it has bytes that nobody has read. */
bool cnet_platform_resets_unread(void);

/* The name of a peer that has reset the connection already; a negative code where the system does not tell it. */
int cnet_platform_gone_peer(const uv_stream_t *uv, struct sockaddr_storage *out);

/*
 * Gives a handle that has no descriptor one of `family` (4 or 6): of multipath TCP, if that is asked for and the kernel
 * has it, else of TCP. 0 or a negative code.
 */
int cnet_platform_tcp_open(uv_tcp_t *tcp, int family, bool multipath);

/* TCP Fast Open: of a listener for at most `queue` connections at once; of a handle that is to connect with -1. */
int cnet_platform_fast_open(uv_stream_t *uv, int queue);

/* Sends with the SYN of a connection that has just begun; the bytes that are taken, or the code that it has failed
 * with. */
int cnet_platform_send_early(uv_stream_t *uv, const char *data, size_t size);

/* 1: the SYN of this connection brought data that were taken; 0: not; or a negative code. */
int cnet_platform_used_fast_open(uv_stream_t *uv);

/* 1: this connection is one of multipath TCP at both ends; 0: not; or a negative code. */
int cnet_platform_is_multipath(uv_stream_t *uv);

/* TCP_USER_TIMEOUT, 0 to 2^31-1 ms; 0: the system's. get: the value, or a negative code. */
int cnet_platform_set_user_timeout(uv_stream_t *uv, int ms);
int cnet_platform_get_user_timeout(uv_stream_t *uv);

#endif
