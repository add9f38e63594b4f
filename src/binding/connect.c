/* connect.c: connecting, as JavaScript asks for it. */
#include "connect.h"

#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "exports.h"
#include "zeroed.h"

/* More than any lookup gives; and their size in bytes is a size_t of 32 bits. */
#define MAX_ADDRESSES (1u << 24)

/* The arguments of connect(): the addresses are ours, and so are the options until they are given to the core. */
typedef struct cnet_arguments {
  cnet_connect_options_t options;
  struct sockaddr_storage *addresses;
  char local_address[CNET_ADDRESS_TEXT];
} cnet_arguments_t;

/* An address of the array. Reading it may run any code. */
static int read_address(const cnet_call_t *call, uint32_t i, uint16_t port, struct sockaddr_storage *out) {
  char text[CNET_ADDRESS_TEXT];
  napi_value value;
  size_t length;

  if (napi_get_element(call->napi, call->argv[1], i, &value) != napi_ok ||
      napi_get_value_string_utf8(call->napi, value, text, sizeof text, &length) != napi_ok ||
      length + 4 >= sizeof text) /* perhaps cut, see cnet_arg_string() */
    return UV_EINVAL;
  return cnet_address_parse(text, length, port, out);
}

/* The local end, and what else is no array. */
static int read_scalars(const cnet_call_t *call, cnet_arguments_t *out) {
  bool is_local = cnet_arg_given(call, 4);

  out->options.delay = cnet_arg_size(call, 3, INT32_MAX);
  out->options.local_port = cnet_arg_double(call, 5);
  out->options.local_address = out->local_address;
  int local = is_local ? cnet_arg_string(call, 4, out->local_address, sizeof out->local_address) : 0;
  return local < 0 || strlen(out->local_address) != (size_t)local ? UV_EINVAL : 0;
}

static int read_options(const cnet_call_t *call, cnet_arguments_t *out) {
  void *data = NULL;
  size_t length = 0;

  if (!cnet_arg_given(call, 6)) return 0;
  if (!cnet_bytes(call->napi, call->argv[6], &data, &length)) return UV_EINVAL;
  return cnet_socket_options_new(data, length, &out->options.socket_options);
}

/* 0, UV_EINVAL or UV_ENOMEM; what was read is freed by the caller in any case. It may run any code. */
static int read_arguments(const cnet_call_t *call, cnet_arguments_t *out) {
  int32_t port = cnet_arg_int(call, 2, -1);
  uint32_t count = 0;

  if (napi_get_array_length(call->napi, call->argv[1], &count) != napi_ok || count == 0) return UV_EINVAL;
  out->addresses = count > MAX_ADDRESSES ? NULL : cnet_zeroed(count * sizeof *out->addresses);
  if (out->addresses == NULL) return UV_ENOMEM;
  int err = port < 0 || port > UINT16_MAX ? UV_EINVAL : read_scalars(call, out);
  for (uint32_t i = 0; i < count && !err; i++) err = read_address(call, i, (uint16_t)port, &out->addresses[i]);
  out->options.addresses = out->addresses;
  out->options.count = count;
  return err ? err : read_options(call, out);
}

/* The stream is asked before and after, as what is read may run code that closes it. */
static int connect_stream(const cnet_call_t *call, bool race) {
  cnet_stream_t *stream = cnet_arg_stream(call);
  cnet_arguments_t arguments = {.options.race = race};

  int err = stream == NULL ? UV_EBADF : cnet_connectable(stream, CNET_TCP);
  if (err) return err;
  err = read_arguments(call, &arguments);
  stream = cnet_arg_stream(call);
  if (!err && stream == NULL) err = UV_EBADF;
  if (err)
    free(arguments.options.socket_options);
  else
    err = cnet_connect(stream, &arguments.options);
  free(arguments.addresses);
  return err;
}

/*
 * connect(id, [address, ...], port, ms for each attempt but the last, local address | undefined, local port, socket
 * options as cnet_socket_options_new() has them | undefined)
 * The steps go to CNET_ON_ATTEMPT, the first of them before connect() returns; a connection to CNET_ON_CONNECT.
 */
napi_value cnet_js_connect(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  return cnet_int(napi, connect_stream(&call, false));
}

/* Connects, and has the name of the request's context at hand meanwhile. Code that runs in this may be here again. */
static int connect_named(const cnet_call_t *call, cnet_stream_t *stream, const struct sockaddr_storage *address,
                         napi_value name) {
  napi_value before = call->env->dial_name;

  call->env->dial_name = name;
  int err = cnet_connect(stream, &(cnet_connect_options_t){.addresses = address, .count = 1, .told = true});
  call->env->dial_name = before;
  return err;
}

/* connectTold(id, address, port, 'TCPCONNECTWRAP'): connect() to one address, whose start the caller has told of */
napi_value cnet_js_connect_told(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  int32_t port = cnet_arg_int(&call, 2, -1);
  struct sockaddr_storage address;
  char text[CNET_ADDRESS_TEXT];

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  int length = cnet_arg_string(&call, 1, text, sizeof text);
  if (length < 0 || port < 0 || port > UINT16_MAX) return cnet_int(napi, UV_EINVAL);
  int err = cnet_address_parse(text, (size_t)length, (uint16_t)port, &address);
  return cnet_int(napi, err ? err : connect_named(&call, stream, &address, call.argv[3]));
}

/*
 * race(id, [address, ...], port, ms from one attempt to the next, local address | undefined, local port, socket
 * options) As connect(), whose steps it tells too; but the failure of any address may be the last one.
 */
napi_value cnet_js_race(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  return cnet_int(napi, connect_stream(&call, true));
}

/* connectPath(id, path): a leading '\0' is an abstract name. Ends as connect() does. */
napi_value cnet_js_connect_path(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  char path[CNET_PATH_MAX];

  int err = stream == NULL ? UV_EBADF : cnet_connectable(stream, CNET_PIPE);
  if (err) return cnet_int(napi, err);
  int length = cnet_arg_string(&call, 1, path, sizeof path);
  return cnet_int(napi, length < 0 ? UV_EINVAL : cnet_connect_path(stream, path, (size_t)length));
}

/* settled(id): whether the kernel has an answer to what the stream is trying, of which is to be told in this turn yet
 */
napi_value cnet_js_settled(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  const cnet_stream_t *stream = cnet_arg_stream(&call);
  return cnet_bool(napi, stream != NULL && cnet_connect_is_settled(stream));
}

/* abandon(id): ends the attempt, and the stream stays as one that has not connected: JavaScript goes on by other means
 */
napi_value cnet_js_abandon(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  cnet_abandon(stream);
  return cnet_int(napi, 0);
}

/*
 * setOpening(id, multipath, Buffer | undefined): of connect() and race() to come; with a Buffer (which may be empty)
 * TCP Fast Open, whose data are at most the first 16 KiB of it.
 */
napi_value cnet_js_set_opening(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  bool fast_open = cnet_arg_given(&call, 2);
  void *data = NULL;
  size_t size = 0;

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  if (fast_open && !cnet_bytes(napi, call.argv[2], &data, &size)) return cnet_int(napi, UV_EINVAL);
  return cnet_int(napi, cnet_set_early_data(stream, cnet_arg_bool(&call, 1), fast_open, data, size));
}

/* openingSent(id): how many bytes of the Buffer of setOpening() the peer has, or will have, of the connection */
napi_value cnet_js_opening_sent(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  const cnet_stream_t *stream = cnet_arg_stream(&call);
  return cnet_int(napi, stream == NULL ? UV_EBADF : cnet_early_data_sent(stream));
}
