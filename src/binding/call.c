/*
 * call.c: the ways into JavaScript from the loop.
 *
 * Every call is within a callback scope of Node's, at whose end ticks and microtasks are drained. napi_make_callback()
 * alone would drain them too, but it catches what they throw, and V8 then forgets where that was: a crash would be told
 * of without the line of the source. What leaves a handler itself is caught in any case: see lib/common/thrown.js.
 *
 * That scope has a context of the environment's own, as from Node 24 on a scope knows nothing of AsyncLocalStorage: the
 * call itself is by napi_make_callback(), in the context that it is to have. A stream that was accepted by the loop was
 * made outside of any store, so its events need no second scope. Before Node 22, where AsyncLocalStorage goes by the
 * resource of the scope, no event does.
 */
#include "call.h"

#include <assert.h>

#include "arguments.h"
#include "context.h"
#include "exports.h"

typedef struct cnet_work {
  void (*run)(void *data);
  void *data;
} cnet_work_t;

static void do_work(cnet_environment_t *env) {
  const cnet_work_t *work = env->work;

  env->work = NULL;
  if (work != NULL) work->run(work->data);
}

/*
 * Node has told async_hooks of the end of all contexts that there were when it handed an exception on. A context ends
 * once: a function that fails has no end of its own, so this one fails then.
 */
napi_value cnet_js_run_work(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  uint32_t before = call.env->reported;

  do_work(call.env);
  if (call.env->reported != before) napi_throw_error(napi, NULL, "An exception was handed on.");
  return NULL;
}

/* Calls cnet_js_run_work() for `work`, unless there is no room for that. */
static void run_work(cnet_environment_t *env, napi_async_context context, const cnet_work_t *work) {
  napi_value runner, error;
  bool pending = false;

  if (env->closing || napi_get_reference_value(env->napi, env->runner, &runner) != napi_ok || runner == NULL) return;
  env->work = work;
  napi_make_callback(env->napi, context, runner, runner, 0, NULL, NULL);
  if (napi_is_exception_pending(env->napi, &pending) == napi_ok && pending)
    napi_get_and_clear_last_exception(env->napi, &error);
}

/*
 * Hands an exception to 'uncaughtException'. While that hears of one, Node ends the process when it is given another:
 * so the exception is thrown at the JavaScript that has called C within it.
 */
static void hand_on(cnet_environment_t *env, napi_value error) {
  if (env->handing_on) {
    napi_throw(env->napi, error);
    return;
  }
  env->handing_on = true;
  env->reported++;
  napi_fatal_exception(env->napi, error);
  env->handing_on = false;
}

/* What lib/common/thrown.js calls within the handler, in whose context 'uncaughtException' is to hear of an exception.
 */
napi_value cnet_js_hand_on(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);

  hand_on(call.env, call.argv[0]);
  return NULL;
}

/*
 * What has left a call that was begun when env->reported was `reported`: has it been handed on since, it is what
 * lib/common/thrown.js has the handler fail by. At teardown there is none, and nothing to do.
 */
static void report_exception(cnet_environment_t *env, uint32_t reported) {
  bool pending = false;
  napi_value error;

  if (napi_is_exception_pending(env->napi, &pending) != napi_ok || !pending) return;
  if (napi_get_and_clear_last_exception(env->napi, &error) != napi_ok || env->reported != reported) return;
  hand_on(env, error);
}

static void fail(void *data) {
  cnet_environment_t *env = data;
  env->reported++;
}

/* NULL: it could not be opened, and the call goes without. Node-API looks at no resource here, but wants to have one.
 */
static napi_callback_scope open_scope(const cnet_environment_t *env, napi_async_context context, napi_value resource) {
  napi_callback_scope scope;
  return napi_open_callback_scope(env->napi, resource, context, &scope) == napi_ok ? scope : NULL;
}

/*
 * The context of the scope around each call. It is made by the loop, so that it is outside of all: a program may load
 * cnet within a domain, or a store of its own, which is none of what the loop calls. The init hook that it calls may
 * run anything, another call from the loop too, which then has made it.
 */
static napi_async_context outer_context(cnet_environment_t *env) {
  if (env->outer != NULL || env->closing) return env->outer;
  napi_async_context made = cnet_context_new(env, "CNET");
  if (env->outer == NULL && !env->closing)
    env->outer = made;
  else
    cnet_context_free(env, made);
  return env->outer;
}

static napi_callback_scope open_outer(cnet_environment_t *env, napi_value resource) {
  napi_async_context context = outer_context(env);
  return context == NULL ? NULL : open_scope(env, context, resource);
}

/*
 * `reported` is what env->reported was when the scope was opened. That a scope's call has failed cannot be said, and
 * its context ends here once more: so it begins once more, in a call that fails.
 */
static void close_scope(cnet_environment_t *env, napi_async_context context, napi_callback_scope scope,
                        uint32_t reported) {
  const cnet_work_t again = {fail, env};
  const cnet_work_t *before = env->work;

  if (scope == NULL) return;
  if (env->reported != reported) run_work(env, context, &again);
  env->work = before;
  napi_close_callback_scope(env->napi, scope);
}

static napi_value handler_of(const cnet_environment_t *env, cnet_handler_t which) {
  napi_value handler = NULL;

  if (env->closing || napi_get_reference_value(env->napi, env->handlers[which], &handler) != napi_ok) return NULL;
  return handler;
}

/* There must be a receiver, which no handler looks at. */
static void emit_within(cnet_environment_t *env, napi_async_context context, cnet_handler_t which, size_t argc,
                        const napi_value *argv) {
  napi_value handler = handler_of(env, which);
  uint32_t reported = env->reported;

  if (handler == NULL) return;
  napi_callback_scope scope = open_outer(env, handler);
  if (napi_make_callback(env->napi, context, handler, handler, argc, argv, NULL) != napi_ok)
    report_exception(env, reported);
  close_scope(env, env->outer, scope, reported);
}

void cnet_emit(cnet_environment_t *env, napi_async_context context, cnet_handler_t which, size_t argc,
               const napi_value *argv) {
  bool is_enough = env->scopes_suffice && context != NULL;
  (is_enough ? cnet_emit_outside : emit_within)(env, context, which, argc, argv);
}

void cnet_emit_outside(cnet_environment_t *env, napi_async_context context, cnet_handler_t which, size_t argc,
                       const napi_value *argv) {
  napi_value handler = handler_of(env, which);
  uint32_t reported = env->reported;

  if (handler == NULL) return;
  napi_callback_scope scope = open_scope(env, context, handler);
  if (scope == NULL) {
    emit_within(env, context, which, argc, argv);
    return;
  }
  if (napi_call_function(env->napi, handler, handler, argc, argv, NULL) != napi_ok) report_exception(env, reported);
  close_scope(env, context, scope, reported);
}

void cnet_drain(cnet_environment_t *env, napi_async_context context) {
  napi_value resource = env->closing ? NULL : handler_of(env, CNET_ON_PARSED);
  if (resource == NULL) return;
  napi_callback_scope scope = open_scope(env, context, resource);
  if (scope != NULL) napi_close_callback_scope(env->napi, scope);
}

bool cnet_ask(cnet_environment_t *env, cnet_handler_t which, size_t argc, const napi_value *argv, bool otherwise) {
  uint32_t reported = env->reported;
  napi_value handler, answer;
  bool yes = otherwise;

  if (env->closing || env->handlers[which] == NULL) return otherwise;
  if (napi_get_reference_value(env->napi, env->handlers[which], &handler) != napi_ok || handler == NULL)
    return otherwise;
  if (napi_call_function(env->napi, handler, handler, argc, argv, &answer) != napi_ok)
    report_exception(env, reported);
  else
    napi_get_value_bool(env->napi, answer, &yes);
  return yes;
}

void cnet_emit_ints(cnet_environment_t *env, napi_async_context context, cnet_handler_t which, size_t argc,
                    const int32_t *argv, bool outside) {
  napi_handle_scope scope;
  napi_value values[CNET_MAX_ARGS];

  if (env->closing || napi_open_handle_scope(env->napi, &scope) != napi_ok) return;
  assert(argc <= CNET_MAX_ARGS);
  for (size_t i = 0; i < argc; i++) values[i] = cnet_int(env->napi, argv[i]);
  (outside ? cnet_emit_outside : cnet_emit)(env, context, which, argc, values);
  napi_close_handle_scope(env->napi, scope);
}

void cnet_tell_ints(cnet_environment_t *env, cnet_handler_t which, size_t argc, const int32_t *argv) {
  uint32_t reported = env->reported;
  napi_handle_scope scope;
  napi_value values[CNET_MAX_ARGS], handler;

  if (env->closing || napi_open_handle_scope(env->napi, &scope) != napi_ok) return;
  assert(argc <= CNET_MAX_ARGS);
  for (size_t i = 0; i < argc; i++) values[i] = cnet_int(env->napi, argv[i]);
  if (napi_get_reference_value(env->napi, env->handlers[which], &handler) == napi_ok && handler != NULL &&
      napi_call_function(env->napi, handler, handler, argc, values, NULL) != napi_ok)
    report_exception(env, reported);
  napi_close_handle_scope(env->napi, scope);
}

/*
 * By a function, and not by napi_open_callback_scope(): from Node 24 on AsyncLocalStorage does not know of that. As
 * there may be no room to call it, the work is done without in the end.
 */
void cnet_run_in(cnet_environment_t *env, napi_async_context context, void (*work)(void *data), void *data) {
  cnet_work_t own = {work, data};
  const cnet_work_t *before = env->work;
  uint32_t reported = env->reported;
  napi_handle_scope scope;
  napi_value runner;

  env->work = &own;
  if (!env->closing && context != NULL && napi_open_handle_scope(env->napi, &scope) == napi_ok) {
    if (napi_get_reference_value(env->napi, env->runner, &runner) == napi_ok && runner != NULL) {
      napi_callback_scope outer = open_outer(env, runner);
      run_work(env, context, &own);
      close_scope(env, env->outer, outer, reported);
    }
    napi_close_handle_scope(env->napi, scope);
  }
  if (env->work == &own) do_work(env);
  env->work = before;
}
