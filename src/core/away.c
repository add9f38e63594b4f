/*
 * away.c: a stream for which somebody else works: what waits at it, and what it is told.
 *
 * The handle of the stream has its descriptor, is never read or written to, and so is never active: whether the loop
 * goes on is for who works for the stream, by `hold`.
 */
#include "away.h"

#include <stdlib.h>

#include "away_internal.h"

/*
 * Tells who works for it whether the loop is to go on, when that is another answer than before. As with libuv, what
 * waits has it go on in any case.
 */
void cnet_away_settle(cnet_stream_t *stream, cnet_away_t *away) {
  bool waits = (stream->flags & CNET_CLOSING) != 0 || away->writing != NULL || away->shutting != NULL;
  bool holds = away->ops != NULL && (waits || (away->reading && !(stream->flags & CNET_UNREF)));

  if (holds == away->holds) return;
  away->holds = holds;
  if (away->ops != NULL) away->ops->hold(away->data, holds);
}

static void on_ref(cnet_stream_t *stream, cnet_part_t *part, bool ref) {
  (void)ref; /* the flag of the stream says so */
  cnet_away_settle(stream, (cnet_away_t *)part);
}

static void on_close(cnet_stream_t *stream, cnet_part_t *part) {
  cnet_away_t *away = (cnet_away_t *)part;

  away->reading = false;
  if (away->ops == NULL) return;
  cnet_away_settle(stream, away);
  away->ops->close(away->data);
}

void cnet_away_finish_write(cnet_away_t *away, int status) {
  uv_write_t *req = away->writing;

  away->writing = NULL;
  if (req != NULL) away->on_written(req, status);
}

void cnet_away_finish_shutdown(cnet_away_t *away, int status) {
  uv_shutdown_t *req = away->shutting;

  away->shutting = NULL;
  if (req != NULL) away->on_shut(req, status);
}

/* As libuv does it, before it tells that the handle is closed. */
static void on_closed(cnet_stream_t *stream, cnet_part_t *part) {
  cnet_away_t *away = (cnet_away_t *)part;
  (void)stream;

  cnet_away_finish_write(away, UV_ECANCELED);
  cnet_away_finish_shutdown(away, UV_ECANCELED);
}

bool cnet_away_is_open(const cnet_stream_t *stream) {
  cnet_away_t *away = cnet_away_of(stream);

  if (away == NULL || away->ops == NULL) return false;
  away->handle_closed = true;
  return true;
}

static void on_freed(cnet_stream_t *stream, cnet_part_t *part) {
  (void)stream;
  free(part);
}

static const cnet_part_ops_t OPS = {
    .order = CNET_PART_AWAY, .ref = on_ref, .close = on_close, .closed = on_closed, .freed = on_freed};

cnet_away_t *cnet_away_of(const cnet_stream_t *stream) { return (cnet_away_t *)cnet_part_of(stream, &OPS); }

int cnet_away_begin(cnet_stream_t *stream, const cnet_away_ops_t *ops, void *data) {
  const uint32_t engaged = CNET_CLOSING | CNET_BUSY | CNET_SENDING | CNET_RELAYED | CNET_PASSES;

  if (stream->flags & (CNET_CONNECTING | CNET_LISTENER)) return UV_ENOTCONN;
  if (stream->write != NULL || (stream->flags & engaged) || cnet_away_of(stream) != NULL) return UV_EBUSY;
  if (!uv_is_writable(stream->uv) || !uv_is_readable(stream->uv)) return UV_EBUSY;
  cnet_away_t *away = calloc(1, sizeof *away);
  if (away == NULL) return UV_ENOMEM;
  away->ops = ops;
  away->data = data;
  away->was_read =
      uv_is_active((uv_handle_t *)stream->uv) != 0; /* by nothing but reading: nothing else is on its way */
  uv_read_stop(stream->uv);
  stream->flags |= CNET_AWAY | CNET_USED;
  cnet_part_attach(stream, &away->part, &OPS);
  return 0;
}

void cnet_away_go_on(cnet_stream_t *stream) {
  cnet_away_t *away = cnet_away_of(stream);

  if (away->was_read) cnet_away_read(stream, true);
  away->was_read = false;
}

bool cnet_is_away(const cnet_stream_t *stream) { return (stream->flags & CNET_AWAY) != 0; }

bool cnet_away_is_read(const cnet_stream_t *stream) {
  const cnet_away_t *away = cnet_away_of(stream);
  return away != NULL && away->reading && !(stream->flags & CNET_CLOSING);
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

int cnet_away_read(cnet_stream_t *stream, bool start) {
  cnet_away_t *away = cnet_away_of(stream);

  if (away->ops == NULL || (stream->flags & CNET_CLOSING)) return UV_EBADF;
  if (away->reading == start) return 0;
  away->reading = start;
  cnet_away_settle(stream, away);
  away->ops->read(away->data, start);
  return 0;
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

bool cnet_away_is_busy(const cnet_stream_t *stream) {
  const cnet_away_t *away = cnet_away_of(stream);
  return away != NULL && away->ops != NULL && away->ops->is_busy(away->data);
}

int cnet_away_try_write(cnet_stream_t *stream, const uv_buf_t *bufs, unsigned count) {
  const cnet_away_t *away = cnet_away_of(stream);

  if (stream->flags & CNET_CLOSING) return UV_ECANCELED;
  if (away->shut) return UV_EPIPE;
  ssize_t taken = away->ops->write(away->data, bufs, count);
  return taken == 0 ? UV_EAGAIN : (int)taken;
}

int cnet_away_park(cnet_stream_t *stream, uv_write_t *req, const char *bytes, size_t length, uv_write_cb done) {
  cnet_away_t *away = cnet_away_of(stream);

  if (away->writing != NULL) return UV_EBUSY;
  if (away->ops == NULL || (stream->flags & CNET_CLOSING)) return UV_ECANCELED;
  int err = away->shut ? UV_EPIPE : away->ops->park(away->data, bytes, length);
  if (err) return err;
  away->writing = req;
  away->on_written = done;
  cnet_away_settle(stream, away);
  return 0;
}

/* --- the end of the writing ----------------------------------------------------------------------------------------
 */

int cnet_away_shutdown(cnet_stream_t *stream, uv_shutdown_t *req, uv_shutdown_cb done) {
  cnet_away_t *away = cnet_away_of(stream);

  if (away->shut || away->ops == NULL || (stream->flags & CNET_CLOSING)) return UV_ENOTCONN;
  req->handle = stream->uv;
  away->shut = true;
  away->shutting = req;
  away->on_shut = done;
  cnet_away_settle(stream, away);
  away->ops->shutdown(away->data);
  return 0;
}

bool cnet_away_is_shutting(const cnet_stream_t *stream) {
  const cnet_away_t *away = cnet_away_of(stream);
  return away != NULL && away->shutting != NULL;
}
