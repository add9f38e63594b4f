/*
 * close.c: close and reset, and the one free of a stream.
 *
 *   cnet_close()          the flag, then what hangs on the stream, in the order of part.h; no call reaches it any more
 *   libuv                 ends a write or a shutdown that waits with UV_ECANCELED, by their callbacks
 *   away.c                where somebody else works for it, waits until he has closed his descriptor too
 *   cnet_tell_closed()    what hangs on it again, then the host; and the stream is freed when nobody has it pinned
 */
#include "away_internal.h"
#include "internal.h"

#include <stdlib.h>

#include "options.h"

static void unlink_stream(cnet_stream_t *stream) {
  if (stream->previous != NULL)
    stream->previous->next = stream->next;
  else
    stream->loop->first = stream->next;
  if (stream->next != NULL) stream->next->previous = stream->previous;
}

/* The handle goes last: with it, perhaps, the loop. */
static void stream_free(cnet_stream_t *stream) {
  cnet_loop_t *loop = stream->loop;
  uv_stream_t *uv = stream->uv;

  for (cnet_part_t *part = stream->parts, *next; part != NULL; part = next) {
    next = part->next;
    if (part->ops->freed != NULL) part->ops->freed(stream, part);
  }
  assert(stream->write == NULL);
  if (stream->block_list != NULL) cnet_block_list_release(stream->block_list);
  unlink_stream(stream);
  loop->host->stream_freed(stream);
  loop->counts[CNET_COUNT_MEMORY_STREAMS] -= sizeof *stream + loop->host->stream_size;
  free(stream);
  cnet_handle_free(loop, (uv_handle_t *)uv);
}

bool cnet_unpin(cnet_stream_t *stream) {
  assert(stream->pins > 0);
  stream->pins--;
  if (!(stream->flags & CNET_CLOSING)) return true;
  if (stream->pins == 0 && (stream->flags & CNET_CLOSED)) stream_free(stream);
  return false;
}

void cnet_tell_closed(cnet_stream_t *stream) {
  cnet_pin(stream); /* the host is told while it is there, whatever it does */
  for (cnet_part_t *part = stream->parts, *next; part != NULL; part = next) {
    next = part->next;
    if (part->ops->closed != NULL) part->ops->closed(stream, part);
  }
  if (cnet_may_tell(stream)) stream->loop->host->stream_closed(stream);
  stream->flags |= CNET_CLOSED;
  cnet_unpin(stream);
}

static void on_closed(uv_handle_t *handle) {
  cnet_stream_t *stream = handle->data;
  if (!(stream->flags & CNET_AWAY) || !cnet_away_is_open(stream)) cnet_tell_closed(stream);
}

/* Has the close of a stream that somebody else works for be a reset. As with libuv, not while its writing ends. */
static int reset_away(cnet_stream_t *stream) {
  return cnet_away_is_shutting(stream) ? UV_EINVAL : cnet_platform_reset_on_close(stream->uv);
}

int cnet_close(cnet_stream_t *stream, bool reset) {
  if (stream->flags & CNET_CLOSING) return UV_EBADF;
  bool away = (stream->flags & CNET_AWAY) != 0;
  int err = away && reset && stream->kind == CNET_TCP ? reset_away(stream) : 0;
  stream->flags |= CNET_CLOSING;
  stream->loop->counts[(stream->flags & CNET_LISTENER ? CNET_COUNT_SERVERS : CNET_COUNT_SOCKETS) + stream->kind]--;
  for (cnet_part_t *part = stream->parts, *next; part != NULL; part = next) {
    next = part->next;
    if (part->ops->close != NULL) part->ops->close(stream, part);
  }
  int failed = cnet_handle_close_kept((uv_handle_t *)stream->uv, reset && !away && stream->kind == CNET_TCP, on_closed);
  return away ? err : failed;
}
