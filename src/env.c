/* env.c: the state of one copy in one environment, and the teardown. */
#include <stdlib.h>
#include <string.h>

#include "napi_util.h"
#include "turn.h"

/* --- tables ------------------------------------------------------------------------------------------- */

static int grow(cnet_table_t *table) {
  uint32_t size = table->size ? table->size * 2 : 16;
  void **items = realloc(table->items, size * sizeof *items);
  if (items == NULL) return UV_ENOMEM;
  table->items = items;
  uint32_t *free_ids = realloc(table->free_ids, size * sizeof *free_ids);
  if (free_ids == NULL) return UV_ENOMEM;
  table->free_ids = free_ids;

  memset(items + table->size, 0, (size - table->size) * sizeof *items);
  for (uint32_t id = size; id > table->size; id--) free_ids[table->free_count++] = id - 1;
  table->size = size;
  return 0;
}

int32_t cnet_table_add(cnet_table_t *table, void *item) {
  if (table->free_count == 0) {
    int err = grow(table);
    if (err) return err;
  }
  uint32_t id = table->free_ids[--table->free_count];
  table->items[id] = item;
  return (int32_t)id;
}

void *cnet_table_get(const cnet_table_t *table, int32_t id) {
  return id >= 0 && (uint32_t)id < table->size ? table->items[id] : NULL;
}

void cnet_table_remove(cnet_table_t *table, int32_t id) {
  table->items[id] = NULL;
  table->free_ids[table->free_count++] = (uint32_t)id;
}

static void table_free(cnet_table_t *table) {
  free(table->items);
  free(table->free_ids);
}

/* --- contexts -------------------------------------------------------------------------------------------- */

/* Node-API makes the resource, and keeps it alive, when it is given none. */
napi_async_context cnet_context_new(const cnet_env_t *env, const char *name) {
  napi_async_context context = NULL;
  napi_handle_scope scope;

  if (env->closing || napi_open_handle_scope(env->napi, &scope) != napi_ok) return NULL;
  if (napi_async_init(env->napi, NULL, cnet_string(env->napi, name, NAPI_AUTO_LENGTH), &context) != napi_ok)
    context = NULL;
  napi_close_handle_scope(env->napi, scope);
  return context;
}

void cnet_context_free(cnet_env_t *env, napi_async_context context) {
  if (context != NULL) napi_async_destroy(env->napi, context);
}

/* --- life and teardown ---------------------------------------------------------------------------------- */

/* What the keeper's finalizer is given, which may be run when `env` is long gone. */
struct cnet_keeper {
  cnet_env_t *env; /* NULL: it has ended */
};

static void env_free(cnet_env_t *env) {
  cnet_idle_free_all(env);
  table_free(&env->streams);
  table_free(&env->idles);
  if (env->keeper != NULL) env->keeper->env = NULL;
  if (env->cleanup != NULL) napi_remove_async_cleanup_hook(env->cleanup);
  free(env->slab.scratch);
  cnet_meter_release(env->list_meter);
  free(env);
}

/* The handles of the environment itself, which stay from the first use on, and keep nothing open by that. */
static uint32_t own_handles(const cnet_env_t *env) {
  uint32_t count = (env->idle_heap.timer != NULL) + (env->check != NULL);

  if (env->token_async != NULL && !uv_has_ref((uv_handle_t *)env->token_async)) count++; /* no token waits */
  return count;
}

void cnet_env_settle(cnet_env_t *env) {
  bool busy = env->uv_handles > own_handles(env) || env->idle_heap.count > 0;

  if (busy == env->busy || env->closing) return;
  env->busy = busy;
  if (busy)
    napi_reference_ref(env->napi, env->keeper_ref, NULL);
  else
    napi_reference_unref(env->napi, env->keeper_ref, NULL);
}

void cnet_env_hold(cnet_env_t *env) {
  env->uv_handles++;
  cnet_env_settle(env);
}

void cnet_env_release(cnet_env_t *env) {
  if (--env->uv_handles == 0 && env->closing)
    env_free(env);
  else
    cnet_env_settle(env);
}

static void delete_references(cnet_env_t *env) {
  napi_ref refs[] = {env->runner, env->keeper_ref, env->slab.block_ref};

  for (size_t i = 0; i < sizeof refs / sizeof *refs; i++)
    if (refs[i] != NULL) napi_delete_reference(env->napi, refs[i]);
  for (size_t i = 0; i < CNET_HANDLERS; i++)
    if (env->handlers[i] != NULL) napi_delete_reference(env->napi, env->handlers[i]);
  env->slab.block_ref = NULL;
  env->slab.block = NULL;
  cnet_context_free(env, env->outer);
  env->outer = NULL;
}

/* Closes every handle; the last close callback frees the rest. */
static void env_end(cnet_env_t *env) {
  if (env->closing) return;
  env->closing = true;
  cnet_env_hold(env);
  for (uint32_t id = 0; id < env->streams.size; id++) {
    cnet_stream_t *stream = env->streams.items[id];
    if (stream != NULL && !(stream->flags & CNET_CLOSING)) cnet_stream_close(stream, false);
  }
  if (env->idle_heap.timer != NULL) cnet_uv_close(env, (uv_handle_t *)env->idle_heap.timer);
  cnet_turn_end(env);
  cnet_tokens_close(env);
  delete_references(env);
  cnet_env_release(env);
}

/* The environment ends. */
static void on_cleanup(napi_async_cleanup_hook_handle handle, void *data) {
  (void)handle;
  env_end(data);
}

/*
 * The keeper is gone: the copy was dropped, or the environment has ended. In the first case nothing of `env` is in use:
 * a libuv callback of it would be of a handle that holds the keeper, and a call from JavaScript of a function that has
 * it.
 */
static void on_keeper_gone(napi_env napi, void *data, void *hint) {
  cnet_keeper_t *keeper = data;
  cnet_env_t *env = keeper->env;
  (void)napi;
  (void)hint;

  free(keeper);
  if (env == NULL) return;
  env->keeper = NULL;
  env_end(env);
}

/* A function as the others: it has the keeper, and the keeper has it. */
static bool make_runner(cnet_env_t *env, napi_value keeper) {
  napi_value runner;

  return napi_create_function(env->napi, NULL, 0, cnet_js_run_work, env, &runner) == napi_ok &&
         cnet_define(env->napi, runner, "keeper", keeper, false) &&
         cnet_define(env->napi, keeper, "runner", runner, false) &&
         napi_create_reference(env->napi, runner, 0, &env->runner) == napi_ok;
}

bool cnet_env_make_keeper(cnet_env_t *env, napi_value *object) {
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
  env->outer = cnet_context_new(env, "CNET");
  return env->outer != NULL && make_runner(env, *object);
}

cnet_env_t *cnet_env_new(napi_env napi) {
  cnet_env_t *env = calloc(1, sizeof *env);

  if (env == NULL) return NULL;
  env->napi = napi;
  env->idle_heap.timer_due = UINT64_MAX;
  if (napi_get_uv_event_loop(napi, &env->loop) != napi_ok ||
      napi_add_async_cleanup_hook(napi, on_cleanup, env, &env->cleanup) != napi_ok) {
    free(env);
    return NULL;
  }
  return env;
}
