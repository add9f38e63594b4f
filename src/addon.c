/* addon.c: module init: the table of exports, and the handlers that JavaScript hands over once. */
#include "exports.h"
#include "napi_util.h"

/* Throws, unless an exception is pending already. */
static napi_value give_up(napi_env napi) {
  napi_throw_error(napi, "ENOMEM", "cnet: the native part could not be set up: not enough memory");
  return NULL;
}

/* The memory of a typed array that JavaScript keeps with us, of `type` and at least `length` elements; NULL: it is
 * none. */
static void *shared_memory(napi_env napi, napi_value array, napi_typedarray_type type, size_t length, napi_ref *ref) {
  napi_typedarray_type found;
  size_t size = 0;
  void *data = NULL;

  if (napi_get_typedarray_info(napi, array, &found, &size, &data, NULL, NULL) != napi_ok) return NULL;
  if (found != type || size < length || napi_create_reference(napi, array, 1, ref) != napi_ok) return NULL;
  return data;
}

/* setup([handlers in the order of cnet_handler_t], Float64Array(1) for results, Int32Array(3) for events): once */
napi_value cnet_js_setup(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_env_t *env = call.env;

  if (env->result != NULL) return NULL;
  env->event = shared_memory(napi, call.argv[2], napi_int32_array, CNET_EVENT_LENGTH, &env->event_ref);
  bool ok = env->event != NULL;
  for (uint32_t i = 0; ok && i < CNET_HANDLERS; i++) {
    napi_value handler;
    ok = napi_get_element(napi, call.argv[0], i, &handler) == napi_ok &&
         napi_create_reference(napi, handler, 1, &env->handlers[i]) == napi_ok;
  }
  if (ok) env->result = shared_memory(napi, call.argv[1], napi_float64_array, CNET_RESULT_LENGTH, &env->result_ref);
  return env->result == NULL ? give_up(napi) : NULL;
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
