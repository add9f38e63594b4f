/* block_list.c: block lists as JavaScript sees them. */
#include "block_list_object.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "address.h"
#include "block_list_internal.h"
#include "call.h"
#include "exports.h"
#include "values.h"

/* Marks the objects that hold a block list: napi_unwrap() alone would take any wrapped object. */
static const napi_type_tag TAG = {0x6b1f0c7a52d94e83, 0xa4e97d3015c8b26f};

/* Longest rule: 'Range: IPv6 ' and two addresses. */
#define MAX_RULE 128

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

/* blockListNew(): an object that holds an empty list, or UV_ENOMEM. */
napi_value cnet_js_block_list_new(napi_env napi, napi_callback_info info) {
  cnet_block_list_t *list = cnet_block_list_new();
  (void)info;

  if (list == NULL) return cnet_int(napi, UV_ENOMEM);
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
  return cnet_int(napi, cnet_net_add(rule.list, rule.host, rule.prefix, rule.single));
}

/* blockListRemove(list, address, family, prefix): as blockListAdd(); 0 also when there is no such rule. */
napi_value cnet_js_block_list_remove(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_rule_t rule;

  if (!arg_rule(&call, &rule)) return cnet_int(napi, UV_EINVAL);
  cnet_net_remove(rule.list, rule.host, rule.prefix, rule.single);
  return cnet_int(napi, 0);
}

/* blockListAddRange(list, start, family, end, family): 0, 1 when start is after end, UV_EINVAL, UV_ENOMEM. */
napi_value cnet_js_block_list_add_range(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_block_list_t *list = arg_list(&call);
  cnet_address_t start, end;

  if (list == NULL || !arg_host(&call, 1, &start) || !arg_host(&call, 3, &end)) return cnet_int(napi, UV_EINVAL);
  return cnet_int(napi, cnet_range_add(list, start, end));
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

/* blockListCheck(list, address, family): true or false; false for what is no address of that family. */
napi_value cnet_js_block_list_check(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_block_list_t *list = arg_list(&call);
  cnet_address_t host;

  return cnet_bool(napi, list != NULL && arg_host(&call, 1, &host) && cnet_block_list_check_address(list, host));
}

/* blockListClear(list): 0. */
napi_value cnet_js_block_list_clear(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_block_list_t *list = arg_list(&call);

  if (list != NULL) cnet_block_list_clear(list);
  return cnet_int(napi, 0);
}

/* blockListSize(list): the number of rules. */
napi_value cnet_js_block_list_size(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_block_list_t *list = arg_list(&call);
  napi_value result = NULL;

  napi_create_double(napi, list == NULL ? 0 : (double)list->size, &result);
  return result;
}

/* --- rules as text ---------------------------------------------------------------------------------------------- */

static void host_text(cnet_ip_t ip, bool four, char out[CNET_ADDRESS_TEXT]) {
  unsigned char bytes[16];

  for (int i = 0; i < 8; i++) {
    bytes[i] = (unsigned char)(ip.high >> (56 - 8 * i));
    bytes[8 + i] = (unsigned char)(ip.low >> (56 - 8 * i));
  }
  if (uv_inet_ntop(four ? AF_INET : AF_INET6, four ? bytes + 12 : bytes, out, CNET_ADDRESS_TEXT) != 0) *out = '\0';
}

static const char *family_text(bool four) { return four ? "IPv4" : "IPv6"; }

static void net_text(const cnet_net_t *net, char out[MAX_RULE]) {
  char host[CNET_ADDRESS_TEXT];

  host_text(net->ip, net->four, host);
  if (net->single)
    snprintf(out, MAX_RULE, "Address: %s %.45s", family_text(net->four), host);
  else
    snprintf(out, MAX_RULE, "Subnet: %s %.45s/%d", family_text(net->four), host, net->prefix - (net->four ? 96 : 0));
}

static void range_text(const cnet_block_list_t *list, uint32_t index, char out[MAX_RULE]) {
  const cnet_range_t *range = &list->ranges[index];
  const cnet_range_rest_t *rest = &list->rests[index];
  char start[CNET_ADDRESS_TEXT], end[CNET_ADDRESS_TEXT];

  host_text(range->start, rest->start_four, start);
  host_text(range->end, rest->end_four, end);
  snprintf(out, MAX_RULE, "Range: %s %.45s-%.45s", family_text(rest->start_four), start, end);
}

/* Sets element *count of `array` in a handle scope of its own: a list may have more rules than a scope should hold. */
static bool append(napi_env napi, napi_value array, const char *text, uint32_t *count) {
  napi_handle_scope scope;
  bool set;

  if (napi_open_handle_scope(napi, &scope) != napi_ok) return false;
  set = napi_set_element(napi, array, *count, cnet_string(napi, text, strlen(text))) == napi_ok;
  napi_close_handle_scope(napi, scope);
  ++*count;
  return set;
}

/* Texts one behind the other, each with its final zero. */
typedef struct cnet_texts {
  char *bytes;
  size_t length, size;
} cnet_texts_t;

/* Makes room for one more rule, behind the others. False: no memory. */
static bool reserve(cnet_texts_t *texts) {
  if (texts->size - texts->length >= MAX_RULE) return true;
  size_t size = texts->size * 2 + MAX_RULE;
  char *bytes = realloc(texts->bytes, size);
  if (bytes == NULL) return false;
  texts->bytes = bytes;
  texts->size = size;
  return true;
}

/* Counts the text that was written there. */
static void count_text(cnet_texts_t *texts) { texts->length += strlen(texts->bytes + texts->length) + 1; }

/* The rules of a list. False: no memory. */
static bool write_rules(const cnet_block_list_t *list, cnet_texts_t *texts) {
  for (int kind = 0; kind < 2; kind++) {
    uint32_t i = kind == 0 ? list->singles_first : list->subnets_first;
    for (; i != 0; i = list->nets[i].link.next) {
      if (!reserve(texts)) return false;
      net_text(&list->nets[i], texts->bytes + texts->length);
      count_text(texts);
    }
  }
  for (uint32_t i = list->ranges_first; i != 0; i = list->rests[i].link.next) {
    if (!reserve(texts)) return false;
    range_text(list, i, texts->bytes + texts->length);
    count_text(texts);
  }
  return true;
}

/*
 * blockListRules(list): a new array of texts: addresses, subnets, ranges, each kind newest first. The list is not
 * looked at any more when elements are set, as a setter that the program has put on all arrays may change it.
 */
napi_value cnet_js_block_list_rules(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_block_list_t *list = arg_list(&call);
  cnet_texts_t texts = {NULL, 0, 0};
  uint32_t count = 0;
  napi_value array = NULL;

  if (list == NULL || napi_create_array(napi, &array) != napi_ok) return NULL;
  bool ok = write_rules(list, &texts);
  for (size_t at = 0; ok && at < texts.length; at += strlen(texts.bytes + at) + 1)
    ok = append(napi, array, texts.bytes + at, &count);
  free(texts.bytes);
  return ok ? array : NULL;
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
