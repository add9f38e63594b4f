/* away_internal.h: what those who read and write ask of away.c, where the stream has CNET_AWAY. For core/ alone. */
#ifndef CNET_CORE_AWAY_INTERNAL_H
#define CNET_CORE_AWAY_INTERNAL_H

#include "away.h"
#include "internal.h"

typedef struct cnet_away {
  cnet_part_t part;
  const cnet_away_ops_t *ops; /* NULL: nobody works for it any more */
  void *data;
  uv_write_t *writing; /* that was parked, and its callback */
  uv_write_cb on_written;
  uv_shutdown_t *shutting;
  uv_shutdown_cb on_shut;
  size_t left; /* see cnet_away_left() */
  bool reading;
  bool was_read; /* before it began: see cnet_away_go_on() */
  bool shut;     /* the writing has ended, or is to */
  bool holds;
  bool handle_closed; /* of the stream: it waits for whoever works for it */
} cnet_away_t;

/* The part; NULL: nobody has ever worked for the stream. */
cnet_away_t *cnet_away_of(const cnet_stream_t *stream);

/* Tells who works for it whether the loop is to go on, when that is another answer than before. */
void cnet_away_settle(cnet_stream_t *stream, cnet_away_t *away);

/* What was asked for has ended, if it has not yet. */
void cnet_away_finish_write(cnet_away_t *away, int status);
void cnet_away_finish_shutdown(cnet_away_t *away, int status);

/* Of a stream whose handle is closed: whether who works for it has not closed yet. cnet_tell_closed() comes then. */
bool cnet_away_is_open(const cnet_stream_t *stream);

int cnet_away_read(cnet_stream_t *stream, bool start);
bool cnet_away_is_shutting(const cnet_stream_t *stream);
bool cnet_away_is_busy(const cnet_stream_t *stream);

/* As uv_write() and uv_shutdown(): `done` is called once, at the latest when the handle is closed. */
int cnet_away_park(cnet_stream_t *stream, uv_write_t *req, const char *bytes, size_t length, uv_write_cb done);
int cnet_away_shutdown(cnet_stream_t *stream, uv_shutdown_t *req, uv_shutdown_cb done);

int cnet_away_try_write(cnet_stream_t *stream, const uv_buf_t *bufs, unsigned count);

/* As uv_try_write(), by whoever works for the stream. */
static inline int cnet_stream_try_write(cnet_stream_t *stream, const uv_buf_t *bufs, unsigned count) {
  if (stream->flags & CNET_AWAY) return cnet_away_try_write(stream, bufs, count);
  return uv_try_write(stream->uv, bufs, count);
}

#endif
