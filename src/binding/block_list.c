/* block_list.c: block lists as JavaScript sees them. */
#include "block_list_object.h"

#include <string.h>

#include "address.h"
#include "arguments.h"
#include "block_list_internal.h"
#include "call.h"
#include "exports.h"

/* Marks the objects that hold a block list: napi_unwrap() alone would take any wrapped object. */
static const napi_type_tag TAG = {0x6b1f0c7a52d94e83, 0xa4e97d3015c8b26f};

cnet_block_list_t *cnet_block_list_of(napi_env napi, napi_value value) { return cnet_unwrap(napi, value, &TAG); }

static cnet_block_list_t *arg_list(const cnet_call_t *call) { return cnet_block_list_of(call->napi, call->argv[0]); }

/* Argument `i` as an address of the family (4 or 6) that argument `i` + 1 says. */
static bool arg_host(const cnet_call_t *call, size_t i, cnet_address_t *out) {
  unsigned char bytes[16];
  int family = cnet_arg_int(call, i + 1, 4);

  if (cnet_arg_address(call, i, family, bytes) != 0) return false;
  *out = cnet_address_of_bytes(bytes, family != 6);
  return true;
}

static void finalize(napi_env napi, void *data, void *hint) {
  (void)napi;
  (void)hint;
  cnet_block_list_release(data);
}

/* Lets the bytes of the list count as those of the environment. */
static void set_meter(cnet_environment_t *env, cnet_block_list_t *list) {
  if (env->list_meter == NULL) env->list_meter = cnet_meter_new();
  list->meter = env->list_meter;
  if (list->meter == NULL) return;
  list->meter->holders++;
  cnet_block_list_measure(list);
}

/* The end of an edit. */
static napi_value edited(napi_env napi, cnet_block_list_t *list, int err) {
  cnet_block_list_measure(list);
  return cnet_int(napi, err);
}

/* blockListNew(): an object that holds an empty list, or UV_ENOMEM. */
napi_value cnet_js_block_list_new(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_block_list_t *list = cnet_block_list_new();

  if (list == NULL) return cnet_int(napi, UV_ENOMEM);
  set_meter(call.env, list);
  napi_value object = cnet_wrap(napi, list, &TAG, finalize);
  if (object != NULL) return object;
  cnet_block_list_release(list);
  return cnet_int(napi, UV_ENOMEM);
}

/* What a rule on one network is about. */
typedef struct cnet_rule {
  cnet_block_list_t *list;
  cnet_address_t host;
  unsigned prefix; /* of the 128-bit number */
  bool single;     /* without a prefix: a single address, which is a prefix of 128 */
} cnet_rule_t;

/* Arguments 0 to 3 as a rule. False: one of them is not valid. */
static bool arg_rule(const cnet_call_t *call, cnet_rule_t *rule) {
  rule->list = arg_list(call);
  rule->single = !cnet_arg_given(call, 3);
  rule->prefix = 128;
  if (rule->list == NULL || !arg_host(call, 1, &rule->host)) return false;
  if (rule->single) return true;

  int prefix = cnet_arg_int(call, 3, -1);
  rule->prefix = (unsigned)prefix + (rule->host.four ? 96 : 0);
  return prefix >= 0 && prefix <= (rule->host.four ? 32 : 128);
}

/*
 * blockListAdd(list, address, family 4 or 6, prefix): 0, UV_EINVAL when `address` is not of that family, UV_ENOMEM.
 * Without a prefix (0 to 32, 0 to 128) it adds a single address.
 */
napi_value cnet_js_block_list_add(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_rule_t rule;

  if (!arg_rule(&call, &rule)) return cnet_int(napi, UV_EINVAL);
  return edited(napi, rule.list, cnet_net_add(rule.list, rule.host, rule.prefix, rule.single));
}

/* blockListRemove(list, address, family, prefix): as blockListAdd(); 0 also when there is no such rule. */
napi_value cnet_js_block_list_remove(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_rule_t rule;

  if (!arg_rule(&call, &rule)) return cnet_int(napi, UV_EINVAL);
  cnet_net_remove(rule.list, rule.host, rule.prefix, rule.single);
  return edited(napi, rule.list, 0);
}

/* blockListAddRange(list, start, family, end, family): 0, CNET_START_AFTER_END, UV_EINVAL, UV_ENOMEM. */
napi_value cnet_js_block_list_add_range(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_block_list_t *list = arg_list(&call);
  cnet_address_t start, end;

  if (list == NULL || !arg_host(&call, 1, &start) || !arg_host(&call, 3, &end)) return cnet_int(napi, UV_EINVAL);
  return edited(napi, list, cnet_range_add(list, start, end));
}

/* blockListRemoveRange(list, start, family, end, family): 0 also when there is no such rule. */
napi_value cnet_js_block_list_remove_range(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_block_list_t *list = arg_list(&call);
  cnet_address_t start, end;

  if (list == NULL || !arg_host(&call, 1, &start) || !arg_host(&call, 3, &end)) return cnet_int(napi, UV_EINVAL);
  cnet_range_remove(list, start, end);
  return cnet_int(napi, 0);
}

/*
 * check(text), or check(text, true) for IPv6: true when a rule matches; else, and for what is no address of that
 * family, undefined. Each call of Node-API that it can do without is a tenth of its time.
 */
static napi_value check(napi_env napi, napi_callback_info info) {
  cnet_call_t call;
  unsigned char bytes[16];
  void *list = NULL;

  call.napi = napi;
  call.argc = 2;
  if (napi_get_cb_info(napi, info, &call.argc, call.argv, NULL, &list) != napi_ok) return NULL;
  int family = call.argc > 1 ? 6 : 4;
  if (cnet_arg_address(&call, 0, family, bytes) != 0) return NULL;
  return cnet_block_list_check_address(list, cnet_address_of_bytes(bytes, family == 4)) ? cnet_bool(napi, true) : NULL;
}

/*
 * blockListChecker(list): a function check() for this list, which lives as long as the function: with it a check
 * need not ask what it was given for the list. UV_ENOMEM, UV_EINVAL.
 */
napi_value cnet_js_block_list_checker(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_block_list_t *list = arg_list(&call);
  napi_value function;

  if (list == NULL) return cnet_int(napi, UV_EINVAL);
  if (napi_create_function(napi, "check", NAPI_AUTO_LENGTH, check, list, &function) != napi_ok)
    return cnet_int(napi, UV_ENOMEM);
  if (napi_add_finalizer(napi, function, list, finalize, NULL, NULL) != napi_ok) return cnet_int(napi, UV_ENOMEM);
  cnet_block_list_hold(list);
  return function;
}

/* blockListClear(list): 0. */
napi_value cnet_js_block_list_clear(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_block_list_t *list = arg_list(&call);

  if (list == NULL) return cnet_int(napi, 0);
  cnet_block_list_clear(list);
  return edited(napi, list, 0);
}

/* blockListSize(list): the number of rules. */
napi_value cnet_js_block_list_size(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_block_list_t *list = arg_list(&call);
  napi_value result = NULL;

  napi_create_double(napi, list == NULL ? 0 : (double)list->size, &result);
  return result;
}

/* --- lists whose rules are JavaScript's ------------------------------------------------------------------------ */

/*
 * Of node:net, which other threads may change: JavaScript is asked for each address, so that a rule counts from the
 * moment on in which it is there.
 */
static bool ask(void *data, int32_t question, const struct sockaddr_storage *address, bool otherwise) {
  cnet_environment_t *env = data;
  char text[CNET_ADDRESS_TEXT];
  napi_handle_scope scope;
  napi_value argv[3];
  int32_t family;

  if (env->closing || napi_open_handle_scope(env->napi, &scope) != napi_ok) return otherwise;
  cnet_address_text(address, text, NULL, &family);
  argv[0] = cnet_int(env->napi, question);
  argv[1] = cnet_string(env->napi, text, strlen(text));
  argv[2] = cnet_int(env->napi, family);
  bool yes = cnet_ask(env, CNET_ON_QUESTION, 3, argv, otherwise);
  napi_close_handle_scope(env->napi, scope);
  return yes;
}

/* blockListAsk(list, number of the question from 1; 0: none): has an address that no rule of the list matches asked for
 */
napi_value cnet_js_block_list_ask(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_block_list_t *list = arg_list(&call);

  if (list == NULL) return cnet_int(napi, UV_EINVAL);
  cnet_block_list_set_ask(list, ask, call.env, cnet_arg_int(&call, 1, 0));
  return cnet_int(napi, 0);
}
