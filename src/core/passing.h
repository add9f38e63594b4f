/* passing.h: descriptors that travel with the bytes of a Unix domain socket (unix(7), SCM_RIGHTS). */
#ifndef CNET_CORE_PASSING_H
#define CNET_CORE_PASSING_H

#include "ancillary.h"
#include "stream.h"

/* From the next cnet_read_start() on descriptors are received too. 0; UV_EALREADY: it has been used; or another code.
 */
int cnet_receive_descriptors(cnet_stream_t *stream);

/*
 * Sends bytes, of which there are some, and `count` descriptors with the first of them: how many bytes have gone; 0:
 * nothing has, and host->ended() of CNET_WRITE says when to call again; or a negative code. The descriptors stay the
 * caller's.
 */
ssize_t cnet_send_descriptors(cnet_stream_t *stream, const uv_buf_t *bytes, const int *fds, int count);

/* Whether it can be called now: 0, UV_EBUSY, UV_EBADF or UV_ENOTCONN. */
int cnet_passing_ready(const cnet_stream_t *stream);

#endif
