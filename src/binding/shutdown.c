/* shutdown.c: the end of the writing, as JavaScript asks for it. */
#include "arguments.h"
#include "context.h"
#include "exports.h"

/* shutdown(id, 'SHUTDOWNWRAP'): ends in the handler for CNET_ON_SHUTDOWN when it gives 0 */
napi_value cnet_js_shutdown(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);

  int err = stream == NULL ? UV_EBADF : cnet_endable(stream);
  if (err) return cnet_int(napi, err);
  napi_async_context context = cnet_context_named(call.env, call.argv[1]);
  stream = cnet_arg_stream(&call); /* code has run, which may have closed it */
  err = context == NULL ? UV_ENOMEM : stream == NULL ? UV_ENOTCONN : cnet_shutdown(stream, context);
  if (err) cnet_context_free(call.env, context);
  return cnet_int(napi, err);
}
