/*
 * write.c: try first, and let only the rest wait.
 *
 * A write is offered to the kernel at once, straight from JavaScript's memory. What it does not take stays in the
 * Buffers, which the write holds by reference, but for one parked piece of at most CNET_PARK bytes that is copied and
 * handed to uv_write(): when that is through there is room again, and the rest is offered anew. So no pointer
 * into JavaScript's memory outlives a call, whatever happens to the Buffer meanwhile.
 *
 * Writes come one at a time: stream.Writable waits for the answer before it gives the next.
 *
 * Nothing here runs code of the user's but what reads an array (writev(), writeSmall()), which has the stream busy
 * meanwhile, and writeWaits(), by which JavaScript asks for the async context of a write once it has told the stream of
 * the write: hooks of async_hooks, which may write themselves, then come behind it.
 */
#include <stdlib.h>
#include <string.h>

#include "cursor.h"
#include "exports.h"
#include "napi_util.h"
#include "poison.h"
#include "text.h"

#define CNET_PARK (64 * 1024)              /* a waiting socket costs no more; large enough that its copy is noise */
#define CNET_TEXT (16 * 1024)              /* longest text, in UTF-16 units, that is put together here on the stack */
#define CNET_TEXT_SIZE (CNET_TEXT * 3 + 2) /* its bytes at most, in UTF-8, and a final zero of any encoding */

struct cnet_write {
  uv_write_t req;
  cnet_stream_t *stream;
  napi_async_context context; /* of the write() that asked for it; NULL until writeWaits(): that of the stream */
  napi_ref source;            /* a Buffer or an array of them; NULL: all that is left is parked */
  uint32_t index;             /* the Buffer that is next, */
  size_t offset;              /* and the byte in it */
  size_t left;                /* bytes the kernel has not taken */
  char *parked;
  size_t parking; /* bytes of `parked` that are with libuv */
  size_t size;    /* bytes of this and of `parked` */
};

size_t cnet_write_queue_size(const cnet_stream_t *stream) { return stream->write == NULL ? 0 : stream->write->left; }

static void write_free(cnet_write_t *write) {
  cnet_env_t *env = write->stream->env;

  env->counts[CNET_COUNT_MEMORY_WRITES] -= write->size;
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
  ssize_t sent = cnet_cursor_offer(&cursor, write->stream);
  if (sent < 0) return (int)sent;
  write->left = cursor.left;
  if (write->left == 0) return 0;
  int err = park_next(write, &cursor);
  return err ? err : 1;
}

static void finish(cnet_write_t *write, int status) {
  cnet_stream_t *stream = write->stream;
  napi_async_context context = write->context != NULL ? write->context : stream->context;
  stream->write = NULL;
  cnet_emit_ints(stream->env, context, CNET_ON_WRITE, 2, (int32_t[]){stream->id, status});
  write_free(write);
}

static void on_written(uv_write_t *req, int status) {
  cnet_write_t *write = (cnet_write_t *)req;
  cnet_stream_t *stream = write->stream;
  napi_handle_scope scope;
  if (status == 0) {
    write->left -= write->parking;
    cnet_count_sent(stream, write->parking);
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
  cnet_write_t *write = calloc(1, sizeof *write);

  if (write == NULL) return NULL;
  write->stream = stream;
  write->left = left;
  write->size = sizeof *write + (left < CNET_PARK ? left : CNET_PARK);
  stream->env->counts[CNET_COUNT_MEMORY_WRITES] += write->size;
  return write;
}

/* The end of a try: 1 and the write is the stream's, or it is freed and the code given back. */
static int waits(cnet_write_t *write, int err) {
  if (err)
    write_free(write);
  else
    write->stream->write = write;
  return err ? err : 1;
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
  if ((*stream)->write != NULL || (*stream)->send != NULL || ((*stream)->flags & CNET_BUSY)) return UV_EBUSY;
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
  if (sent > 0) cnet_count_sent(stream, (size_t)sent);
  return sent == UV_EAGAIN || sent == UV_ENOSYS ? 0 : sent;
}

/* write(id, Buffer): 0: all has gone; 1: it waits, CNET_ON_WRITE ends it. It runs no code of the user's. */
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

/*
 * writeInline(id, how many bytes of the memory of the events, CNET_INLINE at most): as write(). JavaScript has put them
 * there: to be shown a small Buffer's memory costs more than that.
 */
napi_value cnet_js_write_inline(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  size_t total = cnet_arg_size(&call, 1, CNET_INLINE);
  cnet_stream_t *stream;

  int err = call.env->event == NULL ? UV_EINVAL : writable(&call, &stream);
  if (err) return cnet_int(napi, err);
  char *bytes = (char *)(call.env->event + CNET_EVENT_WRITE);
  int sent = try_once(stream, bytes, total);
  int result = sent < 0 || (size_t)sent == total ? 0 : park_rest(stream, bytes + sent, total - (size_t)sent);
  cnet_poison(bytes, CNET_INLINE);
  return cnet_int(napi, sent < 0 ? sent : result);
}

/* Writes what an array holds, whose elements may run any code: the stream is busy, and may be closed meanwhile. */
static int write_array(cnet_stream_t *stream, napi_env napi, napi_value array) {
  cnet_cursor_t cursor;

  if (!cnet_cursor_init(&cursor, napi, array, 0) || !cnet_cursor_measure(&cursor)) return UV_EINVAL;
  ssize_t sent = cnet_cursor_offer(&cursor, stream);
  if (sent < 0 || cursor.left == 0) return sent < 0 ? (int)sent : 0;
  return keep_rest(stream, &cursor);
}

/* writev(id, array of Buffers): as write() */
napi_value cnet_js_writev(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream;

  int err = writable(&call, &stream);
  if (err) return cnet_int(napi, err);
  stream->flags |= CNET_BUSY;
  err = write_array(stream, napi, call.argv[1]);
  stream->flags &= ~(uint32_t)CNET_BUSY;
  return cnet_int(napi, err);
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
  ssize_t total = cnet_text_encode(napi, call.argv[1], cnet_arg_int(&call, 2, CNET_UTF8), (char *)text, sizeof text);
  return cnet_int(napi, total < 0 ? (int)total : send_text(stream, (char *)text, (size_t)total));
}

/*
 * writeSmall(id, array of Buffers and strings, CNET_TEXT units of them at most): as writeString(). They are put
 * together first: for short pieces that costs less than what the kernel does for each piece.
 */
napi_value cnet_js_write_small(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  char text[CNET_TEXT_SIZE];
  cnet_stream_t *stream;

  int err = writable(&call, &stream);
  if (err) return cnet_int(napi, err);
  stream->flags |= CNET_BUSY; /* it may be closed meanwhile: then it takes no bytes any more */
  ssize_t total = cnet_text_join(napi, call.argv[1], text, sizeof text);
  int result = total < 0 ? (int)total : send_text(stream, text, (size_t)total);
  stream->flags &= ~(uint32_t)CNET_BUSY;
  return cnet_int(napi, result);
}

/*
 * writeWaits(id): the write that waits is told of in the async context of the caller, whose hooks may do anything with
 * the stream: so it is the last thing that a write does.
 */
napi_value cnet_js_write_waits(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  if (stream->write == NULL || stream->write->context != NULL) return cnet_int(napi, UV_EINVAL);
  cnet_mark_t mark = cnet_mark(stream);
  napi_async_context context = cnet_context_new(call.env, "WRITEWRAP");
  stream = cnet_marked(call.env, mark);
  bool is_wanted = stream != NULL && stream->write != NULL && stream->write->context == NULL;
  if (is_wanted)
    stream->write->context = context;
  else if (context != NULL)
    napi_async_destroy(napi, context);
  return cnet_int(napi, is_wanted ? 0 : UV_ECANCELED);
}
