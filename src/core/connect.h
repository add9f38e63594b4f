/* connect.h: connecting, to one address after the other or to several at once, and to a path. */
#ifndef CNET_CORE_CONNECT_H
#define CNET_CORE_CONNECT_H

#include "address.h"
#include "socket_options.h"
#include "stream.h"

/* What connect() is to do. The core copies what it needs, but for `socket_options`, which it takes over. */
typedef struct cnet_connect_options {
  const struct sockaddr_storage *addresses; /* with their port */
  uint32_t count;                           /* from 1 */
  uint64_t delay;            /* ms: the time limit of each attempt but the last; of a race from one start to the next */
  bool race;                 /* several at once (RFC 8305, section 5) */
  const char *local_address; /* a text without a zero byte in it; NULL or empty: any */
  double local_port;         /* any number, as the program gave it; 0: any */
  cnet_socket_options_t *socket_options; /* set on each socket before it connects; NULL: none */
  bool told;                             /* the host knows that the first address is tried: it is not told so */
} cnet_connect_options_t;

/*
 * Whether it can connect now: 0, UV_EBADF (another kind), UV_EINVAL (it listens), UV_EBUSY, or, where it connects, what
 * cnet_platform_connecting() says.
 */
int cnet_connectable(const cnet_stream_t *stream, cnet_kind_t kind);

/*
 * Connects. Each step goes to host->attempt(), the first before this returns; a connection to host->connected(). 0, or
 * a negative code, and nothing has begun: `socket_options` are freed all the same.
 */
int cnet_connect(cnet_stream_t *stream, const cnet_connect_options_t *options);

/* The same to a path of `length` bytes, or with a leading zero byte to an abstract name. */
int cnet_connect_path(cnet_stream_t *stream, const char *path, size_t length);

/*
 * Ends the attempt, if there is one: the stream stays as one that has not connected, and the host goes on by itself.
 * When its handle has been dialled it can neither listen nor go to more than one address.
 */
void cnet_abandon(cnet_stream_t *stream);

/* Whether the kernel has an answer to what the stream is trying, of which this turn of the loop is yet to tell. */
bool cnet_connect_is_settled(const cnet_stream_t *stream);

/*
 * Of cnet_connect() to come: multipath TCP; and with `fast_open` TCP Fast Open, whose data are at most the first 16 KiB
 * of `bytes`, which are copied. 0, UV_EBADF, UV_EALREADY (it connects) or UV_ENOMEM.
 */
int cnet_set_early_data(cnet_stream_t *stream, bool multipath, bool fast_open, const void *bytes, size_t size);

/* How many of these bytes the peer has, or will have; or the code that the connection has failed with. */
int cnet_early_data_sent(const cnet_stream_t *stream);

#endif
