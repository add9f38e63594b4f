/* connect_path.c: connecting to a path: one attempt, which is settled at once, or told of by libuv. */
#include "connect_internal.h"

/* A connection to a path that was settled at once, told as if it had taken its time. */
static void on_settled(uv_timer_t *timer) {
  const cnet_attempt_t *attempt = cnet_attempt_of(timer->data);
  cnet_dial_ended(attempt->dial, attempt->settled);
}

/* Dials a path; what is settled at once is told by a timer. */
static int dial_path(cnet_stream_t *stream, cnet_attempt_t *attempt, const char *path, size_t length) {
  cnet_dial_t *dial = attempt->dial;
  uv_pipe_t *pipe = (uv_pipe_t *)stream->uv;

  int err = cnet_platform_pipe_connect(&dial->req, pipe, path, length, cnet_dial_on_connect, &attempt->settled);
  dial->dialled = err == 0;
  return err == CNET_SETTLED ? uv_timer_start(attempt->timer, on_settled, 0, 0) : err;
}

/* Tells of the attempt to connect to a path, and begins it. The stream is pinned. */
static int try_path(cnet_stream_t *stream, cnet_attempt_t *attempt, const char *path, size_t length) {
  uint64_t number = attempt->number;

  int err = cnet_attempt_timer_new(stream, attempt);
  if (err) return err;
  cnet_attempt_tell(stream, 0, CNET_ATTEMPT_START, 0);
  if (cnet_attempt_is_over(stream, number)) return 0;
  err = cnet_dial_new(stream, CNET_FOR_CONNECT_PIPE);
  if (err == UV_ECANCELED) return 0;
  return err ? err : dial_path(stream, attempt, path, length);
}

int cnet_connect_path(cnet_stream_t *stream, const char *path, size_t length) {
  int err = cnet_connectable(stream, CNET_PIPE);
  if (err) return err;
  cnet_attempt_t *attempt = cnet_attempt_new(stream, 1);
  if (attempt == NULL) return UV_ENOMEM;
  cnet_note_activity(stream);
  cnet_pin(stream);
  err = try_path(stream, attempt, path, length);
  if (cnet_unpin(stream) && err) cnet_attempt_end(stream);
  return err;
}
