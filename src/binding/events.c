/* events.c: what the core tells, told to JavaScript: the cnet_host_t of the binding. */
#include "events.h"

#include "address.h"
#include "arguments.h"
#include "call.h"
#include "context.h"
#include "tell_read.h"

static cnet_environment_t *env_of(cnet_stream_t *stream) { return cnet_state_of(stream)->env; }

static napi_value text(napi_env napi, const char *value) { return cnet_string(napi, value, NAPI_AUTO_LENGTH); }

/* Tells of the stream in its own context; its number is the first of the integers. */
static void tell_stream(cnet_stream_t *stream, cnet_handler_t which, size_t argc, const int32_t *argv) {
  const cnet_stream_state_t *state = cnet_state_of(stream);
  cnet_emit_ints(state->env, state->context, which, argc, argv, state->is_outside);
}

static int32_t id_of(cnet_stream_t *stream) { return cnet_state_of(stream)->id; }

/* --- the life of a stream ----------------------------------------------------------------------------------------- */

/* `argument` is the name of the async resource, a napi_value; who was accepted has that of its kind. */
static int opened(cnet_stream_t *stream, const void *argument) {
  cnet_stream_state_t *state = cnet_state_of(stream);
  cnet_environment_t *env = cnet_loop_data(cnet_loop_of(stream));
  const char *kind = cnet_kind_of(stream) == CNET_TCP ? "TCPWRAP" : "PIPEWRAP";
  const napi_value *name = argument;

  state->env = env;
  state->id = -1;
  /* while nobody knows of the stream */
  state->context = name != NULL ? cnet_context_named(env, *name) : cnet_context_new(env, kind);
  if (state->context == NULL) return UV_ENOMEM;
  state->id = cnet_table_add(&env->streams, stream);
  if (state->id < 0) return UV_ENOMEM;
  state->serial = ++env->serial;
  state->is_outside = argument == NULL && !env->calls;
  return 0;
}

static void stream_closed(cnet_stream_t *stream) { tell_stream(stream, CNET_ON_CLOSE, 1, (int32_t[]){id_of(stream)}); }

static void stream_freed(cnet_stream_t *stream) {
  cnet_stream_state_t *state = cnet_state_of(stream);
  cnet_environment_t *env = state->env;

  if (state->id >= 0) cnet_table_remove(&env->streams, state->id);
  cnet_context_free(env, state->context);
  if (state->read_buffer != NULL) napi_delete_reference(env->napi, state->read_buffer);
}

static void settle(cnet_loop_t *loop) { cnet_environment_settle(cnet_loop_data(loop)); }

/* --- listeners -----------------------------------------------------------------------------------------------------
 */

static void accepted(cnet_stream_t *listener, cnet_stream_t *client) {
  tell_stream(listener, CNET_ON_ACCEPT, 3, (int32_t[]){id_of(listener), 0, id_of(client)});
}

static void accept_failed(cnet_stream_t *listener, int status) {
  tell_stream(listener, CNET_ON_ACCEPT, 3, (int32_t[]){id_of(listener), status, -1});
}

static void header_rejected(cnet_stream_t *listener, cnet_stream_t *client, int reason) {
  tell_stream(listener, CNET_ON_HEADER_REJECTED, 3, (int32_t[]){id_of(listener), reason, id_of(client)});
}

static void exhausted(cnet_stream_t *listener) {
  tell_stream(listener, CNET_ON_EXHAUSTED, 1, (int32_t[]){id_of(listener)});
}

static void bound(cnet_stream_t *stream, int status) {
  tell_stream(stream, CNET_ON_BOUND, 2, (int32_t[]){id_of(stream), status});
}

/* Address, port and family of one end: none is an empty text. */
static void set_end(napi_env napi, const struct sockaddr_storage *end, napi_value *argv) {
  char name[CNET_ADDRESS_TEXT];
  int32_t port, family;

  cnet_address_text(end, name, &port, &family);
  argv[0] = text(napi, name);
  argv[1] = cnet_int(napi, port);
  argv[2] = text(napi, family == 6 ? "IPv6" : "IPv4");
}

static void rejected(cnet_stream_t *listener, cnet_verdict_t verdict, const cnet_ends_t *ends) {
  const cnet_stream_state_t *state = cnet_state_of(listener);
  napi_env napi = state->env->napi;
  napi_handle_scope scope;
  napi_value argv[8];

  if (napi_open_handle_scope(napi, &scope) != napi_ok) return;
  argv[0] = cnet_int(napi, state->id);
  argv[1] = cnet_int(napi, (int32_t)verdict);
  if (ends != NULL) {
    set_end(napi, &ends->local, argv + 2);
    set_end(napi, &ends->peer, argv + 5);
  }
  cnet_emit(state->env, state->context, CNET_ON_DROP, ends != NULL ? 8 : 2, argv);
  napi_close_handle_scope(napi, scope);
}

static void user_rejected(cnet_stream_t *listener, const cnet_credentials_t *peer) {
  const cnet_stream_state_t *state = cnet_state_of(listener);
  napi_env napi = state->env->napi;
  napi_handle_scope scope;
  napi_value argv[4];

  if (napi_open_handle_scope(napi, &scope) != napi_ok) return;
  argv[0] = cnet_int(napi, state->id);
  argv[1] = cnet_number(napi, (double)peer->pid);
  argv[2] = cnet_number(napi, (double)peer->uid);
  argv[3] = cnet_number(napi, (double)peer->gid);
  cnet_emit(state->env, state->context, CNET_ON_USER_DROP, 4, argv);
  napi_close_handle_scope(napi, scope);
}

/* --- connecting ----------------------------------------------------------------------------------------------------
 */

static void attempt(cnet_stream_t *stream, const cnet_step_t *step) {
  const int32_t argv[] = {id_of(stream), (int32_t)step->address, (int32_t)step->phase, step->status,
                          (int32_t)step->option};
  cnet_tell_ints(env_of(stream), CNET_ON_ATTEMPT, 5, argv);
}

static void connected(cnet_stream_t *stream, void *context) {
  const int32_t id = id_of(stream);

  if (context == NULL)
    cnet_tell_ints(env_of(stream), CNET_ON_CONNECT, 1, &id);
  else
    cnet_emit_ints(env_of(stream), context, CNET_ON_CONNECT, 1, &id, false);
}

static void *context_new(cnet_loop_t *loop, cnet_purpose_t purpose) {
  const cnet_environment_t *env = cnet_loop_data(loop);

  if (purpose == CNET_FOR_CONNECT_PIPE) return cnet_context_new(env, "PIPECONNECTWRAP");
  return env->dial_name != NULL ? cnet_context_named(env, env->dial_name) : cnet_context_new(env, "TCPCONNECTWRAP");
}

static void context_free(cnet_loop_t *loop, void *context) { cnet_context_free(cnet_loop_data(loop), context); }

static void run_in(cnet_loop_t *loop, void *context, void (*work)(void *data), void *data) {
  cnet_run_in(cnet_loop_data(loop), context, work, data);
}

/* --- reading -------------------------------------------------------------------------------------------------------
 */

/* The user's buffer (onread), asked for anew: it may have been detached or resized since. */
static void user_memory(const cnet_stream_state_t *state, uv_buf_t *out) {
  napi_env napi = state->env->napi;
  napi_handle_scope scope;
  napi_value buffer;
  void *data = NULL;
  size_t length = 0;

  if (state->env->closing || napi_open_handle_scope(napi, &scope) != napi_ok) return;
  if (napi_get_reference_value(napi, state->read_buffer, &buffer) == napi_ok && buffer != NULL &&
      cnet_bytes(napi, buffer, &data, &length) && data != NULL)
    *out = uv_buf_init(data, (unsigned)(length < INT32_MAX ? length : INT32_MAX));
  napi_close_handle_scope(napi, scope);
}

static void allocate(cnet_stream_t *stream, uv_buf_t *out) {
  const cnet_stream_state_t *state = cnet_state_of(stream);

  if (state->read_buffer != NULL)
    user_memory(state, out);
  else
    cnet_memory_lend(state->env, state->is_shared, out);
}

static void received(cnet_stream_t *stream, ssize_t got, const uv_buf_t *memory) {
  cnet_stream_state_t *state = cnet_state_of(stream);
  cnet_environment_t *env = state->env;
  bool is_ours = state->read_buffer == NULL;
  napi_handle_scope scope;

  /* no event memory: setup() was never called */
  bool is_told =
      got != 0 && !env->closing && env->event != NULL && napi_open_handle_scope(env->napi, &scope) == napi_ok;
  if (is_ours && (got <= 0 || !is_told)) cnet_memory_return(env, memory);
  if (!is_told) return;
  if (is_ours && got > 0)
    cnet_tell_data(stream, (int32_t)got, memory);
  else
    cnet_tell_status(stream, (int32_t)got);
  napi_close_handle_scope(env->napi, scope);
}

static bool block_takes(cnet_stream_t *stream, size_t got) {
  const cnet_stream_state_t *state = cnet_state_of(stream);
  bool is_ours = state->read_buffer == NULL && !state->is_shared;
  return is_ours && got > CNET_LARGE_READ && !state->env->closing && state->env->event != NULL;
}

static void *block_new(cnet_stream_t *stream, uv_buf_t *out) {
  return block_takes(stream, CNET_MEMORY_SIZE) ? cnet_memory_block(env_of(stream), out) : NULL;
}

static void block_free(cnet_loop_t *loop, void *block) { cnet_memory_block_free(cnet_loop_data(loop), block); }

static void block_read(cnet_stream_t *stream, void *block, size_t got) { cnet_tell_block(stream, block, got); }

/* JavaScript takes them by takeDescriptors(), which finds them here. */
/* NOLINTNEXTLINE(readability-non-const-parameter): who takes them sets it to 0, by the offer */
static void descriptors(cnet_stream_t *stream, const int *fds, int *count, size_t bytes) {
  cnet_environment_t *env = env_of(stream);
  const cnet_offer_t *before = env->offer, offer = {stream, fds, count};

  env->offer = &offer;
  tell_stream(stream, CNET_ON_DESCRIPTORS, 2, (int32_t[]){id_of(stream), (int32_t)bytes});
  env->offer = before;
}

/* --- what had to wait ------------------------------------------------------------------------------------------------
 */

static void ended(cnet_stream_t *stream, cnet_operation_t operation, void *context, int status) {
  const cnet_stream_state_t *state = cnet_state_of(stream);
  cnet_handler_t which = operation == CNET_SHUTDOWN ? CNET_ON_SHUTDOWN : CNET_ON_WRITE;

  cnet_emit_ints(state->env, context != NULL ? context : state->context, which, 2, (int32_t[]){state->id, status},
                 context == NULL && state->is_outside);
}

static void idle(cnet_idle_t *timeout) {
  const cnet_idle_state_t *state = cnet_idle_data(timeout);
  cnet_environment_t *env = cnet_loop_data(cnet_idle_loop(timeout));

  cnet_emit_ints(env, NULL, CNET_ON_TIMEOUT, 1, &state->id, false);
}

const cnet_host_t cnet_events = CNET_HOST(sizeof(cnet_stream_state_t));
