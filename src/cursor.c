/* cursor.c: goes through the Buffers of a write, and offers them to the kernel. */
#include "cursor.h"

#include <string.h>

bool cnet_cursor_init(cnet_cursor_t *cursor, napi_env napi, napi_value source) {
  memset(cursor, 0, sizeof *cursor);
  cursor->napi = napi;
  cursor->source = source;
  cursor->count = 1;
  if (napi_is_array(napi, source, &cursor->is_array) != napi_ok) return false;
  return !cursor->is_array || napi_get_array_length(napi, source, &cursor->count) == napi_ok;
}

typedef struct cnet_span {
  char *base;
  size_t length;
} cnet_span_t;

/* The bytes of Buffer `index`; none when it was detached, as there are no empty ones. */
static cnet_span_t piece(const cnet_cursor_t *cursor, uint32_t index) {
  const cnet_span_t none = {NULL, 0};
  napi_value buffer = cursor->source;
  void *data = NULL;
  size_t length = 0;

  if (cursor->is_array && napi_get_element(cursor->napi, cursor->source, index, &buffer) != napi_ok) return none;
  if (napi_get_buffer_info(cursor->napi, buffer, &data, &length) != napi_ok || data == NULL) return none;
  return (cnet_span_t){data, length};
}

/* One of 2 GiB or more is cut, and the last. So is what comes before one that is gone: no byte is skipped. */
unsigned cnet_cursor_gather(const cnet_cursor_t *cursor, uv_buf_t out[CNET_IOV]) {
  unsigned n = 0;
  size_t skip = cursor->offset;

  for (uint32_t i = cursor->index; i < cursor->count && n < CNET_IOV; i++) {
    cnet_span_t span = piece(cursor, i);
    size_t length = span.length > skip ? span.length - skip : 0;
    if (length == 0) break;
    if (length > INT32_MAX) {
      out[n++] = uv_buf_init(span.base + skip, INT32_MAX);
      break;
    }
    out[n++] = uv_buf_init(span.base + skip, (unsigned)length);
    skip = 0;
  }
  return n;
}

void cnet_cursor_advance(cnet_cursor_t *cursor, size_t bytes) {
  while (cursor->index < cursor->count) {
    size_t rest = piece(cursor, cursor->index).length;
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

ssize_t cnet_cursor_offer(cnet_cursor_t *cursor, uv_stream_t *uv) {
  uv_buf_t bufs[CNET_IOV];
  ssize_t total = 0;

  for (;;) {
    unsigned n = cnet_cursor_gather(cursor, bufs);
    size_t wanted = 0;
    if (n == 0) return total;
    for (unsigned i = 0; i < n; i++) wanted += bufs[i].len;
    int sent = uv_try_write(uv, bufs, n);
    if (sent == UV_EAGAIN || sent == UV_ENOSYS) return total;
    if (sent < 0) return sent;
    cnet_cursor_advance(cursor, (size_t)sent);
    total += sent;
    if ((size_t)sent < wanted) return total; /* the kernel is full: do not ask again at once */
  }
}
