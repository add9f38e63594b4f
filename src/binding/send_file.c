/* send_file.c: files and descriptors of files, as JavaScript sends them. */
#include "send_file.h"

#include "exports.h"
#include "values.h"

/* What is on its way is told of in the context of the caller, whose hooks may do anything with the stream. */
bool cnet_enter_context(cnet_environment_t *env, cnet_stream_t *stream, const char *name) {
  cnet_mark_t mark = cnet_mark(stream);
  napi_async_context context = cnet_context_new(env, name);

  stream = cnet_marked(env, mark);
  void **place = stream == NULL ? NULL : cnet_write_context(stream);
  bool is_wanted = place != NULL && *place == NULL;
  if (is_wanted)
    *place = context;
  else
    cnet_context_free(env, context);
  return is_wanted;
}

/*
 * sendFile(id, descriptor of the file, offset in bytes, bytes at most): 0: CNET_ON_WRITE ends it. A negative offset:
 * the file's own position, which moves. The descriptor stays the caller's, who may close it at once. UV_EINVAL: the
 * kernel does not send from such a file, and nothing has gone; CNET_ON_WRITE may say so too. (man 2 sendfile)
 */
napi_value cnet_js_send_file(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  bool is_placed = !(cnet_arg_double(&call, 2) < 0); /* NaN: from the start */
  int64_t offset = is_placed ? (int64_t)cnet_arg_size(&call, 2, CNET_SAFE_INTEGER) : -1;
  uint64_t count = cnet_arg_size(&call, 3, CNET_SAFE_INTEGER);

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  int err = cnet_send_file(stream, cnet_arg_int(&call, 1, -1), offset, count);
  if (!err) cnet_enter_context(call.env, stream, "WRITEWRAP");
  return cnet_int(napi, err);
}

/* bytesSent(id): bytes that the kernel has taken from sendFile() and splice(), a number */
napi_value cnet_js_bytes_sent(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  const cnet_stream_t *stream = cnet_arg_stream(&call);
  return cnet_number(napi, stream == NULL ? 0 : (double)cnet_bytes_sent(stream));
}
