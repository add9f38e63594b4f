/* addon.c: module init: the table of exports, and the handlers that JavaScript hands over once. */
#include "exports.h"
#include "napi_util.h"

/* setup(receiver, [handlers in the order of cnet_handler_t], Float64Array for results) */
napi_value cnet_js_setup(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_env_t *env = call.env;

  napi_create_reference(napi, call.argv[0], 1, &env->receiver);
  for (uint32_t i = 0; i < CNET_HANDLERS; i++) {
    napi_value handler;
    if (napi_get_element(napi, call.argv[1], i, &handler) == napi_ok)
      napi_create_reference(napi, handler, 1, &env->handlers[i]);
  }
  napi_create_reference(napi, call.argv[2], 1, &env->result_ref);
  napi_get_typedarray_info(napi, call.argv[2], NULL, NULL, (void **)&env->result, NULL, NULL);
  return NULL;
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

  if (env == NULL) {
    napi_throw_error(napi, "ENOMEM", "cnet: the native part could not be set up: not enough memory");
    return NULL;
  }
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    napi_value function;
    if (napi_create_function(napi, table[i].name, NAPI_AUTO_LENGTH, table[i].function, env, &function) != napi_ok ||
        napi_set_named_property(napi, exports, table[i].name, function) != napi_ok)
      return NULL; /* Node reports the pending exception */
  }
  return exports;
}

NAPI_MODULE(NODE_GYP_MODULE_NAME, init)
