/* proxy_listener.c: listeners whose connections begin with a header of the PROXY protocol, and what comes of each. */
#include "proxy_list.h"

#include <stdlib.h>

#include "listening.h"
#include "proxy_internal.h"
#include "turn.h"

static void on_listener_close(cnet_stream_t *listener, cnet_part_t *part);
static void on_client_close(cnet_stream_t *client, cnet_part_t *part);
static void on_client_freed(cnet_stream_t *client, cnet_part_t *part);

static const cnet_part_ops_t LISTENER_OPS = {.order = CNET_PART_PROXY, .close = on_listener_close};
static const cnet_part_ops_t CLIENT_OPS = {
    .order = CNET_PART_PROXY_WAIT,
    .close = on_client_close,
    .freed = on_client_freed,
};

cnet_proxy_t *cnet_proxy_of(const cnet_stream_t *listener) {
  return (cnet_proxy_t *)cnet_part_of(listener, &LISTENER_OPS);
}

cnet_proxy_wait_t *cnet_proxy_wait_of(const cnet_stream_t *client) {
  return (cnet_proxy_wait_t *)cnet_part_of(client, &CLIENT_OPS);
}

cnet_proxy_wait_t *cnet_proxy_wait_new(cnet_stream_t *client) {
  cnet_proxy_wait_t *wait = calloc(1, sizeof *wait);

  if (wait == NULL) return NULL;
  wait->stream = client;
  cnet_part_attach(client, &wait->part, &CLIENT_OPS);
  return wait;
}

bool cnet_proxy_is_expected(const cnet_stream_t *listener) { return cnet_proxy_of(listener) != NULL; }

void cnet_proxy_set_room(cnet_stream_t *listener, int32_t room) {
  cnet_proxy_t *proxy = cnet_proxy_of(listener);

  if (proxy == NULL) return;
  proxy->limited = room >= 0;
  proxy->room = room;
  cnet_proxy_update_room(proxy);
}

static cnet_proxy_t *proxy_new(cnet_stream_t *listener) {
  cnet_loop_t *loop = listener->loop;
  cnet_proxy_t *proxy = cnet_turn_ready(loop) == 0 ? calloc(1, sizeof *proxy) : NULL;

  if (proxy == NULL) return NULL;
  proxy->timer = cnet_handle_timer(loop, proxy);
  if (proxy->timer == NULL) {
    free(proxy);
    return NULL;
  }
  uv_unref((uv_handle_t *)proxy->timer);
  proxy->listener = listener;
  cnet_part_attach(listener, &proxy->part, &LISTENER_OPS);
  cnet_proxy_set_room(listener, cnet_room_of(listener));
  return proxy;
}

int cnet_set_proxy(cnet_stream_t *listener, const cnet_proxy_settings_t *settings) {
  cnet_proxy_t *proxy = cnet_proxy_of(listener);

  if (listener->flags & CNET_CLOSING) return UV_EBADF;
  if (proxy == NULL) proxy = proxy_new(listener);
  if (proxy == NULL) return UV_ENOMEM;
  if (settings->trusted != NULL) cnet_block_list_hold(settings->trusted);
  if (proxy->trusted != NULL) cnet_block_list_release(proxy->trusted);
  proxy->trusted = settings->trusted;
  proxy->optional = settings->optional;
  proxy->timeout = settings->timeout;
  return 0;
}

int32_t cnet_proxy_waiting(const cnet_stream_t *listener) {
  const cnet_proxy_t *proxy = cnet_proxy_of(listener);
  return proxy == NULL ? 0 : proxy->waiting;
}

/* Those that wait are closed with it. */
static void on_listener_close(cnet_stream_t *listener, cnet_part_t *part) {
  cnet_proxy_t *proxy = (cnet_proxy_t *)part;

  while (proxy->reading.first != NULL) cnet_close(proxy->reading.first->stream, false);
  while (proxy->held.first != NULL) cnet_close(proxy->held.first->stream, false);
  cnet_part_detach(listener, part);
  if (proxy->trusted != NULL) cnet_block_list_release(proxy->trusted);
  cnet_handle_close(listener->loop, (uv_handle_t *)proxy->timer);
  free(proxy);
}

/* --- the connection --------------------------------------------------------------------------------------------- */

static void on_client_close(cnet_stream_t *client, cnet_part_t *part) {
  (void)client;
  cnet_proxy_strike((cnet_proxy_wait_t *)part);
}

static void on_client_freed(cnet_stream_t *client, cnet_part_t *part) {
  (void)client;
  free(((cnet_proxy_wait_t *)part)->bytes);
  free(part);
}

bool cnet_proxy_has_result(const cnet_stream_t *stream) { return cnet_proxy_wait_of(stream) != NULL; }

bool cnet_proxy_result(const cnet_stream_t *stream, cnet_proxy_result_t *out) {
  const cnet_proxy_wait_t *wait = cnet_proxy_wait_of(stream);

  if (wait == NULL || wait->state != CNET_PROXY_DONE) return false;
  *out = (cnet_proxy_result_t){wait->has_header, wait->header, wait->bytes, wait->length};
  return true;
}

void cnet_proxy_drop(cnet_stream_t *stream) {
  cnet_proxy_wait_t *wait = cnet_proxy_wait_of(stream);

  if (wait == NULL || wait->state != CNET_PROXY_DONE) return;
  if (!wait->has_header) stream->bytes_read += wait->length;
  cnet_part_detach(stream, &wait->part);
  on_client_freed(stream, &wait->part);
}
