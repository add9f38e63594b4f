/* tcp_info.c: what the kernel knows of a TCP connection, as an object of JavaScript. */
#include "tcp_info.h"

#include "arguments.h"
#include "exports.h"

static napi_value value_of(napi_env napi, const cnet_field_t *field) {
  napi_value none = NULL;

  switch (field->kind) {
  case CNET_FIELD_TEXT:
    return cnet_string(napi, field->text, NAPI_AUTO_LENGTH);
  case CNET_FIELD_BOOL:
    return cnet_bool(napi, field->number != 0);
  case CNET_FIELD_NUMBER:
    return cnet_number(napi, field->number);
  default:
    napi_get_undefined(napi, &none);
    return none;
  }
}

/* tcpInfo(id, out): sets the fields of tcp_info.c on the object `out`; UV_ENOTSUP: not on this system */
napi_value cnet_js_tcp_info(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  cnet_field_t fields[CNET_TCP_FIELDS_MAX];

  int count = stream == NULL ? UV_EBADF : cnet_tcp_info(stream, fields);
  for (int i = 0; i < count; i++)
    if (napi_set_named_property(napi, call.argv[1], fields[i].name, value_of(napi, &fields[i])) != napi_ok)
      return cnet_int(napi, UV_EINVAL);
  return cnet_int(napi, count < 0 ? count : 0);
}
