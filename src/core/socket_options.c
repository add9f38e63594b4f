/* socket_options.c: socket options by name, and of streams, as in socket(7), tcp(7), ip(7), ipv6(7). */
#include "socket_options.h"

#include <string.h>

#include "descriptor.h"
#include "error_queue.h"
#include "internal.h"
#include "options.h"
#include "tcp.h"

#if defined(_WIN32)
#include <ws2tcpip.h>
#else
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#endif

#define ABSENT CNET_OPTION_ABSENT

/* Newer than the C library's headers may be; the numbers are those of Linux' own. */
#if defined(__linux__)
#ifndef SO_PREFER_BUSY_POLL
#define SO_PREFER_BUSY_POLL 69
#endif
#ifndef SO_BUSY_POLL_BUDGET
#define SO_BUSY_POLL_BUDGET 70
#endif
#ifndef SO_RESERVE_MEM
#define SO_RESERVE_MEM 73
#endif
#ifndef SO_TXREHASH
#define SO_TXREHASH 74
#endif
#ifndef SO_RCVMARK
#define SO_RCVMARK 75
#endif
#ifndef TCP_TX_DELAY
#define TCP_TX_DELAY 37
#endif
#ifndef IPV6_FREEBIND
#define IPV6_FREEBIND 78
#endif
#ifndef IP_LOCAL_PORT_RANGE
#define IP_LOCAL_PORT_RANGE 51
#endif
#endif

/* Those of Windows that older headers lack (ws2ipdef.h). */
#if defined(_WIN32)
#ifndef TCP_KEEPIDLE
#define TCP_KEEPIDLE 3
#endif
#ifndef TCP_MAXSEG
#define TCP_MAXSEG 4
#endif
#ifndef TCP_MAXRT
#define TCP_MAXRT 5
#endif
#ifndef TCP_TIMESTAMPS
#define TCP_TIMESTAMPS 10
#endif
#ifndef TCP_MAXRTMS
#define TCP_MAXRTMS 14
#endif
#ifndef TCP_KEEPCNT
#define TCP_KEEPCNT 16
#endif
#ifndef TCP_KEEPINTVL
#define TCP_KEEPINTVL 17
#endif
#ifndef TCP_FAIL_CONNECT_ON_ICMP_ERROR
#define TCP_FAIL_CONNECT_ON_ICMP_ERROR 18
#endif
#ifndef IPV6_TCLASS
#define IPV6_TCLASS 39
#endif
#ifndef IP_MTU_DISCOVER
#define IP_MTU_DISCOVER 71
#endif
#ifndef IPV6_MTU_DISCOVER
#define IPV6_MTU_DISCOVER 71
#endif
#ifndef IPV6_MTU
#define IPV6_MTU 72
#endif
#ifndef IP_MTU
#define IP_MTU 73
#endif
#endif

#if !defined(TCP_KEEPIDLE) && defined(TCP_KEEPALIVE) /* macOS */
#define TCP_KEEPIDLE TCP_KEEPALIVE
#elif !defined(TCP_KEEPIDLE)
#define TCP_KEEPIDLE ABSENT
#endif
#if !defined(TCP_KEEPINTVL)
#define TCP_KEEPINTVL ABSENT
#endif
#if !defined(TCP_KEEPCNT)
#define TCP_KEEPCNT ABSENT
#endif

#if defined(_WIN32)
#define LINGER_KIND CNET_OPTION_LINGER16
#else
#define LINGER_KIND CNET_OPTION_LINGER
#endif

#define COMMON_OPTIONS(X) \
  X(SOL_SOCKET, SO_ACCEPTCONN, CNET_OPTION_FLAG) \
  X(SOL_SOCKET, SO_DEBUG, CNET_OPTION_FLAG) \
  X(SOL_SOCKET, SO_DONTROUTE, CNET_OPTION_FLAG) \
  X(SOL_SOCKET, SO_ERROR, CNET_OPTION_INT) \
  X(SOL_SOCKET, SO_KEEPALIVE, CNET_OPTION_FLAG) \
  X(SOL_SOCKET, SO_LINGER, LINGER_KIND) \
  X(SOL_SOCKET, SO_OOBINLINE, CNET_OPTION_FLAG) \
  X(SOL_SOCKET, SO_RCVBUF, CNET_OPTION_INT) \
  X(SOL_SOCKET, SO_RCVLOWAT, CNET_OPTION_INT) \
  X(SOL_SOCKET, SO_REUSEADDR, CNET_OPTION_FLAG) \
  X(SOL_SOCKET, SO_SNDBUF, CNET_OPTION_INT) \
  X(SOL_SOCKET, SO_SNDLOWAT, CNET_OPTION_INT) \
  X(SOL_SOCKET, SO_TYPE, CNET_OPTION_INT) \
  X(IPPROTO_TCP, TCP_KEEPCNT, CNET_OPTION_INT) \
  X(IPPROTO_TCP, TCP_KEEPIDLE, CNET_OPTION_INT) \
  X(IPPROTO_TCP, TCP_KEEPINTVL, CNET_OPTION_INT) \
  X(IPPROTO_TCP, TCP_MAXSEG, CNET_OPTION_INT) \
  X(IPPROTO_TCP, TCP_NODELAY, CNET_OPTION_FLAG) \
  X(IPPROTO_IP, IP_TOS, CNET_OPTION_INT) \
  X(IPPROTO_IP, IP_TTL, CNET_OPTION_INT) \
  X(IPPROTO_IPV6, IPV6_TCLASS, CNET_OPTION_INT) \
  X(IPPROTO_IPV6, IPV6_UNICAST_HOPS, CNET_OPTION_INT) \
  X(IPPROTO_IPV6, IPV6_V6ONLY, CNET_OPTION_FLAG)

#define POSIX_OPTIONS(X) X(SOL_SOCKET, SO_REUSEPORT, CNET_OPTION_FLAG)

/* Of Linux and Windows. */
#define MTU_OPTIONS(X) \
  X(IPPROTO_IP, IP_MTU, CNET_OPTION_INT) \
  X(IPPROTO_IP, IP_MTU_DISCOVER, CNET_OPTION_INT) \
  X(IPPROTO_IPV6, IPV6_MTU, CNET_OPTION_INT) \
  X(IPPROTO_IPV6, IPV6_MTU_DISCOVER, CNET_OPTION_INT)

#define WINDOWS_OPTIONS(X) \
  X(SOL_SOCKET, SO_EXCLUSIVEADDRUSE, CNET_OPTION_FLAG) \
  X(IPPROTO_TCP, TCP_FAIL_CONNECT_ON_ICMP_ERROR, CNET_OPTION_FLAG) \
  X(IPPROTO_TCP, TCP_MAXRT, CNET_OPTION_INT) \
  X(IPPROTO_TCP, TCP_MAXRTMS, CNET_OPTION_INT) \
  X(IPPROTO_TCP, TCP_TIMESTAMPS, CNET_OPTION_FLAG)

#define LINUX_OPTIONS(X) \
  X(SOL_SOCKET, SO_BINDTODEVICE, CNET_OPTION_TEXT) \
  X(SOL_SOCKET, SO_BUSY_POLL, CNET_OPTION_INT) \
  X(SOL_SOCKET, SO_BUSY_POLL_BUDGET, CNET_OPTION_INT) \
  X(SOL_SOCKET, SO_COOKIE, CNET_OPTION_UINT64) \
  X(SOL_SOCKET, SO_DOMAIN, CNET_OPTION_INT) \
  X(SOL_SOCKET, SO_INCOMING_CPU, CNET_OPTION_INT) \
  X(SOL_SOCKET, SO_INCOMING_NAPI_ID, CNET_OPTION_UINT) \
  X(SOL_SOCKET, SO_MARK, CNET_OPTION_UINT) \
  X(SOL_SOCKET, SO_MAX_PACING_RATE, CNET_OPTION_UINT) \
  X(SOL_SOCKET, SO_PASSCRED, CNET_OPTION_FLAG) \
  X(SOL_SOCKET, SO_PEERSEC, CNET_OPTION_TEXT) \
  X(SOL_SOCKET, SO_PREFER_BUSY_POLL, CNET_OPTION_FLAG) \
  X(SOL_SOCKET, SO_PRIORITY, CNET_OPTION_INT) \
  X(SOL_SOCKET, SO_PROTOCOL, CNET_OPTION_INT) \
  X(SOL_SOCKET, SO_RCVBUFFORCE, CNET_OPTION_INT) \
  X(SOL_SOCKET, SO_RCVMARK, CNET_OPTION_FLAG) \
  X(SOL_SOCKET, SO_RESERVE_MEM, CNET_OPTION_INT) \
  X(SOL_SOCKET, SO_SNDBUFFORCE, CNET_OPTION_INT) \
  X(SOL_SOCKET, SO_TXREHASH, CNET_OPTION_INT) \
  X(IPPROTO_TCP, TCP_CONGESTION, CNET_OPTION_TEXT) \
  X(IPPROTO_TCP, TCP_CORK, CNET_OPTION_FLAG) \
  X(IPPROTO_TCP, TCP_DEFER_ACCEPT, CNET_OPTION_INT) \
  X(IPPROTO_TCP, TCP_FASTOPEN, CNET_OPTION_INT) \
  X(IPPROTO_TCP, TCP_FASTOPEN_CONNECT, CNET_OPTION_FLAG) \
  X(IPPROTO_TCP, TCP_FASTOPEN_NO_COOKIE, CNET_OPTION_FLAG) \
  X(IPPROTO_TCP, TCP_LINGER2, CNET_OPTION_INT) \
  X(IPPROTO_TCP, TCP_NOTSENT_LOWAT, CNET_OPTION_UINT) \
  X(IPPROTO_TCP, TCP_QUICKACK, CNET_OPTION_FLAG) \
  X(IPPROTO_TCP, TCP_SAVE_SYN, CNET_OPTION_INT) \
  X(IPPROTO_TCP, TCP_SYNCNT, CNET_OPTION_INT) \
  X(IPPROTO_TCP, TCP_THIN_LINEAR_TIMEOUTS, CNET_OPTION_FLAG) \
  X(IPPROTO_TCP, TCP_TX_DELAY, CNET_OPTION_INT) \
  X(IPPROTO_TCP, TCP_ULP, CNET_OPTION_TEXT) \
  X(IPPROTO_TCP, TCP_USER_TIMEOUT, CNET_OPTION_UINT) \
  X(IPPROTO_TCP, TCP_WINDOW_CLAMP, CNET_OPTION_INT) \
  X(IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, CNET_OPTION_FLAG) \
  X(IPPROTO_IP, IP_FREEBIND, CNET_OPTION_FLAG) \
  X(IPPROTO_IP, IP_LOCAL_PORT_RANGE, CNET_OPTION_UINT) \
  X(IPPROTO_IP, IP_MINTTL, CNET_OPTION_INT) \
  X(IPPROTO_IP, IP_RECVERR, CNET_OPTION_FLAG) \
  X(IPPROTO_IP, IP_TRANSPARENT, CNET_OPTION_FLAG) \
  X(IPPROTO_IPV6, IPV6_FREEBIND, CNET_OPTION_FLAG) \
  X(IPPROTO_IPV6, IPV6_RECVERR, CNET_OPTION_FLAG) \
  X(IPPROTO_IPV6, IPV6_TRANSPARENT, CNET_OPTION_FLAG)

#define HAVE(level, name, type) {#name, level, name, type},
#define HAVE_NOT(level, name, type) {#name, 0, ABSENT, type},
#if defined(_WIN32)
#define IF_POSIX HAVE_NOT
#define IF_WINDOWS HAVE
#else
#define IF_POSIX HAVE
#define IF_WINDOWS HAVE_NOT
#endif
#if defined(__linux__)
#define IF_LINUX HAVE
#else
#define IF_LINUX HAVE_NOT
#endif
#if defined(__linux__) || defined(_WIN32)
#define IF_MTU HAVE
#else
#define IF_MTU HAVE_NOT
#endif

static const cnet_option_t TABLE[] = {COMMON_OPTIONS(HAVE) POSIX_OPTIONS(IF_POSIX) MTU_OPTIONS(IF_MTU)
                                          LINUX_OPTIONS(IF_LINUX) WINDOWS_OPTIONS(IF_WINDOWS)};

const cnet_option_t *cnet_option_find(const char *name) {
  for (size_t i = 0; i < sizeof TABLE / sizeof *TABLE; i++)
    if (strcmp(TABLE[i].name, name) == 0) return &TABLE[i];
  return NULL;
}

size_t cnet_option_all(const cnet_option_t **out) {
  *out = TABLE;
  return sizeof TABLE / sizeof *TABLE;
}

int cnet_get_option(const cnet_stream_t *stream, int level, int number, void *value, uint32_t *size) {
  return cnet_platform_get_option(stream->uv, level, number, value, size);
}

int cnet_set_option(cnet_stream_t *stream, int level, int number, const void *value, uint32_t size) {
  int err = cnet_platform_set_option(stream->uv, level, number, value, size);
  if (!err) cnet_error_queue_watch(stream);
  return err;
}

int cnet_make_socket(cnet_stream_t *stream, int family, bool multipath) {
  if (stream->flags & CNET_CLOSING) return UV_EBADF;
  if (stream->flags & CNET_CONNECTING) return UV_EBUSY;
  if (stream->kind == CNET_TCP && multipath) cnet_platform_tcp_open((uv_tcp_t *)stream->uv, family, true);
  int fd = cnet_platform_socket(stream->uv, family);
  return fd < 0 ? fd : 0;
}

/* --- those of TCP that have a function of their own ------------------------------------------------------------ */

int cnet_set_no_delay(cnet_stream_t *stream, bool enable) {
  return stream->kind == CNET_TCP ? uv_tcp_nodelay((uv_tcp_t *)stream->uv, enable) : UV_EBADF;
}

int cnet_set_keep_alive(cnet_stream_t *stream, bool enable, uint32_t delay, uint32_t interval, uint32_t count) {
  if (stream->kind != CNET_TCP) return UV_EBADF;
  return cnet_platform_keep_alive(stream->uv, enable, delay, interval, count);
}

int cnet_set_type_of_service(cnet_stream_t *stream, int value) {
  return stream->kind == CNET_TCP ? cnet_platform_set_tos(stream->uv, value) : UV_EBADF;
}

int cnet_get_type_of_service(const cnet_stream_t *stream) {
  return stream->kind == CNET_TCP ? cnet_platform_get_tos(stream->uv) : UV_EBADF;
}

int cnet_set_user_timeout(cnet_stream_t *stream, int ms) {
  return stream->kind == CNET_TCP ? cnet_platform_set_user_timeout(stream->uv, ms) : UV_EBADF;
}

int cnet_get_user_timeout(const cnet_stream_t *stream) {
  return stream->kind == CNET_TCP ? cnet_platform_get_user_timeout(stream->uv) : UV_EBADF;
}

int cnet_set_fast_open_queue(cnet_stream_t *listener, int queue) {
  if (listener->kind != CNET_TCP) return UV_EBADF;
  return queue < 0 ? UV_EINVAL : cnet_platform_fast_open(listener->uv, queue);
}

int cnet_used_fast_open(const cnet_stream_t *stream) {
  return stream->kind == CNET_TCP ? cnet_platform_used_fast_open(stream->uv) : UV_EBADF;
}

int cnet_is_multipath(const cnet_stream_t *stream) {
  return stream->kind == CNET_TCP ? cnet_platform_is_multipath(stream->uv) : UV_EBADF;
}
