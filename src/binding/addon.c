/* addon.c: module init: the table of exports, and the handlers that JavaScript hands over once.
 * Who has what: each function the keeper, the keeper the handlers (environment.c). */
#include "exports.h"

#include <stdio.h>

#include "arguments.h"
#include "constants.h"
#include "environment.h"

/* Throws, unless an exception is pending already. */
static napi_value give_up(napi_env napi) {
  napi_throw_error(napi, "ENOMEM", "cnet: the native part could not be set up: not enough memory");
  return NULL;
}

/* The memory that JavaScript shares with us for events, which the keeper has from now on; NULL: it is no such array. */
static int32_t *event_memory(napi_env napi, napi_value array, napi_value keeper) {
  napi_typedarray_type type;
  size_t length = 0;
  void *data = NULL;

  if (napi_get_typedarray_info(napi, array, &type, &length, &data, NULL, NULL) != napi_ok) return NULL;
  if (type != napi_int32_array || length < CNET_EVENT_LENGTH) return NULL;
  return cnet_define(napi, keeper, "event", array, false) ? data : NULL;
}

/* Lets the keeper have a handler, and knows it weakly. */
static bool keep_handler(cnet_environment_t *env, napi_value keeper, uint32_t which, napi_value handler) {
  napi_ref *ref = &env->handlers[which];
  char name[16];

  if (*ref != NULL) napi_delete_reference(env->napi, *ref); /* of a setup() that has failed */
  *ref = NULL;
  snprintf(name, sizeof name, "handler%u", (unsigned)which);
  return cnet_define(env->napi, keeper, name, handler, true) &&
         napi_create_reference(env->napi, handler, 0, ref) == napi_ok;
}

/* setup([handlers in the order of cnet_handler_t], Int32Array for events): once; nothing is done the next time */
napi_value cnet_js_setup(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_environment_t *env = call.env;
  napi_value handlers[CNET_HANDLERS], keeper = NULL;

  bool ok = napi_get_reference_value(napi, env->keeper_ref, &keeper) == napi_ok && keeper != NULL;
  for (uint32_t i = 0; ok && i < CNET_HANDLERS; i++) /* it may run any code, setup() too */
    ok = napi_get_element(napi, call.argv[0], i, &handlers[i]) == napi_ok;
  if (env->event != NULL) return NULL;
  for (uint32_t i = 0; ok && i < CNET_HANDLERS; i++) ok = keep_handler(env, keeper, i, handlers[i]);
  if (ok) env->event = event_memory(napi, call.argv[1], keeper);
  return env->event == NULL ? give_up(napi) : NULL;
}

/*
 * A function for JavaScript. Each would have a `prototype` of its own, for `new`, which nobody calls: as long as it has
 * that, it is most of what the function takes of V8's heap. So all have the same.
 */
static napi_value make_function(cnet_environment_t *env, const char *name, napi_callback work, napi_value prototype) {
  napi_value function;
  bool ok = napi_create_function(env->napi, name, NAPI_AUTO_LENGTH, work, env, &function) == napi_ok &&
            napi_set_named_property(env->napi, function, "prototype", prototype) == napi_ok;
  return ok ? function : NULL;
}

static napi_value init(napi_env napi, napi_value exports) {
  static const struct {
    const char *name;
    napi_callback function;
  } table[] = {
#define CNET_ROW(name, function) {#name, function},
      CNET_EXPORTS(CNET_ROW)
#undef CNET_ROW
  };
  cnet_environment_t *env = cnet_environment_new(napi, &cnet_events);
  napi_value keeper, prototype;

  if (env == NULL || !cnet_environment_make_keeper(env, &keeper)) return give_up(napi);
  if (napi_create_object(napi, &prototype) != napi_ok) return give_up(napi);
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    napi_value function = make_function(env, table[i].name, table[i].function, prototype);
    if (function == NULL || !cnet_define(napi, function, "keeper", keeper, false) ||
        napi_set_named_property(napi, exports, table[i].name, function) != napi_ok)
      return give_up(napi);
  }
  if (!cnet_constants_export(napi, exports)) return give_up(napi);
  return exports;
}

NAPI_MODULE(NODE_GYP_MODULE_NAME, init)
