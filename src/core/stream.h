/* stream.h: sockets and listeners, of TCP and of Unix domain sockets: opened, asked, closed. */
#ifndef CNET_CORE_STREAM_H
#define CNET_CORE_STREAM_H

#include "block_list.h"
#include "loop.h"

/*
 * A new stream. `argument` goes to host->opened(). 0 and *out, or a negative code. It lives until the loop turns after
 * host->stream_closed(): whoever closes it may use it until he returns to the loop.
 */
int cnet_open(cnet_loop_t *loop, cnet_kind_t kind, const void *argument, cnet_stream_t **out);

/*
 * Gives it the open descriptor `fd`. 0; on an error, a negative code, that stays the caller's. UV_EINVAL: it is not one
 * of the stream's kind. UV_EBUSY: the stream connects.
 */
int cnet_adopt(cnet_stream_t *stream, int fd);

/*
 * The same for a fresh stream, of what is known to be of its kind: a duplicate of another stream's descriptor.
 * `has_errors`: it may have an error queue (error_queue.h), as it may when that one is watched.
 */
int cnet_adopt_copy(cnet_stream_t *stream, int fd, bool has_errors);

/*
 * Begins to close it, and ends what hangs on it; `reset`: by a TCP RST. 0, or the code of a reset that could not be
 * made: it is closed all the same. UV_EBADF: it is being closed already. From then on it can be asked what it is, and
 * nothing can be begun with it: whoever tries is told a negative code.
 */
int cnet_close(cnet_stream_t *stream, bool reset);

/* The close of a TCP connection will be a reset. 0 or a negative code. */
int cnet_reset_on_close(cnet_stream_t *stream);

/* Whether cnet_close() has been called for it, by whom ever. */
bool cnet_is_closing(const cnet_stream_t *stream);

/* The host's own state of the stream: host->stream_size bytes. And the stream of such a state. */
void *cnet_host_of(cnet_stream_t *stream);

cnet_loop_t *cnet_loop_of(const cnet_stream_t *stream);
cnet_kind_t cnet_kind_of(const cnet_stream_t *stream);

/* All streams of a loop, those that are being closed too: NULL gives the first, and is given after the last. */
cnet_stream_t *cnet_next(cnet_loop_t *loop, cnet_stream_t *after);

/* Whether the stream keeps the loop going. */
void cnet_set_ref(cnet_stream_t *stream, bool ref);
bool cnet_has_ref(const cnet_stream_t *stream);

/* Its descriptor, or a negative code. */
int cnet_fd(const cnet_stream_t *stream);

/* As cnet_platform_copy(); UV_EBUSY on an I/O thread. cnet_platform_close() ends it. */
int cnet_copy(const cnet_stream_t *stream);

/* Bytes received; and bytes that the kernel has taken from files and from a relay. */
uint64_t cnet_bytes_read(const cnet_stream_t *stream);
uint64_t cnet_bytes_sent(const cnet_stream_t *stream);

/* The local end's name, or the peer's. 0 or a negative code. Of a path: *size as for getsockname(2). */
int cnet_tcp_name(const cnet_stream_t *stream, bool peer, struct sockaddr_storage *out);
int cnet_pipe_name(const cnet_stream_t *stream, bool peer, char *out, size_t *size);

/* The peer's name, also when it has reset the connection since, where the system still tells it. */
int cnet_tcp_peer(const cnet_stream_t *stream, struct sockaddr_storage *out);

/*
 * Addresses that it does not connect to, or from which it accepts nobody; NULL: none. The stream is one more holder of
 * the list.
 */
void cnet_set_block_list(cnet_stream_t *stream, cnet_block_list_t *list);

/* A number of the host's, which who is accepted has too; 0 at first. */
void cnet_set_server(cnet_stream_t *stream, int32_t server);
int32_t cnet_server_of(const cnet_stream_t *stream);
bool cnet_is_listener(const cnet_stream_t *stream);

/*
 * While it is busy, nothing is written, and it neither ends, connects nor is relayed: the others are told UV_EBUSY. For
 * a host that has to run code of the program's before it knows what to write. Its memory stays until it is busy no
 * more.
 */
void cnet_set_busy(cnet_stream_t *stream, bool busy);

/*
 * Milliseconds since the last byte in either direction. UV_EBUSY: bytes wait, to be read or to be sent, here or in the
 * kernel. UV_ENOTSUP: none waits, and the time is not known.
 */
int32_t cnet_quiet(cnet_stream_t *stream);

#endif
