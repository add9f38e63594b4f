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

#include "cursor.h"
#include "exports.h"
#include "napi_util.h"

#define CNET_PARK (64 * 1024)              /* a waiting socket costs no more; large enough that its copy is noise */
#define CNET_TEXT (16 * 1024)              /* longest text, in UTF-16 units, that is put together here on the stack */
#define CNET_TEXT_SIZE (CNET_TEXT * 3 + 2) /* its bytes at most, in UTF-8, and a final zero of any encoding */

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

  if (cnet_cursor_gather(cursor, bufs) == 0) return UV_ECANCELED; /* the Buffer was detached: its bytes are gone */
  size_t length = bufs[0].len < CNET_PARK ? bufs[0].len : CNET_PARK;
  int err = park(write, bufs[0].base, length);
  if (err) return err;
  cnet_cursor_advance(cursor, length);
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
  if (!cnet_cursor_init(&cursor, napi, source, write->left)) return UV_ECANCELED;
  cursor.index = write->index;
  cursor.offset = write->offset;
  ssize_t sent = cnet_cursor_offer(&cursor, write->stream->uv);
  if (sent < 0) return (int)sent;
  write->left = cursor.left;
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

/* What the kernel did not take of bytes that are ours alone: parked, all of them. */
static int park_rest(cnet_stream_t *stream, const char *bytes, size_t length) {
  cnet_write_t *write = write_new(stream, length);
  if (write == NULL) return UV_ENOMEM;
  return waits(write, park(write, bytes, length));
}

/* What the kernel did not take of the user's Buffers, from the cursor on. */
static int keep_rest(cnet_stream_t *stream, cnet_cursor_t *cursor) {
  cnet_write_t *write = write_new(stream, cursor->left);
  if (write == NULL) return UV_ENOMEM;
  int err = napi_create_reference(cursor->napi, cursor->source, 1, &write->source) == napi_ok ? 0 : UV_ENOMEM;
  if (!err) err = park_next(write, cursor);
  return waits(write, err);
}

/* The stream that is to be written to, in *stream, or why it cannot be. */
static int writable(const cnet_call_t *call, cnet_stream_t **stream) {
  *stream = cnet_arg_stream(call);
  if (*stream == NULL) return UV_EBADF;
  if ((*stream)->write != NULL) return UV_EBUSY;
  if ((*stream)->attempt != NULL || ((*stream)->flags & CNET_LISTENER)) return UV_ENOTCONN;
  (*stream)->flags |= CNET_USED;
  cnet_idle_touch(*stream);
  return 0;
}

/*
 * Bytes the kernel takes of one piece at once: all, some or none; or a negative code. It is asked for no bytes too, as
 * in Node: it then tells of a connection that has ended.
 */
static int try_once(cnet_stream_t *stream, char *bytes, size_t length) {
  uv_buf_t buf = uv_buf_init(bytes, (unsigned)(length < INT32_MAX ? length : INT32_MAX));
  int sent = uv_try_write(stream->uv, &buf, 1);
  return sent == UV_EAGAIN || sent == UV_ENOSYS ? 0 : sent;
}

/* write(id, Buffer): 0: all has gone; 1: it waits, CNET_ON_WRITE ends it */
napi_value cnet_js_write(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream;
  cnet_cursor_t cursor;
  void *data = NULL;
  size_t total = 0;

  int err = writable(&call, &stream);
  if (err) return cnet_int(napi, err);
  if (!cnet_bytes(napi, call.argv[1], &data, &total)) return cnet_int(napi, UV_EINVAL);
  int sent = try_once(stream, data, total);
  if (sent < 0 || (size_t)sent == total) return cnet_int(napi, sent < 0 ? sent : 0);
  if (!cnet_cursor_init(&cursor, napi, call.argv[1], total)) return cnet_int(napi, UV_EINVAL);
  cnet_cursor_advance(&cursor, (size_t)sent);
  return cnet_int(napi, keep_rest(stream, &cursor));
}

/* writev(id, array of Buffers): as write() */
napi_value cnet_js_writev(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream;
  cnet_cursor_t cursor;

  int err = writable(&call, &stream);
  if (err) return cnet_int(napi, err);
  if (!cnet_cursor_init(&cursor, napi, call.argv[1], 0) || !cnet_cursor_measure(&cursor))
    return cnet_int(napi, UV_EINVAL);
  ssize_t sent = cnet_cursor_offer(&cursor, stream->uv);
  if (sent < 0 || cursor.left == 0) return cnet_int(napi, sent < 0 ? (int32_t)sent : 0);
  return cnet_int(napi, keep_rest(stream, &cursor));
}

/* The bytes of a string in an encoding (0 latin1, 1 UTF-8, 2 UTF-16LE); negative: it is no string. */
static ssize_t encode(napi_env napi, napi_value string, int32_t encoding, char *out, size_t size) {
  size_t length = 0;
  napi_status status;

  switch (encoding) {
  case 0:
    status = napi_get_value_string_latin1(napi, string, out, size, &length);
    break;
  case 2:
    status = napi_get_value_string_utf16(napi, string, (char16_t *)(void *)out, size / 2, &length);
    length *= 2;
    break;
  default:
    status = napi_get_value_string_utf8(napi, string, out, size, &length);
  }
  return status == napi_ok ? (ssize_t)length : UV_EINVAL;
}

/* Sends bytes that are ours alone, CNET_TEXT_SIZE at most. Twice their number, 1 more when they wait; or a code. */
static int send_text(cnet_stream_t *stream, char *bytes, size_t total) {
  int sent = try_once(stream, bytes, total);
  if (sent < 0) return sent;
  int result = (size_t)sent == total ? 0 : park_rest(stream, bytes + sent, total - (size_t)sent);
  return result < 0 ? result : (int)total * 2 + result;
}

/* writeString(id, string of at most CNET_TEXT units, encoding): as write(), and twice its bytes are added to what it
 * gives */
napi_value cnet_js_write_string(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  char16_t text[CNET_TEXT_SIZE / 2];
  cnet_stream_t *stream;

  int err = writable(&call, &stream);
  if (err) return cnet_int(napi, err);
  ssize_t total = encode(napi, call.argv[1], cnet_arg_int(&call, 2, 1), (char *)text, sizeof text);
  return cnet_int(napi, total < 0 ? (int)total : send_text(stream, (char *)text, (size_t)total));
}

/* The bytes of a Buffer or, in UTF-8, of a string, behind those that are in `out` already. */
static ssize_t append(napi_env napi, napi_value value, char *out, size_t size) {
  void *data = NULL;
  size_t length = 0;

  if (!cnet_bytes(napi, value, &data, &length)) return encode(napi, value, 1, out, size);
  if (length > size) return UV_EINVAL;
  if (length > 0) memcpy(out, data, length);
  return (ssize_t)length;
}

/*
 * writeSmall(id, array of Buffers and strings, CNET_TEXT units of them at most): as writeString(). They are put
 * together first: for short pieces that costs less than what the kernel does for each piece.
 */
napi_value cnet_js_write_small(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  char text[CNET_TEXT_SIZE];
  cnet_stream_t *stream;
  uint32_t count = 0;
  size_t total = 0;

  int err = writable(&call, &stream);
  if (!err && napi_get_array_length(napi, call.argv[1], &count) != napi_ok) err = UV_EINVAL;
  for (uint32_t i = 0; i < count && !err; i++) {
    napi_value value;
    ssize_t length = UV_EINVAL;
    if (napi_get_element(napi, call.argv[1], i, &value) == napi_ok)
      length = append(napi, value, text + total, sizeof text - total);
    if (length < 0)
      err = (int)length;
    else
      total += (size_t)length;
  }
  return cnet_int(napi, err ? err : send_text(stream, text, total));
}
