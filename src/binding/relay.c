/* relay.c: two streams joined within the kernel, as JavaScript asks for it. */
#include "relay.h"

#include "arguments.h"
#include "exports.h"

/*
 * splice(id, id of another, bytes of a pipe at most, CNET_PIPE_MIN to CNET_PIPE_MAX): what comes on one is to go out
 * on the other, once spliceStart() has been called for it. Neither stream reads any more. CNET_ON_READ tells of the end
 * of a stream's data, when all of it has gone to the other, and of an error; CNET_ON_WRITE of an error only. After an
 * error, and when both ways are done, the splice has ended. UV_ENOTSUP: there is no splice(2). (man 2 splice)
 */
napi_value cnet_js_splice(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *one = cnet_arg_stream(&call), *other = cnet_stream_of(&call, 1);

  if (one == NULL || other == NULL) return cnet_int(napi, UV_EBADF);
  return cnet_int(napi, cnet_relay(one, other, (size_t)cnet_arg_size(&call, 2, UINT32_MAX)));
}

/* spliceStart(id): what comes on this stream is passed on from now on; UV_EINVAL when it is none of a splice() */
napi_value cnet_js_splice_start(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  return cnet_int(napi, stream == NULL ? UV_EBADF : cnet_relay_start(stream));
}
