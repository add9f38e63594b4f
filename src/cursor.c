/* cursor.c: goes through the Buffers of a write, and offers them to the kernel. */
#include "cursor.h"

#include <string.h>

#include "napi_util.h"

bool cnet_cursor_init(cnet_cursor_t *cursor, napi_env napi, napi_value source, size_t left) {
  memset(cursor, 0, sizeof *cursor);
  cursor->napi = napi;
  cursor->source = source;
  cursor->count = 1;
  cursor->left = left;
  if (napi_is_array(napi, source, &cursor->is_array) != napi_ok) return false;
  return !cursor->is_array || napi_get_array_length(napi, source, &cursor->count) == napi_ok;
}

/*
 * The next Buffers, CNET_IOV at most, and NULL for what cannot be had. An array may have elements that run code when
 * they are read, so no pointer is asked for before all are here.
 */
static uint32_t fetch(const cnet_cursor_t *cursor, napi_value out[CNET_IOV]) {
  uint32_t left = cursor->count - cursor->index;
  uint32_t n = left < CNET_IOV ? left : CNET_IOV;

  if (!cursor->is_array) {
    out[0] = cursor->source;
    return 1;
  }
  for (uint32_t i = 0; i < n; i++)
    if (napi_get_element(cursor->napi, cursor->source, cursor->index + i, &out[i]) != napi_ok) out[i] = NULL;
  return n;
}

typedef struct cnet_span {
  char *base;
  size_t length;
} cnet_span_t;

/* The bytes of a Buffer; none when it was detached, as there are no empty ones. */
static cnet_span_t span_of(const cnet_cursor_t *cursor, napi_value buffer) {
  void *data = NULL;
  size_t length = 0;

  if (buffer == NULL || !cnet_bytes(cursor->napi, buffer, &data, &length) || data == NULL)
    return (cnet_span_t){NULL, 0};
  return (cnet_span_t){data, length};
}

/*
 * The bytes of `count` Buffers from the cursor on. One of 2 GiB or more is cut, and the last. So is what comes before
 * one that is gone: no byte is skipped.
 */
static unsigned spans(const cnet_cursor_t *cursor, const napi_value *buffers, uint32_t count, uv_buf_t *out) {
  size_t skip = cursor->offset, left = cursor->left;
  unsigned n = 0;

  for (uint32_t i = 0; i < count && left > 0; i++) {
    cnet_span_t span = span_of(cursor, buffers[i]);
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

unsigned cnet_cursor_gather(const cnet_cursor_t *cursor, uv_buf_t out[CNET_IOV]) {
  napi_value buffers[CNET_IOV];

  if (cursor->index >= cursor->count || cursor->left == 0) return 0;
  return spans(cursor, buffers, fetch(cursor, buffers), out);
}

static napi_value buffer_at(const cnet_cursor_t *cursor, uint32_t index) {
  napi_value buffer = cursor->source;

  if (cursor->is_array && napi_get_element(cursor->napi, cursor->source, index, &buffer) != napi_ok) return NULL;
  return buffer;
}

bool cnet_cursor_measure(cnet_cursor_t *cursor) {
  cursor->left = 0;
  for (uint32_t i = 0; i < cursor->count; i++) {
    napi_value buffer = buffer_at(cursor, i);
    void *data;
    size_t length;
    if (buffer == NULL || !cnet_bytes(cursor->napi, buffer, &data, &length)) return false;
    cursor->left = length > SIZE_MAX - cursor->left ? SIZE_MAX : cursor->left + length;
  }
  return true;
}

void cnet_cursor_advance(cnet_cursor_t *cursor, size_t bytes) {
  cursor->left -= bytes < cursor->left ? bytes : cursor->left;
  while (cursor->index < cursor->count) {
    size_t rest = span_of(cursor, buffer_at(cursor, cursor->index)).length;
    rest = rest > cursor->offset ? rest - cursor->offset : 0;
    if (bytes < rest || rest == 0) {
      cursor->offset += bytes;
      return;
    }
    bytes -= rest;
    cursor->index++;
    cursor->offset = 0;
  }
}

ssize_t cnet_cursor_offer(cnet_cursor_t *cursor, const cnet_stream_t *stream) {
  uv_buf_t bufs[CNET_IOV];
  ssize_t total = 0;

  for (;;) {
    unsigned n = cnet_cursor_gather(cursor, bufs);
    size_t wanted = 0;
    if (n == 0) return total;
    for (unsigned i = 0; i < n; i++) wanted += bufs[i].len;
    int sent = uv_try_write(stream->uv, bufs, n);
    if (sent == UV_EAGAIN || sent == UV_ENOSYS) return total;
    if (sent < 0) return sent;
    cnet_cursor_advance(cursor, (size_t)sent);
    cnet_count_sent(stream, (size_t)sent);
    total += sent;
    if ((size_t)sent < wanted) return total; /* the kernel is full: do not ask again at once */
  }
}
