/* cursor.h: a position in the Buffers of a write: one Buffer, or an array of them. */
#ifndef CNET_CURSOR_H
#define CNET_CURSOR_H

#include "cnet.h"

#define CNET_IOV 64 /* pieces per call of the kernel; the next ones go in the next call */

typedef struct cnet_cursor {
  napi_env napi;
  napi_value source;
  bool is_array;
  uint32_t index, count; /* the Buffer that is next, and how many there are */
  size_t offset;         /* the byte in it */
  size_t left;           /* bytes that are still to come; no more are given, however long the Buffers are by now */
} cnet_cursor_t;

/* Begins at the first of `left` bytes of `source`. False: it is neither a Buffer nor an array. */
bool cnet_cursor_init(cnet_cursor_t *cursor, napi_env napi, napi_value source, size_t left);

/*
 * Up to CNET_IOV pieces from the cursor on; their number, 0 at the end. The pointers are good until the next call into
 * JavaScript. A Buffer that was detached has no bytes.
 */
unsigned cnet_cursor_gather(const cnet_cursor_t *cursor, uv_buf_t out[CNET_IOV]);

/* Sets `left` to all bytes of the Buffers, as long as they are now. False: not all of the source are Buffers. */
bool cnet_cursor_measure(cnet_cursor_t *cursor);

void cnet_cursor_advance(cnet_cursor_t *cursor, size_t bytes);

/* Offers all from the cursor on to the kernel. Bytes taken, which may be all, some or none; or a negative code. */
ssize_t cnet_cursor_offer(cnet_cursor_t *cursor, const cnet_stream_t *stream);

#endif
