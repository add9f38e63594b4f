/*
 * napi_util.h: the Node-API boilerplate, once. lib/ has checked what it passes, so the readers return a
 * harmless default when a value is of another type rather than report it.
 */
#ifndef CNET_NAPI_UTIL_H
#define CNET_NAPI_UTIL_H

#include "cnet.h"

#define CNET_MAX_ARGS 8

/* One call from JavaScript: its arguments and the environment's state. */
typedef struct cnet_call {
  napi_env napi;
  cnet_env_t *env;
  size_t argc;
  napi_value argv[CNET_MAX_ARGS]; /* absent ones are `undefined` */
} cnet_call_t;

static inline cnet_call_t cnet_call_read(napi_env napi, napi_callback_info info) {
  cnet_call_t call;
  void *data = NULL;

  call.napi = napi;
  call.argc = CNET_MAX_ARGS;
  napi_get_cb_info(napi, info, &call.argc, call.argv, NULL, &data);
  call.env = data;
  return call;
}

/* The integer argument `i`; `otherwise` when it is none. */
static inline int32_t cnet_arg_int(const cnet_call_t *call, size_t i, int32_t otherwise) {
  int32_t value;
  return napi_get_value_int32(call->napi, call->argv[i], &value) == napi_ok ? value : otherwise;
}

static inline uint32_t cnet_arg_uint(const cnet_call_t *call, size_t i) {
  uint32_t value;
  return napi_get_value_uint32(call->napi, call->argv[i], &value) == napi_ok ? value : 0;
}

/* As it is given: NaN and fractions too. */
static inline double cnet_arg_double(const cnet_call_t *call, size_t i) {
  double value;
  return napi_get_value_double(call->napi, call->argv[i], &value) == napi_ok ? value : 0;
}

static inline bool cnet_arg_bool(const cnet_call_t *call, size_t i) {
  bool value;
  return napi_get_value_bool(call->napi, call->argv[i], &value) == napi_ok && value;
}

/* Copies string argument `i` as UTF-8 with a final zero; its length, or -1 when it is no string or too long. */
static inline int cnet_arg_string(const cnet_call_t *call, size_t i, char *out, size_t size) {
  size_t length;

  if (napi_get_value_string_utf8(call->napi, call->argv[i], out, size, &length) != napi_ok) return -1;
  if (length + 1 >= size) return -1; /* perhaps cut */
  return (int)length;
}

/* The stream whose id is argument 0; NULL when there is none, or it is being closed. */
static inline cnet_stream_t *cnet_arg_stream(const cnet_call_t *call) {
  cnet_stream_t *stream = cnet_table_get(&call->env->streams, cnet_arg_int(call, 0, -1));
  return stream == NULL || (stream->flags & CNET_CLOSING) ? NULL : stream;
}

static inline napi_value cnet_int(napi_env napi, int32_t value) {
  napi_value result = NULL;
  napi_create_int32(napi, value, &result);
  return result;
}

static inline napi_value cnet_bool(napi_env napi, bool value) {
  napi_value result = NULL;
  napi_get_boolean(napi, value, &result);
  return result;
}

static inline napi_value cnet_string(napi_env napi, const char *text, size_t length) {
  napi_value result = NULL;
  napi_create_string_utf8(napi, text, length, &result);
  return result;
}

/* An argument that is neither undefined nor null. */
static inline bool cnet_arg_given(const cnet_call_t *call, size_t i) {
  napi_valuetype type;
  return napi_typeof(call->napi, call->argv[i], &type) == napi_ok && type != napi_undefined && type != napi_null;
}

#endif
