/*
 * proxy_handshake.c: connections that begin with a header of the PROXY protocol. They are accepted, and the host is
 * told of them when the header is there. No more is read than what is part of it in any case (proxy_protocol.h), so
 * what comes behind stays in the kernel, for the reads of the stream or for whoever is given the descriptor. Only where
 * the header is optional, and there is none, bytes of the stream's are here: the host takes them.
 */
#include "proxy_handshake.h"

#include <stdlib.h>

#include "descriptor.h"
#include "listening.h"
#include "proxy_internal.h"
#include "proxy_list.h"
#include "queue.h"
#include "turn.h"

#define FIRST_SIZE 128 /* room for a header of version 1, or of version 2 without much behind the addresses */

/* --- the end of a wait: each of these calls the host, which may close everything ------------------------------- */

/* It waits no more, and is for the host to take. */
static void set_done(cnet_stream_t *client) {
  cnet_proxy_wait_t *wait = cnet_proxy_wait_of(client);

  if (wait == NULL) return;
  cnet_proxy_strike(wait);
  wait->state = CNET_PROXY_DONE;
}

/* Lets `client` in: its header is there, or it has none. */
static void admit(cnet_stream_t *listener, cnet_stream_t *client) {
  cnet_proxy_t *proxy = cnet_proxy_of(listener);

  set_done(client);
  if (proxy->limited && proxy->room > 0) proxy->room--;
  cnet_proxy_update_room(proxy);
  cnet_tell_accepted(listener, client);
}

/* The host is told why, and may ask for the names of `client`, which is closed in any case. */
static void refuse(cnet_stream_t *listener, cnet_stream_t *client, cnet_proxy_error_t reason) {
  listener->loop->counts[CNET_COUNT_REFUSED_PROXY]++;
  if (reason == CNET_PROXY_TIMEOUT) listener->loop->counts[CNET_COUNT_PROXY_TIMEOUTS]++;
  set_done(client);
  uv_read_stop(client->uv);
  cnet_pin(client);
  if (cnet_may_tell(listener)) listener->loop->host->header_rejected(listener, client, (int)reason);
  if (!(client->flags & CNET_CLOSING)) cnet_close(client, false);
  cnet_unpin(client);
}

/* The bytes that are there are a header, or what the stream begins with. */
static void finish(cnet_proxy_wait_t *wait, bool has_header) {
  cnet_stream_t *listener = wait->proxy->listener;

  assert(wait->state == CNET_PROXY_READING);
  uv_read_stop(wait->stream->uv);
  wait->has_header = has_header;
  if (listener->flags & CNET_PAUSED)
    cnet_proxy_set_aside(wait);
  else
    admit(listener, wait->stream);
}

/* There is no header, or none that can be; where none is needed the bytes are the stream's. */
static void give_up(cnet_proxy_wait_t *wait, cnet_proxy_error_t reason) {
  if (wait->proxy->optional && !cnet_proxy_is_header(wait->bytes, wait->length))
    finish(wait, false);
  else
    refuse(wait->proxy->listener, wait->stream, reason);
}

void cnet_proxy_let_go(cnet_stream_t *listener) {
  while (!(listener->flags & (CNET_PAUSED | CNET_CLOSING))) {
    cnet_proxy_t *proxy = cnet_proxy_of(listener);
    cnet_proxy_wait_t *wait = proxy == NULL ? NULL : proxy->held.first;
    if (wait == NULL) return;
    admit(listener, wait->stream);
  }
}

/* Whether bytes may be there for one whose time is up, which the loop is yet to read: once. */
static bool has_to_wait(cnet_proxy_wait_t *wait) {
  cnet_stream_t *stream = wait->stream;
  bool ready = wait->asked != 0 || cnet_platform_ready(stream->uv, false) != 0;

  return cnet_turn_waits(stream->loop, &wait->asked, ready);
}

/* The time of the first is up. */
static void on_due(uv_timer_t *timer) {
  cnet_proxy_t *proxy = timer->data;
  cnet_proxy_wait_t *wait = proxy->reading.first;
  uint64_t now = uv_now(proxy->listener->loop->uv);

  assert(wait != NULL); /* with the last one the timer is stopped */
  if (wait->due > now) {
    cnet_proxy_arm(proxy);
    return;
  }
  if (!has_to_wait(wait)) {
    give_up(wait, CNET_PROXY_TIMEOUT); /* which arms the timer for the next one */
    return;
  }
  for (wait = wait->next; wait != NULL && wait->due <= now; wait = wait->next)
    if (wait->asked == 0) cnet_turn_note(wait->stream->loop, &wait->asked); /* the same turn is enough for all */
  uv_timer_start(timer, on_due, CNET_TURN_PAUSE, 0);
}

/* --- reading --------------------------------------------------------------------------------------------------- */

/* Room for the bytes that are missing. */
static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *out) {
  cnet_proxy_wait_t *wait = cnet_proxy_wait_of(handle->data);
  int32_t need = cnet_proxy_need(wait->bytes, wait->length);
  (void)suggested;

  *out = uv_buf_init(NULL, 0);
  assert(need > 0); /* when nothing is missing, or all is in vain, it is not read any more */
  if (wait->size < wait->length + (size_t)need) {
    uint8_t *bytes = realloc(wait->bytes, wait->length + (size_t)need);
    if (bytes == NULL) return;
    wait->bytes = bytes;
    wait->size = wait->length + (size_t)need;
  }
  *out = uv_buf_init((char *)wait->bytes + wait->length, (unsigned)need);
}

static void on_read(uv_stream_t *uv, ssize_t got, const uv_buf_t *lent) {
  cnet_proxy_wait_t *wait = cnet_proxy_wait_of(uv->data);
  (void)lent;

  if (got == 0 || wait->proxy == NULL) return;
  if (got < 0) {
    if (got == UV_EOF)
      give_up(wait, CNET_PROXY_ENDED);
    else
      refuse(wait->proxy->listener, wait->stream, got == UV_ECONNRESET ? CNET_PROXY_RESET : CNET_PROXY_ENDED);
    return;
  }
  wait->length += (size_t)got;
  wait->stream->loop->counts[CNET_COUNT_BYTES_READ] += (size_t)got;
  int32_t need = cnet_proxy_need(wait->bytes, wait->length);
  int err = need < 0 ? -need : need == 0 ? cnet_proxy_parse(wait->bytes, wait->length, &wait->header) : 0;
  if (err)
    give_up(wait, (cnet_proxy_error_t)err);
  else if (need == 0)
    finish(wait, true);
}

/* Begins to wait for the header. 0 or a negative code. */
static int start(cnet_proxy_t *proxy, cnet_stream_t *client) {
  cnet_proxy_wait_t *wait = cnet_proxy_wait_new(client);
  if (wait == NULL) return UV_ENOMEM;

  wait->size = FIRST_SIZE;
  wait->bytes = malloc(wait->size);
  wait->due = cnet_now(client->loop) + proxy->timeout;
  if (wait->bytes == NULL) return UV_ENOMEM;
  client->flags |= CNET_USED;
  int err = cnet_platform_read(client->uv, on_alloc, on_read);
  if (!err) cnet_proxy_enlist(proxy, wait, on_due);
  return err;
}

/*
 * Whether the client may send a header: 0; CNET_PROXY_UNTRUSTED; or CNET_PROXY_RESET: it has gone already, and the
 * system does not tell any more who it was. A Unix socket has no address to be trusted: who may open its file is.
 */
static cnet_proxy_error_t check_trust(const cnet_proxy_t *proxy, const cnet_stream_t *client) {
  struct sockaddr_storage peer;

  if (proxy->trusted == NULL || client->kind != CNET_TCP) return 0;
  if (cnet_tcp_peer(client, &peer) != 0) return CNET_PROXY_RESET;
  return cnet_block_list_holds(proxy->trusted, &peer, false) ? 0 : CNET_PROXY_UNTRUSTED;
}

void cnet_proxy_begin(cnet_stream_t *listener, cnet_stream_t *client) {
  cnet_proxy_t *proxy = cnet_proxy_of(listener);
  bool optional = proxy->optional;

  cnet_proxy_error_t reason = check_trust(proxy, client);
  if ((listener->flags | client->flags) & CNET_CLOSING) { /* by what the list ran; so `proxy` may have gone */
    if (!(client->flags & CNET_CLOSING)) cnet_close(client, false);
    return;
  }
  if (reason != 0) {
    if (reason == CNET_PROXY_UNTRUSTED && optional)
      admit(listener, client);
    else
      refuse(listener, client, reason);
    return;
  }
  int err = start(proxy, client);
  if (!err) return;
  cnet_close(client, false);
  cnet_tell_accept_failed(listener, err);
}

int cnet_proxy_accept(cnet_stream_t *listener, cnet_stream_t *client) {
  if (cnet_proxy_of(listener) == NULL || client == listener || cnet_proxy_wait_of(client) != NULL ||
      cnet_proxy_of(client) != NULL || (client->flags & (CNET_CONNECTING | CNET_LISTENER | CNET_USED)))
    return UV_EINVAL;
  cnet_pin(listener);
  cnet_pin(client);
  cnet_proxy_begin(listener, client);
  cnet_unpin(client);
  cnet_unpin(listener);
  return 0;
}
