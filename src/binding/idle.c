/* idle.c: idle timeouts, which JavaScript knows by their number. Their async contexts are made there. */
#include "idle.h"

#include <stdlib.h>

#include "arguments.h"
#include "exports.h"
#include "idle_state.h"
#include "zeroed.h"

void cnet_idle_state_free(cnet_environment_t *env, cnet_idle_state_t *state) {
  if (state->id >= 0) cnet_table_remove(&env->idles, state->id);
  free(state);
}

/* The byte by which JavaScript lets a timeout rest; NULL: it has none. */
static uint8_t *flag_of(const cnet_environment_t *env, const cnet_idle_state_t *state) {
  if (env->event == NULL || state->id >= CNET_RESTS) return NULL;
  return (uint8_t *)(env->event + CNET_EVENT_RESTS) + state->id;
}

/* It rests no longer. */
static void wake(const cnet_environment_t *env, const cnet_idle_state_t *state) {
  uint8_t *flag = flag_of(env, state);
  if (flag != NULL) *flag = 0;
}

/* A timeout that runs, under a number. 0 or UV_ENOMEM: and *out is to be freed. */
static int start(cnet_environment_t *env, cnet_idle_state_t *state, uint64_t ms) {
  state->id = cnet_table_add(&env->idles, state);
  int err = state->id < 0 ? UV_ENOMEM : cnet_idle_start(env->loop, ms, state, &state->idle);
  if (err) return err;
  wake(env, state); /* another one had the number, perhaps */
  cnet_idle_rest_by(state->idle, flag_of(env, state));
  return 0;
}

/* idleStart(timeout, ms from 1 to 2^31 - 1): the id of a new idle timeout that runs from now on */
napi_value cnet_js_idle_start(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_idle_state_t *state = cnet_zeroed(sizeof *state);

  if (state == NULL) return cnet_int(napi, UV_ENOMEM);
  state->id = -1;
  int err = start(call.env, state, cnet_arg_size(&call, 0, INT32_MAX));
  if (!err) return cnet_int(napi, state->id);
  cnet_idle_state_free(call.env, state);
  return cnet_int(napi, err);
}

static cnet_idle_state_t *arg_idle(const cnet_call_t *call, size_t i) {
  return cnet_table_get(&call->env->idles, cnet_arg_int(call, i, -1));
}

/* idleRest(idle id): it stops, and may be told to run again; see CNET_EVENT_RESTS */
napi_value cnet_js_idle_rest(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_idle_state_t *state = arg_idle(&call, 0);

  if (state == NULL) return cnet_int(napi, UV_EINVAL);
  cnet_idle_rest(state->idle);
  return cnet_int(napi, 0);
}

static int again(const cnet_environment_t *env, int32_t id, int32_t idle_id, int32_t ms) {
  cnet_stream_t *stream = cnet_stream_by(env, id);
  const cnet_idle_state_t *state = cnet_table_get(&env->idles, idle_id);

  if (stream == NULL) return UV_EBADF;
  if (state == NULL || ms < 1) return UV_EINVAL;
  wake(env, state);
  cnet_idle_again(state->idle, (uint64_t)ms);
  cnet_idle_attach(stream, state->idle);
  return 0;
}

/*
 * idleAgain(): one that rests begins as a new one, for a stream. In the memory of the events: the number of the stream,
 * that of the timeout, and milliseconds from 1 to 2^31 - 1; and the result.
 */
napi_value cnet_js_idle_again(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_few(napi, info, 0);
  int32_t *event = call.env->event;

  if (event == NULL) return NULL;
  const int32_t *given = event + CNET_EVENT_CALL;
  event[CNET_EVENT_RESULT] = again(call.env, given[0], given[1], given[2]);
  return NULL;
}

/* idleStop(idle id): ends and frees it */
napi_value cnet_js_idle_stop(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_idle_state_t *state = arg_idle(&call, 0);

  if (state == NULL) return cnet_int(napi, UV_EINVAL);
  cnet_idle_stop(state->idle);
  cnet_idle_state_free(call.env, state);
  return cnet_int(napi, 0);
}

/* idleTouch(idle id): activity that C does not see */
napi_value cnet_js_idle_touch(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  const cnet_idle_state_t *state = arg_idle(&call, 0);

  if (state == NULL) return cnet_int(napi, UV_EINVAL);
  cnet_idle_touch(state->idle);
  return cnet_int(napi, 0);
}

/* idleAttach(id, idle id): activity of the stream counts for the timeout from now on */
napi_value cnet_js_idle_attach(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  const cnet_idle_state_t *state = arg_idle(&call, 1);

  if (stream == NULL || state == NULL) return cnet_int(napi, UV_EBADF);
  cnet_idle_attach(stream, state->idle);
  return cnet_int(napi, 0);
}
