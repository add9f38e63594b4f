/* read.c: starts and stops reading, and hands over what arrived. */
#include "read.h"

#include "away_internal.h"
#include "descriptor.h"
#include "internal.h"
#include "passing_internal.h"
#include "queue.h"

void cnet_read_memory(uv_handle_t *handle, size_t suggested, uv_buf_t *out) {
  cnet_stream_t *stream = handle->data;
  (void)suggested;

  *out = uv_buf_init(NULL, 0);
  stream->loop->host->allocate(stream, out);
}

void cnet_tell_read(cnet_stream_t *stream, int status) {
  const uv_buf_t nothing = {0};
  if (cnet_may_tell(stream)) stream->loop->host->read(stream, status, &nothing);
}

/*
 * Whether it is not the end yet. libuv takes a short read with POLLHUP for it; but of a Unix socket a read is short
 * also where a message with descriptors ends, and what was sent behind that would be lost.
 */
static bool goes_on(cnet_stream_t *stream) {
  return stream->kind == CNET_PIPE && !(stream->flags & CNET_PASSES) && cnet_platform_unread(stream->uv) > 0 &&
         cnet_platform_read(stream->uv, cnet_read_memory, cnet_read_done) == 0;
}

void cnet_read_done(uv_stream_t *uv, ssize_t got, const uv_buf_t *memory) {
  cnet_stream_t *stream = uv->data;

  if (got == UV_EOF && goes_on(stream)) got = 0;
  if (got > 0) {
    cnet_count_read(stream, (size_t)got);
    cnet_note_activity(stream);
  } else if (got < 0) {
    cnet_note_heard(stream);
  }
  stream->loop->host->read(stream, got, memory);
}

int cnet_read_start(cnet_stream_t *stream) {
  if (stream->flags & CNET_LISTENER) return UV_ENOTCONN;
  stream->flags |= CNET_USED | CNET_STARTED;
  if (stream->flags & CNET_AWAY) return cnet_away_read(stream, true);
  if (stream->flags & CNET_PASSES) return cnet_passing_read(stream, true);
  int err = cnet_platform_read(stream->uv, cnet_read_memory, cnet_read_done);
  return err == UV_EALREADY ? 0 : err;
}

int cnet_read_stop(cnet_stream_t *stream) {
  if (stream->flags & CNET_AWAY) return cnet_away_read(stream, false);
  return stream->flags & CNET_PASSES ? cnet_passing_read(stream, false) : uv_read_stop(stream->uv);
}
