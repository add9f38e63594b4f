/* listener.c: listens and accepts: the way of a connection begins here, and goes on in admission.c. */
#include "listener.h"

#include <stdlib.h>

#include "admission.h"
#include "descriptor.h"
#include "error_queue.h"
#include "internal.h"
#include "listener_internal.h"
#include "proxy_internal.h"

static void on_listener_freed(cnet_stream_t *listener, cnet_part_t *part) {
  (void)listener;
  cnet_refusal_end(((cnet_listening_t *)part)->refusal);
  free(part);
}

static const cnet_part_ops_t OPS = {.order = CNET_PART_LISTENER, .freed = on_listener_freed};

cnet_listening_t *cnet_listening_of(const cnet_stream_t *stream) {
  return (cnet_listening_t *)cnet_part_of(stream, &OPS);
}

int32_t cnet_room_of(const cnet_stream_t *listener) {
  const cnet_listening_t *listening = cnet_listening_of(listener);
  return listening == NULL ? -1 : listening->room;
}

/* The part, which is made where there is none; NULL: no memory. */
static cnet_listening_t *ready(cnet_stream_t *stream) {
  cnet_listening_t *listening = cnet_listening_of(stream);

  if (listening != NULL) return listening;
  listening = calloc(1, sizeof *listening);
  if (listening == NULL) return NULL;
  listening->room = -1;
  cnet_part_attach(stream, &listening->part, &OPS);
  return listening;
}

void cnet_tell_accepted(cnet_stream_t *listener, cnet_stream_t *client) {
  listener->loop->counts[CNET_COUNT_ACCEPTED]++;
  if (cnet_may_tell(listener)) listener->loop->host->accepted(listener, client);
}

void cnet_tell_accept_failed(cnet_stream_t *listener, int status) {
  listener->loop->counts[CNET_COUNT_REFUSED_RESOURCES]++;
  if (cnet_may_tell(listener)) listener->loop->host->accept_failed(listener, status);
}

/* --- accepting --------------------------------------------------------------------------------------------------- */

/* The client takes the connection that libuv has told of, and what its listener hands on. */
static void take_over(cnet_stream_t *listener, cnet_stream_t *client) {
  client->server = listener->server;
  if (uv_accept(listener->uv, client->uv) != 0) {
    cnet_close(client, false);
    return;
  }
  if (cnet_error_queue_is_watched(listener)) cnet_error_queue_watch(client); /* it has the listener's options */
  cnet_admit(listener, client);
}

/* Takes one connection that libuv has told of. The listener, which is pinned, may be closed afterwards. */
static void accept_one(cnet_stream_t *listener, cnet_listening_t *listening) {
  cnet_stream_t *client = NULL;

  int err = cnet_open(listener->loop, (cnet_kind_t)listener->kind, NULL, &client);
  if (listener->flags & CNET_CLOSING) { /* by what that has run */
    if (!err) cnet_close(client, false);
  } else if (err) {
    cnet_refuse(listener, listening->refusal);
    cnet_tell_accept_failed(listener, err);
  } else {
    cnet_pin(client);
    take_over(listener, client);
    cnet_unpin(client);
  }
}

/* A connection that is not accepted here makes libuv stop asking the kernel for more (libuv docs, uv_accept()). */
static void on_connection(uv_stream_t *uv, int status) {
  cnet_stream_t *listener = uv->data;
  cnet_listening_t *listening = cnet_listening_of(listener);

  if (listener->flags & CNET_CLOSING) return;
  if (status >= 0 && (listener->flags & CNET_PAUSED)) {
    listening->waiting++;
    return;
  }
  cnet_pin(listener);
  if (status < 0)
    cnet_tell_accept_failed(listener, status);
  else
    accept_one(listener, listening);
  cnet_unpin(listener);
}

/* While a connection waits libuv, which would ask for the next one, would end the process. */
int cnet_listen(cnet_stream_t *stream, int backlog) {
  if (stream->flags & (CNET_CONNECTING | CNET_USED)) return UV_EINVAL;
  cnet_listening_t *listening = ready(stream);
  if (listening == NULL) return UV_ENOMEM;
  if (listening->waiting > 0) return UV_EBUSY;
  int err = cnet_refusal_new(stream, listening);
  if (!err) err = uv_listen(stream->uv, backlog, on_connection);
  if (err) return err;
  if (!cnet_is_listener(stream)) {
    stream->loop->counts[CNET_COUNT_SOCKETS + stream->kind]--;
    stream->loop->counts[CNET_COUNT_SERVERS + stream->kind]++;
  }
  stream->flags |= CNET_LISTENER;
  stream->loop->descriptor_limit = cnet_platform_limit();
  return 0;
}

int cnet_set_room(cnet_stream_t *listener, int32_t room) {
  cnet_listening_t *listening = ready(listener);

  if (listening == NULL) return UV_ENOMEM;
  listening->room = room;
  cnet_proxy_set_room(listener, room);
  return 0;
}

void cnet_pause(cnet_stream_t *listener, bool paused) {
  cnet_listening_t *listening = cnet_listening_of(listener);

  if (paused) {
    listener->flags |= CNET_PAUSED;
    return;
  }
  listener->flags &= ~(uint32_t)CNET_PAUSED;
  cnet_pin(listener);
  while (listening != NULL && listening->waiting > 0 && !(listener->flags & (CNET_PAUSED | CNET_CLOSING))) {
    listening->waiting--;
    accept_one(listener, listening);
  }
  cnet_proxy_let_go(listener);
  cnet_unpin(listener);
}
