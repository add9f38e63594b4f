/* threads.c: I/O threads, as JavaScript asks for them. */
#include "io_threads.h"

#include "arguments.h"
#include "exports.h"

/* toThread(id, how many threads there may be): moves the stream to one: the number of that, or a negative code */
napi_value cnet_js_to_thread(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_environment_t *env = call.env;
  cnet_stream_t *stream = cnet_arg_stream(&call);

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  if (env->threads == NULL && !env->closing) env->threads = cnet_threads_new(env->loop);
  if (env->threads == NULL) return cnet_int(napi, UV_ENOMEM);
  return cnet_int(napi, cnet_threads_move(env->threads, stream, (unsigned)cnet_arg_size(&call, 1, CNET_THREADS_MOST)));
}

/* writeAhead(id, Buffer): how many of its bytes were taken, behind a write that waits for writeConfirm() alone; or <0
 */
napi_value cnet_js_write_ahead(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  void *data = NULL;
  size_t length = 0;

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  if (!cnet_bytes(napi, call.argv[1], &data, &length)) return cnet_int(napi, UV_EINVAL);
  return cnet_int(napi, (int32_t)cnet_write_ahead(stream, data, length));
}

/* writeConfirm(id): CNET_WRITE_WAITS: CNET_ON_WRITE comes when the kernel has had all that was written; 0: it has */
napi_value cnet_js_write_confirm(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  return cnet_int(napi, stream == NULL ? UV_EBADF : cnet_write_confirm(stream));
}

/* threadStats(number, Float64Array of 6): sockets, messages, bytes read, written, turns, nanoseconds of CPU or below 0.
 * 0, UV_ENOENT: there is no such thread, or UV_EINVAL */
napi_value cnet_js_thread_stats(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  int32_t index = cnet_arg_int(&call, 0, -1);
  cnet_threads_t *threads = call.env->threads;
  napi_typedarray_type type;
  cnet_thread_stats_t stats;
  size_t length = 0;
  void *data = NULL;

  if (threads == NULL || index < 0 || (unsigned)index >= cnet_threads_count(threads)) return cnet_int(napi, UV_ENOENT);
  if (napi_get_typedarray_info(napi, call.argv[1], &type, &length, &data, NULL, NULL) != napi_ok ||
      type != napi_float64_array || length < 6)
    return cnet_int(napi, UV_EINVAL);
  cnet_threads_stats(threads, (unsigned)index, &stats);
  const double numbers[] = {
      stats.sockets,       (double)stats.messages, (double)stats.bytes_read, (double)stats.bytes_written,
      (double)stats.turns, (double)stats.cpu};
  for (size_t i = 0; i < 6; i++) ((double *)data)[i] = numbers[i];
  return cnet_int(napi, 0);
}
