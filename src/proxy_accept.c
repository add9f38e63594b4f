/*
 * proxy_accept.c: connections that begin with a header of the PROXY protocol. They are accepted, and JavaScript is told
 * of them when the header is there. No more is read than what is part of it in any case (proxy_protocol.h), so what
 * comes behind stays in the kernel, for the reads of the stream or for whoever is given the descriptor. Only where the
 * header is optional, and there is none, bytes of the stream's are here: JavaScript takes them with proxyTake().
 */
#include <stdlib.h>

#include "proxy_wait.h"
#include "turn.h"

#define FIRST_SIZE 128 /* room for a header of version 1, or of version 2 without much behind the addresses */

/* --- the list ------------------------------------------------------------------------------------------------ */

static void on_due(uv_timer_t *timer);

static void arm(cnet_proxy_t *proxy) {
  cnet_proxy_wait_t *first = proxy->reading.first;
  uint64_t now = uv_now(proxy->listener->env->loop);

  if (first == NULL)
    uv_timer_stop(proxy->timer);
  else
    uv_timer_start(proxy->timer, on_due, first->due > now ? first->due - now : 0, 0);
}

/* What JavaScript has made room for, less those that wait. */
static void update_room(cnet_proxy_t *proxy) {
  int32_t left = proxy->room - proxy->waiting;
  proxy->listener->room = !proxy->limited ? -1 : left > 0 ? left : 0;
}

static void append(cnet_proxy_list_t *list, cnet_proxy_wait_t *wait) {
  wait->previous = list->last;
  if (list->last != NULL)
    list->last->next = wait;
  else
    list->first = wait;
  list->last = wait;
}

static void take_out(cnet_proxy_list_t *list, cnet_proxy_wait_t *wait) {
  if (wait->previous != NULL)
    wait->previous->next = wait->next;
  else
    list->first = wait->next;
  if (wait->next != NULL)
    wait->next->previous = wait->previous;
  else
    list->last = wait->previous;
  wait->next = wait->previous = NULL;
}

static void enlist(cnet_proxy_t *proxy, cnet_proxy_wait_t *wait) {
  wait->proxy = proxy;
  append(&proxy->reading, wait);
  proxy->waiting++;
  update_room(proxy);
  if (proxy->reading.first == wait) arm(proxy);
}

static void strike(cnet_proxy_wait_t *wait) {
  cnet_proxy_t *proxy = wait->proxy;

  if (proxy == NULL) return;
  bool was_first = proxy->reading.first == wait;
  take_out(wait->state == CNET_PROXY_HELD ? &proxy->held : &proxy->reading, wait);
  wait->proxy = NULL;
  proxy->waiting--;
  update_room(proxy);
  if (was_first) arm(proxy);
}

/* It is done, and the listener is held. */
static void set_aside(cnet_proxy_wait_t *wait) {
  cnet_proxy_t *proxy = wait->proxy;
  bool was_first = proxy->reading.first == wait;

  take_out(&proxy->reading, wait);
  wait->state = CNET_PROXY_HELD;
  append(&proxy->held, wait);
  if (was_first) arm(proxy);
}

/* --- the end of a wait: each of these calls into JavaScript ---------------------------------------------------- */

/* Lets `client` in: its header is there, or it has none. */
static void let_in(cnet_stream_t *listener, cnet_stream_t *client) {
  if (client->proxy_wait != NULL) {
    strike(client->proxy_wait);
    client->proxy_wait->state = CNET_PROXY_DONE;
  }
  if (listener->proxy->limited && listener->proxy->room > 0) listener->proxy->room--;
  update_room(listener->proxy);
  cnet_tell_accepted(listener, 0, client->id);
}

/* JavaScript is told why, and may ask for the names of `client`, which is closed in any case. */
static void refuse(cnet_stream_t *listener, cnet_stream_t *client, cnet_proxy_error_t reason) {
  listener->env->counts[CNET_COUNT_REFUSED_PROXY]++;
  if (reason == CNET_PROXY_TIMEOUT) listener->env->counts[CNET_COUNT_PROXY_TIMEOUTS]++;
  if (client->proxy_wait != NULL) {
    strike(client->proxy_wait);
    client->proxy_wait->state = CNET_PROXY_DONE;
  }
  uv_read_stop(client->uv);
  cnet_tell_accepted(listener, (int)reason, client->id);
  cnet_stream_close(client, false); /* its memory is there until the loop goes on */
}

/* The bytes that are there are a header, or what the stream begins with. */
static void finish(cnet_proxy_wait_t *wait, bool has_header) {
  cnet_stream_t *listener = wait->proxy->listener;

  uv_read_stop(wait->stream->uv);
  wait->has_header = has_header;
  if (listener->flags & CNET_HELD)
    set_aside(wait);
  else
    let_in(listener, wait->stream);
}

/* There is no header, or none that can be; where none is needed the bytes are the stream's. */
static void give_up(cnet_proxy_wait_t *wait, cnet_proxy_error_t reason) {
  if (wait->proxy->optional && !cnet_proxy_is_header(wait->bytes, wait->length))
    finish(wait, false);
  else
    refuse(wait->proxy->listener, wait->stream, reason);
}

void cnet_proxy_let_go(cnet_stream_t *listener) {
  while (!(listener->flags & (CNET_HELD | CNET_CLOSING)) && listener->proxy != NULL) {
    cnet_proxy_wait_t *wait = listener->proxy->held.first;
    if (wait == NULL) return;
    let_in(listener, wait->stream);
  }
}

/* Whether bytes may be there for one whose time is up, which the loop is yet to read: once. */
static bool has_to_wait(cnet_proxy_wait_t *wait) {
  cnet_stream_t *stream = wait->stream;
  bool ready = wait->asked != 0 || cnet_platform_ready(stream->uv, false) != 0;

  return cnet_turn_waits(stream->env, &wait->asked, ready);
}

static void on_due(uv_timer_t *timer) {
  cnet_proxy_t *proxy = timer->data;
  cnet_proxy_wait_t *wait = proxy->reading.first;
  uint64_t now = uv_now(proxy->listener->env->loop);

  if (wait == NULL) return;
  if (wait->due > now) {
    arm(proxy);
    return;
  }
  if (!has_to_wait(wait)) {
    give_up(wait, CNET_PROXY_TIMEOUT); /* which arms the timer for the next one */
    return;
  }
  for (wait = wait->next; wait != NULL && wait->due <= now; wait = wait->next)
    if (wait->asked == 0) cnet_turn_note(wait->stream->env, &wait->asked); /* the same turn is enough for all */
  uv_timer_start(timer, on_due, CNET_TURN_PAUSE, 0);
}

/* --- reading --------------------------------------------------------------------------------------------------- */

/* Room for the bytes that are missing. */
static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *out) {
  cnet_proxy_wait_t *wait = ((cnet_stream_t *)handle->data)->proxy_wait;
  int32_t need = cnet_proxy_need(wait->bytes, wait->length);
  (void)suggested;

  *out = uv_buf_init(NULL, 0);
  if (need <= 0) return;
  if (wait->size < wait->length + (size_t)need) {
    uint8_t *bytes = realloc(wait->bytes, wait->length + (size_t)need);
    if (bytes == NULL) return;
    wait->bytes = bytes;
    wait->size = wait->length + (size_t)need;
  }
  *out = uv_buf_init((char *)wait->bytes + wait->length, (unsigned)need);
}

static void on_read(uv_stream_t *uv, ssize_t got, const uv_buf_t *lent) {
  cnet_proxy_wait_t *wait = ((cnet_stream_t *)uv->data)->proxy_wait;
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
  cnet_count_read(wait->stream, (size_t)got);
  int32_t need = cnet_proxy_need(wait->bytes, wait->length);
  int err = need < 0 ? -need : need == 0 ? cnet_proxy_parse(wait->bytes, wait->length, &wait->header) : 0;
  if (err)
    give_up(wait, (cnet_proxy_error_t)err);
  else if (need == 0)
    finish(wait, true);
}

/* Begins to wait for the header. 0 or a negative code. */
static int start(cnet_proxy_t *proxy, cnet_stream_t *client) {
  cnet_proxy_wait_t *wait = calloc(1, sizeof *wait);
  if (wait == NULL) return UV_ENOMEM;

  wait->stream = client;
  wait->size = FIRST_SIZE;
  wait->bytes = malloc(wait->size);
  wait->due = cnet_now(client->env) + proxy->timeout;
  client->proxy_wait = wait;
  if (wait->bytes == NULL) return UV_ENOMEM;
  client->flags |= CNET_USED;
  int err = uv_read_start(client->uv, on_alloc, on_read);
  if (!err) enlist(proxy, wait);
  return err;
}

/*
 * Whether the client may send a header: 0; CNET_PROXY_UNTRUSTED; or CNET_PROXY_RESET: it has gone already, and the
 * system does not tell any more who it was. A Unix socket has no address to be trusted: who may open its file is.
 */
static cnet_proxy_error_t check_trust(const cnet_proxy_t *proxy, const cnet_stream_t *client) {
  struct sockaddr_storage peer;

  if (proxy->trusted == NULL || client->kind != CNET_TCP) return 0;
  if (cnet_tcp_peer(client->uv, &peer) != 0) return CNET_PROXY_RESET;
  return cnet_block_list_holds(client->env, proxy->trusted, &peer, false) ? 0 : CNET_PROXY_UNTRUSTED;
}

void cnet_proxy_accept(cnet_stream_t *listener, cnet_stream_t *client) {
  cnet_proxy_t *proxy = listener->proxy;

  cnet_proxy_error_t reason = check_trust(proxy, client);
  if (listener->flags & CNET_CLOSING) { /* by what the list ran; so its `proxy` has gone */
    cnet_stream_close(client, false);
    return;
  }
  if (reason != 0) {
    if (reason == CNET_PROXY_UNTRUSTED && proxy->optional)
      let_in(listener, client);
    else
      refuse(listener, client, reason);
    return;
  }
  int err = start(proxy, client);
  if (!err) return;
  cnet_stream_close(client, false);
  cnet_tell_accepted(listener, err, -1);
}

/* --- ends -------------------------------------------------------------------------------------------------------- */

void cnet_proxy_set_room(cnet_stream_t *listener, int32_t room) {
  listener->proxy->limited = room >= 0;
  listener->proxy->room = room;
  update_room(listener->proxy);
}

void cnet_proxy_close(cnet_stream_t *stream) {
  cnet_proxy_t *proxy = stream->proxy;

  if (stream->proxy_wait != NULL) strike(stream->proxy_wait);
  if (proxy == NULL) return;
  while (proxy->reading.first != NULL) cnet_stream_close(proxy->reading.first->stream, false);
  while (proxy->held.first != NULL) cnet_stream_close(proxy->held.first->stream, false);
  stream->proxy = NULL;
  if (proxy->trusted != NULL) cnet_block_list_release(proxy->trusted);
  cnet_uv_close(stream->env, (uv_handle_t *)proxy->timer);
  free(proxy);
}

void cnet_proxy_free(cnet_stream_t *stream) {
  if (stream->proxy_wait == NULL) return;
  free(stream->proxy_wait->bytes);
  free(stream->proxy_wait);
  stream->proxy_wait = NULL;
}
