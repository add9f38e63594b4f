/* tell_read.c: tells JavaScript of a read: in the memory of the events, in an ArrayBuffer of its own, or elsewhere. */
#include "tell_read.h"

#include <assert.h>
#include <string.h>

#include "call.h"
#include "context.h"
#include "poison.h"

static cnet_environment_t *env_of(cnet_stream_t *stream) { return cnet_state_of(stream)->env; }

/* Calls a handler in the context of the stream. */
static void tell_within(const cnet_stream_state_t *state, cnet_handler_t which, size_t argc, const napi_value *argv) {
  if (state->is_outside)
    cnet_emit_outside(state->env, state->context, which, argc, argv);
  else
    cnet_emit(state->env, state->context, which, argc, argv);
}

/* Reports a read through shared integers, which is cheaper than to create JavaScript numbers. */
static void note_read(const cnet_stream_state_t *state, int32_t got) {
  int32_t *event = state->env->event;

  event[CNET_EVENT_STREAM] = state->id;
  event[CNET_EVENT_STATUS] = got;
}

static void tell_read(const cnet_stream_state_t *state, int32_t got, size_t argc, const napi_value *buffer) {
  note_read(state, got);
  tell_within(state, CNET_ON_READ, argc, buffer);
}

/* A small read goes into the memory of the events, from where JavaScript copies it before anything else can happen. */
static void tell_inline(const cnet_stream_state_t *state, int32_t got, const uv_buf_t *lent) {
  cnet_environment_t *env = state->env;

  assert(got > 0 && got <= CNET_INLINE);
  memcpy(env->event + CNET_EVENT_READ, lent->base, (size_t)got);
  cnet_memory_return(env, lent);
  tell_read(state, got, 0, NULL);
  if (!env->closing) cnet_poison(env->event + CNET_EVENT_READ, CNET_INLINE);
}

/*
 * Node's parser is called outside of any scope, as by the handles of Node: it drains ticks itself, between the pieces
 * of a body. The shared memory stays lent until all is told: a loop that turns meanwhile reads to other memory. Mostly
 * the handler has told http all, and what is left are the ticks of that.
 */
static void tell_shared(cnet_stream_t *stream, int32_t got, const uv_buf_t *lent) {
  cnet_environment_t *env = env_of(stream);
  cnet_mark_t mark = cnet_mark(stream);
  napi_value is_shared;

  cnet_young_note(&env->memory.young, env->napi, (size_t)got); /* the parser copies a body */
  note_read(cnet_state_of(stream), got);
  bool parsed = cnet_ask(env, CNET_ON_PARSE, 0, NULL, true);
  stream = env->closing ? NULL : cnet_marked(env, mark);
  if (stream != NULL && parsed && env->event[CNET_EVENT_STATUS] == 0)
    cnet_drain(env, cnet_state_of(stream)->context);
  else if (stream != NULL && parsed)
    tell_within(cnet_state_of(stream), CNET_ON_PARSED, 0, NULL);
  else if (stream != NULL && napi_get_boolean(env->napi, true, &is_shared) == napi_ok)
    tell_read(cnet_state_of(stream), got, 1, &is_shared);
  if (!env->closing) cnet_memory_return(env, lent);
}

void cnet_tell_data(cnet_stream_t *stream, int32_t got, const uv_buf_t *lent) {
  const cnet_stream_state_t *state = cnet_state_of(stream);
  cnet_environment_t *env = state->env;
  napi_value buffer;

  if (state->is_shared && lent->base == env->memory.shared)
    tell_shared(stream, got, lent);
  else if (got <= CNET_INLINE)
    tell_inline(state, got, lent);
  else if (cnet_memory_take(env, lent, (size_t)got, &buffer))
    tell_read(state, got, 1, &buffer);
  else
    tell_read(state, UV_ENOMEM, 0, NULL);
}

void cnet_tell_status(cnet_stream_t *stream, int32_t got) { tell_read(cnet_state_of(stream), got, 0, NULL); }

void cnet_tell_block(cnet_stream_t *stream, cnet_block_t *block, size_t got) {
  const cnet_stream_state_t *state = cnet_state_of(stream);
  cnet_environment_t *env = state->env;
  napi_handle_scope scope;
  napi_value buffer;

  if (napi_open_handle_scope(env->napi, &scope) != napi_ok) {
    cnet_memory_block_free(env, block);
    return;
  }
  if (cnet_memory_take_block(env, block, &buffer))
    tell_read(state, (int32_t)got, 1, &buffer);
  else
    tell_read(state, UV_ENOMEM, 0, NULL);
  napi_close_handle_scope(env->napi, scope);
}
