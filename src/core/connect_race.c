/*
 * connect_race.c: connection attempts to several addresses at once; the first that connects wins (RFC 8305, section 5).
 *
 *   start --> [bind, blocked, connect refuse at once] --> failed --> the next one at once, or the end
 *     +-----> under way --> [error] ---------------------> failed --> the next one at once, or the end
 *                 |-------> [connected] -----------------> the others are closed, the end
 *                 +-------> [the delay is over] ---------> goes on, and the next one starts beside it
 *
 * Each attempt has a lane with a libuv handle of its own. The stream's handle is always that of the lane which was
 * spoken of last, so that names and errors are about it; the handle of a lane that has failed stays the stream's until
 * there is another. Each step is told to the host, which may close the stream: so it is pinned.
 */
#include "connect_internal.h"

#include <stdlib.h>

#include "queue.h"
#include "turn.h"

struct cnet_lane {
  uv_connect_t req;
  cnet_loop_t *loop;
  cnet_stream_t *stream; /* NULL: abandoned, nobody is to be told */
  void *context;         /* as that of a dial in connect.c; NULL before it is dialled */
  uv_stream_t *uv;
  cnet_lane_t *next;
  uint32_t index;
  int sent;     /* what cnet_early_data_send() has said */
  int status;   /* how it has ended */
  bool dialled; /* libuv has the request: its callback frees the lane */
};

static void lane_free(cnet_lane_t *lane) {
  if (lane->context != NULL) lane->loop->host->context_free(lane->loop, lane->context);
  free(lane);
}

static void unlink_lane(cnet_attempt_t *attempt, const cnet_lane_t *lane) {
  cnet_lane_t **link = &attempt->lanes;

  while (*link != lane) {
    assert(*link != NULL); /* it is under way */
    link = &(*link)->next;
  }
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
    if (lane->uv != stream->uv) cnet_handle_close(stream->loop, (uv_handle_t *)lane->uv);
    if (!lane->dialled) lane_free(lane);
  }
}

void cnet_race_ref(cnet_attempt_t *attempt, bool ref) {
  for (cnet_lane_t *lane = attempt->lanes; lane != NULL; lane = lane->next)
    cnet_handle_ref((uv_handle_t *)lane->uv, ref);
}

/* Makes the lane's handle that of the stream. The one before is closed, when it is that of no lane any more. */
static void show(cnet_stream_t *stream, const cnet_lane_t *lane) {
  if (stream->uv == lane->uv) return;
  if (!is_in_lane(cnet_attempt_of(stream), stream->uv)) cnet_handle_close(stream->loop, (uv_handle_t *)stream->uv);
  stream->uv = lane->uv;
}

/* Reports that this address, which has no lane, failed. True: the next one is to be tried; else others are under way.
 */
static bool failed(cnet_stream_t *stream, uint32_t index, const cnet_step_t *failure) {
  cnet_attempt_t *attempt = cnet_attempt_of(stream);
  uint64_t number = attempt->number;

  cnet_attempt_tell_failure(stream, index, failure);
  if (cnet_attempt_is_over(stream, number)) return false;
  if (attempt->lanes != NULL) show(stream, attempt->lanes);
  if (attempt->index < attempt->count) return true;
  if (attempt->lanes == NULL) cnet_attempt_end(stream);
  return false;
}

/* failed(), of a lane that is not under way (any more). */
static bool give_up(cnet_lane_t *lane, const cnet_step_t *failure) {
  cnet_stream_t *stream = lane->stream;
  uint32_t index = lane->index;

  unlink_lane(cnet_attempt_of(stream), lane);
  if (!lane->dialled) lane_free(lane); /* else its callback does it, which is running */
  return failed(stream, index, failure);
}

static void go_on(cnet_stream_t *stream);

/* What has become of the lane; in its context, on the way into which the host may have closed the stream. */
static void settle(void *data) {
  cnet_lane_t *lane = data;
  cnet_stream_t *stream = lane->stream;

  if (stream == NULL) return;
  cnet_pin(stream);
  show(stream, lane);
  if (lane->status < 0) {
    if (give_up(lane, &(cnet_step_t){.phase = CNET_ATTEMPT_FAILED, .status = lane->status})) go_on(stream);
  } else {
    unlink_lane(cnet_attempt_of(stream), lane);
    cnet_early_data_note(stream, lane->sent);
    cnet_attempt_connected(stream, NULL);
  }
  cnet_unpin(stream);
}

static void on_lane(uv_connect_t *req, int status) {
  cnet_lane_t *lane = (cnet_lane_t *)req;

  lane->status = status == 0 && lane->sent < 0 ? lane->sent : status;
  if (lane->stream != NULL) lane->loop->host->run_in(lane->loop, lane->context, settle, lane);
  lane_free(lane);
}

bool cnet_race_is_settled(const cnet_attempt_t *attempt) {
  for (const cnet_lane_t *lane = attempt->lanes; lane != NULL; lane = lane->next)
    if (lane->dialled && cnet_platform_ready(lane->uv, true) > 0) return true;
  return false;
}

bool cnet_race_dials(const cnet_attempt_t *attempt, const uv_stream_t *uv) {
  for (const cnet_lane_t *lane = attempt->lanes; lane != NULL; lane = lane->next)
    if (lane->dialled && lane->uv == uv) return true;
  return false;
}

static void start_beside(void *data) {
  cnet_stream_t *stream = ((cnet_lane_t *)data)->stream;

  if (stream == NULL) return;
  cnet_pin(stream);
  go_on(stream);
  cnet_unpin(stream);
}

/* A lane that has led to a connection, of which libuv is yet to tell, leaves the next one nothing to do. */
static void on_delay_over(uv_timer_t *timer) {
  cnet_stream_t *stream = timer->data;
  cnet_loop_t *loop = stream->loop;
  cnet_attempt_t *attempt = cnet_attempt_of(stream);

  if (cnet_turn_waits(loop, &attempt->asked, attempt->asked != 0 || cnet_race_is_settled(attempt)))
    uv_timer_start(timer, on_delay_over, CNET_TURN_PAUSE, 0);
  else /* one is under way: else the next would have begun */
    loop->host->run_in(loop, attempt->lanes->context, start_beside, attempt->lanes);
}

/* A lane for the address, whose handle becomes the stream's. The first one has the handle that the stream has already.
 */
static int lane_new(cnet_stream_t *stream, uint32_t index, cnet_lane_t **out) {
  cnet_attempt_t *attempt = cnet_attempt_of(stream);
  cnet_lane_t *lane = calloc(1, sizeof *lane);
  if (lane == NULL) return UV_ENOMEM;

  lane->uv = stream->uv;
  int err = index == 0 ? 0 : cnet_stream_handle(stream, &lane->uv);
  if (err) {
    free(lane);
    return err;
  }
  lane->loop = stream->loop;
  lane->stream = stream;
  lane->index = index;
  show(stream, lane);
  lane->next = attempt->lanes;
  attempt->lanes = lane;
  *out = lane;
  return 0;
}

static int lane_dial(cnet_lane_t *lane, const struct sockaddr_storage *address) {
  if (lane->context == NULL) return UV_ENOMEM;
  int err = uv_tcp_connect(&lane->req, (uv_tcp_t *)lane->uv, (const struct sockaddr *)address, on_lane);
  if (err) return err;
  lane->dialled = true;
  lane->sent = cnet_early_data_send(lane->stream, lane->uv);
  return 0;
}

/* Tells that the lane begins, and gives it its context. False: the host has closed the stream, and the lane is gone. */
static bool announce(cnet_stream_t *stream, cnet_lane_t *lane) {
  uint64_t number = cnet_attempt_of(stream)->number;
  cnet_loop_t *loop = stream->loop;

  cnet_attempt_tell(stream, lane->index, CNET_ATTEMPT_START, 0);
  if (cnet_attempt_is_over(stream, number)) return false;
  void *context = loop->host->context_new(loop, CNET_FOR_CONNECT_TCP);
  if (cnet_attempt_is_over(stream, number)) {
    if (context != NULL) loop->host->context_free(loop, context);
    return false;
  }
  lane->context = context;
  return true;
}

/* The time until the next one starts. */
static void start_delay(cnet_stream_t *stream) {
  cnet_attempt_t *attempt = cnet_attempt_of(stream);

  if (attempt->index == attempt->count) return;
  attempt->asked = 0;
  uv_update_time(stream->loop->uv); /* or what the host took would be taken off the delay */
  uv_timer_start(attempt->timer, on_delay_over, attempt->timeout, 0);
}

/* Tries the address whose turn it is. True: that one has failed at once, and the next one is to be tried. */
static bool start_next(cnet_stream_t *stream) {
  cnet_attempt_t *attempt = cnet_attempt_of(stream);
  uint32_t index = attempt->index++;
  const struct sockaddr_storage *address = &attempt->addresses[index];
  cnet_step_t failure = {.phase = CNET_ATTEMPT_BIND};
  cnet_lane_t *lane;

  if (attempt->timer != NULL) uv_timer_stop(attempt->timer);
  failure.status = lane_new(stream, index, &lane);
  if (failure.status) return failed(stream, index, &failure);
  if (cnet_attempt_prepare(stream, attempt, lane->uv, address, &failure) != 0) return give_up(lane, &failure);
  int err = cnet_attempt_permit(stream, address);
  if (err == UV_ECANCELED) return false;
  if (err) return give_up(lane, &(cnet_step_t){.phase = CNET_ATTEMPT_BLOCKED});
  if (!announce(stream, lane)) return false;
  err = lane_dial(lane, address);
  if (err) return give_up(lane, &(cnet_step_t){.phase = CNET_ATTEMPT_UNSENT, .status = err});
  start_delay(stream);
  return false;
}

static void go_on(cnet_stream_t *stream) {
  while (start_next(stream)) continue;
}

/* As long as the timer is of use there is an attempt under way, and whether that keeps the loop is the user's choice.
 */
void cnet_race_begin(cnet_stream_t *stream) {
  const cnet_attempt_t *attempt = cnet_attempt_of(stream);

  if (attempt->timer != NULL) uv_unref((uv_handle_t *)attempt->timer);
  go_on(stream);
}
