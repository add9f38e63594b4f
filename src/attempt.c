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
 * Each has an async context of its own, too, in which its end is told, and what comes of that: a store that a listener
 * of 'connect' enters is none of the stream's later events.
 * (nodejs.org net.md, "socket.connect(options)", autoSelectFamily; loosely RFC 8305, section 5.)
 */
#include <stdlib.h>

#include "attempt.h"
#include "exports.h"
#include "opening.h"
#include "race.h"
#include "turn.h"

static void dial_free(cnet_dial_t *dial) {
  cnet_context_free(dial->env, dial->context);
  free(dial);
}

static void drop_dial(cnet_attempt_t *attempt) {
  cnet_dial_t *dial = attempt->dial;

  attempt->dial = NULL;
  if (dial == NULL) return;
  dial->stream = NULL;
  if (!dial->dialled) dial_free(dial);
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
  cnet_count_t count = phase == CNET_ATTEMPT_START     ? CNET_COUNT_STARTED
                       : phase == CNET_ATTEMPT_TIMEOUT ? CNET_COUNT_TIMED_OUT
                       : status == CNET_BLOCKED        ? CNET_COUNT_BLOCKED
                                                       : CNET_COUNT_FAILED;

  stream->env->counts[count]++;
  cnet_tell_ints(stream->env, CNET_ON_ATTEMPT, 4, argv);
}

static void tell_step(cnet_stream_t *stream, cnet_phase_t phase, int status) {
  cnet_attempt_tell(stream, stream->attempt->index, phase, status);
}

bool cnet_attempt_is_over(const cnet_stream_t *stream) { return stream == NULL || stream->attempt == NULL; }

void cnet_attempt_connected(cnet_stream_t *stream) {
  bool has_options = stream->attempt->options != NULL;

  stream->env->counts[CNET_COUNT_CONNECTED]++;
  cnet_attempt_end(stream);
  if (has_options) cnet_error_queue_watch(stream);
  cnet_idle_touch(stream);
  cnet_tell_ints(stream->env, CNET_ON_CONNECT, 1, &stream->id);
}

/* This address is done for. The stream, if there is a next one to try; JavaScript closes it after the last. */
static cnet_stream_t *failed(cnet_stream_t *stream, cnet_phase_t phase, int status) {
  cnet_env_t *env = stream->env;
  int32_t id = stream->id;

  if (stream->attempt->timer != NULL) uv_timer_stop(stream->attempt->timer);
  drop_dial(stream->attempt);
  tell_step(stream, phase, status);
  stream = cnet_table_get(&env->streams, id);
  if (cnet_attempt_is_over(stream)) return NULL;
  if (++stream->attempt->index < stream->attempt->count) return stream;
  cnet_attempt_end(stream);
  return NULL;
}

static void try_addresses(cnet_stream_t *stream);

/* What has become of the address; in its context, on the way into which JavaScript may have closed the stream. */
static void settle(void *data) {
  cnet_dial_t *dial = data;
  cnet_stream_t *stream = dial->stream;
  int status = dial->status;

  if (stream == NULL) return;
  stream->attempt->dial = NULL;
  if (status == 0 && stream->opening != NULL && stream->opening->sent < 0) status = stream->opening->sent;
  if (status == 0)
    cnet_attempt_connected(stream);
  else
    try_addresses(failed(stream, CNET_ATTEMPT_FAILED, status));
}

void cnet_dial_ended(cnet_dial_t *dial, int status) {
  dial->status = status;
  dial->dialled = true; /* it is ours to free */
  if (dial->stream != NULL) cnet_run_in(dial->env, dial->context, settle, dial);
  dial_free(dial);
}

void cnet_dial_on_connect(uv_connect_t *req, int status) { cnet_dial_ended((cnet_dial_t *)req, status); }

/* Whether the kernel has an answer to the connection attempt that libuv has not told of yet. */
static bool is_settled(const cnet_stream_t *stream) { return cnet_platform_ready(stream->uv, true) != 0; }

static void give_up(void *data) {
  cnet_stream_t *stream = ((cnet_dial_t *)data)->stream;
  if (stream != NULL) try_addresses(failed(stream, CNET_ATTEMPT_TIMEOUT, UV_ETIMEDOUT));
}

static void on_time_up(uv_timer_t *timer) {
  cnet_stream_t *stream = timer->data;
  cnet_attempt_t *attempt = stream->attempt;

  if (cnet_turn_waits(stream->env, &attempt->asked, attempt->asked != 0 || is_settled(stream)))
    uv_timer_start(timer, on_time_up, CNET_TURN_PAUSE, 0);
  else /* the dial lives until its callback */
    cnet_run_in(stream->env, attempt->dial->context, give_up, attempt->dial);
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

int cnet_dial_new(cnet_stream_t *stream, const char *name) {
  cnet_env_t *env = stream->env;
  int32_t id = stream->id;
  cnet_dial_t *dial = calloc(1, sizeof *dial);
  if (dial == NULL) return UV_ENOMEM;

  dial->env = env;
  dial->context = cnet_context_new(env, name);
  stream = cnet_table_get(&env->streams, id);
  if (cnet_attempt_is_over(stream) || dial->context == NULL) {
    dial_free(dial);
    return UV_ENOMEM;
  }
  dial->stream = stream;
  stream->attempt->dial = dial;
  return 0;
}

static int dial(cnet_stream_t *stream) {
  cnet_attempt_t *attempt = stream->attempt;
  const struct sockaddr *address = (const struct sockaddr *)&attempt->addresses[attempt->index];

  int err = uv_tcp_connect(&attempt->dial->req, (uv_tcp_t *)stream->uv, address, cnet_dial_on_connect);
  if (err) {
    drop_dial(attempt);
    return err;
  }
  attempt->dial->dialled = true;
  if (stream->opening != NULL) stream->opening->sent = cnet_opening_send(stream, stream->uv);
  if (attempt->timer == NULL || attempt->index + 1 == attempt->count) return 0;
  attempt->asked = 0;
  uv_update_time(stream->env->loop); /* or what JavaScript took would be taken off the limit */
  return uv_timer_start(attempt->timer, on_time_up, attempt->timeout, 0);
}

/* Makes a fresh handle ready for the address whose turn it is, where that may be tried. As try_address(). */
static int prepare(cnet_stream_t *stream, const struct sockaddr_storage *address, cnet_phase_t *phase) {
  *phase = CNET_ATTEMPT_BIND;
  int err = stream->attempt->index > 0 ? renew_handle(stream) : 0;
  return err ? err : cnet_attempt_prepare(stream, stream->uv, address, phase);
}

/* Tries the address whose turn it is. The stream, if that one has failed and there is a next one. */
static cnet_stream_t *try_address(cnet_stream_t *stream) {
  cnet_env_t *env = stream->env;
  int32_t id = stream->id;
  cnet_attempt_t *attempt = stream->attempt;
  const struct sockaddr_storage *address = &attempt->addresses[attempt->index];
  cnet_phase_t phase;

  int err = prepare(stream, address, &phase);
  if (err) return failed(stream, phase, err);
  bool is_only = attempt->count == 1; /* as in Node: told before it is found to be blocked; several are not */
  if (!is_only) err = cnet_attempt_permit(stream, address);
  if (err) return err == UV_ECANCELED ? NULL : failed(stream, CNET_ATTEMPT_FAILED, err);
  tell_step(stream, CNET_ATTEMPT_START, 0);
  stream = cnet_table_get(&env->streams, id);
  if (cnet_attempt_is_over(stream)) return NULL;
  if (is_only) err = cnet_attempt_permit(stream, address);
  if (err) return err == UV_ECANCELED ? NULL : failed(stream, CNET_ATTEMPT_FAILED, err);
  err = cnet_dial_new(stream, "TCPCONNECTWRAP");
  stream = cnet_table_get(&env->streams, id);
  if (cnet_attempt_is_over(stream)) return NULL;
  if (!err) err = dial(stream);
  return err ? failed(stream, CNET_ATTEMPT_UNSENT, err) : NULL;
}

static void try_addresses(cnet_stream_t *stream) {
  while (stream != NULL) stream = try_address(stream);
}

/* --- from JavaScript --------------------------------------------------------------------------------------- */

int cnet_attempt_timer_new(cnet_stream_t *stream) {
  int err = cnet_turn_ready(stream->env);
  if (err) return err;
  uv_timer_t *timer = malloc(uv_handle_size(UV_TIMER));
  if (timer == NULL) return UV_ENOMEM;
  uv_timer_init(stream->env->loop, timer); /* cannot fail */
  timer->data = stream;
  cnet_env_hold(stream->env);
  stream->attempt->timer = timer;
  return 0;
}

int cnet_attempt_connectable(const cnet_call_t *call, cnet_kind_t kind, cnet_stream_t **stream) {
  *stream = cnet_arg_stream(call);
  if (*stream == NULL || (*stream)->kind != kind) return UV_EBADF;
  if ((*stream)->flags & CNET_LISTENER) return UV_EINVAL;
  if ((*stream)->flags & CNET_BUSY) return UV_EBUSY;
  return (*stream)->attempt != NULL ? UV_EALREADY : 0;
}

/*
 * Makes the attempt complete before the stream has it, and looks at the stream again: code may have run meanwhile. A
 * stream that was used keeps its handle, with what waits on it: it cannot go from one address to the next.
 */
int cnet_attempt_begin(const cnet_call_t *call, cnet_stream_t **stream) {
  cnet_attempt_t *attempt;

  int err = cnet_attempt_connectable(call, CNET_TCP, stream);
  if (!err) err = cnet_attempt_read(call, &attempt);
  if (err) return err;
  err = cnet_attempt_connectable(call, CNET_TCP, stream);
  if (!err && attempt->count > 1 && ((*stream)->flags & CNET_USED)) err = UV_EISCONN;
  if (err) {
    cnet_attempt_free(attempt);
    return err;
  }
  (*stream)->attempt = attempt;
  err = attempt->count > 1 ? cnet_attempt_timer_new(*stream) : 0;
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

/* settled(id): whether the kernel has an answer to what the stream is trying, of which is to be told in this turn yet
 */
napi_value cnet_js_settled(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);

  if (stream == NULL || stream->attempt == NULL) return cnet_bool(napi, false);
  if (stream->kind == CNET_PIPE) return cnet_bool(napi, true); /* it is settled at once */
  bool lane = cnet_race_is_settled(stream->attempt);
  return cnet_bool(napi, lane || (stream->attempt->dial != NULL && cnet_platform_ready(stream->uv, true) > 0));
}

/* abandon(id): ends the attempt, and the stream stays as one that has not connected: JavaScript goes on by other means
 */
napi_value cnet_js_abandon(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  cnet_attempt_end(stream);
  return cnet_int(napi, 0);
}
