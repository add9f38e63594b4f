/*
 * race.c: connection attempts to several addresses at once; the first that connects wins (RFC 8305, section 5).
 *
 *   start --> [bind, blocked, connect refuse at once] --> failed --> the next one at once, or the end
 *     +-----> under way --> [error] ---------------------> failed --> the next one at once, or the end
 *                 |-------> [connected] -----------------> the others are closed, the end
 *                 +-------> [the delay is over] ---------> goes on, and the next one starts beside it
 *
 * Each attempt has a lane with a libuv handle of its own. The stream's handle is always that of the lane which was
 * spoken of last, so that names and errors are about it; the handle of a lane that has failed stays the stream's until
 * there is another. Each step is told to JavaScript, which may close the stream: so after each one the stream is looked
 * up again.
 */
#include <stdlib.h>

#include "exports.h"
#include "opening.h"
#include "race.h"
#include "turn.h"

struct cnet_lane {
  uv_connect_t req;
  cnet_env_t *env;
  cnet_stream_t *stream;      /* NULL: abandoned, nobody is to be told */
  napi_async_context context; /* as that of a dial in attempt.c; NULL before it is dialled */
  uv_stream_t *uv;
  cnet_lane_t *next;
  uint32_t index;
  int sent;     /* what cnet_opening_send() has said */
  int status;   /* how it has ended */
  bool dialled; /* libuv has the request: its callback frees the lane */
};

static void lane_free(cnet_lane_t *lane) {
  cnet_context_free(lane->env, lane->context);
  free(lane);
}

static void unlink_lane(cnet_attempt_t *attempt, const cnet_lane_t *lane) {
  cnet_lane_t **link = &attempt->lanes;

  while (*link != lane) link = &(*link)->next;
  *link = lane->next;
}

static bool is_in_lane(const cnet_attempt_t *attempt, const uv_stream_t *uv) {
  for (const cnet_lane_t *lane = attempt->lanes; lane != NULL; lane = lane->next)
    if (lane->uv == uv) return true;
  return false;
}

void cnet_race_end(cnet_stream_t *stream, cnet_attempt_t *attempt) {
  while (attempt->lanes != NULL) {
    cnet_lane_t *lane = attempt->lanes;
    attempt->lanes = lane->next;
    lane->stream = NULL;
    if (lane->uv != stream->uv) cnet_uv_close(stream->env, (uv_handle_t *)lane->uv);
    if (!lane->dialled) lane_free(lane);
  }
}

void cnet_race_ref(const cnet_stream_t *stream, bool whether) {
  if (stream->attempt == NULL) return;
  for (cnet_lane_t *lane = stream->attempt->lanes; lane != NULL; lane = lane->next) {
    if (whether)
      uv_ref((uv_handle_t *)lane->uv);
    else
      uv_unref((uv_handle_t *)lane->uv);
  }
}

/* Makes the lane's handle that of the stream. The one before is closed, when it is that of no lane any more. */
static void show(cnet_stream_t *stream, const cnet_lane_t *lane) {
  if (stream->uv == lane->uv) return;
  if (!is_in_lane(stream->attempt, stream->uv)) cnet_uv_close(stream->env, (uv_handle_t *)stream->uv);
  stream->uv = lane->uv;
}

/* The stream as it is after a step was told; NULL: JavaScript has closed it. */
static cnet_stream_t *after(cnet_env_t *env, int32_t id) {
  cnet_stream_t *stream = cnet_table_get(&env->streams, id);
  return stream == NULL || stream->attempt == NULL ? NULL : stream;
}

/* This address is done for, and has no lane. The stream, if the next one is to be tried; else others are under way. */
static cnet_stream_t *failed(cnet_stream_t *stream, uint32_t index, cnet_phase_t phase, int status) {
  cnet_env_t *env = stream->env;
  int32_t id = stream->id;

  cnet_attempt_tell(stream, index, phase, status);
  stream = after(env, id);
  if (stream == NULL) return NULL;
  cnet_attempt_t *attempt = stream->attempt;
  if (attempt->lanes != NULL) show(stream, attempt->lanes);
  if (attempt->index < attempt->count) return stream;
  if (attempt->lanes == NULL) cnet_attempt_end(stream);
  return NULL;
}

/* failed(), of a lane that is not under way (any more). */
static cnet_stream_t *give_up(cnet_lane_t *lane, cnet_phase_t phase, int status) {
  cnet_stream_t *stream = lane->stream;
  uint32_t index = lane->index;

  unlink_lane(stream->attempt, lane);
  if (!lane->dialled) lane_free(lane); /* else its callback does it, which is running */
  return failed(stream, index, phase, status);
}

static void go_on(cnet_stream_t *stream);

/* What has become of the lane; in its context, on the way into which JavaScript may have closed the stream. */
static void settle(void *data) {
  cnet_lane_t *lane = data;
  cnet_stream_t *stream = lane->stream;

  if (stream == NULL) return;
  show(stream, lane);
  if (lane->status < 0) {
    go_on(give_up(lane, CNET_ATTEMPT_FAILED, lane->status));
    return;
  }
  unlink_lane(stream->attempt, lane);
  if (stream->opening != NULL) stream->opening->sent = lane->sent;
  cnet_attempt_connected(stream);
}

static void on_lane(uv_connect_t *req, int status) {
  cnet_lane_t *lane = (cnet_lane_t *)req;

  lane->status = status == 0 && lane->sent < 0 ? lane->sent : status;
  if (lane->stream != NULL) cnet_run_in(lane->env, lane->context, settle, lane);
  lane_free(lane);
}

bool cnet_race_is_settled(const cnet_attempt_t *attempt) {
  for (const cnet_lane_t *lane = attempt->lanes; lane != NULL; lane = lane->next)
    if (lane->dialled && cnet_platform_ready(lane->uv, true) > 0) return true;
  return false;
}

static void start_beside(void *data) {
  cnet_stream_t *stream = ((cnet_lane_t *)data)->stream;
  if (stream != NULL) go_on(stream);
}

/* A lane that has led to a connection, of which libuv is yet to tell, leaves the next one nothing to do. */
static void on_delay_over(uv_timer_t *timer) {
  cnet_stream_t *stream = timer->data;
  cnet_attempt_t *attempt = stream->attempt;

  if (cnet_turn_waits(stream->env, &attempt->asked, attempt->asked != 0 || cnet_race_is_settled(attempt)))
    uv_timer_start(timer, on_delay_over, CNET_TURN_PAUSE, 0);
  else /* one is under way: else the next would have begun */
    cnet_run_in(stream->env, attempt->lanes->context, start_beside, attempt->lanes);
}

/* A lane for the address, whose handle becomes the stream's. The first one has the handle that the stream has already.
 */
static int lane_new(cnet_stream_t *stream, uint32_t index, cnet_lane_t **out) {
  cnet_lane_t *lane = calloc(1, sizeof *lane);
  if (lane == NULL) return UV_ENOMEM;

  lane->uv = stream->uv;
  int err = index == 0 ? 0 : cnet_stream_init_uv(stream, &lane->uv);
  if (err) {
    free(lane);
    return err;
  }
  lane->env = stream->env;
  lane->stream = stream;
  lane->index = index;
  show(stream, lane);
  lane->next = stream->attempt->lanes;
  stream->attempt->lanes = lane;
  *out = lane;
  return 0;
}

static int lane_dial(cnet_lane_t *lane, const struct sockaddr_storage *address) {
  if (lane->context == NULL) return UV_ENOMEM;
  int err = uv_tcp_connect(&lane->req, (uv_tcp_t *)lane->uv, (const struct sockaddr *)address, on_lane);
  if (err) return err;
  lane->dialled = true;
  if (lane->stream->opening != NULL) lane->sent = cnet_opening_send(lane->stream, lane->uv);
  return 0;
}

/* Tells that the lane begins, and gives it its context. False: JavaScript has closed the stream, and the lane is gone.
 */
static bool announce(cnet_stream_t *stream, cnet_lane_t *lane) {
  cnet_env_t *env = stream->env;
  int32_t id = stream->id;

  cnet_attempt_tell(stream, lane->index, CNET_ATTEMPT_START, 0);
  if (after(env, id) == NULL) return false;
  napi_async_context context = cnet_context_new(env, "TCPCONNECTWRAP");
  if (after(env, id) == NULL) {
    cnet_context_free(env, context);
    return false;
  }
  lane->context = context;
  return true;
}

/* The time until the next one starts. */
static void start_delay(cnet_stream_t *stream) {
  cnet_attempt_t *attempt = stream->attempt;

  if (attempt->index == attempt->count) return;
  attempt->asked = 0;
  uv_update_time(stream->env->loop); /* or what JavaScript took would be taken off the delay */
  uv_timer_start(attempt->timer, on_delay_over, attempt->timeout, 0);
}

/* Tries the address whose turn it is. The stream, if that one has failed at once and the next one is to be tried. */
static cnet_stream_t *start_next(cnet_stream_t *stream) {
  cnet_attempt_t *attempt = stream->attempt;
  uint32_t index = attempt->index++;
  const struct sockaddr_storage *address = &attempt->addresses[index];
  cnet_phase_t phase;
  cnet_lane_t *lane;

  if (attempt->timer != NULL) uv_timer_stop(attempt->timer);
  int err = lane_new(stream, index, &lane);
  if (err) return failed(stream, index, CNET_ATTEMPT_BIND, err);
  err = cnet_attempt_prepare(stream, lane->uv, address, &phase);
  if (err) return give_up(lane, phase, err);
  err = cnet_attempt_permit(stream, address);
  if (err) return err == UV_ECANCELED ? NULL : give_up(lane, CNET_ATTEMPT_FAILED, err);
  if (!announce(stream, lane)) return NULL;
  err = lane_dial(lane, address);
  if (err) return give_up(lane, CNET_ATTEMPT_UNSENT, err);
  start_delay(stream);
  return NULL;
}

static void go_on(cnet_stream_t *stream) {
  while (stream != NULL) stream = start_next(stream);
}

/*
 * race(id, [address, ...], port, ms from one attempt to the next, local address | undefined, local port, socket
 * options) As connect(), whose steps it tells too; but the failure of any address may be the last one.
 */
napi_value cnet_js_race(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream;

  int err = cnet_attempt_begin(&call, &stream);
  if (err) return cnet_int(napi, err);
  /* as long as the timer is of use there is an attempt under way, and whether that holds the loop is the user's choice
   */
  if (stream->attempt->timer != NULL) uv_unref((uv_handle_t *)stream->attempt->timer);
  cnet_idle_touch(stream);
  go_on(stream);
  return cnet_int(napi, 0);
}
