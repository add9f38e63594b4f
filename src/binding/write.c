/*
 * write.c: writing, as JavaScript asks for it.
 *
 * Nothing here runs code of the user's but what reads an array (writev(), writeSmall()), which has the stream busy
 * meanwhile, and writeWaits(), by which JavaScript asks for the async context of a write once it has told its stream of
 * the write: hooks of async_hooks, which may write themselves, then come behind it.
 */
#include "write.h"

#include "arguments.h"
#include "buffers.h"
#include "constants.h"
#include "context.h"
#include "exports.h"
#include "poison.h"
#include "text.h"

/* Bytes of a text of CNET_TEXT units at most, in UTF-8, and a final zero of any encoding: it is put together on the
 * stack. */
#define CNET_TEXT_SIZE (CNET_TEXT * 3 + 2)

/*
 * The same of a short text. A frame as large as that of a long one costs a short text more than its bytes do: the
 * compiler has each page of it touched, and what is called from there has memory that no cache has.
 */
#define CNET_SHORT_TEXT_SIZE (CNET_SHORT_TEXT * 3 + 2)

static int is_writable(cnet_stream_t *stream) { return stream == NULL ? UV_EBADF : cnet_writable(stream); }

/* The stream that is to be written to, in *stream, or why it cannot be. */
static int writable(const cnet_call_t *call, cnet_stream_t **stream) {
  *stream = cnet_arg_stream(call);
  return is_writable(*stream);
}

/* Sends bytes that are ours alone, 64 KiB at most: as cnet_write(). */
static int send_bytes(cnet_stream_t *stream, char *bytes, size_t total) {
  ssize_t sent = cnet_try_write(stream, bytes, total);
  if (sent < 0) return (int)sent;
  return (size_t)sent == total ? 0 : cnet_write_rest(stream, bytes + sent, total - (size_t)sent);
}

/* write(id, Buffer): 0: all has gone; CNET_WRITE_WAITS: CNET_ON_WRITE ends it. It runs no code of the user's. */
napi_value cnet_js_write(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_few(napi, info, 2);
  cnet_stream_t *stream;
  cnet_buffers_t buffers;
  void *data = NULL;
  size_t total = 0;

  int err = writable(&call, &stream);
  if (err) return cnet_int(napi, err);
  if (!cnet_bytes(napi, call.argv[1], &data, &total)) return cnet_int(napi, UV_EINVAL);
  ssize_t sent = cnet_try_write(stream, data, total);
  if (sent < 0 || (size_t)sent == total) return cnet_int(napi, sent < 0 ? (int32_t)sent : 0);
  if (!cnet_buffers_init(&buffers, napi, call.argv[1], total)) return cnet_int(napi, UV_EINVAL);
  buffers.source.ops->advance(&buffers.source, (size_t)sent);
  return cnet_int(napi, cnet_write(stream, &buffers.source, false));
}

static int write_inline(const cnet_environment_t *env, int32_t id, int32_t total) {
  cnet_stream_t *stream = cnet_stream_by(env, id);
  char *bytes = (char *)(env->event + CNET_EVENT_WRITE);

  int err = is_writable(stream);
  if (err) return err;
  if (total < 0 || total > CNET_OUTGOING) return UV_EINVAL;
  int result = send_bytes(stream, bytes, (size_t)total);
  cnet_poison(bytes, CNET_OUTGOING);
  return result;
}

/*
 * writeInline(): as write(), of bytes in the memory of the events. JavaScript has put them there: to be shown a small
 * Buffer's memory costs more than that. There too: the number of the stream, how many bytes, CNET_OUTGOING at most; and
 * the result.
 */
napi_value cnet_js_write_inline(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_few(napi, info, 0);
  int32_t *event = call.env->event;

  if (event == NULL) return NULL;
  event[CNET_EVENT_RESULT] = write_inline(call.env, event[CNET_EVENT_CALL], event[CNET_EVENT_CALL + 1]);
  return NULL;
}

/* Writes what an array holds, whose elements may run any code: the stream is busy, and may be closed meanwhile. */
static int write_array(cnet_stream_t *stream, napi_env napi, napi_value array) {
  cnet_buffers_t buffers;

  if (!cnet_buffers_init(&buffers, napi, array, 0) || !cnet_buffers_measure(&buffers)) return UV_EINVAL;
  return cnet_write(stream, &buffers.source, true);
}

/* writev(id, array of Buffers): as write() */
napi_value cnet_js_writev(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream;

  int err = writable(&call, &stream);
  if (err) return cnet_int(napi, err);
  cnet_set_busy(stream, true);
  err = write_array(stream, napi, call.argv[1]);
  cnet_set_busy(stream, false);
  return cnet_int(napi, err);
}

/* Sends the bytes of a text, and tells in `event` how many these are. */
static int send_text(const cnet_environment_t *env, cnet_stream_t *stream, char *bytes, size_t total) {
  env->event[CNET_EVENT_WRITTEN] = (int32_t)total;
  return send_bytes(stream, bytes, total);
}

static int send_string(const cnet_call_t *call, cnet_stream_t *stream, int32_t encoding, char16_t *text, size_t size) {
  ssize_t total = cnet_text_encode(call->napi, call->argv[0], encoding, (char *)text, size);
  return total < 0 ? (int)total : send_text(call->env, stream, (char *)text, (size_t)total);
}

static int send_short(const cnet_call_t *call, cnet_stream_t *stream, int32_t encoding) {
  char16_t text[CNET_SHORT_TEXT_SIZE / 2];
  return send_string(call, stream, encoding, text, sizeof text);
}

static int send_long(const cnet_call_t *call, cnet_stream_t *stream, int32_t encoding) {
  char16_t text[CNET_TEXT_SIZE / 2];
  return send_string(call, stream, encoding, text, sizeof text);
}

/* By a table, so that no compiler gives both the frame of the long one. */
static int (*const SENDERS[])(const cnet_call_t *, cnet_stream_t *, int32_t) = {send_short, send_long};

static int write_string(const cnet_call_t *call, const int32_t *given) {
  cnet_stream_t *stream = cnet_stream_by(call->env, given[0]);

  int err = is_writable(stream);
  if (err) return err;
  return SENDERS[given[2] >= 0 && given[2] <= CNET_SHORT_TEXT ? 0 : 1](call, stream, given[1]);
}

/*
 * writeString(string of at most CNET_TEXT units): as write(). In the memory of the events: the number of the stream, a
 * cnet_encoding_t, how many units; and the result. Where that is no code event[CNET_EVENT_WRITTEN] is how many bytes
 * these are.
 */
napi_value cnet_js_write_string(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_few(napi, info, 1);
  int32_t *event = call.env->event;

  if (event == NULL) return NULL;
  event[CNET_EVENT_RESULT] = write_string(&call, event + CNET_EVENT_CALL);
  return NULL;
}

#define CNET_BOTH ((size_t)1 << 30) /* bytes of a Buffer that writeBoth() takes, at most */

/*
 * writeBoth(id, string of at most CNET_SHORT_TEXT units, cnet_encoding_t, Buffer): one behind the other, as the head
 * and the body of an answer of http, by one call of the kernel. 0: all has gone; CNET_WRITE_WAITS: the first
 * event[CNET_EVENT_WRITTEN] bytes have, and the caller writes the rest. Or a code: UV_ENOBUFS, it is longer than this
 * takes. It runs no code of the user's.
 */
napi_value cnet_js_write_both(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_few(napi, info, 4);
  char16_t text[CNET_SHORT_TEXT_SIZE / 2];
  cnet_stream_t *stream;
  void *data = NULL;
  size_t size = 0;

  int err = call.env->event == NULL ? UV_EINVAL : writable(&call, &stream);
  if (err) return cnet_int(napi, err);
  ssize_t length = cnet_text_encode(napi, call.argv[1], cnet_arg_int(&call, 2, CNET_UTF8), (char *)text, sizeof text);
  if (length < 0) return cnet_int(napi, (int32_t)length);
  if (!cnet_bytes(napi, call.argv[3], &data, &size)) return cnet_int(napi, UV_EINVAL);
  if (size > CNET_BOTH) return cnet_int(napi, UV_ENOBUFS);
  uv_buf_t head = uv_buf_init((char *)text, (unsigned)length), body = uv_buf_init(data, (unsigned)size);
  ssize_t sent = cnet_try_write_both(stream, head, body);
  if (sent < 0) return cnet_int(napi, (int32_t)sent);
  call.env->event[CNET_EVENT_WRITTEN] = (int32_t)sent;
  return cnet_int(napi, (size_t)sent < (size_t)length + size ? CNET_WRITE_WAITS : 0);
}

static int send_joined(const cnet_call_t *call, cnet_stream_t *stream, char *text, size_t size) {
  ssize_t total = cnet_text_join(call->napi, call->argv[1], text, size);
  return total < 0 ? (int)total : send_text(call->env, stream, text, (size_t)total);
}

static int join_short(const cnet_call_t *call, cnet_stream_t *stream) {
  char text[CNET_SHORT_TEXT_SIZE];
  return send_joined(call, stream, text, sizeof text);
}

static int join_long(const cnet_call_t *call, cnet_stream_t *stream) {
  char text[CNET_TEXT_SIZE];
  return send_joined(call, stream, text, sizeof text);
}

/* As SENDERS. */
static int (*const JOINERS[])(const cnet_call_t *, cnet_stream_t *) = {join_short, join_long};

/*
 * writeSmall(id, array of Buffers, strings and encodings, CNET_TEXT units at most, how many): as writeString(); see
 * cnet_text_join(). They are put together first: for short pieces that costs less than what the kernel does for each.
 */
napi_value cnet_js_write_small(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_few(napi, info, 3);
  bool is_short = cnet_arg_int(&call, 2, INT32_MAX) <= CNET_SHORT_TEXT;
  cnet_stream_t *stream;

  int err = call.env->event == NULL ? UV_EINVAL : writable(&call, &stream);
  if (err) return cnet_int(napi, err);
  cnet_set_busy(stream, true); /* it may be closed meanwhile: then it takes no bytes any more */
  int result = JOINERS[is_short ? 0 : 1](&call, stream);
  cnet_set_busy(stream, false);
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
  void **place = cnet_waiting_context(stream);
  if (place == NULL || *place != NULL) return cnet_int(napi, UV_EINVAL);
  return cnet_int(napi, cnet_enter_context(call.env, stream, "WRITEWRAP") ? 0 : UV_ECANCELED);
}
