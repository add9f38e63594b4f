/*
 * refusal.c: turns a connection away when there is no memory to take it.
 *
 * libuv holds an accepted connection until uv_accept() takes it, and a listener accepts no other one before. So each
 * listener has a spare handle from listen() on, which takes such a connection and is closed with it. A connection that
 * comes while the spare is being closed stays with libuv until that is done.
 */
#include "listening.h"

#include <stdlib.h>

#include "align.h"
#include "descriptor.h"

struct cnet_refusal {
  cnet_loop_t *loop;
  cnet_stream_t *listener; /* NULL: it is gone, and so is this when the spare is closed */
  bool closing;            /* the spare is in use */
  bool waiting;            /* libuv holds one more connection */
  size_t size;             /* bytes of all this */
  cnet_align_t spare[];    /* the libuv handle: of uv_handle_size() bytes */
};

static uv_stream_t *spare_of(cnet_refusal_t *refusal) { return (uv_stream_t *)(void *)refusal->spare; }

int cnet_refusal_new(cnet_stream_t *listener, cnet_listening_t *listening) {
  if (listening->refusal != NULL) return 0;
  size_t size = sizeof(cnet_refusal_t) + uv_handle_size(listener->kind == CNET_TCP ? UV_TCP : UV_NAMED_PIPE);
  cnet_refusal_t *refusal = calloc(1, size);

  if (refusal == NULL) return UV_ENOMEM;
  refusal->loop = listener->loop;
  refusal->listener = listener;
  refusal->size = size;
  refusal->loop->counts[CNET_COUNT_MEMORY_STREAMS] += size;
  listening->refusal = refusal;
  return 0;
}

static void refusal_free(cnet_refusal_t *refusal) {
  refusal->loop->counts[CNET_COUNT_MEMORY_STREAMS] -= refusal->size;
  free(refusal);
}

void cnet_refusal_end(cnet_refusal_t *refusal) {
  if (refusal == NULL) return;
  refusal->listener = NULL;
  if (!refusal->closing) refusal_free(refusal);
}

bool cnet_refusal_waits(const cnet_refusal_t *refusal) { return refusal != NULL && refusal->waiting; }

static void on_spare_closed(uv_handle_t *handle) {
  cnet_refusal_t *refusal = handle->data;
  cnet_stream_t *listener = refusal->listener;
  cnet_loop_t *loop = refusal->loop;

  refusal->closing = false;
  if (listener == NULL)
    refusal_free(refusal);
  else if (refusal->waiting && !(listener->flags & CNET_CLOSING))
    cnet_refuse(listener, refusal);
  cnet_loop_release(loop);
}

void cnet_refuse(cnet_stream_t *listener, cnet_refusal_t *refusal) {
  uv_stream_t *spare = spare_of(refusal);

  refusal->waiting = refusal->closing;
  if (refusal->waiting) return;
  int err = cnet_handle_stream_at(refusal->loop, (cnet_kind_t)listener->kind, refusal, spare);
  assert(err == 0); /* on any libuv: nothing is allocated there */
  (void)err;
  refusal->closing = true;
  cnet_platform_accept(listener->uv, spare);
  cnet_handle_close_kept((uv_handle_t *)spare, false, on_spare_closed);
}
