/* shutdown.c: half-close: the peer sees the end, what it still sends arrives. */
#include "write.h"

#include <stdlib.h>

#include "away_internal.h"
#include "internal.h"
#include "zeroed.h"

typedef struct cnet_shutdown {
  uv_shutdown_t req;
  void *context;
} cnet_shutdown_t;

static void on_shutdown(uv_shutdown_t *req, int status) {
  cnet_shutdown_t *shutdown = (cnet_shutdown_t *)req;
  cnet_stream_t *stream = req->handle->data;
  cnet_loop_t *loop = stream->loop;

  cnet_tell_ended(stream, CNET_SHUTDOWN, shutdown->context, status);
  if (shutdown->context != NULL) loop->host->context_free(loop, shutdown->context);
  free(shutdown);
}

int cnet_endable(const cnet_stream_t *stream) {
  if (stream->write != NULL || (stream->flags & (CNET_BUSY | CNET_SENDING))) return UV_EBUSY;
  return stream->flags & (CNET_CONNECTING | CNET_LISTENER) ? UV_ENOTCONN : 0;
}

int cnet_shutdown(cnet_stream_t *stream, void *context) {
  int err = cnet_endable(stream);
  cnet_shutdown_t *shutdown = err ? NULL : cnet_zeroed(sizeof *shutdown);
  if (shutdown == NULL) return err ? err : UV_ENOMEM;

  shutdown->context = context;
  stream->flags |= CNET_USED;
  err = stream->flags & CNET_AWAY ? cnet_away_shutdown(stream, &shutdown->req, on_shutdown)
                                  : uv_shutdown(&shutdown->req, stream->uv, on_shutdown);
  if (err) free(shutdown);
  return err;
}
