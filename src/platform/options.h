/* options.h: socket options: those of any name, and those that have a function of their own. */
#ifndef CNET_PLATFORM_OPTIONS_H
#define CNET_PLATFORM_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

/* getsockopt(2) and setsockopt(2): 0 or a negative code; *size is the room for the value, and then its bytes. */
int cnet_platform_get_option(const uv_stream_t *uv, int level, int name, void *value, uint32_t *size);
int cnet_platform_set_option(const uv_stream_t *uv, int level, int name, const void *value, uint32_t size);

/*
 * SO_REUSEPORT, before bind: on the descriptor of `tcp`, or on one of `family` (4 or 6) made for it, as libuv makes
 * none before uv_tcp_bind(). UV_ENOTSUP where the kernel does not share connections out with it.
 */
int cnet_platform_reuse_port(uv_tcp_t *tcp, int family);

/*
 * Keep-alive: seconds before the first probe, seconds between probes, number of probes. With one of them 0 it is turned
 * on and all three stay what they are, as in Node (libuv docs, uv_tcp_keepalive_ex()).
 */
int cnet_platform_keep_alive(uv_stream_t *uv, bool enable, uint32_t delay, uint32_t interval, uint32_t count);

/* IPv4 type of service or IPv6 traffic class, 0 to 255. get: the value, or a negative code. */
int cnet_platform_set_tos(uv_stream_t *uv, int tos);
int cnet_platform_get_tos(uv_stream_t *uv);

/* Lets the close of a TCP connection be a reset: socket(7), SO_LINGER with 0. 0 or a negative code. */
int cnet_platform_reset_on_close(uv_stream_t *uv);

#endif
