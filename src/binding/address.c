/* address.c: IP addresses as JavaScript has them. */
#include "address.h"

#include <stdlib.h>
#include <string.h>

#include "exports.h"
#include "values.h"

/*
 * The whole of string argument `i`, in `room` or in memory of its own, which the caller frees: *made. Only an address
 * with a zone can be that long; Node sets no limit to it. NULL: it is no string, or there is no memory.
 */
static const char *read_text(const cnet_call_t *call, size_t i, char room[CNET_ADDRESS_TEXT], char **made,
                             size_t *length) {
  int short_length = cnet_arg_string(call, i, room, CNET_ADDRESS_TEXT);

  *made = NULL;
  *length = (size_t)short_length;
  if (short_length >= 0) return room;
  if (napi_get_value_string_utf8(call->napi, call->argv[i], NULL, 0, length) != napi_ok) return NULL;
  *made = malloc(*length + 1);
  if (*made == NULL) return NULL;
  if (napi_get_value_string_utf8(call->napi, call->argv[i], *made, *length + 1, length) == napi_ok) return *made;
  free(*made);
  *made = NULL;
  return NULL;
}

int cnet_arg_address(const cnet_call_t *call, size_t i, int family, unsigned char out[16]) {
  char room[CNET_ADDRESS_TEXT], *made;
  size_t length;
  const char *text = read_text(call, i, room, &made, &length);
  int err = text == NULL ? UV_EINVAL : cnet_address_bytes(text, length, family, out);

  free(made);
  return err;
}

/* isIP(text): 4, 6 or 0 by the rules of Node's net.isIP(). */
napi_value cnet_js_is_ip(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  char room[CNET_ADDRESS_TEXT], *made;
  size_t length;
  const char *text = read_text(&call, 0, room, &made, &length);
  int family = text == NULL ? 0 : cnet_address_family(text, length);

  free(made);
  return cnet_int(napi, family);
}

/* addressText(text, family 4 or 6): the shortest text of the same address without its zone; undefined: not valid. */
napi_value cnet_js_address_text(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  char text[CNET_ADDRESS_TEXT];
  unsigned char bytes[16];
  int family = cnet_arg_int(&call, 1, 4);

  if (cnet_arg_address(&call, 0, family, bytes) != 0) return NULL;
  if (uv_inet_ntop(family == 6 ? AF_INET6 : AF_INET, bytes, text, sizeof text) != 0) return NULL;
  return cnet_string(napi, text, strlen(text));
}
