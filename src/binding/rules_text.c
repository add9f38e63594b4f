/* rules_text.c: an array of the rules of a block list. */
#include "rules_text.h"

#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "block_list_object.h"
#include "exports.h"

/* Strings are put into the array in groups of so many, each with a handle scope. */
#define GROUP 256

/* Sets the next elements of the array, from *count on, to the texts from *at on. False: no memory, or it cannot be. */
static bool append_group(napi_env napi, napi_value array, const cnet_texts_t *texts, size_t *at, uint32_t *count) {
  napi_handle_scope scope;
  bool ok = true;

  if (napi_open_handle_scope(napi, &scope) != napi_ok) return false;
  for (int i = 0; ok && i < GROUP && *at < texts->length; i++) {
    const char *text = texts->bytes + *at;
    size_t length = strlen(text);
    napi_value string = NULL;
    ok = napi_create_string_latin1(napi, text, length, &string) == napi_ok &&
         napi_set_element(napi, array, (*count)++, string) == napi_ok;
    *at += length + 1;
  }
  napi_close_handle_scope(napi, scope);
  return ok;
}

/*
 * blockListRules(list): a new array of texts: addresses, subnets, ranges, each kind newest first. The list is not
 * looked at any more when elements are set, as a setter that the program has put on all arrays may change it.
 * UV_EINVAL, UV_ENOMEM.
 */
napi_value cnet_js_block_list_rules(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_block_list_t *list = cnet_block_list_of(napi, call.argv[0]);
  cnet_texts_t texts = {NULL, 0, 0};
  napi_value array = NULL;
  uint32_t count = 0;
  size_t at = 0;

  if (list == NULL) return cnet_int(napi, UV_EINVAL);
  if (napi_create_array(napi, &array) != napi_ok) return cnet_int(napi, UV_ENOMEM);
  bool ok = cnet_rules_text(list, &texts);
  while (ok && at < texts.length) ok = append_group(napi, array, &texts, &at, &count);
  free(texts.bytes);
  return ok ? array : cnet_int(napi, UV_ENOMEM); /* or what such a setter has thrown */
}
