/*
 * write.h: writing: the kernel is tried first, and only the rest waits. Writes come one at a time: who writes while one
 * waits is told UV_EBUSY.
 */
#ifndef CNET_CORE_WRITE_H
#define CNET_CORE_WRITE_H

#include "stream.h"

#define CNET_IOV 64 /* buffers of one call of the kernel; the next ones go in the next call */

typedef struct cnet_source cnet_source_t;

typedef struct cnet_source_ops {
  /*
   * Fills in up to CNET_IOV buffers from the current position on; how many, 0 at the end, or when the bytes are gone.
   * They are good until the host runs code.
   */
  unsigned (*peek)(cnet_source_t *source, uv_buf_t *out);
  /* Moves on by so many bytes, and takes them off `left`. */
  void (*advance)(cnet_source_t *source, size_t bytes);
  /* The write has to wait: a copy of the source that outlives the call; NULL: no memory. */
  cnet_source_t *(*retain)(const cnet_source_t *source);
  /* Frees such a copy. No code may run. */
  void (*release)(cnet_source_t *source);
} cnet_source_ops_t;

/* Bytes to write that are the host's: the head of a struct of its own. */
struct cnet_source {
  const cnet_source_ops_t *ops;
  size_t left; /* bytes that are still to be written */
};

/* Whether it can be written to now, which counts as activity. 0, UV_EBUSY or UV_ENOTCONN. Ask before each write. */
int cnet_writable(cnet_stream_t *stream);

/*
 * Bytes that the kernel takes at once: all, some or none; or a negative code. It is asked for no bytes too, and then
 * tells of a connection that has ended.
 */
ssize_t cnet_try_write(cnet_stream_t *stream, char *bytes, size_t length);

/* The same of two pieces, in one call of the kernel. */
ssize_t cnet_try_write_both(cnet_stream_t *stream, uv_buf_t first, uv_buf_t second);

#define CNET_WRITE_WAITS 1

/*
 * 0: all has gone. CNET_WRITE_WAITS: host->ended() will tell; the source is retained. Or a negative code, and the write
 * has failed. `kernel_first`: the kernel is tried; else it has just been, and is full.
 */
int cnet_write(cnet_stream_t *stream, cnet_source_t *source, bool kernel_first);

/* The rest of bytes that the kernel has not taken, copied: at most 64 KiB. CNET_WRITE_WAITS, or a negative code. */
int cnet_write_rest(cnet_stream_t *stream, const char *bytes, size_t length);

/*
 * Waits until the kernel has had all that was written so far: CNET_WRITE_WAITS, and host->ended() tells; 0: it has; or
 * a negative code.
 */
int cnet_write_confirm(cnet_stream_t *stream);

/*
 * Gives bytes while nothing but cnet_write_confirm() waits: how many of them who writes for the stream has taken, all
 * but for want of room; 0 where something else waits, or nothing; or a negative code.
 */
ssize_t cnet_write_ahead(cnet_stream_t *stream, char *bytes, size_t length);

/* Where the context of the waiting write is kept; NULL: none waits. See cnet_waiting_context() too. */
void **cnet_write_context(cnet_stream_t *stream);

/* Bytes of the waiting write that the kernel has not taken; 0: none waits. */
size_t cnet_write_queue_size(const cnet_stream_t *stream);

/*
 * Ends the writing: the peer sees the end behind all that was written. host->ended() tells, in `context`, which is the
 * core's from now on unless this fails; NULL: the stream's own. 0; UV_EBUSY: a write waits, of which most is still the
 * host's; UV_ENOTCONN or another code.
 */
int cnet_shutdown(cnet_stream_t *stream, void *context);

/* Whether cnet_shutdown() may be called now: 0, UV_EBUSY or UV_ENOTCONN. */
int cnet_endable(const cnet_stream_t *stream);

#endif
