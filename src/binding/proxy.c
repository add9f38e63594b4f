/* proxy.c: the PROXY protocol as JavaScript sees it. */
#include "exports.h"

#include <string.h>

#include "address.h"
#include "arguments.h"
#include "block_list_object.h"
#include "proxy_handshake.h"

/* --- headers -------------------------------------------------------------------------------------------------- */

/* A Buffer with a copy of the bytes, undefined when there are none; NULL: no memory, and an exception is pending. */
static napi_value bytes_or_undefined(napi_env napi, const uint8_t *bytes, size_t length) {
  napi_value result = NULL;

  if (length == 0)
    napi_get_undefined(napi, &result);
  else
    napi_create_buffer_copy(napi, length, bytes, NULL, &result);
  return result;
}

static napi_value address_text(napi_env napi, const cnet_proxy_header_t *header, const uint8_t *address) {
  char text[CNET_ADDRESS_TEXT];

  if (header->family == CNET_PROXY_UNIX) {
    /* an abstract name begins with a zero, and is told in full */
    size_t start = address[0] == 0 && address[1] != 0;
    const uint8_t *end = memchr(address + start, 0, CNET_PROXY_ADDRESS - start);
    size_t length = end == NULL ? CNET_PROXY_ADDRESS : (size_t)(end - address);
    return cnet_string(napi, (const char *)address, length);
  }
  if (uv_inet_ntop(header->family == CNET_PROXY_INET ? AF_INET : AF_INET6, address, text, sizeof text) != 0)
    return NULL;
  return cnet_string(napi, text, NAPI_AUTO_LENGTH);
}

/* [version, LOCAL?, family, protocol, source, port, destination, port, TLVs | undefined]: see cnet_proxy_header_t */
static napi_value header_values(napi_env napi, const cnet_proxy_result_t *result) {
  const cnet_proxy_header_t *header = &result->header;
  napi_value values[9], array = NULL;
  size_t count = 0;

  values[count++] = cnet_int(napi, header->version);
  values[count++] = cnet_bool(napi, header->local);
  values[count++] = cnet_int(napi, header->family);
  values[count++] = cnet_int(napi, header->protocol);
  values[count++] = address_text(napi, header, header->source);
  values[count++] = cnet_int(napi, header->source_port);
  values[count++] = address_text(napi, header, header->destination);
  values[count++] = cnet_int(napi, header->destination_port);
  values[count++] = bytes_or_undefined(napi, result->bytes + header->tlvs, result->length - header->tlvs);
  if (napi_create_array_with_length(napi, count, &array) != napi_ok) return NULL;
  for (uint32_t i = 0; i < count; i++)
    if (values[i] == NULL || napi_set_element(napi, array, i, values[i]) != napi_ok) return NULL;
  return array;
}

/*
 * proxyTake(id): once, for a connection that was let in: the header as an array; the bytes that were read and are no
 * header, as a Buffer; or undefined when there is neither.
 */
napi_value cnet_js_proxy_take(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  cnet_proxy_result_t result;

  if (stream == NULL || !cnet_proxy_result(stream, &result)) return NULL;
  napi_value value =
      result.has_header ? header_values(napi, &result) : bytes_or_undefined(napi, result.bytes, result.length);
  cnet_proxy_drop(stream);
  return value;
}

/* proxyAddress(text): the 4 or 16 bytes of an IP address, its zone left out, as a Buffer; undefined: it is none */
napi_value cnet_js_proxy_address(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  char text[CNET_ADDRESS_TEXT];
  unsigned char bytes[16];
  int length = cnet_arg_string(&call, 0, text, sizeof text);

  if (length < 0) return NULL;
  int family = cnet_address_family(text, (size_t)length);
  if (family == 0 || cnet_address_bytes(text, (size_t)length, family, bytes) != 0) return NULL;
  return bytes_or_undefined(napi, bytes, family == 6 ? 16 : 4);
}

/* crc32c(Buffer): the checksum of a header, a number from 0 to 2^32 - 1; undefined: it is no Buffer */
napi_value cnet_js_crc32c(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  napi_value result = NULL;
  void *data = NULL;
  size_t length = 0;

  if (!cnet_bytes(napi, call.argv[0], &data, &length)) return NULL;
  napi_create_uint32(napi, cnet_proxy_crc32c(0, data, length), &result);
  return result;
}

/* --- listeners ------------------------------------------------------------------------------------------------ */

/*
 * setProxy(id, optional?, timeout in ms from 1, native list of who is trusted | undefined): connections of the listener
 * begin with a header from now on. A stream of no address may stand for one that others listen on: see proxyAccept().
 */
napi_value cnet_js_set_proxy(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  cnet_proxy_settings_t settings = {
      .optional = cnet_arg_bool(&call, 1),
      .timeout = cnet_arg_size(&call, 2, INT32_MAX),
      .trusted = cnet_block_list_of(napi, call.argv[3]),
  };

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  if (settings.trusted == NULL && cnet_arg_given(&call, 3)) return cnet_int(napi, UV_EINVAL);
  return cnet_int(napi, cnet_set_proxy(stream, &settings));
}

/*
 * proxyAccept(id, id of a connection that somebody else has accepted): as if the listener had: it is told of by
 * CNET_ON_ACCEPT, perhaps before the call returns.
 */
napi_value cnet_js_proxy_accept(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *listener = cnet_arg_stream(&call), *client = cnet_stream_of(&call, 1);

  if (listener == NULL || client == NULL) return cnet_int(napi, UV_EBADF);
  return cnet_int(napi, cnet_proxy_accept(listener, client));
}

/* proxyWaiting(id): how many connections of the listener wait for their header */
napi_value cnet_js_proxy_waiting(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  const cnet_stream_t *stream = cnet_arg_stream(&call);
  return cnet_int(napi, stream == NULL ? 0 : cnet_proxy_waiting(stream));
}
