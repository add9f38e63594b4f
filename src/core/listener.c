/* listener.c: listens and accepts: the way of a connection begins here, and goes on in admission.c. */
#include "listener.h"

#include "admission.h"
#include "descriptor.h"
#include "error_queue.h"
#include "internal.h"
#include "listening.h"
#include "proxy_internal.h"

/* --- accepting --------------------------------------------------------------------------------------------------- */

/* The client takes the connection that libuv has told of, and what its listener hands on. */
static void take_over(cnet_stream_t *listener, cnet_stream_t *client) {
  client->server = listener->server;
  client->flags |= CNET_CLIENT;
  if (cnet_platform_accept(listener->uv, client->uv) != 0) {
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
  if ((stream->flags & CNET_CLIENT) && cnet_platform_has_one_role()) return UV_EINVAL;
  cnet_listening_t *listening = cnet_listening_ready(stream);
  if (listening == NULL) return UV_ENOMEM;
  if (listening->waiting > 0 || cnet_refusal_waits(listening->refusal)) return UV_EBUSY;
  int err = cnet_refusal_new(stream, listening);
  if (!err) err = cnet_platform_listen(stream->uv, backlog, cnet_is_listener(stream), on_connection);
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
  cnet_listening_t *listening = cnet_listening_ready(listener);

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
