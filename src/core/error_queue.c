/*
 * error_queue.c: keeps the error queue of a socket empty (recvmsg(2), MSG_ERRQUEUE; Linux).
 *
 * With SO_TIMESTAMPING, SO_TXTIME and their kin the kernel tells of what was sent, in messages that wait in that queue.
 * While there is one, poll(2) says POLLERR whatever was asked for: libuv would wake for the stream, find nothing to be
 * read, and wake again at once, for ever. Nobody here wants to know what the messages say. So a duplicate of the
 * descriptor is watched beside the stream, and whenever it wakes by POLLERR the queue is emptied.
 *
 * Where it wakes and the queue is empty, it is an error of the socket itself, or its end: that is for the stream to
 * hear, and nothing is watched any more.
 */
#include "error_queue.h"

#include <stdlib.h>

#include "descriptor.h"
#include "internal.h"
#include "queue.h"

typedef struct cnet_error_queue {
  cnet_part_t part;
  uv_poll_t *poll; /* NULL: closed */
  int fd;          /* the duplicate that it watches */
} cnet_error_queue_t;

static bool drain(const uv_poll_t *poll) {
  const cnet_error_queue_t *queue = poll->data;
  return cnet_platform_drain_errors(queue->fd) > 0;
}

/* After the peer's end, which urgent data cannot follow: as on_error(). */
static void on_late_error(uv_poll_t *poll, int status, int events) {
  (void)status;
  (void)events;

  if (drain(poll))
    uv_poll_start(poll, UV_PRIORITIZED, on_late_error);
  else
    uv_poll_stop(poll);
}

/*
 * POLLERR comes unasked, but something has to be asked for: the peer's end, until it is there. libuv stops the handle
 * when the kernel says POLLERR (libuv docs, uv_poll_start()).
 */
static void on_error(uv_poll_t *poll, int status, int events) {
  bool drained = drain(poll);

  if (status == 0 && (events & UV_DISCONNECT))
    uv_poll_start(poll, UV_PRIORITIZED, on_late_error); /* the end stays: it would wake again at once */
  else if (drained)
    uv_poll_start(poll, UV_DISCONNECT, on_error);
  else
    uv_poll_stop(poll);
}

static void close_queue(cnet_stream_t *stream, cnet_part_t *part) {
  cnet_error_queue_t *queue = (cnet_error_queue_t *)part;

  cnet_handle_close(stream->loop, (uv_handle_t *)queue->poll);
  cnet_platform_close(queue->fd);
  cnet_part_detach(stream, part);
  free(queue);
}

static const cnet_part_ops_t OPS = {.order = CNET_PART_ERROR_QUEUE, .close = close_queue};

bool cnet_error_queue_is_watched(const cnet_stream_t *stream) { return cnet_part_of(stream, &OPS) != NULL; }

void cnet_error_queue_watch(cnet_stream_t *stream) {
  if (stream->kind != CNET_TCP || (stream->flags & CNET_CLOSING) || cnet_error_queue_is_watched(stream)) return;
  int own = cnet_platform_has_error_queue(stream->uv) ? cnet_handle_fd(stream->uv) : -1;
  cnet_error_queue_t *queue = own < 0 ? NULL : calloc(1, sizeof *queue);
  if (queue == NULL) return;
  if (cnet_handle_poll_copy(stream->loop, own, queue, &queue->poll, &queue->fd) != 0) {
    free(queue);
    return;
  }
  uv_unref((uv_handle_t *)queue->poll);
  uv_poll_start(queue->poll, UV_DISCONNECT, on_error);
  cnet_part_attach(stream, &queue->part, &OPS);
}
