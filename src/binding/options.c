/* options.c: socket options, those of any name and those with a function of their own, as JavaScript sees them. */
#include "exports.h"

#include <string.h>

#include "arguments.h"
#include "constants.h"
#include "socket_options.h"

static void set_int(napi_env napi, napi_value object, const char *name, int32_t value) {
  napi_set_named_property(napi, object, name, cnet_int(napi, value)); /* or an exception is pending: it is thrown */
}

/*
 * findOption(name, out): sets level and number of the option on the object `out`. The kind of its value, a
 * cnet_option_kind_t; UV_ENOENT: no option is called so; UV_ENOTSUP: this system does not have it
 */
napi_value cnet_js_find_option(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  char name[64];

  int length = cnet_arg_string(&call, 0, name, sizeof name);
  if (length < 0 || strlen(name) != (size_t)length) return cnet_int(napi, UV_ENOENT); /* a zero inside */
  const cnet_option_t *option = cnet_option_find(name);
  if (option == NULL) return cnet_int(napi, UV_ENOENT);
  if (option->number == CNET_OPTION_ABSENT) return cnet_int(napi, UV_ENOTSUP);
  set_int(napi, call.argv[1], "level", option->level);
  set_int(napi, call.argv[1], "number", option->number);
  return cnet_int(napi, option->kind);
}

/* optionNames(): those that this system has */
napi_value cnet_js_option_names(napi_env napi, napi_callback_info info) {
  const cnet_option_t *options;
  size_t count = cnet_option_all(&options);
  napi_value names;
  uint32_t there = 0;
  (void)info;

  if (napi_create_array(napi, &names) != napi_ok) return NULL;
  for (size_t i = 0; i < count; i++) {
    if (options[i].number == CNET_OPTION_ABSENT) continue;
    if (napi_set_element(napi, names, there++, cnet_string(napi, options[i].name, NAPI_AUTO_LENGTH)) != napi_ok)
      return NULL;
  }
  return names;
}

/*
 * The arguments of the two functions that follow: (id, level, number, bytes). The stream; NULL, and why in *err, when
 * they are not such.
 */
static cnet_stream_t *read_arguments(const cnet_call_t *call, int32_t *level, int32_t *number, void **data,
                                     uint32_t *size, int *err) {
  cnet_stream_t *stream = cnet_arg_stream(call);
  size_t length = 0;

  *level = cnet_arg_int(call, 1, -1);
  *number = cnet_arg_int(call, 2, -1);
  *err = stream == NULL ? UV_EBADF : UV_EINVAL;
  if (stream == NULL || !cnet_bytes(call->napi, call->argv[3], data, &length) || length > CNET_OPTION_BYTES)
    return NULL;
  *size = (uint32_t)length;
  return stream;
}

/* getOption(id, level, number, bytes): how many of the bytes have been written (getsockopt(2)) */
napi_value cnet_js_get_option(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  int32_t level, number;
  uint32_t size = 0;
  void *data = NULL;
  int err;

  cnet_stream_t *stream = read_arguments(&call, &level, &number, &data, &size, &err);
  if (stream != NULL) err = cnet_get_option(stream, level, number, data, &size);
  return cnet_int(napi, err ? err : (int32_t)size);
}

/* setOption(id, level, number, bytes) (setsockopt(2)) */
napi_value cnet_js_set_option(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  int32_t level, number;
  uint32_t size = 0;
  void *data = NULL;
  int err;

  cnet_stream_t *stream = read_arguments(&call, &level, &number, &data, &size, &err);
  if (stream != NULL) err = cnet_set_option(stream, level, number, data, size);
  return cnet_int(napi, err);
}

/*
 * makeSocket(id, family, multipath): makes the descriptor of a stream that has none yet, of TCP for `family` 4 or 6;
 * multipath: of multipath TCP, where the kernel has it
 */
napi_value cnet_js_make_socket(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  return cnet_int(napi, cnet_make_socket(stream, cnet_arg_int(&call, 1, 4), cnet_arg_bool(&call, 2)));
}

/* --- those with a function of their own: of TCP alone --------------------------------------------------------- */

/* noDelay(id, enable): TCP_NODELAY */
napi_value cnet_js_no_delay(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  return cnet_int(napi, cnet_set_no_delay(stream, cnet_arg_bool(&call, 1)));
}

/* keepAlive(id, enable, delay, interval, count): seconds; with a zero among them all stay what they are */
napi_value cnet_js_keep_alive(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  uint32_t delay = (uint32_t)cnet_arg_int(&call, 2, 0); /* what is negative the kernel refuses */
  uint32_t interval = (uint32_t)cnet_arg_int(&call, 3, 0);
  uint32_t count = (uint32_t)cnet_arg_int(&call, 4, 0);
  return cnet_int(napi, cnet_set_keep_alive(stream, cnet_arg_bool(&call, 1), delay, interval, count));
}

/* setTypeOfService(id, 0 to 255) */
napi_value cnet_js_set_tos(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  return cnet_int(napi, cnet_set_type_of_service(stream, cnet_arg_int(&call, 1, 0)));
}

/* getTypeOfService(id): 0 to 255 */
napi_value cnet_js_get_tos(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);

  return cnet_int(napi, stream == NULL ? UV_EBADF : cnet_get_type_of_service(stream));
}

/* setUserTimeout(id, ms from 0): TCP_USER_TIMEOUT; a listener hands it on to the connections that it accepts */
napi_value cnet_js_set_user_timeout(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  return cnet_int(napi, cnet_set_user_timeout(stream, cnet_arg_int(&call, 1, 0)));
}

/* getUserTimeout(id): ms */
napi_value cnet_js_get_user_timeout(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);

  return cnet_int(napi, stream == NULL ? UV_EBADF : cnet_get_user_timeout(stream));
}

/* fastOpenQueue(id, connections from 0): lets clients of a listener, bound or listening, send data in the SYN */
napi_value cnet_js_fast_open_queue(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  int queue = cnet_arg_int(&call, 1, -1);

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  return cnet_int(napi, cnet_set_fast_open_queue(stream, queue));
}

/* usedFastOpen(id): 1 when the SYN brought data, 0 when not */
napi_value cnet_js_used_fast_open(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);

  return cnet_int(napi, stream == NULL ? UV_EBADF : cnet_used_fast_open(stream));
}

/* isMultipath(id): 1 when both ends speak multipath TCP, 0 when not */
napi_value cnet_js_is_multipath(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);

  return cnet_int(napi, stream == NULL ? UV_EBADF : cnet_is_multipath(stream));
}
