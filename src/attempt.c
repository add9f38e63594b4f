/*
 * attempt.c: connection attempts over an address list, one after the other.
 *
 *   start --> [blocked] ------------------------------> failed --+
 *     |                                                          |
 *     +-----> [bind, connect refuse at once] ---------> failed --+--> next address, or the end
 *     +-----> connecting --> [error] -----------------> failed --+
 *                |------> [time is up, and there is a next] -> timeout --+
 *                +------> [connected] ----------------> the end
 *
 * Each step is told to JavaScript, which may close the stream: so after each one the attempt is looked up again.
 * Every address but the first has a libuv handle of its own, as a socket that failed to connect cannot be used again.
 * (nodejs.org net.md, "socket.connect(options)", autoSelectFamily; loosely RFC 8305, section 5.)
 */
#include <stdlib.h>

#include "attempt.h"
#include "exports.h"
#include "opening.h"
#include "race.h"

/* One connect request; outlives its attempt when that is abandoned. */
typedef struct cnet_dial {
  uv_connect_t req;
  cnet_stream_t *stream; /* NULL: abandoned, nobody is to be told */
} cnet_dial_t;

static void drop_dial(cnet_attempt_t *attempt) {
  if (attempt->dial != NULL) attempt->dial->stream = NULL;
  attempt->dial = NULL;
}

void cnet_attempt_end(cnet_stream_t *stream) {
  cnet_attempt_t *attempt = stream->attempt;

  if (attempt == NULL) return;
  stream->attempt = NULL;
  drop_dial(attempt);
  cnet_race_end(stream, attempt);
  if (attempt->timer != NULL) cnet_uv_close(stream->env, (uv_handle_t *)attempt->timer);
  cnet_attempt_free(attempt);
}

void cnet_attempt_tell(cnet_stream_t *stream, uint32_t index, cnet_phase_t phase, int status) {
  int32_t argv[] = {stream->id, (int32_t)index, (int32_t)phase, status};
  cnet_emit_ints(stream->env, stream->context, CNET_ON_ATTEMPT, 4, argv);
}

static void tell_step(cnet_stream_t *stream, cnet_phase_t phase, int status) {
  cnet_attempt_tell(stream, stream->attempt->index, phase, status);
}

/* True when the attempt is over: JavaScript, just called, has closed the stream. */
static bool is_over(const cnet_stream_t *stream) { return stream == NULL || stream->attempt == NULL; }

void cnet_attempt_connected(cnet_stream_t *stream) {
  cnet_attempt_end(stream);
  cnet_idle_touch(stream);
  cnet_emit_ints(stream->env, stream->context, CNET_ON_CONNECT, 1, &stream->id);
}

/* This address is done for. The stream, if there is a next one to try; JavaScript closes it after the last. */
static cnet_stream_t *failed(cnet_stream_t *stream, cnet_phase_t phase, int status) {
  cnet_env_t *env = stream->env;
  int32_t id = stream->id;

  if (stream->attempt->timer != NULL) uv_timer_stop(stream->attempt->timer);
  drop_dial(stream->attempt);
  tell_step(stream, phase, status);
  stream = cnet_table_get(&env->streams, id);
  if (is_over(stream)) return NULL;
  if (++stream->attempt->index < stream->attempt->count) return stream;
  cnet_attempt_end(stream);
  return NULL;
}

static void try_addresses(cnet_stream_t *stream);

static void on_connect(uv_connect_t *req, int status) {
  cnet_dial_t *dial = (cnet_dial_t *)req;
  cnet_stream_t *stream = dial->stream;

  free(dial);
  if (stream == NULL) return;
  stream->attempt->dial = NULL;
  if (status == 0 && stream->opening != NULL && stream->opening->sent < 0) status = stream->opening->sent;
  if (status == 0)
    cnet_attempt_connected(stream);
  else
    try_addresses(failed(stream, CNET_ATTEMPT_FAILED, status));
}

static void on_time_up(uv_timer_t *timer) {
  cnet_stream_t *stream = timer->data;
  try_addresses(failed(stream, CNET_ATTEMPT_TIMEOUT, UV_ETIMEDOUT));
}

/* A connection to a path that was settled at once, told as if it had taken its time. */
static void on_settled(uv_timer_t *timer) {
  cnet_stream_t *stream = timer->data;

  if (stream->attempt->settled == 0)
    cnet_attempt_connected(stream);
  else
    try_addresses(failed(stream, CNET_ATTEMPT_FAILED, stream->attempt->settled));
}

/* Gives the stream a fresh handle, in the place of the one whose attempt failed. */
static int renew_handle(cnet_stream_t *stream) {
  uv_stream_t *fresh;

  int err = cnet_stream_init_uv(stream, &fresh);
  if (err) return err;
  cnet_uv_close(stream->env, (uv_handle_t *)stream->uv);
  stream->uv = fresh;
  return 0;
}

static int dial_new(cnet_stream_t *stream) {
  cnet_dial_t *dial = calloc(1, sizeof *dial);
  if (dial == NULL) return UV_ENOMEM;
  dial->stream = stream;
  stream->attempt->dial = dial;
  return 0;
}

static int dial(cnet_stream_t *stream) {
  cnet_attempt_t *attempt = stream->attempt;
  const struct sockaddr *address = (const struct sockaddr *)&attempt->addresses[attempt->index];

  int err = dial_new(stream);
  if (err) return err;
  err = uv_tcp_connect(&attempt->dial->req, (uv_tcp_t *)stream->uv, address, on_connect);
  if (err) {
    free(attempt->dial);
    attempt->dial = NULL;
    return err;
  }
  if (stream->opening != NULL) stream->opening->sent = cnet_opening_send(stream->opening, stream->uv);
  if (attempt->timer != NULL && attempt->index + 1 < attempt->count)
    uv_timer_start(attempt->timer, on_time_up, attempt->timeout, 0);
  return 0;
}

/* Tries the address whose turn it is. The stream, if that one has failed and there is a next one. */
static cnet_stream_t *try_address(cnet_stream_t *stream) {
  cnet_env_t *env = stream->env;
  int32_t id = stream->id;
  cnet_attempt_t *attempt = stream->attempt;
  const struct sockaddr_storage *address = &attempt->addresses[attempt->index];

  cnet_phase_t phase = CNET_ATTEMPT_BIND;

  int err = attempt->index > 0 ? renew_handle(stream) : 0;
  if (!err) err = cnet_attempt_prepare(stream, stream->uv, address, &phase);
  if (err) return failed(stream, phase, err);
  bool is_only = attempt->count == 1; /* as in Node: told before it is found to be blocked; several are not */
  if (!is_only) err = cnet_attempt_permit(stream, address);
  if (err) return err == UV_ECANCELED ? NULL : failed(stream, CNET_ATTEMPT_FAILED, err);
  tell_step(stream, CNET_ATTEMPT_START, 0);
  stream = cnet_table_get(&env->streams, id);
  if (is_over(stream)) return NULL;
  if (is_only) err = cnet_attempt_permit(stream, address);
  if (err) return err == UV_ECANCELED ? NULL : failed(stream, CNET_ATTEMPT_FAILED, err);
  err = dial(stream);
  return err ? failed(stream, CNET_ATTEMPT_UNSENT, err) : NULL;
}

static void try_addresses(cnet_stream_t *stream) {
  while (stream != NULL) stream = try_address(stream);
}

/* --- from JavaScript --------------------------------------------------------------------------------------- */

static int timer_new(cnet_stream_t *stream) {
  uv_timer_t *timer = malloc(uv_handle_size(UV_TIMER));
  if (timer == NULL) return UV_ENOMEM;
  uv_timer_init(stream->env->loop, timer); /* cannot fail */
  timer->data = stream;
  cnet_env_hold(stream->env);
  stream->attempt->timer = timer;
  return 0;
}

/* The stream that is to connect, in *stream, or why it cannot. */
static int connectable(const cnet_call_t *call, cnet_kind_t kind, cnet_stream_t **stream) {
  *stream = cnet_arg_stream(call);
  if (*stream == NULL || (*stream)->kind != kind) return UV_EBADF;
  if ((*stream)->flags & CNET_LISTENER) return UV_EINVAL;
  return (*stream)->attempt != NULL ? UV_EALREADY : 0;
}

/*
 * Makes the attempt complete before the stream has it, and looks at the stream again: code may have run meanwhile. A
 * stream that was used keeps its handle, with what waits on it: it cannot go from one address to the next.
 */
int cnet_attempt_begin(const cnet_call_t *call, cnet_stream_t **stream) {
  cnet_attempt_t *attempt;

  int err = connectable(call, CNET_TCP, stream);
  if (!err) err = cnet_attempt_read(call, &attempt);
  if (err) return err;
  err = connectable(call, CNET_TCP, stream);
  if (!err && attempt->count > 1 && ((*stream)->flags & CNET_USED)) err = UV_EISCONN;
  if (err) {
    cnet_attempt_free(attempt);
    return err;
  }
  (*stream)->attempt = attempt;
  err = attempt->count > 1 ? timer_new(*stream) : 0;
  if (err) cnet_attempt_end(*stream);
  return err;
}

/*
 * connect(id, [address, ...], port, ms for each attempt but the last, local address | undefined, local port,
 * socket options: see cnet_options_read())
 * The steps go to CNET_ON_ATTEMPT, the first of them before connect() returns; a connection to CNET_ON_CONNECT.
 */
napi_value cnet_js_connect(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream;

  int err = cnet_attempt_begin(&call, &stream);
  if (err) return cnet_int(napi, err);
  cnet_idle_touch(stream);
  try_addresses(stream);
  return cnet_int(napi, 0);
}

/* Dials a path; what is settled at once is told by a timer. */
static int dial_path(cnet_stream_t *stream, const char *path, size_t length) {
  int err = timer_new(stream);
  if (!err) err = dial_new(stream);
  if (err) return err;

  cnet_dial_t *dial = stream->attempt->dial;
  uv_pipe_t *pipe = (uv_pipe_t *)stream->uv;
  int *settled = &stream->attempt->settled;
  err = cnet_platform_pipe_connect(&dial->req, pipe, path, length, on_connect, settled);
  if (err == 0) return 0;
  free(dial);
  stream->attempt->dial = NULL;
  return err < 0 ? err : uv_timer_start(stream->attempt->timer, on_settled, 0, 0);
}

/* connectPath(id, path): a leading '\0' is an abstract name. Ends as connect() does. */
napi_value cnet_js_connect_path(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream;
  char path[CNET_PATH_MAX];

  int err = connectable(&call, CNET_PIPE, &stream);
  if (err) return cnet_int(napi, err);
  int length = cnet_arg_string(&call, 1, path, sizeof path);
  if (length < 0) return cnet_int(napi, UV_EINVAL);
  stream->attempt = cnet_attempt_alloc(1);
  if (stream->attempt == NULL) return cnet_int(napi, UV_ENOMEM);
  cnet_idle_touch(stream);
  err = dial_path(stream, path, (size_t)length);
  if (err)
    cnet_attempt_end(stream);
  else
    tell_step(stream, CNET_ATTEMPT_START, 0);
  return cnet_int(napi, err);
}
