/* away_internal.h: what those who read and write ask of away.c, where the stream has CNET_AWAY. For core/ alone. */
#ifndef CNET_CORE_AWAY_INTERNAL_H
#define CNET_CORE_AWAY_INTERNAL_H

#include "away.h"
#include "internal.h"

int cnet_away_read(cnet_stream_t *stream, bool start);
bool cnet_away_is_busy(const cnet_stream_t *stream);

/* As uv_write() and uv_shutdown(): `done` is called once, at the latest when the handle is closed. */
int cnet_away_park(cnet_stream_t *stream, uv_write_t *req, const char *bytes, size_t length, uv_write_cb done);
int cnet_away_shutdown(cnet_stream_t *stream, uv_shutdown_t *req, uv_shutdown_cb done);

/* Goes on with a close that has waited for whoever works for the stream: close.c. */
void cnet_close_handle(cnet_stream_t *stream);

int cnet_away_try_write(cnet_stream_t *stream, const uv_buf_t *bufs, unsigned count);

/* As uv_try_write(), by whoever works for the stream. */
static inline int cnet_stream_try_write(cnet_stream_t *stream, const uv_buf_t *bufs, unsigned count) {
  if (stream->flags & CNET_AWAY) return cnet_away_try_write(stream, bufs, count);
  return uv_try_write(stream->uv, bufs, count);
}

#endif
