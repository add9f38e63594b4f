/*
 * write.c: try first, and let only the rest wait.
 *
 * A write is offered to the kernel at once, straight from JavaScript's memory. What it does not take stays in the
 * Buffers, which the write holds by reference, but for one parked piece of at most CNET_PARK bytes that is copied and
 * handed to uv_write(): when that is through there is room again, and the rest is offered anew. So no pointer
 * into JavaScript's memory outlives a call, whatever happens to the Buffer meanwhile.
 *
 * Writes come one at a time: stream.Writable waits for the answer before it gives the next.
 */
#include <stdlib.h>
#include <string.h>

#include "exports.h"
#include "napi_util.h"

#define CNET_PARK (64 * 1024) /* a waiting socket costs no more; large enough that its copy is noise */
#define CNET_IOV 64           /* pieces per call of the kernel; the next ones go in the next call */
#define CNET_TEXT (16 * 1024) /* longest string, in UTF-16 units, that is encoded here on the stack */

struct cnet_write {
  uv_write_t req;
  cnet_stream_t *stream;
  napi_async_context context; /* of the write() that asked for it */
  napi_ref source;            /* a Buffer or an array of them; NULL: all that is left is parked */
  uint32_t index;             /* the Buffer that is next, */
  size_t offset;              /* and the byte in it */
  size_t left;                /* bytes the kernel has not taken */
  char *parked;
  size_t parking; /* bytes of `parked` that are with libuv */
};

/* A position in the Buffers of a write. */
typedef struct cnet_cursor {
  napi_env napi;
  napi_value source;
  bool is_array;
  uint32_t index, count;
  size_t offset;
} cnet_cursor_t;

static bool cursor_init(cnet_cursor_t *cursor, napi_env napi, napi_value source) {
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

/* The bytes of Buffer `index`; none when it was detached. */
static cnet_span_t piece(const cnet_cursor_t *cursor, uint32_t index) {
  const cnet_span_t none = {NULL, 0};
  napi_value buffer = cursor->source;
  void *data = NULL;
  size_t length = 0;

  if (cursor->is_array && napi_get_element(cursor->napi, cursor->source, index, &buffer) != napi_ok) return none;
  if (napi_get_buffer_info(cursor->napi, buffer, &data, &length) != napi_ok || data == NULL) return none;
  return (cnet_span_t){data, length};
}

/* Up to CNET_IOV pieces from the cursor on; their number. One of 2 GiB or more is cut, and the last. */
static unsigned gather(const cnet_cursor_t *cursor, uv_buf_t *out) {
  unsigned n = 0;
  size_t skip = cursor->offset;

  for (uint32_t i = cursor->index; i < cursor->count && n < CNET_IOV; i++) {
    cnet_span_t span = piece(cursor, i);
    size_t length = span.length > skip ? span.length - skip : 0;
    if (length > INT32_MAX) {
      out[n++] = uv_buf_init(span.base + skip, INT32_MAX);
      break;
    }
    if (length > 0) out[n++] = uv_buf_init(span.base + skip, (unsigned)length);
    skip = 0;
  }
  return n;
}

static void advance(cnet_cursor_t *cursor, size_t bytes) {
  while (cursor->index < cursor->count) {
    size_t rest = piece(cursor, cursor->index).length;
    rest = rest > cursor->offset ? rest - cursor->offset : 0;
    if (bytes < rest) {
      cursor->offset += bytes;
      return;
    }
    bytes -= rest;
    cursor->index++;
    cursor->offset = 0;
  }
}

/* Offers all from the cursor on. Bytes taken, which may be all, some or none; or a negative code. */
static ssize_t offer(uv_stream_t *uv, cnet_cursor_t *cursor) {
  uv_buf_t bufs[CNET_IOV];
  ssize_t total = 0;

  for (;;) {
    unsigned n = gather(cursor, bufs);
    size_t wanted = 0;
    if (n == 0) return total;
    for (unsigned i = 0; i < n; i++) wanted += bufs[i].len;
    int sent = uv_try_write(uv, bufs, n);
    if (sent == UV_EAGAIN || sent == UV_ENOSYS) return total;
    if (sent < 0) return sent;
    advance(cursor, (size_t)sent);
    total += sent;
    if ((size_t)sent < wanted) return total; /* the kernel is full: do not ask again at once */
  }
}

size_t cnet_write_queue_size(const cnet_stream_t *stream) { return stream->write == NULL ? 0 : stream->write->left; }

static void write_free(cnet_write_t *write) {
  cnet_env_t *env = write->stream->env;

  if (write->source != NULL) napi_delete_reference(env->napi, write->source);
  if (write->context != NULL) napi_async_destroy(env->napi, write->context);
  free(write->parked);
  free(write);
}

static void on_written(uv_write_t *req, int status);

/* Hands a copied piece to libuv, to be told when there is room. */
static int park(cnet_write_t *write, const char *bytes, size_t length) {
  if (write->parked == NULL) write->parked = malloc(write->left < CNET_PARK ? write->left : CNET_PARK);
  if (write->parked == NULL) return UV_ENOMEM;
  memcpy(write->parked, bytes, length);
  write->parking = length;
  uv_buf_t buf = uv_buf_init(write->parked, (unsigned)length);
  return uv_write(&write->req, write->stream->uv, &buf, 1, on_written);
}

/* Parks what is next at the cursor, and notes where to go on. */
static int park_next(cnet_write_t *write, cnet_cursor_t *cursor) {
  uv_buf_t bufs[CNET_IOV];

  if (gather(cursor, bufs) == 0) return UV_ECANCELED; /* the Buffer was detached: its bytes are gone */
  size_t length = bufs[0].len < CNET_PARK ? bufs[0].len : CNET_PARK;
  int err = park(write, bufs[0].base, length);
  if (err) return err;
  advance(cursor, length);
  write->index = cursor->index;
  write->offset = cursor->offset;
  return 0;
}

/* There is room: offers the rest. 1: it waits again; 0: all has gone; or a negative code. */
static int resume(cnet_write_t *write) {
  napi_env napi = write->stream->env->napi;
  cnet_cursor_t cursor;
  napi_value source;

  if (write->left == 0) return 0;
  if (napi_get_reference_value(napi, write->source, &source) != napi_ok || source == NULL) return UV_ECANCELED;
  if (!cursor_init(&cursor, napi, source)) return UV_ECANCELED;
  cursor.index = write->index;
  cursor.offset = write->offset;
  ssize_t sent = offer(write->stream->uv, &cursor);
  if (sent < 0) return (int)sent;
  write->left -= (size_t)sent;
  if (write->left == 0) return 0;
  int err = park_next(write, &cursor);
  return err ? err : 1;
}

static void finish(cnet_write_t *write, int status) {
  cnet_stream_t *stream = write->stream;

  stream->write = NULL;
  cnet_emit_ints(stream->env, write->context, CNET_ON_WRITE, 2, (int32_t[]){stream->id, status});
  write_free(write);
}

static void on_written(uv_write_t *req, int status) {
  cnet_write_t *write = (cnet_write_t *)req;
  cnet_stream_t *stream = write->stream;
  napi_handle_scope scope;

  if (status == 0) {
    write->left -= write->parking;
    cnet_idle_touch(stream);
    if (stream->env->closing || napi_open_handle_scope(stream->env->napi, &scope) != napi_ok) {
      status = UV_ECANCELED;
    } else {
      status = resume(write);
      napi_close_handle_scope(stream->env->napi, scope);
    }
  }
  if (status <= 0) finish(write, status);
}

/* A write that has to wait, with `left` bytes to go; NULL: no memory. */
static cnet_write_t *write_new(cnet_stream_t *stream, size_t left) {
  napi_env napi = stream->env->napi;
  cnet_write_t *write = calloc(1, sizeof *write);

  if (write == NULL) return NULL;
  write->stream = stream;
  write->left = left;
  napi_value name = cnet_string(napi, "WRITEWRAP", NAPI_AUTO_LENGTH);
  if (napi_async_init(napi, NULL, name, &write->context) == napi_ok) return write;
  free(write);
  return NULL;
}

/* The end of a try: 1 and the write is the stream's, or it is freed and the code given back. */
static int waits(cnet_write_t *write, int err) {
  if (err) {
    write_free(write);
    return err;
  }
  write->stream->write = write;
  return 1;
}

/* write(id, Buffer or array of Buffers, bytes in all): 0: all has gone; 1: it waits, CNET_ON_WRITE ends it */
napi_value cnet_js_write(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  size_t total = (size_t)cnet_arg_double(&call, 2);
  cnet_cursor_t cursor;

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  if (stream->write != NULL) return cnet_int(napi, UV_EBUSY);
  if (!cursor_init(&cursor, napi, call.argv[1])) return cnet_int(napi, UV_EINVAL);
  cnet_idle_touch(stream);
  ssize_t sent = offer(stream->uv, &cursor);
  if (sent < 0 || (size_t)sent >= total) return cnet_int(napi, sent < 0 ? (int32_t)sent : 0);

  cnet_write_t *write = write_new(stream, total - (size_t)sent);
  if (write == NULL) return cnet_int(napi, UV_ENOMEM);
  int err = napi_create_reference(napi, call.argv[1], 1, &write->source) == napi_ok ? 0 : UV_ENOMEM;
  if (!err) err = park_next(write, &cursor);
  return cnet_int(napi, waits(write, err));
}

/* The bytes of string argument 1 in the encoding of argument 2 (0 latin1, 1 UTF-8, 2 UTF-16LE); negative: cannot. */
static ssize_t encode(const cnet_call_t *call, char *out, size_t size) {
  size_t length = 0;
  napi_status status;

  switch (cnet_arg_int(call, 2, 1)) {
  case 0:
    status = napi_get_value_string_latin1(call->napi, call->argv[1], out, size, &length);
    break;
  case 2:
    status = napi_get_value_string_utf16(call->napi, call->argv[1], (char16_t *)(void *)out, size / 2, &length);
    length *= 2;
    break;
  default:
    status = napi_get_value_string_utf8(call->napi, call->argv[1], out, size, &length);
  }
  return status == napi_ok ? (ssize_t)length : UV_EINVAL;
}

/* writeString(id, string of at most CNET_TEXT units, encoding): as write(); its bytes are in result[0] */
napi_value cnet_js_write_string(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  char16_t text[CNET_TEXT * 3 / 2 + 1];

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  if (stream->write != NULL) return cnet_int(napi, UV_EBUSY);
  ssize_t total = encode(&call, (char *)text, sizeof text);
  if (total < 0) return cnet_int(napi, (int32_t)total);
  call.env->result[0] = (double)total;
  cnet_idle_touch(stream);
  uv_buf_t buf = uv_buf_init((char *)text, (unsigned)total);
  int sent = total == 0 ? 0 : uv_try_write(stream->uv, &buf, 1);
  if (sent == UV_EAGAIN || sent == UV_ENOSYS) sent = 0;
  if (sent < 0 || sent == total) return cnet_int(napi, sent < 0 ? sent : 0);

  cnet_write_t *write = write_new(stream, (size_t)(total - sent));
  if (write == NULL) return cnet_int(napi, UV_ENOMEM);
  return cnet_int(napi, waits(write, park(write, buf.base + sent, (size_t)(total - sent))));
}
