/* loop.c: the sockets of one event loop: its beginning and its end. */
#include "loop.h"

#include <stdlib.h>

#include "idle_internal.h"
#include "internal.h"
#include "ticket_table.h"
#include "turn.h"

int cnet_loop_new(uv_loop_t *uv, const cnet_host_t *host, void *data, cnet_loop_t **out) {
  cnet_loop_t *loop = calloc(1, sizeof *loop);

  if (loop == NULL) return UV_ENOMEM;
  loop->uv = uv;
  loop->host = host;
  loop->data = data;
  loop->idle_due = UINT64_MAX;
  *out = loop;
  return 0;
}

/* The last handle of a loop that ends is closed. */
static void loop_free(cnet_loop_t *loop) {
  void (*ended)(void *data) = loop->ended;
  void *data = loop->data;

  assert(loop->first == NULL);
  cnet_idle_end(loop);
  free(loop);
  ended(data);
}

/* Closes every handle; the last close callback frees the rest. */
void cnet_loop_close(cnet_loop_t *loop, void (*ended)(void *data)) {
  if (loop->closing) return;
  loop->closing = true;
  loop->ended = ended;
  loop->last_closed = loop_free;
  cnet_loop_hold(loop);
  for (cnet_stream_t *stream = loop->first; stream != NULL; stream = stream->next)
    if (!(stream->flags & CNET_CLOSING)) cnet_close(stream, false);
  if (loop->idle_timer != NULL) cnet_handle_close(loop, (uv_handle_t *)loop->idle_timer);
  loop->idle_timer = NULL;
  cnet_turn_end(loop);
  cnet_tickets_close(loop);
  cnet_loop_release(loop);
}

void *cnet_loop_data(const cnet_loop_t *loop) { return loop->data; }

bool cnet_loop_is_closing(const cnet_loop_t *loop) { return loop->closing; }

/* The handles of the loop itself, which stay from the first use on, and keep nothing open by that. */
static uint32_t own_handles(const cnet_loop_t *loop) {
  uint32_t count = (loop->idle_timer != NULL) + (loop->check != NULL) + loop->spare;

  if (loop->ticket_async != NULL && !uv_has_ref((uv_handle_t *)loop->ticket_async)) count++; /* no ticket waits */
  return count;
}

bool cnet_loop_is_busy(const cnet_loop_t *loop) { return loop->handles > own_handles(loop) || loop->idles.count > 0; }

uint64_t *cnet_loop_counts(cnet_loop_t *loop) { return loop->counts; }
