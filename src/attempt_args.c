/* attempt_args.c: the arguments of connect(), read into an attempt that no stream has yet. */
#include <stdlib.h>
#include <string.h>

#include "attempt.h"

/* More than any lookup gives; and their size in bytes is a size_t of 32 bits. */
#define MAX_ADDRESSES (1u << 24)

cnet_attempt_t *cnet_attempt_alloc(uint32_t count) {
  cnet_attempt_t *attempt;

  if (count > MAX_ADDRESSES) return NULL;
  attempt = calloc(1, sizeof *attempt + count * sizeof attempt->addresses[0]);
  if (attempt != NULL) attempt->count = count;
  return attempt;
}

void cnet_attempt_free(cnet_attempt_t *attempt) {
  free(attempt->options);
  free(attempt);
}

static int read_arguments(const cnet_call_t *call, cnet_attempt_t *attempt) {
  int32_t port = cnet_arg_int(call, 2, -1);
  bool is_local = cnet_arg_given(call, 4);

  attempt->timeout = cnet_arg_size(call, 3, INT32_MAX);
  attempt->local_port = cnet_arg_double(call, 5);
  if (port < 0 || port > UINT16_MAX) return UV_EINVAL;
  int local = is_local ? cnet_arg_string(call, 4, attempt->local_address, sizeof attempt->local_address) : 0;
  if (local < 0 || memchr(attempt->local_address, '\0', (size_t)local) != NULL) return UV_EINVAL;
  for (uint32_t i = 0; i < attempt->count; i++) {
    char text[CNET_ADDRESS_TEXT];
    napi_value value;
    size_t length;

    if (napi_get_element(call->napi, call->argv[1], i, &value) != napi_ok ||
        napi_get_value_string_utf8(call->napi, value, text, sizeof text, &length) != napi_ok ||
        length + 4 >= sizeof text || /* perhaps cut, see cnet_arg_string() */
        cnet_address_parse(text, length, (uint16_t)port, &attempt->addresses[i]) != 0)
      return UV_EINVAL;
  }
  return 0;
}

int cnet_attempt_read(const cnet_call_t *call, cnet_attempt_t **out) {
  uint32_t count = 0;

  if (napi_get_array_length(call->napi, call->argv[1], &count) != napi_ok || count == 0) return UV_EINVAL;
  *out = cnet_attempt_alloc(count);
  if (*out == NULL) return UV_ENOMEM;
  int err = read_arguments(call, *out);
  if (!err) err = cnet_options_read(call, 6, &(*out)->options);
  if (err) cnet_attempt_free(*out);
  return err;
}
