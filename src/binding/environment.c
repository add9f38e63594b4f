/* environment.c: the state of one copy in one environment: its keeper, and its end. */
#include "environment.h"

#include <stdlib.h>

#include "arguments.h"
#include "call.h"
#include "context.h"
#include "exports.h"
#include "idle_state.h"

/* The line of Node from which on AsyncLocalStorage may be kept beside the resources of async_hooks. */
#define NEW_STORES 22

/* What the keeper's finalizer is given, which may be run when `env` is long gone. */
struct cnet_keeper {
  cnet_environment_t *env; /* NULL: it has ended */
};

/* The loop has ended: the last that is left of the environment. */
static void on_loop_ended(void *data) {
  cnet_environment_t *env = data;

  for (uint32_t id = 0; id < env->idles.size; id++)
    if (env->idles.items[id] != NULL) cnet_idle_state_free(env, env->idles.items[id]);
  cnet_table_free(&env->streams);
  cnet_table_free(&env->idles);
  if (env->keeper != NULL) env->keeper->env = NULL;
  if (env->cleanup != NULL) napi_remove_async_cleanup_hook(env->cleanup);
  cnet_meter_release(env->list_meter);
  free(env);
}

void cnet_environment_settle(cnet_environment_t *env) {
  bool busy = cnet_loop_is_busy(env->loop);

  if (busy == env->busy || env->closing) return;
  env->busy = busy;
  if (busy)
    napi_reference_ref(env->napi, env->keeper_ref, NULL);
  else
    napi_reference_unref(env->napi, env->keeper_ref, NULL);
}

static void delete_references(cnet_environment_t *env) {
  napi_ref refs[] = {env->runner, env->keeper_ref, env->memory.block.ref, env->memory.shared_ref};

  for (size_t i = 0; i < sizeof refs / sizeof *refs; i++)
    if (refs[i] != NULL) napi_delete_reference(env->napi, refs[i]);
  for (size_t i = 0; i < CNET_HANDLERS; i++)
    if (env->handlers[i] != NULL) napi_delete_reference(env->napi, env->handlers[i]);
  cnet_young_end(&env->memory.young, env->napi);
  env->memory.block = (cnet_block_t){0};
  env->memory.shared_ref = NULL;
  env->memory.shared = NULL;
  cnet_context_free(env, env->outer);
  env->outer = NULL;
}

/* The memory of the events is gone before the timeouts. */
static void forget_flags(const cnet_environment_t *env) {
  for (uint32_t id = 0; id < env->idles.size; id++) {
    const cnet_idle_state_t *state = env->idles.items[id];
    if (state != NULL) cnet_idle_rest_by(state->idle, NULL);
  }
}

/* Closes all that is open; what is left is freed when the loop has ended. */
static void environment_end(cnet_environment_t *env) {
  if (env->closing) return;
  env->closing = true;
  delete_references(env);
  cnet_threads_t *threads = env->threads; /* whose wake-ups keep the loop there */
  env->threads = NULL;
  forget_flags(env);
  cnet_loop_close(env->loop, on_loop_ended); /* nothing is told from now on */
  if (threads != NULL) cnet_threads_free(threads);
}

/* The environment ends. */
static void on_cleanup(napi_async_cleanup_hook_handle handle, void *data) {
  (void)handle;
  environment_end(data);
}

/*
 * The keeper is gone: the copy was dropped, or the environment has ended. In the first case nothing of `env` is in use:
 * a libuv callback of it would be of a handle that holds the keeper, and a call from JavaScript of a function that has
 * it.
 */
static void on_keeper_gone(napi_env napi, void *data, void *hint) {
  cnet_keeper_t *keeper = data;
  cnet_environment_t *env = keeper->env;
  (void)napi;
  (void)hint;

  free(keeper);
  if (env == NULL) return;
  env->keeper = NULL;
  environment_end(env);
}

/* A function as the others: it has the keeper, and the keeper has it. */
static bool make_runner(cnet_environment_t *env, napi_value keeper) {
  napi_value runner;

  return napi_create_function(env->napi, NULL, 0, cnet_js_run_work, env, &runner) == napi_ok &&
         cnet_define(env->napi, runner, "keeper", keeper, false) &&
         cnet_define(env->napi, keeper, "runner", runner, false) &&
         napi_create_reference(env->napi, runner, 0, &env->runner) == napi_ok;
}

bool cnet_environment_make_keeper(cnet_environment_t *env, napi_value *object) {
  cnet_keeper_t *keeper = calloc(1, sizeof *keeper);

  if (keeper == NULL) return false;
  if (napi_create_object(env->napi, object) != napi_ok ||
      napi_create_reference(env->napi, *object, 0, &env->keeper_ref) != napi_ok ||
      napi_wrap(env->napi, *object, keeper, on_keeper_gone, NULL, NULL) != napi_ok) {
    free(keeper);
    return false;
  }
  keeper->env = env;
  env->keeper = keeper;
  return make_runner(env, *object);
}

cnet_environment_t *cnet_environment_new(napi_env napi, const cnet_host_t *host) {
  cnet_environment_t *env = calloc(1, sizeof *env);
  const napi_node_version *version;
  uv_loop_t *uv;

  if (env == NULL) return NULL;
  env->napi = napi;
  env->scopes_suffice = napi_get_node_version(napi, &version) == napi_ok && version->major < NEW_STORES;
  if (napi_get_uv_event_loop(napi, &uv) != napi_ok || cnet_loop_new(uv, host, env, &env->loop) != 0) {
    free(env);
    return NULL;
  }
  if (napi_add_async_cleanup_hook(napi, on_cleanup, env, &env->cleanup) == napi_ok) return env;
  env->cleanup = NULL;
  environment_end(env);
  return NULL;
}
