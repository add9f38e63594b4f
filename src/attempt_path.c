/* attempt_path.c: connecting to a path: one attempt, which is settled at once, or told of by libuv. */
#include "attempt.h"
#include "exports.h"

/* A connection to a path that was settled at once, told as if it had taken its time. */
static void on_settled(uv_timer_t *timer) {
  cnet_stream_t *stream = timer->data;
  cnet_dial_ended(stream->attempt->dial, stream->attempt->settled);
}

/* Dials a path; what is settled at once is told by a timer. */
static int dial_path(cnet_stream_t *stream, const char *path, size_t length) {
  cnet_attempt_t *attempt = stream->attempt;
  cnet_dial_t *dial = attempt->dial;
  int *settled = &attempt->settled;

  int err =
      cnet_platform_pipe_connect(&dial->req, (uv_pipe_t *)stream->uv, path, length, cnet_dial_on_connect, settled);
  dial->dialled = err == 0;
  return err > 0 ? uv_timer_start(attempt->timer, on_settled, 0, 0) : err;
}

/* Tells of the attempt to connect to a path, and begins it. */
static int try_path(cnet_stream_t *stream, const char *path, size_t length) {
  cnet_env_t *env = stream->env;
  int32_t id = stream->id;

  int err = cnet_attempt_timer_new(stream);
  if (err) return err;
  cnet_attempt_tell(stream, 0, CNET_ATTEMPT_START, 0);
  stream = cnet_table_get(&env->streams, id);
  if (cnet_attempt_is_over(stream)) return 0;
  err = cnet_dial_new(stream, "PIPECONNECTWRAP");
  stream = cnet_table_get(&env->streams, id);
  if (cnet_attempt_is_over(stream)) return 0;
  return err ? err : dial_path(stream, path, length);
}

/* connectPath(id, path): a leading '\0' is an abstract name. Ends as connect() does. */
napi_value cnet_js_connect_path(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream;
  char path[CNET_PATH_MAX];

  int err = cnet_attempt_connectable(&call, CNET_PIPE, &stream);
  if (err) return cnet_int(napi, err);
  int length = cnet_arg_string(&call, 1, path, sizeof path);
  if (length < 0) return cnet_int(napi, UV_EINVAL);
  stream->attempt = cnet_attempt_alloc(1);
  if (stream->attempt == NULL) return cnet_int(napi, UV_ENOMEM);
  cnet_idle_touch(stream);
  err = try_path(stream, path, (size_t)length);
  if (!err) return cnet_int(napi, 0);
  stream = cnet_arg_stream(&call);
  if (stream != NULL) cnet_attempt_end(stream);
  return cnet_int(napi, err);
}
