/* read.c: starts and stops reading, and hands over what arrived. */
#include <string.h>

#include "exports.h"
#include "napi_util.h"
#include "poison.h"

/* The user's buffer (onread), asked for anew: it may have been detached or resized since. */
static void user_memory(cnet_stream_t *stream, uv_buf_t *out) {
  napi_env napi = stream->env->napi;
  napi_handle_scope scope;
  napi_value buffer;
  void *data = NULL;
  size_t length = 0;

  *out = uv_buf_init(NULL, 0);
  if (stream->env->closing || napi_open_handle_scope(napi, &scope) != napi_ok) return;
  if (napi_get_reference_value(napi, stream->user_buffer, &buffer) == napi_ok && buffer != NULL &&
      cnet_bytes(napi, buffer, &data, &length) && data != NULL)
    *out = uv_buf_init(data, (unsigned)(length < INT32_MAX ? length : INT32_MAX));
  napi_close_handle_scope(napi, scope);
}

void cnet_read_memory(uv_handle_t *handle, size_t suggested, uv_buf_t *out) {
  cnet_stream_t *stream = handle->data;
  (void)suggested;

  if (stream->flags & CNET_USER_BUFFER)
    user_memory(stream, out);
  else
    cnet_slab_lend(stream->env, stream->flags & CNET_LARGE_READS, out);
}

/* Tells of a read: by numbers in memory that JavaScript sees too, which costs less than to make values of them. */
static void tell_read(cnet_stream_t *stream, int32_t got, size_t argc, napi_value *buffer) {
  int32_t *event = stream->env->event;

  event[0] = stream->id;
  event[1] = got;
  if (stream->flags & CNET_OUTSIDE)
    cnet_emit_outside(stream->env, stream->context, CNET_ON_READ, argc, buffer);
  else
    cnet_emit(stream->env, stream->context, CNET_ON_READ, argc, buffer);
}

void cnet_read_tell(cnet_stream_t *stream, int32_t status) {
  cnet_env_t *env = stream->env;
  napi_handle_scope scope;

  if (env->closing || env->event == NULL || napi_open_handle_scope(env->napi, &scope) != napi_ok) return;
  tell_read(stream, status, 0, NULL);
  napi_close_handle_scope(env->napi, scope);
}

/* A small read goes into the memory of the events, from where JavaScript copies it before anything else can happen. */
static void tell_inline(cnet_stream_t *stream, int32_t got, const uv_buf_t *lent) {
  cnet_env_t *env = stream->env;

  memcpy(env->event + CNET_EVENT_READ, lent->base, (size_t)got);
  cnet_slab_return(env, lent);
  tell_read(stream, got, 0, NULL);
  if (!env->closing) cnet_poison(env->event + CNET_EVENT_READ, CNET_INLINE);
}

static void tell_data(cnet_stream_t *stream, int32_t got, const uv_buf_t *lent) {
  cnet_env_t *env = stream->env;
  napi_handle_scope scope;
  napi_value buffer;

  if (env->event == NULL || napi_open_handle_scope(env->napi, &scope) != napi_ok) {
    cnet_slab_return(env, lent); /* no event memory: setup() was never called */
    return;
  }
  if (got <= CNET_INLINE)
    tell_inline(stream, got, lent);
  else if (cnet_slab_take(env, lent, (size_t)got, &buffer))
    tell_read(stream, got, 1, &buffer);
  else
    tell_read(stream, UV_ENOMEM, 0, NULL);
  napi_close_handle_scope(env->napi, scope);
}

/* How large a read is tells how large the next one will be. */
static void note_size(cnet_stream_t *stream, ssize_t got) {
  if (got > CNET_LARGE_READ)
    stream->flags |= CNET_LARGE_READS;
  else
    stream->flags &= ~(uint32_t)CNET_LARGE_READS;
}

/*
 * Whether it is not the end yet. libuv takes a short read with POLLHUP for it; but of a Unix socket a read is short
 * also where a message with descriptors ends, and what was sent behind that would be lost.
 */
static bool goes_on(cnet_stream_t *stream) {
  return stream->kind == CNET_PIPE && !cnet_passing_receives(stream) && cnet_platform_unread(stream->uv) > 0 &&
         uv_read_start(stream->uv, cnet_read_memory, cnet_read_done) == 0;
}

void cnet_read_done(uv_stream_t *uv, ssize_t got, const uv_buf_t *lent) {
  cnet_stream_t *stream = uv->data;
  bool from_slab = !(stream->flags & CNET_USER_BUFFER);

  if (got == UV_EOF && goes_on(stream)) got = 0;
  if (got > 0) {
    stream->bytes_read += (uint64_t)got;
    cnet_count_read(stream, (size_t)got);
    cnet_idle_touch(stream);
    note_size(stream, got);
  }
  if (got > 0 && from_slab && !stream->env->closing) {
    tell_data(stream, (int32_t)got, lent);
    return;
  }
  if (from_slab) cnet_slab_return(stream->env, lent);
  if (got < 0) cnet_idle_heard(stream);
  if (got != 0) cnet_read_tell(stream, (int32_t)got);
}

napi_value cnet_js_read_start(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  if (stream->flags & CNET_LISTENER) return cnet_int(napi, UV_ENOTCONN);
  stream->flags |= CNET_USED | CNET_STARTED;
  if (cnet_passing_receives(stream)) return cnet_int(napi, cnet_passing_read(stream, true));
  int err = uv_read_start(stream->uv, cnet_read_memory, cnet_read_done);
  return cnet_int(napi, err == UV_EALREADY ? 0 : err);
}

napi_value cnet_js_read_stop(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  return cnet_int(napi, cnet_passing_receives(stream) ? cnet_passing_read(stream, false) : uv_read_stop(stream->uv));
}

/* setReadBuffer(id, Uint8Array): reads go straight into it from now on */
napi_value cnet_js_set_read_buffer(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  void *data = NULL;
  size_t length = 0;
  napi_ref ref;

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  if (!cnet_bytes(napi, call.argv[1], &data, &length)) return cnet_int(napi, UV_EINVAL);
  if (napi_create_reference(napi, call.argv[1], 1, &ref) != napi_ok) return cnet_int(napi, UV_ENOMEM);
  if (stream->user_buffer != NULL) napi_delete_reference(napi, stream->user_buffer);
  stream->user_buffer = ref;
  stream->flags |= CNET_USER_BUFFER;
  return cnet_int(napi, 0);
}
