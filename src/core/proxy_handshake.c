/*
 * proxy_handshake.c: connections that begin with a header of the PROXY protocol. They are accepted, and the host is told
 * of them when the header is there. No more is read than what is part of it in any case (proxy_protocol.h), so what
 * comes behind stays in the kernel, for the reads of the stream or for whoever is given the descriptor. Only where the
 * header is optional, and there is none, bytes of the stream's are here: the host takes them.
 */
#include "proxy_handshake.h"

#include <stdlib.h>

#include "listener_internal.h"
#include "proxy_internal.h"
#include "queue.h"
#include "turn.h"

#define FIRST_SIZE 128 /* room for a header of version 1, or of version 2 without much behind the addresses */

typedef struct cnet_proxy_wait cnet_proxy_wait_t;

/* Connections that wait, oldest first. */
typedef struct cnet_proxy_list {
  cnet_proxy_wait_t *first, *last;
} cnet_proxy_list_t;

/*
 * A listener's way with headers. Its connections wait for theirs in a list, of which the first is due first; those
 * whose header came while the listener was held wait in another one, so that nobody has to look for either among the
 * others.
 */
typedef struct cnet_proxy {
  cnet_part_t part; /* of `listener` */
  cnet_stream_t *listener;
  cnet_block_list_t *trusted; /* whose headers count; NULL: everybody's */
  uv_timer_t *timer;          /* unref'd; fires when the first of `reading` is due */
  cnet_proxy_list_t reading, held;
  uint64_t timeout; /* ms */
  int32_t waiting;  /* how many are in both lists */
  int32_t room;     /* as the host knows it, less who was let in since; negative: none */
  bool limited;     /* `room` counts */
  bool optional;
} cnet_proxy_t;

typedef enum cnet_proxy_state {
  CNET_PROXY_READING, /* in the list `reading` */
  CNET_PROXY_HELD,    /* in the list `held`: it is done, and the listener is held */
  CNET_PROXY_DONE,    /* told of, and for the host to take */
} cnet_proxy_state_t;

struct cnet_proxy_wait {
  cnet_part_t part; /* of `stream` */
  cnet_stream_t *stream;
  cnet_proxy_t *proxy; /* NULL when it is in no list */
  cnet_proxy_wait_t *next, *previous;
  uint64_t due;   /* loop time */
  uint64_t asked; /* see turn.h */
  uint8_t *bytes;
  size_t length, size; /* bytes that are there; room for */
  uint8_t state;       /* cnet_proxy_state_t */
  bool has_header;     /* `bytes` are one, which `header` tells of; else they are the stream's first */
  cnet_proxy_header_t header;
};

static void on_listener_close(cnet_stream_t *listener, cnet_part_t *part);
static void on_client_close(cnet_stream_t *client, cnet_part_t *part);
static void on_client_freed(cnet_stream_t *client, cnet_part_t *part);

static const cnet_part_ops_t LISTENER_OPS = {.order = CNET_PART_PROXY, .close = on_listener_close};
static const cnet_part_ops_t CLIENT_OPS = {
    .order = CNET_PART_PROXY_WAIT,
    .close = on_client_close,
    .free = on_client_freed,
};

static cnet_proxy_t *proxy_of(const cnet_stream_t *listener) {
  return (cnet_proxy_t *)cnet_part_of(listener, &LISTENER_OPS);
}

static cnet_proxy_wait_t *wait_of(const cnet_stream_t *client) {
  return (cnet_proxy_wait_t *)cnet_part_of(client, &CLIENT_OPS);
}

/* --- the list ------------------------------------------------------------------------------------------------ */

static void on_due(uv_timer_t *timer);

static void arm(cnet_proxy_t *proxy) {
  cnet_proxy_wait_t *first = proxy->reading.first;
  uint64_t now = uv_now(proxy->listener->loop->uv);

  if (first == NULL)
    uv_timer_stop(proxy->timer);
  else
    uv_timer_start(proxy->timer, on_due, first->due > now ? first->due - now : 0, 0);
}

/* What the host has made room for, less those that wait. A stream that stands for a listener has no room of its own. */
static void update_room(cnet_proxy_t *proxy) {
  cnet_listening_t *listening = cnet_listening_of(proxy->listener);
  int32_t left = proxy->room - proxy->waiting;

  if (listening != NULL) listening->room = !proxy->limited ? -1 : left > 0 ? left : 0;
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

/* --- the end of a wait: each of these calls the host, which may close everything ------------------------------- */

/* It waits no more, and is for the host to take. */
static void set_done(cnet_stream_t *client) {
  cnet_proxy_wait_t *wait = wait_of(client);

  if (wait == NULL) return;
  strike(wait);
  wait->state = CNET_PROXY_DONE;
}

/* Lets `client` in: its header is there, or it has none. */
static void let_in(cnet_stream_t *listener, cnet_stream_t *client) {
  cnet_proxy_t *proxy = proxy_of(listener);

  set_done(client);
  if (proxy->limited && proxy->room > 0) proxy->room--;
  update_room(proxy);
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

  uv_read_stop(wait->stream->uv);
  wait->has_header = has_header;
  if (listener->flags & CNET_PAUSED)
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
  while (!(listener->flags & (CNET_PAUSED | CNET_CLOSING))) {
    cnet_proxy_t *proxy = proxy_of(listener);
    cnet_proxy_wait_t *wait = proxy == NULL ? NULL : proxy->held.first;
    if (wait == NULL) return;
    let_in(listener, wait->stream);
  }
}

/* Whether bytes may be there for one whose time is up, which the loop is yet to read: once. */
static bool has_to_wait(cnet_proxy_wait_t *wait) {
  cnet_stream_t *stream = wait->stream;
  bool ready = wait->asked != 0 || cnet_platform_ready(stream->uv, false) != 0;

  return cnet_turn_waits(stream->loop, &wait->asked, ready);
}

static void on_due(uv_timer_t *timer) {
  cnet_proxy_t *proxy = timer->data;
  cnet_proxy_wait_t *wait = proxy->reading.first;
  uint64_t now = uv_now(proxy->listener->loop->uv);

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
    if (wait->asked == 0) cnet_turn_note(wait->stream->loop, &wait->asked); /* the same turn is enough for all */
  uv_timer_start(timer, on_due, CNET_TURN_PAUSE, 0);
}

/* --- reading --------------------------------------------------------------------------------------------------- */

/* Room for the bytes that are missing. */
static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *out) {
  cnet_proxy_wait_t *wait = wait_of(handle->data);
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
  cnet_proxy_wait_t *wait = wait_of(uv->data);
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
  cnet_proxy_wait_t *wait = calloc(1, sizeof *wait);
  if (wait == NULL) return UV_ENOMEM;

  wait->stream = client;
  wait->size = FIRST_SIZE;
  wait->bytes = malloc(wait->size);
  wait->due = cnet_now(client->loop) + proxy->timeout;
  cnet_part_attach(client, &wait->part, &CLIENT_OPS);
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
  if (cnet_tcp_peer(client, &peer) != 0) return CNET_PROXY_RESET;
  return cnet_block_list_holds(proxy->trusted, &peer, false) ? 0 : CNET_PROXY_UNTRUSTED;
}

void cnet_proxy_begin(cnet_stream_t *listener, cnet_stream_t *client) {
  cnet_proxy_t *proxy = proxy_of(listener);
  bool optional = proxy->optional;

  cnet_proxy_error_t reason = check_trust(proxy, client);
  if ((listener->flags | client->flags) & CNET_CLOSING) { /* by what the list ran; so `proxy` may have gone */
    if (!(client->flags & CNET_CLOSING)) cnet_close(client, false);
    return;
  }
  if (reason != 0) {
    if (reason == CNET_PROXY_UNTRUSTED && optional)
      let_in(listener, client);
    else
      refuse(listener, client, reason);
    return;
  }
  int err = start(proxy, client);
  if (!err) return;
  cnet_close(client, false);
  cnet_tell_accept_failed(listener, err);
}

/* --- the listener -------------------------------------------------------------------------------------------------- */

bool cnet_proxy_is_expected(const cnet_stream_t *listener) { return proxy_of(listener) != NULL; }

void cnet_proxy_set_room(cnet_stream_t *listener, int32_t room) {
  cnet_proxy_t *proxy = proxy_of(listener);

  if (proxy == NULL) return;
  proxy->limited = room >= 0;
  proxy->room = room;
  update_room(proxy);
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
  cnet_proxy_t *proxy = proxy_of(listener);

  if (proxy == NULL) proxy = proxy_new(listener);
  if (proxy == NULL) return UV_ENOMEM;
  if (settings->trusted != NULL) cnet_block_list_hold(settings->trusted);
  if (proxy->trusted != NULL) cnet_block_list_release(proxy->trusted);
  proxy->trusted = settings->trusted;
  proxy->optional = settings->optional;
  proxy->timeout = settings->timeout;
  return 0;
}

int cnet_proxy_accept(cnet_stream_t *listener, cnet_stream_t *client) {
  if (proxy_of(listener) == NULL || client == listener || wait_of(client) != NULL || proxy_of(client) != NULL ||
      (client->flags & (CNET_CONNECTING | CNET_LISTENER | CNET_USED)))
    return UV_EINVAL;
  cnet_pin(listener);
  cnet_pin(client);
  cnet_proxy_begin(listener, client);
  cnet_unpin(client);
  cnet_unpin(listener);
  return 0;
}

int32_t cnet_proxy_waiting(const cnet_stream_t *listener) {
  const cnet_proxy_t *proxy = proxy_of(listener);
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
  strike((cnet_proxy_wait_t *)part);
}

static void on_client_freed(cnet_stream_t *client, cnet_part_t *part) {
  (void)client;
  free(((cnet_proxy_wait_t *)part)->bytes);
  free(part);
}

bool cnet_proxy_has_result(const cnet_stream_t *stream) { return wait_of(stream) != NULL; }

bool cnet_proxy_result(const cnet_stream_t *stream, cnet_proxy_result_t *out) {
  const cnet_proxy_wait_t *wait = wait_of(stream);

  if (wait == NULL || wait->state != CNET_PROXY_DONE) return false;
  *out = (cnet_proxy_result_t){wait->has_header, wait->header, wait->bytes, wait->length};
  return true;
}

void cnet_proxy_drop(cnet_stream_t *stream) {
  cnet_proxy_wait_t *wait = wait_of(stream);

  if (wait == NULL || wait->state != CNET_PROXY_DONE) return;
  if (!wait->has_header) stream->bytes_read += wait->length;
  cnet_part_detach(stream, &wait->part);
  on_client_freed(stream, &wait->part);
}
