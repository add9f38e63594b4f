/*
 * option.c: socket options by name, as in socket(7), tcp(7), ip(7), ipv6(7); reading and setting them.
 *
 * The table says what an option is to lib/socket-options.js, which makes its value of bytes, and bytes of its value.
 */
#include <string.h>

#include "exports.h"
#include "option.h"

#if !defined(_WIN32)
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#endif

/* What the value is; lib/socket-options.js has the same numbers. */
enum {
  AS_FLAG,   /* an int: 0 or another number */
  AS_INT,    /* an int */
  AS_UINT,   /* 32 bits without a sign */
  AS_TEXT,   /* characters, with a final zero or without */
  AS_LINGER, /* struct linger */
  AS_UINT64,
};

#define ABSENT (-1) /* number of an option that this system does not have */

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

#define POSIX_OPTIONS(X) \
  X(SOL_SOCKET, SO_ACCEPTCONN, AS_FLAG) \
  X(SOL_SOCKET, SO_DEBUG, AS_FLAG) \
  X(SOL_SOCKET, SO_DONTROUTE, AS_FLAG) \
  X(SOL_SOCKET, SO_ERROR, AS_INT) \
  X(SOL_SOCKET, SO_KEEPALIVE, AS_FLAG) \
  X(SOL_SOCKET, SO_LINGER, AS_LINGER) \
  X(SOL_SOCKET, SO_OOBINLINE, AS_FLAG) \
  X(SOL_SOCKET, SO_RCVBUF, AS_INT) \
  X(SOL_SOCKET, SO_RCVLOWAT, AS_INT) \
  X(SOL_SOCKET, SO_REUSEADDR, AS_FLAG) \
  X(SOL_SOCKET, SO_REUSEPORT, AS_FLAG) \
  X(SOL_SOCKET, SO_SNDBUF, AS_INT) \
  X(SOL_SOCKET, SO_SNDLOWAT, AS_INT) \
  X(SOL_SOCKET, SO_TYPE, AS_INT) \
  X(IPPROTO_TCP, TCP_KEEPCNT, AS_INT) \
  X(IPPROTO_TCP, TCP_KEEPIDLE, AS_INT) \
  X(IPPROTO_TCP, TCP_KEEPINTVL, AS_INT) \
  X(IPPROTO_TCP, TCP_MAXSEG, AS_INT) \
  X(IPPROTO_TCP, TCP_NODELAY, AS_FLAG) \
  X(IPPROTO_IP, IP_TOS, AS_INT) \
  X(IPPROTO_IP, IP_TTL, AS_INT) \
  X(IPPROTO_IPV6, IPV6_TCLASS, AS_INT) \
  X(IPPROTO_IPV6, IPV6_UNICAST_HOPS, AS_INT) \
  X(IPPROTO_IPV6, IPV6_V6ONLY, AS_FLAG)

#define LINUX_OPTIONS(X) \
  X(SOL_SOCKET, SO_BINDTODEVICE, AS_TEXT) \
  X(SOL_SOCKET, SO_BUSY_POLL, AS_INT) \
  X(SOL_SOCKET, SO_BUSY_POLL_BUDGET, AS_INT) \
  X(SOL_SOCKET, SO_COOKIE, AS_UINT64) \
  X(SOL_SOCKET, SO_DOMAIN, AS_INT) \
  X(SOL_SOCKET, SO_INCOMING_CPU, AS_INT) \
  X(SOL_SOCKET, SO_INCOMING_NAPI_ID, AS_UINT) \
  X(SOL_SOCKET, SO_MARK, AS_UINT) \
  X(SOL_SOCKET, SO_MAX_PACING_RATE, AS_UINT) \
  X(SOL_SOCKET, SO_PASSCRED, AS_FLAG) \
  X(SOL_SOCKET, SO_PEERSEC, AS_TEXT) \
  X(SOL_SOCKET, SO_PREFER_BUSY_POLL, AS_FLAG) \
  X(SOL_SOCKET, SO_PRIORITY, AS_INT) \
  X(SOL_SOCKET, SO_PROTOCOL, AS_INT) \
  X(SOL_SOCKET, SO_RCVBUFFORCE, AS_INT) \
  X(SOL_SOCKET, SO_RCVMARK, AS_FLAG) \
  X(SOL_SOCKET, SO_RESERVE_MEM, AS_INT) \
  X(SOL_SOCKET, SO_SNDBUFFORCE, AS_INT) \
  X(SOL_SOCKET, SO_TXREHASH, AS_INT) \
  X(IPPROTO_TCP, TCP_CONGESTION, AS_TEXT) \
  X(IPPROTO_TCP, TCP_CORK, AS_FLAG) \
  X(IPPROTO_TCP, TCP_DEFER_ACCEPT, AS_INT) \
  X(IPPROTO_TCP, TCP_FASTOPEN, AS_INT) \
  X(IPPROTO_TCP, TCP_FASTOPEN_CONNECT, AS_FLAG) \
  X(IPPROTO_TCP, TCP_FASTOPEN_NO_COOKIE, AS_FLAG) \
  X(IPPROTO_TCP, TCP_LINGER2, AS_INT) \
  X(IPPROTO_TCP, TCP_NOTSENT_LOWAT, AS_UINT) \
  X(IPPROTO_TCP, TCP_QUICKACK, AS_FLAG) \
  X(IPPROTO_TCP, TCP_SAVE_SYN, AS_INT) \
  X(IPPROTO_TCP, TCP_SYNCNT, AS_INT) \
  X(IPPROTO_TCP, TCP_THIN_LINEAR_TIMEOUTS, AS_FLAG) \
  X(IPPROTO_TCP, TCP_TX_DELAY, AS_INT) \
  X(IPPROTO_TCP, TCP_ULP, AS_TEXT) \
  X(IPPROTO_TCP, TCP_USER_TIMEOUT, AS_UINT) \
  X(IPPROTO_TCP, TCP_WINDOW_CLAMP, AS_INT) \
  X(IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, AS_FLAG) \
  X(IPPROTO_IP, IP_FREEBIND, AS_FLAG) \
  X(IPPROTO_IP, IP_LOCAL_PORT_RANGE, AS_UINT) \
  X(IPPROTO_IP, IP_MINTTL, AS_INT) \
  X(IPPROTO_IP, IP_MTU, AS_INT) \
  X(IPPROTO_IP, IP_MTU_DISCOVER, AS_INT) \
  X(IPPROTO_IP, IP_RECVERR, AS_FLAG) \
  X(IPPROTO_IP, IP_TRANSPARENT, AS_FLAG) \
  X(IPPROTO_IPV6, IPV6_FREEBIND, AS_FLAG) \
  X(IPPROTO_IPV6, IPV6_MTU, AS_INT) \
  X(IPPROTO_IPV6, IPV6_MTU_DISCOVER, AS_INT) \
  X(IPPROTO_IPV6, IPV6_RECVERR, AS_FLAG) \
  X(IPPROTO_IPV6, IPV6_TRANSPARENT, AS_FLAG)

#define HAVE(level, name, type) {#name, level, name, type},
#define HAVE_NOT(level, name, type) {#name, 0, ABSENT, type},
#if defined(_WIN32)
#define IF_POSIX HAVE_NOT
#else
#define IF_POSIX HAVE
#endif
#if defined(__linux__)
#define IF_LINUX HAVE
#else
#define IF_LINUX HAVE_NOT
#endif

static const struct {
  const char *name;
  int level, number, type;
} table[] = {POSIX_OPTIONS(IF_POSIX) LINUX_OPTIONS(IF_LINUX)};

/* A value of this many bytes is the longest that is read or set; none is known to have more. */
#define MAX_VALUE (64 * 1024)

/* --- from JavaScript ------------------------------------------------------------------------------------------- */

static void set_int(napi_env napi, napi_value object, const char *name, int32_t value) {
  napi_set_named_property(napi, object, name, cnet_int(napi, value)); /* or an exception is pending: it is thrown */
}

/*
 * findOption(name, out): sets level and number of the option on the object `out`. The kind of its value, AS_…;
 * UV_ENOENT: no option is called so; UV_ENOTSUP: this system does not have it
 */
napi_value cnet_js_find_option(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  char name[64];

  int length = cnet_arg_string(&call, 0, name, sizeof name);
  if (length < 0 || strlen(name) != (size_t)length) return cnet_int(napi, UV_ENOENT); /* a zero inside */
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    if (strcmp(table[i].name, name) != 0) continue;
    if (table[i].number == ABSENT) return cnet_int(napi, UV_ENOTSUP);
    set_int(napi, call.argv[1], "level", table[i].level);
    set_int(napi, call.argv[1], "number", table[i].number);
    return cnet_int(napi, table[i].type);
  }
  return cnet_int(napi, UV_ENOENT);
}

/* optionNames(): those that this system has */
napi_value cnet_js_option_names(napi_env napi, napi_callback_info info) {
  napi_value names;
  uint32_t count = 0;
  (void)info;

  if (napi_create_array(napi, &names) != napi_ok) return NULL;
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    if (table[i].number == ABSENT) continue;
    if (napi_set_element(napi, names, count++, cnet_string(napi, table[i].name, NAPI_AUTO_LENGTH)) != napi_ok)
      return NULL;
  }
  return names;
}

/*
 * The arguments of the two functions that follow: (id, level, number, bytes). The stream; NULL, and why in *err, when
 * they are not such.
 */
static cnet_stream_t *read_arguments(const cnet_call_t *call, int32_t *level, int32_t *number, void **data,
                                     uint32_t *size, int *err) {
  cnet_stream_t *stream = cnet_arg_stream(call);
  size_t length = 0;

  *level = cnet_arg_int(call, 1, -1);
  *number = cnet_arg_int(call, 2, -1);
  *err = stream == NULL ? UV_EBADF : UV_EINVAL;
  if (stream == NULL || !cnet_bytes(call->napi, call->argv[3], data, &length) || length > MAX_VALUE) return NULL;
  *size = (uint32_t)length;
  return stream;
}

/* getOption(id, level, number, bytes): how many of the bytes have been written (getsockopt(2)) */
napi_value cnet_js_get_option(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  int32_t level, number;
  uint32_t size = 0;
  void *data = NULL;
  int err;

  cnet_stream_t *stream = read_arguments(&call, &level, &number, &data, &size, &err);
  if (stream != NULL) err = cnet_platform_get_option(stream->uv, level, number, data, &size);
  return cnet_int(napi, err ? err : (int32_t)size);
}

/* setOption(id, level, number, bytes) (setsockopt(2)) */
napi_value cnet_js_set_option(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  int32_t level, number;
  uint32_t size = 0;
  void *data = NULL;
  int err;

  cnet_stream_t *stream = read_arguments(&call, &level, &number, &data, &size, &err);
  if (stream != NULL) err = cnet_platform_set_option(stream->uv, level, number, data, size);
  if (err == 0) cnet_error_queue_watch(stream);
  return cnet_int(napi, err);
}

/*
 * makeSocket(id, family, multipath): makes the descriptor of a stream that has none yet, of TCP for `family` 4 or 6;
 * multipath: of multipath TCP, where the kernel has it
 */
napi_value cnet_js_make_socket(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  if (stream->attempt != NULL) return cnet_int(napi, UV_EBUSY);
  int family = cnet_arg_int(&call, 1, 4);
  if (stream->kind == CNET_TCP && cnet_arg_bool(&call, 2)) cnet_platform_tcp_open((uv_tcp_t *)stream->uv, family, true);
  int fd = cnet_platform_socket(stream->uv, family);
  return cnet_int(napi, fd < 0 ? fd : 0);
}
