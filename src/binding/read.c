/* read.c: reading, as JavaScript asks for it. */
#include "read.h"

#include "arguments.h"
#include "exports.h"

napi_value cnet_js_read_start(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  return cnet_int(napi, stream == NULL ? UV_EBADF : cnet_read_start(stream));
}

napi_value cnet_js_read_stop(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  return cnet_int(napi, stream == NULL ? UV_EBADF : cnet_read_stop(stream));
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
  cnet_stream_state_t *state = cnet_state_of(stream);
  if (state->read_buffer != NULL) napi_delete_reference(napi, state->read_buffer);
  state->read_buffer = ref;
  return cnet_int(napi, 0);
}

/* sharedMemory(): the ArrayBuffer in which the bytes of streams lie that readShared() was called for; undefined: none
 */
napi_value cnet_js_shared_memory(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  napi_value buffer;
  return !call.env->closing && cnet_memory_shared(call.env, &buffer) ? buffer : NULL;
}

/* readShared(id, whether): what is read lies in the shared memory, until the handler of the read has returned */
napi_value cnet_js_read_shared(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  if (call.env->memory.shared == NULL) return cnet_int(napi, UV_EINVAL);
  cnet_state_of(stream)->is_shared = cnet_arg_bool(&call, 1);
  return cnet_int(napi, 0);
}
