/*
 * arguments.h: arguments and results, in Node-API. lib/ has checked what it passes. Whatever else comes, the readers
 * give a harmless default for a value of another type or out of range: nothing is ever cut to fit, and nothing is
 * undefined.
 */
#ifndef CNET_BINDING_ARGUMENTS_H
#define CNET_BINDING_ARGUMENTS_H

#include "environment.h"

#define CNET_MAX_ARGS 8

/* One call from JavaScript: its arguments and the environment's state. */
typedef struct cnet_call {
  napi_env napi;
  cnet_environment_t *env;
  size_t argc;
  napi_value argv[CNET_MAX_ARGS]; /* absent ones are `undefined` */
} cnet_call_t;

/* `most`: as many as the function reads. Node-API fills in each of these, which is felt where a call does little. */
static inline cnet_call_t cnet_call_few(napi_env napi, napi_callback_info info, size_t most) {
  cnet_call_t call;
  void *data = NULL;

  call.napi = napi;
  call.argc = most;
  napi_get_cb_info(napi, info, &call.argc, call.argv, NULL, &data);
  call.env = data;
  return call;
}

static inline cnet_call_t cnet_call_read(napi_env napi, napi_callback_info info) {
  return cnet_call_few(napi, info, CNET_MAX_ARGS);
}

/* As it is given: NaN and fractions too; 0 when it is no number. */
static inline double cnet_arg_double(const cnet_call_t *call, size_t i) {
  double value;
  return napi_get_value_double(call->napi, call->argv[i], &value) == napi_ok ? value : 0;
}

/*
 * The integer argument `i`; `otherwise` when it is none, or does not fit: napi_get_value_int32() would take the lowest
 * bits of it, and 0 for NaN, which are the numbers of other streams and descriptors.
 */
static inline int32_t cnet_arg_int(const cnet_call_t *call, size_t i, int32_t otherwise) {
  double value;

  if (napi_get_value_double(call->napi, call->argv[i], &value) != napi_ok) return otherwise;
  if (!(value >= INT32_MIN && value <= INT32_MAX)) return otherwise; /* NaN too */
  return (int32_t)value == value ? (int32_t)value : otherwise;
}

/* The integer argument `i` of 0 to `max`, which is below 2^53; 0 when it is none, NaN or negative. */
static inline uint64_t cnet_arg_size(const cnet_call_t *call, size_t i, uint64_t max) {
  double value = cnet_arg_double(call, i);

  if (!(value > 0)) return 0;
  return value < (double)max ? (uint64_t)value : max;
}

static inline bool cnet_arg_bool(const cnet_call_t *call, size_t i) {
  bool value;
  return napi_get_value_bool(call->napi, call->argv[i], &value) == napi_ok && value;
}

/*
 * Copies string argument `i` as UTF-8 with a final zero; its length, or -1 when it is no string or too long. One that
 * is cut is cut between characters, of which the longest has 4 bytes: so that many are kept free to know.
 */
static inline int cnet_arg_string(const cnet_call_t *call, size_t i, char *out, size_t size) {
  size_t length;

  if (napi_get_value_string_utf8(call->napi, call->argv[i], out, size, &length) != napi_ok) return -1;
  if (length + 4 >= size) return -1; /* perhaps cut */
  return (int)length;
}

/* String argument `i` as an IP address: see cnet_address_bytes(). 0 or UV_EINVAL. It is in address.c. */
int cnet_arg_address(const cnet_call_t *call, size_t i, int family, unsigned char out[16]);

/* The stream with that id; NULL when there is none, or it is being closed. */
static inline cnet_stream_t *cnet_stream_by(const cnet_environment_t *env, int32_t id) {
  cnet_stream_t *stream = cnet_table_get(&env->streams, id);
  return stream == NULL || cnet_is_closing(stream) ? NULL : stream;
}

/* The same of argument `i`. */
static inline cnet_stream_t *cnet_stream_of(const cnet_call_t *call, size_t i) {
  return cnet_stream_by(call->env, cnet_arg_int(call, i, -1));
}

/* The same of argument 0. */
static inline cnet_stream_t *cnet_arg_stream(const cnet_call_t *call) { return cnet_stream_of(call, 0); }

/* The bytes of a Buffer, a typed array or a DataView. False: it is none; napi_get_buffer_info() would end the process.
 */
static inline bool cnet_bytes(napi_env napi, napi_value value, void **data, size_t *length) {
  bool is_buffer = false;
  return napi_is_buffer(napi, value, &is_buffer) == napi_ok && is_buffer &&
         napi_get_buffer_info(napi, value, data, length) == napi_ok;
}

static inline napi_value cnet_int(napi_env napi, int32_t value) {
  napi_value result = NULL;
  napi_create_int32(napi, value, &result);
  return result;
}

static inline napi_value cnet_number(napi_env napi, double value) {
  napi_value result = NULL;
  napi_create_double(napi, value, &result);
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

/* Gives `object` a property that nobody can change or take away; with `again` it can be defined anew. Runs no code. */
static inline bool cnet_define(napi_env napi, napi_value object, const char *name, napi_value value, bool again) {
  napi_property_descriptor property = {.utf8name = name, .value = value};

  property.attributes = again ? napi_configurable : napi_default;
  return napi_define_properties(napi, object, 1, &property) == napi_ok;
}

/* What cnet_wrap() has put into an object with this tag; NULL: `value` is none. */
static inline void *cnet_unwrap(napi_env napi, napi_value value, const napi_type_tag *tag) {
  napi_valuetype type;
  bool tagged = false;
  void *data = NULL;

  /* The check of a tag converts to an object first, which throws for null and undefined. */
  if (napi_typeof(napi, value, &type) != napi_ok || type != napi_object) return NULL;
  if (napi_check_object_type_tag(napi, value, tag, &tagged) != napi_ok || !tagged) return NULL;
  return napi_unwrap(napi, value, &data) == napi_ok ? data : NULL;
}

/* An object that holds `data`, which `finalize` frees; NULL: no memory, and `data` stays the caller's. */
static inline napi_value cnet_wrap(napi_env napi, void *data, const napi_type_tag *tag, napi_finalize finalize) {
  napi_value object;

  if (napi_create_object(napi, &object) != napi_ok || napi_type_tag_object(napi, object, tag) != napi_ok) return NULL;
  return napi_wrap(napi, object, data, finalize, NULL, NULL) == napi_ok ? object : NULL;
}

/* An argument that is neither undefined nor null. */
static inline bool cnet_arg_given(const cnet_call_t *call, size_t i) {
  napi_valuetype type;
  return napi_typeof(call->napi, call->argv[i], &type) == napi_ok && type != napi_undefined && type != napi_null;
}

#endif
