/*
 * idle.c: idle timeouts: a time stamp per socket and one timer per environment.
 *
 * Activity only writes a time. The timer looks at the entry whose next look is due first: when there was activity
 * since, the look is put off to its time plus the timeout; when there was none, or a write has been waiting without
 * progress, JavaScript is told, and the entry rests until the next activity. So a busy socket costs one heap
 * operation per timeout period. The timer does not keep the loop alive, as in Node.
 *
 * Times are those of a clock that is read for each activity: the loop's own is as old as its turn, and a timeout that
 * begins after long work would be over at once. Before a timeout counts the kernel is asked whether what the socket
 * waits for is there (turn.h). Those that are due together are told of in the order in which they were last touched.
 */
#include <stdlib.h>

#include "exports.h"
#include "idle_heap.h"
#include "napi_util.h"
#include "turn.h"

/* --- the timer ------------------------------------------------------------------------------------------ */

static void on_timer(uv_timer_t *timer);

static void arm(cnet_env_t *env) {
  cnet_idle_heap_t *heap = &env->idle_heap;
  uint64_t due = heap->count == 0 ? UINT64_MAX : heap->items[0]->look_at;

  cnet_env_settle(env);
  if (due == heap->timer_due || env->closing) return;
  heap->timer_due = due;
  if (due == UINT64_MAX) {
    uv_timer_stop(heap->timer);
    return;
  }
  uint64_t now = uv_now(env->loop);
  uv_timer_start(heap->timer, on_timer, due > now ? due - now : 0, 0);
}

static int timer_ready(cnet_env_t *env) {
  if (env->idle_heap.timer != NULL) return 0;
  int err = cnet_turn_ready(env);
  if (err) return err;
  uv_timer_t *timer = malloc(uv_handle_size(UV_TIMER));
  if (timer == NULL) return UV_ENOMEM;
  uv_timer_init(env->loop, timer); /* cannot fail */
  timer->data = env;
  uv_unref((uv_handle_t *)timer);
  env->idle_heap.timer = timer;
  cnet_env_hold(env);
  return 0;
}

static void note_activity(cnet_idle_t *idle, uint64_t now) {
  idle->active_at = now;
  idle->armed = ++idle->env->idle_heap.armed;
}

static void set_look(cnet_idle_t *idle) {
  idle->look_at = idle->active_at + idle->timeout;
  idle->look_armed = idle->armed;
  idle->asked = 0;
}

static void schedule(cnet_idle_t *idle) {
  cnet_idle_heap_t *heap = &idle->env->idle_heap;

  set_look(idle);
  idle->resting = false;
  cnet_heap_up(heap, heap->count++, idle);
}

/* True when the waiting write moved since the last look: that is activity too. */
static bool write_progressed(cnet_idle_t *idle) {
  size_t size = idle->stream == NULL ? 0 : cnet_write_queue_size(idle->stream);
  bool progressed = size != 0 && size != idle->queue_size;

  idle->queue_size = size;
  return progressed;
}

/* Puts off the look at the first of the heap, if there was activity since that was set. */
static bool put_off(cnet_idle_heap_t *heap, cnet_idle_t *idle, uint64_t now) {
  if (idle->look_armed == idle->armed && write_progressed(idle)) note_activity(idle, now);
  if (idle->look_armed == idle->armed) return false;
  set_look(idle);
  cnet_heap_down(heap, 0, idle);
  return true;
}

/* Whether what the stream waits for may be there, and not be told of yet. Where it cannot be known it may. */
static bool may_be_there(const cnet_stream_t *stream) {
  if (stream == NULL) return false;
  if (stream->attempt != NULL || stream->send != NULL || stream->relay != NULL) return true;
  return cnet_platform_ready(stream->uv, stream->write != NULL) != 0; /* without a descriptor: a lookup, perhaps */
}

static bool has_to_wait(cnet_idle_t *idle) {
  return cnet_turn_waits(idle->env, &idle->asked, idle->asked != 0 || may_be_there(idle->stream));
}

/*
 * The one that is due first has to wait for the turn to end: so have the others that are due, each behind the other.
 * The kernel is asked for none of them, as the loop asks it for all: so a peer who has each of many wait, one after the
 * other, has them gone through once, not each time.
 */
static void wait_all(const cnet_idle_heap_t *heap, uint64_t now) {
  uint32_t i = 0;

  for (;;) {
    if (i < heap->count && heap->items[i]->look_at <= now) {
      if (heap->items[i]->asked == 0) cnet_turn_note(heap->items[i]->env, &heap->items[i]->asked);
      i = i * 2 + 1;
      continue;
    }
    while (i > 0 && i % 2 == 0) i = (i - 1) / 2; /* up from all that are right of their sibling */
    if (i == 0) return;
    i++;
  }
}

static void on_timer(uv_timer_t *timer) {
  cnet_env_t *env = timer->data;
  cnet_idle_heap_t *heap = &env->idle_heap;
  uint64_t now = uv_now(env->loop);

  heap->timer_due = UINT64_MAX;
  while (!env->closing && heap->count > 0 && heap->items[0]->look_at <= now) {
    cnet_idle_t *idle = heap->items[0];
    if (put_off(heap, idle, now)) continue;
    if (has_to_wait(idle)) {
      wait_all(heap, now);
      heap->timer_due = idle->look_at; /* so that nobody else sets the timer */
      uv_timer_start(timer, on_timer, CNET_TURN_PAUSE, 0);
      return;
    }
    cnet_heap_remove(heap, idle);
    idle->resting = true;
    idle->asked = 0;
    env->counts[CNET_COUNT_IDLE_TIMEOUTS]++;
    cnet_emit_ints(env, idle->context, CNET_ON_TIMEOUT, 1, &idle->id); /* may free it */
  }
  arm(env);
}

/* --- activity --------------------------------------------------------------------------------------------- */

static void touch(cnet_idle_t *idle) {
  note_activity(idle, cnet_now(idle->env));
  if (!idle->resting) return;
  schedule(idle);
  arm(idle->env);
}

void cnet_idle_touch(cnet_stream_t *stream) {
  if (stream->idle != NULL) touch(stream->idle);
}

void cnet_idle_heard(cnet_stream_t *stream) {
  if (stream->idle != NULL && stream->idle->asked != 0) touch(stream->idle);
}

void cnet_idle_detach(cnet_stream_t *stream) {
  if (stream->idle != NULL) stream->idle->stream = NULL;
  stream->idle = NULL;
}

int32_t cnet_idle_quiet(const cnet_stream_t *stream) {
  if (stream->idle == NULL) return UV_ENOTSUP;
  uint64_t quiet = cnet_now(stream->env) - stream->idle->active_at;
  return quiet < INT32_MAX ? (int32_t)quiet : INT32_MAX;
}

static void idle_free(cnet_idle_t *idle) {
  if (!idle->resting) cnet_heap_remove(&idle->env->idle_heap, idle);
  if (idle->stream != NULL) idle->stream->idle = NULL;
  cnet_table_remove(&idle->env->idles, idle->id);
  napi_async_destroy(idle->env->napi, idle->context);
  free(idle);
}

void cnet_idle_free_all(cnet_env_t *env) {
  for (uint32_t id = 0; id < env->idles.size; id++)
    if (env->idles.items[id] != NULL) idle_free(env->idles.items[id]);
  free(env->idle_heap.items);
}

/* --- from JavaScript ---------------------------------------------------------------------------------------- */

static int idle_new(cnet_env_t *env, uint64_t timeout, cnet_idle_t **out) {
  cnet_idle_t *idle = calloc(1, sizeof *idle);
  if (idle == NULL) return UV_ENOMEM;

  idle->context = cnet_context_new(env, "Timeout"); /* while nobody knows of it, as it runs any code */
  int err = idle->context == NULL ? UV_ENOMEM : timer_ready(env);
  idle->env = env;
  idle->timeout = timeout;
  note_activity(idle, cnet_now(env));
  idle->id = err ? err : cnet_table_add(&env->idles, idle);
  if (idle->id >= 0) err = cnet_heap_reserve(&env->idle_heap, env->idles.size);
  if (idle->id >= 0 && !err) {
    *out = idle;
    return 0;
  }
  if (idle->id >= 0) cnet_table_remove(&env->idles, idle->id);
  err = idle->id < 0 ? idle->id : UV_ENOMEM;
  if (idle->context != NULL) napi_async_destroy(env->napi, idle->context);
  free(idle);
  return err;
}

/* idleStart(timeout, ms from 1 to 2^31 - 1): the id of a new idle timeout that runs from now on */
napi_value cnet_js_idle_start(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_idle_t *idle;

  int err = idle_new(call.env, cnet_arg_size(&call, 0, INT32_MAX), &idle);
  if (err) return cnet_int(napi, err);
  schedule(idle);
  arm(call.env);
  return cnet_int(napi, idle->id);
}

static cnet_idle_t *arg_idle(const cnet_call_t *call, size_t i) {
  return cnet_table_get(&call->env->idles, cnet_arg_int(call, i, -1));
}

/* idleStop(idle id): ends and frees it */
napi_value cnet_js_idle_stop(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_idle_t *idle = arg_idle(&call, 0);

  if (idle == NULL) return cnet_int(napi, UV_EINVAL);
  idle_free(idle);
  arm(call.env);
  return cnet_int(napi, 0);
}

/* idleTouch(idle id): activity that C does not see */
napi_value cnet_js_idle_touch(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_idle_t *idle = arg_idle(&call, 0);

  if (idle == NULL) return cnet_int(napi, UV_EINVAL);
  touch(idle);
  return cnet_int(napi, 0);
}

/* idleAttach(id, idle id): activity of the stream counts for the timeout from now on */
napi_value cnet_js_idle_attach(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  cnet_idle_t *idle = arg_idle(&call, 1);

  if (stream == NULL || idle == NULL) return cnet_int(napi, UV_EBADF);
  cnet_idle_detach(stream);
  if (idle->stream != NULL) idle->stream->idle = NULL;
  idle->stream = stream;
  stream->idle = idle;
  return cnet_int(napi, 0);
}
