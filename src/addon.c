/* addon.c: module init: the table of exports, and the handlers that JavaScript hands over once. */
#include "exports.h"
#include "napi_util.h"

/* Throws, unless an exception is pending already. */
static napi_value give_up(napi_env napi) {
  napi_throw_error(napi, "ENOMEM", "cnet: the native part could not be set up: not enough memory");
  return NULL;
}

/* The memory that JavaScript shares with us for events; NULL: it is no such array. */
static int32_t *event_memory(napi_env napi, napi_value array, napi_ref *ref) {
  napi_typedarray_type type;
  size_t length = 0;
  void *data = NULL;

  if (napi_get_typedarray_info(napi, array, &type, &length, &data, NULL, NULL) != napi_ok) return NULL;
  if (type != napi_int32_array || length < CNET_EVENT_LENGTH) return NULL;
  return napi_create_reference(napi, array, 1, ref) == napi_ok ? data : NULL;
}

/* setup([handlers in the order of cnet_handler_t], Int32Array for events): once; nothing is done the next time */
napi_value cnet_js_setup(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_env_t *env = call.env;
  napi_value handlers[CNET_HANDLERS];

  bool ok = true;
  for (uint32_t i = 0; ok && i < CNET_HANDLERS; i++) /* it may run any code, setup() too */
    ok = napi_get_element(napi, call.argv[0], i, &handlers[i]) == napi_ok;
  if (env->event != NULL) return NULL;
  for (uint32_t i = 0; ok && i < CNET_HANDLERS; i++) {
    if (env->handlers[i] != NULL) napi_delete_reference(napi, env->handlers[i]); /* of a setup() that has failed */
    env->handlers[i] = NULL;
    ok = napi_create_reference(napi, handlers[i], 1, &env->handlers[i]) == napi_ok;
  }
  if (ok) env->event = event_memory(napi, call.argv[1], &env->event_ref);
  return env->event == NULL ? give_up(napi) : NULL;
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
  cnet_env_t *env = cnet_env_new(napi);

  if (env == NULL) return give_up(napi);
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    napi_value function;
    if (napi_create_function(napi, table[i].name, NAPI_AUTO_LENGTH, table[i].function, env, &function) != napi_ok ||
        napi_set_named_property(napi, exports, table[i].name, function) != napi_ok)
      return give_up(napi);
  }
  return exports;
}

NAPI_MODULE(NODE_GYP_MODULE_NAME, init)
