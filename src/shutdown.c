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

/* The stream whose writing is to end, in *stream, or why it cannot. */
static int endable(const cnet_call_t *call, cnet_stream_t **stream) {
  *stream = cnet_arg_stream(call);
  if (*stream == NULL) return UV_EBADF;
  if ((*stream)->flags & CNET_BUSY) return UV_EBUSY;
  return (*stream)->attempt != NULL || ((*stream)->flags & CNET_LISTENER) ? UV_ENOTCONN : 0;
}

/* shutdown(id): ends in the handler for CNET_ON_SHUTDOWN when it gives 0 */
napi_value cnet_js_shutdown(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream;

  int err = endable(&call, &stream);
  if (err) return cnet_int(napi, err);
  cnet_shutdown_t *shutdown = calloc(1, sizeof *shutdown);
  if (shutdown == NULL) return cnet_int(napi, UV_ENOMEM);
  shutdown->context = cnet_context_new(call.env, "SHUTDOWNWRAP");
  err = shutdown->context == NULL ? UV_ENOMEM : endable(&call, &stream); /* code has run */
  if (err == UV_EBADF) err = UV_ENOTCONN;                                /* which has closed it */
  if (!err) {
    stream->flags |= CNET_USED;
    err = uv_shutdown(&shutdown->req, stream->uv, on_shutdown);
  }
  if (!err) return cnet_int(napi, 0);
  if (shutdown->context != NULL) napi_async_destroy(napi, shutdown->context);
  free(shutdown);
  return cnet_int(napi, err);
}
