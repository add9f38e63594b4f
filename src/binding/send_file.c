/* send_file.c: files and descriptors of files, as JavaScript sends them. */
#include "send_file.h"

#include "arguments.h"
#include "context.h"
#include "exports.h"

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
