/* shutdown.c: half-close: the peer sees the end, what it still sends arrives. */
#include <stdlib.h>

#include "exports.h"
#include "napi_util.h"

typedef struct cnet_shutdown {
  uv_shutdown_t req;
  napi_async_context context; /* of the end() that asked for it */
} cnet_shutdown_t;

static void on_shutdown(uv_shutdown_t *req, int status) {
  cnet_shutdown_t *shutdown = (cnet_shutdown_t *)req;
  cnet_stream_t *stream = req->handle->data;
  cnet_env_t *env = stream->env;

  cnet_emit_ints(env, shutdown->context, CNET_ON_SHUTDOWN, 2, (int32_t[]){stream->id, status});
  napi_async_destroy(env->napi, shutdown->context);
  free(shutdown);
}

/* shutdown(id): ends in the handler for CNET_ON_SHUTDOWN when it gives 0 */
napi_value cnet_js_shutdown(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  if (stream->attempt != NULL || (stream->flags & CNET_LISTENER)) return cnet_int(napi, UV_ENOTCONN);
  stream->flags |= CNET_USED;
  cnet_shutdown_t *shutdown = calloc(1, sizeof *shutdown);
  if (shutdown == NULL) return cnet_int(napi, UV_ENOMEM);
  napi_value name = cnet_string(napi, "SHUTDOWNWRAP", NAPI_AUTO_LENGTH);
  int err = napi_async_init(napi, NULL, name, &shutdown->context) == napi_ok ? 0 : UV_ENOMEM;
  if (!err) {
    err = uv_shutdown(&shutdown->req, stream->uv, on_shutdown);
    if (err) napi_async_destroy(napi, shutdown->context);
  }
  if (err) free(shutdown);
  return cnet_int(napi, err);
}
