/* passing.c: descriptors that travel with the bytes of a Unix socket, as JavaScript sees them. */
#include "passing.h"

#include <string.h>

#include "arguments.h"
#include "exports.h"
#include "held.h"

/* receiveDescriptors(id): from the next readStart() on, descriptors are received too; UV_EALREADY: it has been read */
napi_value cnet_js_receive_descriptors(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  return cnet_int(napi, stream == NULL ? UV_EBADF : cnet_receive_descriptors(stream));
}

/*
 * takeDescriptors(id): an Int32Array of those that CNET_ON_DESCRIPTORS tells of, which are the caller's from now on. No
 * plain array: to set an element of one may run code.
 */
napi_value cnet_js_take_descriptors(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  const cnet_offer_t *offer = call.env->offer;
  napi_value memory, array;
  void *data = NULL;

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  size_t count = offer == NULL || offer->stream != stream ? 0 : (size_t)*offer->count;
  if (napi_create_arraybuffer(napi, count * sizeof(int32_t), &data, &memory) != napi_ok ||
      napi_create_typedarray(napi, napi_int32_array, count, memory, 0, &array) != napi_ok)
    return cnet_int(napi, UV_ENOMEM);
  if (count == 0) return array;
  memcpy(data, offer->fds, count * sizeof(int32_t));
  *offer->count = 0;
  return array;
}

/*
 * sendDescriptors(id, Buffer that is not empty, object of holdDescriptors()): how many of the bytes have gone, and with
 * the first of them the descriptors; 0: nothing has, and CNET_ON_WRITE will say when to call again
 */
napi_value cnet_js_send_descriptors(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  void *data = NULL;
  size_t length = 0;

  int err = stream == NULL ? UV_EBADF : cnet_passing_ready(stream);
  if (err) return cnet_int(napi, err);
  const cnet_held_t *held = cnet_held_of(napi, call.argv[2]);
  if (held == NULL || held->count == 0) return cnet_int(napi, UV_EINVAL);
  if (!cnet_bytes(napi, call.argv[1], &data, &length) || length == 0) return cnet_int(napi, UV_EINVAL);
  uv_buf_t bytes = uv_buf_init(data, (unsigned)(length < INT32_MAX ? length : INT32_MAX));
  return cnet_int(napi, (int32_t)cnet_send_descriptors(stream, &bytes, held->fds, held->count));
}
