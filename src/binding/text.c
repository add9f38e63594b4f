/* text.c: strings become bytes, all of them or none: what does not fit is an error, and never cut. */
#include "text.h"

#include <string.h>

#include "arguments.h"
#include "constants.h"

/* The units of a string have the byte order of the machine; what is sent has the lower byte first. */
static void lower_first(char *out, size_t length) {
  const uint16_t one = 1;
  char first;

  memcpy(&first, &one, 1);
  if (out == NULL || first == 1) return;
  for (size_t i = 0; i + 1 < length; i += 2) {
    char lower = out[i + 1];
    out[i + 1] = out[i];
    out[i] = lower;
  }
}

/*
 * A text that has as many bytes in UTF-8 as units is ASCII: its bytes are those of latin1, which V8 copies; UTF-8 it
 * writes character by character. -1: it is not such a text, or there may be no room for it.
 */
static ssize_t encode_ascii(napi_env napi, napi_value string, char *out, size_t size) {
  size_t bytes = 0, units = 0;

  if (out == NULL || napi_get_value_string_utf8(napi, string, NULL, 0, &bytes) != napi_ok || bytes >= size) return -1;
  if (napi_get_value_string_latin1(napi, string, out, size, &units) != napi_ok) return -1;
  return units == bytes ? (ssize_t)units : -1;
}

/* Encodes a string to `out`, with a final zero, or as much of it as there is room for; without `out`: its bytes. */
static ssize_t encode_part(napi_env napi, napi_value string, int32_t encoding, char *out, size_t size) {
  size_t length = 0;
  napi_status status;

  switch (encoding) {
  case CNET_LATIN1:
    status = napi_get_value_string_latin1(napi, string, out, size, &length);
    break;
  case CNET_UTF16LE:
    status = napi_get_value_string_utf16(napi, string, (char16_t *)(void *)out, size / 2, &length);
    length *= 2;
    lower_first(out, length);
    break;
  default: {
    ssize_t ascii = encode_ascii(napi, string, out, size);
    if (ascii >= 0) return ascii;
    status = napi_get_value_string_utf8(napi, string, out, size, &length);
  }
  }
  return status == napi_ok ? (ssize_t)length : UV_EINVAL;
}

/*
 * What is cut is cut between characters, of which the longest has 4 bytes, and before a final zero of at most 2: where
 * more than that is left nothing was cut, and the string need not be measured.
 */
ssize_t cnet_text_encode(napi_env napi, napi_value string, int32_t encoding, char *out, size_t size) {
  if (size < 2) return UV_ENOBUFS;
  ssize_t length = encode_part(napi, string, encoding, out, size);
  if (length < 0 || (size_t)length + 6 < size) return length;
  return encode_part(napi, string, encoding, NULL, 0) == length ? length : UV_ENOBUFS;
}

/* The bytes of a Buffer or a string, behind those that are in `out` already; or the encoding of what follows. */
static ssize_t append(napi_env napi, napi_value value, int32_t *encoding, char *out, size_t size) {
  void *data = NULL;
  size_t length = 0;

  if (!cnet_bytes(napi, value, &data, &length)) {
    if (napi_get_value_int32(napi, value, encoding) == napi_ok) return 0;
    return cnet_text_encode(napi, value, *encoding == CNET_LATIN1 ? CNET_LATIN1 : CNET_UTF8, out, size);
  }
  if (length > size) return UV_ENOBUFS;
  if (length > 0) memcpy(out, data, length);
  return (ssize_t)length;
}

ssize_t cnet_text_join(napi_env napi, napi_value array, char *out, size_t size) {
  int32_t encoding = CNET_UTF8;
  uint32_t count = 0;
  size_t total = 0;

  if (napi_get_array_length(napi, array, &count) != napi_ok) return UV_EINVAL;
  for (uint32_t i = 0; i < count; i++) {
    napi_value value;
    if (napi_get_element(napi, array, i, &value) != napi_ok) return UV_EINVAL;
    ssize_t length = append(napi, value, &encoding, out + total, size - total);
    if (length < 0) return length;
    total += (size_t)length;
  }
  return (ssize_t)total;
}
