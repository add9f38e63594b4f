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
#include <stdlib.h>

#include "cnet.h"

static bool drain(const uv_poll_t *poll) {
  const cnet_stream_t *stream = poll->data;
  return cnet_platform_drain_errors(stream->error_queue_fd) > 0;
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

void cnet_error_queue_watch(cnet_stream_t *stream) {
  uv_os_fd_t own;

  if (stream->kind != CNET_TCP || stream->error_queue != NULL || (stream->flags & CNET_CLOSING)) return;
  if (!cnet_platform_has_error_queue(stream->uv) || uv_fileno((uv_handle_t *)stream->uv, &own) != 0) return;
  uv_poll_t *poll = malloc(uv_handle_size(UV_POLL));
  if (poll == NULL) return;
  int fd = cnet_platform_dup((int)(intptr_t)own);
  if (fd < 0 || uv_poll_init(stream->env->loop, poll, fd) != 0) {
    if (fd >= 0) cnet_platform_close(fd);
    free(poll);
    return;
  }
  poll->data = stream;
  cnet_env_hold(stream->env);
  stream->error_queue = poll;
  stream->error_queue_fd = fd;
  uv_unref((uv_handle_t *)poll);
  uv_poll_start(poll, UV_DISCONNECT, on_error);
}

void cnet_error_queue_close(cnet_stream_t *stream) {
  if (stream->error_queue == NULL) return;
  cnet_uv_close(stream->env, (uv_handle_t *)stream->error_queue);
  stream->error_queue = NULL;
  cnet_platform_close(stream->error_queue_fd);
}
