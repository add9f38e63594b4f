/*
 * call.c: the ways into JavaScript from the loop.
 *
 * Every call is within a callback scope of Node's, at whose end ticks and microtasks are drained. napi_make_callback()
 * alone would drain them too, but it catches what they throw, and V8 then forgets where that was: a crash would be told
 * of without the line of the source. What leaves a handler itself is caught in any case: see lib/thrown.js.
 *
 * That scope has a context of the environment's own, as from Node 24 on a scope knows nothing of AsyncLocalStorage: the
 * call itself is by napi_make_callback(), in the context that it is to have. A stream that was accepted by the loop was
 * made outside of any store, so its reads need no second scope.
 */
#include "call.h"

#include "exports.h"
#include "values.h"

/* Hands an exception of a handler to 'uncaughtException'. At teardown there is none, and nothing to do. */
static void report_exception(cnet_environment_t *env) {
  bool pending = false;
  napi_value error;

  if (napi_is_exception_pending(env->napi, &pending) != napi_ok || !pending) return;
  if (napi_get_and_clear_last_exception(env->napi, &error) != napi_ok) return;
  napi_fatal_exception(env->napi, error);
}

/* NULL: it could not be opened, and the call goes without. Node-API looks at no resource here, but wants to have one. */
static napi_callback_scope open_scope(const cnet_environment_t *env, napi_async_context context, napi_value resource) {
  napi_callback_scope scope;
  return napi_open_callback_scope(env->napi, resource, context, &scope) == napi_ok ? scope : NULL;
}

static void close_scope(const cnet_environment_t *env, napi_callback_scope scope) {
  if (scope != NULL) napi_close_callback_scope(env->napi, scope);
}

static napi_value handler_of(const cnet_environment_t *env, cnet_handler_t which) {
  napi_value handler = NULL;

  if (env->closing || napi_get_reference_value(env->napi, env->handlers[which], &handler) != napi_ok) return NULL;
  return handler;
}

/* There must be a receiver, which no handler looks at. */
void cnet_emit(cnet_environment_t *env, napi_async_context context, cnet_handler_t which, size_t argc, const napi_value *argv) {
  napi_value handler = handler_of(env, which);

  if (handler == NULL) return;
  napi_callback_scope scope = open_scope(env, env->outer, handler);
  if (napi_make_callback(env->napi, context, handler, handler, argc, argv, NULL) != napi_ok) report_exception(env);
  close_scope(env, scope);
}

void cnet_emit_outside(cnet_environment_t *env, napi_async_context context, cnet_handler_t which, size_t argc,
                       const napi_value *argv) {
  napi_value handler = handler_of(env, which);

  if (handler == NULL) return;
  napi_callback_scope scope = open_scope(env, context, handler);
  if (scope == NULL) {
    cnet_emit(env, context, which, argc, argv);
    return;
  }
  if (napi_call_function(env->napi, handler, handler, argc, argv, NULL) != napi_ok) report_exception(env);
  close_scope(env, scope);
}

bool cnet_ask(cnet_environment_t *env, cnet_handler_t which, size_t argc, const napi_value *argv, bool otherwise) {
  napi_value handler, answer;
  bool yes = otherwise;

  if (env->closing || env->handlers[which] == NULL) return otherwise;
  if (napi_get_reference_value(env->napi, env->handlers[which], &handler) != napi_ok || handler == NULL)
    return otherwise;
  if (napi_call_function(env->napi, handler, handler, argc, argv, &answer) != napi_ok)
    report_exception(env);
  else
    napi_get_value_bool(env->napi, answer, &yes);
  return yes;
}

void cnet_emit_ints(cnet_environment_t *env, napi_async_context context, cnet_handler_t which, size_t argc,
                    const int32_t *argv) {
  napi_handle_scope scope;
  napi_value values[CNET_MAX_ARGS];

  if (env->closing || napi_open_handle_scope(env->napi, &scope) != napi_ok) return;
  for (size_t i = 0; i < argc; i++) values[i] = cnet_int(env->napi, argv[i]);
  cnet_emit(env, context, which, argc, values);
  napi_close_handle_scope(env->napi, scope);
}

void cnet_tell_ints(cnet_environment_t *env, cnet_handler_t which, size_t argc, const int32_t *argv) {
  napi_handle_scope scope;
  napi_value values[CNET_MAX_ARGS], handler;

  if (env->closing || napi_open_handle_scope(env->napi, &scope) != napi_ok) return;
  for (size_t i = 0; i < argc; i++) values[i] = cnet_int(env->napi, argv[i]);
  if (napi_get_reference_value(env->napi, env->handlers[which], &handler) == napi_ok && handler != NULL &&
      napi_call_function(env->napi, handler, handler, argc, values, NULL) != napi_ok)
    report_exception(env);
  napi_close_handle_scope(env->napi, scope);
}

typedef struct cnet_work {
  void (*run)(void *data);
  void *data;
} cnet_work_t;

static void do_work(cnet_environment_t *env) {
  const cnet_work_t *work = env->work;

  env->work = NULL;
  if (work != NULL) work->run(work->data);
}

napi_value cnet_js_run_work(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  do_work(call.env);
  return NULL;
}

/*
 * By a function, and not by napi_open_callback_scope(): from Node 24 on AsyncLocalStorage does not know of that. As
 * there may be no room to call it, the work is done without in the end.
 */
void cnet_run_in(cnet_environment_t *env, napi_async_context context, void (*work)(void *data), void *data) {
  cnet_work_t *before = env->work, own = {work, data};
  napi_handle_scope scope;
  napi_value runner;

  env->work = &own;
  if (!env->closing && context != NULL && napi_open_handle_scope(env->napi, &scope) == napi_ok) {
    if (napi_get_reference_value(env->napi, env->runner, &runner) == napi_ok && runner != NULL) {
      napi_callback_scope outer = open_scope(env, env->outer, runner);
      napi_make_callback(env->napi, context, runner, runner, 0, NULL, NULL);
      report_exception(env);
      close_scope(env, outer);
    }
    napi_close_handle_scope(env->napi, scope);
  }
  if (env->work == &own) do_work(env);
  env->work = before;
}
