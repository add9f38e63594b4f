/* listen.c: listens, accepts, and decides who may in before any JavaScript object exists. */
#include "exports.h"
#include "napi_util.h"

static napi_value text(napi_env napi, const char *value) { return cnet_string(napi, value, NAPI_AUTO_LENGTH); }

/* Adds address, port and family of one end to the arguments of CNET_ON_DROP. */
static void add_name(cnet_stream_t *stream, bool peer, napi_value *argv) {
  struct sockaddr_storage address = {0};
  char name[CNET_ADDRESS_TEXT] = "";
  int32_t port = 0, family = 0;

  int err = peer ? cnet_tcp_peer(stream->uv, &address) : cnet_tcp_name(stream->uv, false, &address);
  if (err == 0) cnet_address_text(&address, name, &port, &family);
  argv[0] = text(stream->env->napi, name);
  argv[1] = cnet_int(stream->env->napi, port);
  argv[2] = text(stream->env->napi, family == 6 ? "IPv6" : "IPv4");
}

/* Tells of a connection that a limit turned away, with both names when it is TCP. */
static void drop(cnet_stream_t *listener, cnet_stream_t *client, cnet_verdict_t verdict) {
  cnet_env_t *env = listener->env;
  napi_value argv[8];
  napi_handle_scope scope;

  if (env->closing || napi_open_handle_scope(env->napi, &scope) != napi_ok) return;
  bool tcp = client->kind == CNET_TCP;
  env->counts[CNET_COUNT_DROPPED + verdict - CNET_FULL]++;
  argv[0] = cnet_int(env->napi, listener->id);
  argv[1] = cnet_int(env->napi, listener->seat == NULL ? CNET_LET_IN : (int32_t)verdict);
  if (tcp) {
    add_name(client, false, argv + 2);
    add_name(client, true, argv + 5);
  }
  cnet_stream_close(client, false);
  cnet_emit(env, listener->context, CNET_ON_DROP, tcp ? 8 : 2, argv);
  napi_close_handle_scope(env->napi, scope);
}

static bool is_blocked(const cnet_stream_t *listener, const cnet_stream_t *client) {
  struct sockaddr_storage address;

  if (listener->block_list == NULL || client->kind != CNET_TCP) return false;
  if (cnet_tcp_peer(client->uv, &address) != 0) return false;
  cnet_env_t *env = listener->env;
  bool held = cnet_block_list_holds(env, listener->block_list, &address, true); /* it may close the listener */
  if (held) env->counts[CNET_COUNT_REFUSED_BLOCK_LIST]++;
  return held;
}

void cnet_tell_accepted(cnet_stream_t *listener, int status, int32_t client) {
  if (status <= 0) listener->env->counts[status == 0 ? CNET_COUNT_ACCEPTED : CNET_COUNT_REFUSED_RESOURCES]++;
  cnet_emit_ints(listener->env, listener->context, CNET_ON_ACCEPT, 3, (int32_t[]){listener->id, status, client});
}

/* Lets a connection in whom nothing but the limits of the server could turn away. */
static void let_in(cnet_stream_t *listener, cnet_stream_t *client) {
  int verdict = cnet_seat_ask(listener, client);

  if (verdict < 0) {
    cnet_stream_close(client, false);
    cnet_tell_accepted(listener, verdict, -1);
  } else if (verdict != CNET_LET_IN) {
    drop(listener, client, (cnet_verdict_t)verdict);
  } else if (listener->proxy != NULL) {
    cnet_proxy_accept(listener, client);
  } else {
    if (listener->room > 0) listener->room--;
    bool exhausted = cnet_platform_exhausted(client->uv, listener->env->descriptor_limit);
    cnet_tell_accepted(listener, 0, client->id);
    if (exhausted && !(listener->flags & CNET_CLOSING)) cnet_tell_accepted(listener, CNET_EXHAUSTED, -1);
  }
}

/* The listener, if it still listens; else who would have come is closed. */
static cnet_stream_t *still_listening(const cnet_env_t *env, cnet_mark_t mark, cnet_stream_t *client) {
  cnet_stream_t *listener = cnet_marked(env, mark);

  if (listener != NULL && !(listener->flags & CNET_CLOSING)) return listener;
  if (client != NULL) cnet_stream_close(client, false);
  return NULL;
}

/* Takes one connection that libuv has told of, which gets `flags`. It calls into JavaScript: the listener may be closed
 * afterwards. */
static void accept_one(cnet_stream_t *listener, uint32_t flags) {
  cnet_env_t *env = listener->env;
  cnet_mark_t mark = cnet_mark(listener);
  cnet_stream_t *client = NULL;
  const char *async_name = listener->kind == CNET_TCP ? "TCPWRAP" : "PIPEWRAP";

  int err = cnet_stream_new(env, (cnet_kind_t)listener->kind, async_name, &client);
  listener = still_listening(env, mark, client);
  if (listener == NULL) return;
  if (err) {
    cnet_refuse(listener);
    cnet_tell_accepted(listener, err, -1);
    return;
  }
  client->server = listener->server;
  client->flags |= flags;
  int accepted = uv_accept(listener->uv, client->uv);
  if (accepted == 0 && listener->error_queue != NULL)
    cnet_error_queue_watch(client); /* it has the listener's options */
  bool blocked = accepted != 0 || (listener->room != 0 && is_blocked(listener, client));
  if (blocked || (listener->flags & CNET_CLOSING)) { /* by the list, or by what it ran */
    cnet_stream_close(client, false);
  } else if (listener->allowed_uids != NULL && !cnet_credentials_admit(listener, client)) {
    return; /* it has been told */
  } else if (listener->room == 0) {
    drop(listener, client, CNET_FULL);
  } else {
    let_in(listener, client);
  }
}

/* A connection that is not accepted here makes libuv stop asking the kernel for more (libuv docs, uv_accept()). */
static void on_connection(uv_stream_t *uv, int status) {
  cnet_stream_t *listener = uv->data;

  if (listener->flags & CNET_CLOSING) return;
  if (status < 0)
    cnet_tell_accepted(listener, status, -1);
  else if (listener->flags & CNET_HELD)
    listener->waiting++;
  else
    accept_one(listener, CNET_OUTSIDE);
}

/*
 * listen(id, backlog): also of a stream that listens already. UV_EBUSY: a connection waits until the listener is let
 * go, and libuv, which would ask for the next one, ends the process then.
 */
napi_value cnet_js_listen(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  if (stream->attempt != NULL || (stream->flags & CNET_USED)) return cnet_int(napi, UV_EINVAL);
  if (stream->waiting > 0) return cnet_int(napi, UV_EBUSY);
  int err = cnet_refusal_new(stream);
  if (!err) err = uv_listen(stream->uv, cnet_arg_int(&call, 1, 0), on_connection);
  if (err) return cnet_int(napi, err);
  if (!(stream->flags & CNET_LISTENER)) {
    call.env->counts[CNET_COUNT_SOCKETS + stream->kind]--;
    call.env->counts[CNET_COUNT_SERVERS + stream->kind]++;
  }
  stream->flags |= CNET_LISTENER;
  call.env->descriptor_limit = cnet_platform_limit();
  return cnet_int(napi, err);
}

/* setRoom(id, connections that may still come; negative: no limit) */
napi_value cnet_js_set_room(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  stream->room = cnet_arg_int(&call, 1, -1);
  if (stream->proxy != NULL) cnet_proxy_set_room(stream, stream->room);
  return cnet_int(napi, 0);
}

/*
 * hold(id, whether): while it is held, a listener accepts nobody: who comes waits in the kernel's queue. When it is let
 * go, those that libuv has told of meanwhile are accepted before the call returns, by calls into JavaScript.
 */
napi_value cnet_js_hold(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  if (cnet_arg_bool(&call, 1)) {
    stream->flags |= CNET_HELD;
    return cnet_int(napi, 0);
  }
  stream->flags &= ~(unsigned)CNET_HELD;
  while (stream != NULL && stream->waiting > 0 && !(stream->flags & (CNET_HELD | CNET_CLOSING))) {
    stream->waiting--;
    accept_one(stream, 0);
    stream = cnet_arg_stream(&call);
  }
  if (stream != NULL && stream->proxy != NULL) cnet_proxy_let_go(stream);
  return cnet_int(napi, 0);
}
