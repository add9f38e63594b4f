/* opening.h: what the handshake of a connection is to do besides: multipath TCP, data in the SYN. */
#ifndef CNET_OPENING_H
#define CNET_OPENING_H

#include "cnet.h"

struct cnet_opening {
  int sent; /* what cnet_opening_send() has said of the connection that came of it */
  size_t size;
  bool multipath, fast_open;
  char data[];
};

/*
 * Makes the descriptor of a handle that is to connect to an address of `family` (4 or 6), as is asked for. What the
 * kernel does not have is left out. 0, or the code of a socket that could not be made.
 */
int cnet_opening_prepare(const cnet_opening_t *opening, uv_tcp_t *tcp, int family);

/*
 * Right after uv_tcp_connect(): sends what may go with the SYN; how many bytes the kernel has taken, or the code that
 * the connection has failed with: libuv then does not hear of it, as the kernel tells an error once.
 */
int cnet_opening_send(const cnet_stream_t *stream, uv_stream_t *uv);

#endif
