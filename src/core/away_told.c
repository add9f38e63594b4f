/* away_told.c: what who works for a stream tells of it, told to the host as of any other stream. */
#include "away_internal.h"

#include <string.h>

void cnet_away_end(cnet_stream_t *stream) {
  cnet_away_t *away = cnet_away_of(stream);

  if (away == NULL || away->ops == NULL) return;
  stream->flags &= ~(uint32_t)CNET_AWAY;
  away->reading = false;
  away->ops = NULL;
}

void cnet_away_closed(cnet_stream_t *stream) {
  cnet_away_t *away = cnet_away_of(stream);

  if (away->ops == NULL) return;
  if (away->holds) away->ops->hold(away->data, false);
  away->holds = false;
  away->ops = NULL;
  if (away->handle_closed) cnet_tell_closed(stream);
}

/* One read as libuv would have done it: in the memory that the host gives. How many bytes went into it. */
static size_t give_some(cnet_stream_t *stream, cnet_away_t *away, const char *bytes, size_t length) {
  uv_buf_t memory;

  cnet_read_memory((uv_handle_t *)stream->uv, length, &memory);
  if (memory.base == NULL || memory.len == 0) {
    stream->loop->host->read(stream, UV_ENOBUFS, &memory);
    return 0;
  }
  size_t some = length < memory.len ? length : memory.len;
  memcpy(memory.base, bytes, some);
  away->left = length - some;
  cnet_count_read(stream, some);
  cnet_note_activity(stream);
  stream->loop->host->read(stream, (ssize_t)some, &memory);
  return some;
}

size_t cnet_away_give(cnet_stream_t *stream, const char *bytes, size_t length) {
  cnet_away_t *away = cnet_away_of(stream);
  size_t given = 0;

  cnet_pin(stream);
  away->left = length;
  while (given < length && cnet_away_is_read(stream) && cnet_may_tell(stream)) {
    size_t some = give_some(stream, away, bytes + given, length - given);
    given += some;
    if (some == 0) break;
  }
  away->left = 0;
  cnet_unpin(stream);
  return given;
}

size_t cnet_away_left(const cnet_stream_t *stream) { return cnet_away_of(stream)->left; }

void *cnet_away_block(cnet_stream_t *stream, uv_buf_t *out) {
  const cnet_host_t *host = stream->loop->host;
  return host->block_new == NULL || !cnet_may_tell(stream) ? NULL : host->block_new(stream, out);
}

bool cnet_away_give_block(cnet_stream_t *stream, void *block, size_t length) {
  const cnet_host_t *host = stream->loop->host;

  if (!cnet_away_is_read(stream) || !cnet_may_tell(stream) || !host->block_takes(stream, length)) return false;
  cnet_pin(stream);
  cnet_count_read(stream, length);
  cnet_note_activity(stream);
  host->block_read(stream, block, length);
  cnet_unpin(stream);
  return true;
}

void cnet_away_block_free(cnet_loop_t *loop, void *block) { loop->host->block_free(loop, block); }

void cnet_away_read_ended(cnet_stream_t *stream, int status) {
  cnet_away_t *away = cnet_away_of(stream);

  if (!cnet_away_is_read(stream)) return;
  away->reading = false;
  cnet_away_settle(stream, away);
  cnet_note_heard(stream);
  cnet_tell_read(stream, status);
}

void cnet_away_written(cnet_stream_t *stream, int status) {
  cnet_away_t *away = cnet_away_of(stream);

  if (away == NULL) return;
  cnet_pin(stream);
  cnet_away_finish_write(away, status);
  cnet_away_settle(stream, away);
  cnet_unpin(stream);
}

void cnet_away_failed(cnet_stream_t *stream, int status) {
  const cnet_away_t *away = cnet_away_of(stream);

  if (away == NULL || (stream->flags & CNET_CLOSING) || away->writing != NULL) return;
  cnet_tell_ended(stream, CNET_WRITE, NULL, status);
}

void cnet_away_shut(cnet_stream_t *stream, int status) {
  cnet_away_t *away = cnet_away_of(stream);

  if (away == NULL) return;
  cnet_pin(stream);
  cnet_away_finish_shutdown(away, status);
  cnet_away_settle(stream, away);
  cnet_unpin(stream);
}
