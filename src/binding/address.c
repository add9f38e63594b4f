/* address.c: IP addresses as JavaScript has them. */
#include "address.h"

#include <stdlib.h>

#include "address_units.h"
#include "arguments.h"
#include "exports.h"

/*
 * The units of string argument `i`, in `room` or in memory of its own, which the caller frees: *made. Only an address
 * with a zone can be that long; Node sets no limit to it. NULL: it is no string, or there is no memory.
 */
static const char16_t *read_units(const cnet_call_t *call, size_t i, char16_t room[CNET_UNITS_ROOM], char16_t **made,
                                  size_t *length) {
  *made = NULL;
  if (napi_get_value_string_utf16(call->napi, call->argv[i], room, CNET_UNITS_ROOM, length) != napi_ok) return NULL;
  if (*length < CNET_UNITS_ROOM - 1) return room;
  if (napi_get_value_string_utf16(call->napi, call->argv[i], NULL, 0, length) != napi_ok) return NULL;
  *made = malloc((*length + 1) * sizeof **made);
  if (*made == NULL) return NULL;
  if (napi_get_value_string_utf16(call->napi, call->argv[i], *made, *length + 1, length) == napi_ok) return *made;
  free(*made);
  *made = NULL;
  return NULL;
}

int cnet_arg_address(const cnet_call_t *call, size_t i, int family, unsigned char out[16]) {
  char16_t room[CNET_UNITS_ROOM], *made;
  size_t length;
  const char16_t *units = read_units(call, i, room, &made, &length);
  bool valid = units != NULL && cnet_units_address(units, length, family, out);

  free(made);
  return valid ? 0 : UV_EINVAL;
}

/* isIP(text): 4, 6 or 0 by the rules of Node's net.isIP(). */
napi_value cnet_js_is_ip(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  char16_t room[CNET_UNITS_ROOM], *made;
  size_t length;
  const char16_t *units = read_units(&call, 0, room, &made, &length);
  int family = units == NULL ? 0 : cnet_units_family(units, length);

  free(made);
  return cnet_int(napi, family);
}

/* addressText(text, family 4 or 6): the shortest text of the same address without its zone; undefined: not valid. */
napi_value cnet_js_address_text(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  char text[CNET_PLAIN_TEXT];
  unsigned char bytes[16];
  int family = cnet_arg_int(&call, 1, 4);
  napi_value result = NULL;

  if (cnet_arg_address(&call, 0, family, bytes) != 0) return NULL;
  size_t length = family == 6 ? cnet_six_text(bytes, text) : cnet_four_text(bytes, text);
  napi_create_string_latin1(napi, text, length, &result);
  return result;
}
