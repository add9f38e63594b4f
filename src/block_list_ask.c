/*
 * block_list_ask.c: block lists whose rules are JavaScript's: those of node:net, which other threads may change. C asks
 * for each address, so that a rule counts from the moment on in which it is there.
 */
#include <string.h>

#include "block_list_rules.h"
#include "exports.h"
#include "napi_util.h"

static bool ask(cnet_env_t *env, int32_t number, const struct sockaddr_storage *address, bool otherwise) {
  napi_handle_scope scope;
  napi_value argv[3];
  char text[CNET_ADDRESS_TEXT];
  int32_t family;

  if (env->closing || napi_open_handle_scope(env->napi, &scope) != napi_ok) return otherwise;
  cnet_address_text(address, text, NULL, &family);
  argv[0] = cnet_int(env->napi, number);
  argv[1] = cnet_string(env->napi, text, strlen(text));
  argv[2] = cnet_int(env->napi, family);
  bool yes = cnet_ask(env, CNET_ON_QUESTION, 3, argv, otherwise);
  napi_close_handle_scope(env->napi, scope);
  return yes;
}

bool cnet_block_list_holds(cnet_env_t *env, const cnet_block_list_t *list, const struct sockaddr_storage *address,
                           bool otherwise) {
  if (cnet_block_list_check(list, address)) return true;
  return list->question > 0 && ask(env, list->question, address, otherwise);
}

/* blockListAsk(list, number of the question from 1; 0: none): has an address that no rule of the list matches asked for
 */
napi_value cnet_js_block_list_ask(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_block_list_t *list = cnet_block_list_of(napi, call.argv[0]);

  if (list == NULL) return cnet_int(napi, UV_EINVAL);
  list->question = cnet_arg_int(&call, 1, 0);
  return cnet_int(napi, 0);
}
