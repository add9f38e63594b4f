/* buffers.c: goes through the Buffers of a write. */
#include "buffers.h"

#include <stdlib.h>

#include "arguments.h"

/* What the program gave: in the call that brought it, or as it is kept. */
static napi_value value_of(const cnet_buffers_t *buffers) {
  napi_value value = buffers->value;

  if (buffers->ref != NULL && napi_get_reference_value(buffers->napi, buffers->ref, &value) != napi_ok) return NULL;
  return value;
}

/*
 * The next Buffers, CNET_IOV at most, and NULL for what cannot be had. An array may have elements that run code when
 * they are read, so no pointer is asked for before all are here.
 */
static uint32_t fetch(const cnet_buffers_t *buffers, napi_value out[CNET_IOV]) {
  uint32_t left = buffers->count - buffers->index;
  uint32_t n = left < CNET_IOV ? left : CNET_IOV;

  if (!buffers->is_array) {
    out[0] = value_of(buffers);
    return 1;
  }
  for (uint32_t i = 0; i < n; i++)
    if (napi_get_element(buffers->napi, value_of(buffers), buffers->index + i, &out[i]) != napi_ok) out[i] = NULL;
  return n;
}

typedef struct cnet_span {
  char *base;
  size_t length;
} cnet_span_t;

/* The bytes of a Buffer; none when it was detached, as there are no empty ones. */
static cnet_span_t span_of(const cnet_buffers_t *buffers, napi_value buffer) {
  void *data = NULL;
  size_t length = 0;

  if (buffer == NULL || !cnet_bytes(buffers->napi, buffer, &data, &length) || data == NULL)
    return (cnet_span_t){NULL, 0};
  return (cnet_span_t){data, length};
}

/*
 * The bytes of `count` Buffers from the cursor on. One of 2 GiB or more is cut, and the last. So is what comes before
 * one that is gone: no byte is skipped.
 */
static unsigned spans(const cnet_buffers_t *buffers, const napi_value *values, uint32_t count, uv_buf_t *out) {
  size_t skip = buffers->offset, left = buffers->source.left;
  unsigned n = 0;

  for (uint32_t i = 0; i < count && left > 0; i++) {
    cnet_span_t span = span_of(buffers, values[i]);
    size_t length = span.length > skip ? span.length - skip : 0;
    if (length == 0) break;
    if (length > left) length = left;
    if (length > INT32_MAX) {
      out[n++] = uv_buf_init(span.base + skip, INT32_MAX);
      break;
    }
    out[n++] = uv_buf_init(span.base + skip, (unsigned)length);
    left -= length;
    skip = 0;
  }
  return n;
}

/* The memory may have been detached or changed since the last time. */
static unsigned peek(cnet_source_t *source, uv_buf_t *out) {
  cnet_buffers_t *buffers = (cnet_buffers_t *)source;
  napi_value values[CNET_IOV];
  napi_handle_scope scope;

  if (buffers->index >= buffers->count || source->left == 0) return 0;
  if (napi_open_handle_scope(buffers->napi, &scope) != napi_ok) return 0;
  unsigned n = spans(buffers, values, fetch(buffers, values), out);
  napi_close_handle_scope(buffers->napi, scope);
  return n;
}

static napi_value buffer_at(const cnet_buffers_t *buffers, uint32_t index) {
  napi_value buffer = value_of(buffers);

  if (buffers->is_array && napi_get_element(buffers->napi, value_of(buffers), index, &buffer) != napi_ok) return NULL;
  return buffer;
}

bool cnet_buffers_measure(cnet_buffers_t *buffers) {
  buffers->source.left = 0;
  for (uint32_t i = 0; i < buffers->count; i++) {
    napi_value buffer = buffer_at(buffers, i);
    void *data;
    size_t length;
    if (buffer == NULL || !cnet_bytes(buffers->napi, buffer, &data, &length)) return false;
    buffers->source.left = length > SIZE_MAX - buffers->source.left ? SIZE_MAX : buffers->source.left + length;
  }
  return true;
}

static void move_on(cnet_buffers_t *buffers, size_t bytes) {
  while (buffers->index < buffers->count) {
    size_t rest = span_of(buffers, buffer_at(buffers, buffers->index)).length;
    rest = rest > buffers->offset ? rest - buffers->offset : 0;
    if (bytes < rest || rest == 0) {
      buffers->offset += bytes;
      return;
    }
    bytes -= rest;
    buffers->index++;
    buffers->offset = 0;
  }
}

static void advance(cnet_source_t *source, size_t bytes) {
  cnet_buffers_t *buffers = (cnet_buffers_t *)source;
  napi_handle_scope scope;

  source->left -= bytes < source->left ? bytes : source->left;
  if (napi_open_handle_scope(buffers->napi, &scope) != napi_ok) return;
  move_on(buffers, bytes);
  napi_close_handle_scope(buffers->napi, scope);
}

static cnet_source_t *retain(const cnet_source_t *source) {
  const cnet_buffers_t *buffers = (const cnet_buffers_t *)source;
  cnet_buffers_t *copy = malloc(sizeof *copy);

  if (copy == NULL) return NULL;
  *copy = *buffers;
  copy->value = NULL;
  if (napi_create_reference(buffers->napi, buffers->value, 1, &copy->ref) == napi_ok) return &copy->source;
  free(copy);
  return NULL;
}

static void release(cnet_source_t *source) {
  cnet_buffers_t *buffers = (cnet_buffers_t *)source;

  napi_delete_reference(buffers->napi, buffers->ref);
  free(buffers);
}

static const cnet_source_ops_t OPS = {peek, advance, retain, release};

bool cnet_buffers_init(cnet_buffers_t *buffers, napi_env napi, napi_value value, size_t left) {
  *buffers = (cnet_buffers_t){.source = {&OPS, left}, .napi = napi, .value = value, .count = 1};
  if (napi_is_array(napi, value, &buffers->is_array) != napi_ok) return false;
  return !buffers->is_array || napi_get_array_length(napi, value, &buffers->count) == napi_ok;
}
