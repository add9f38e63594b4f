/*
 * idle.c: idle timeouts: a time stamp per socket and one timer per environment.
 *
 * Activity only writes a time. The timer looks at the entry whose next look is due first: when there was activity
 * since, the look is put off to its time plus the timeout; when there was none, or a write has been waiting without
 * progress, JavaScript is told, and the entry rests until the next activity. So a busy socket costs one heap
 * operation per timeout period. The timer does not keep the loop alive, as in Node.
 */
#include <stdlib.h>

#include "exports.h"
#include "napi_util.h"

struct cnet_idle {
  cnet_env_t *env;
  cnet_stream_t *stream;      /* whose activity counts; NULL before connect() */
  napi_async_context context; /* of the setTimeout() */
  uint64_t timeout;           /* ms */
  uint64_t active_at;         /* loop time of the last activity */
  uint64_t look_at;           /* heap key */
  size_t queue_size;          /* of the waiting write, at the last look */
  uint32_t heap_index;
  int32_t id;
  bool resting; /* not in the heap: it has fired, and waits for activity */
};

/* --- the heap ------------------------------------------------------------------------------------------- */

static void heap_put(cnet_idle_heap_t *heap, uint32_t index, cnet_idle_t *idle) {
  heap->items[index] = idle;
  idle->heap_index = index;
}

static void heap_up(cnet_idle_heap_t *heap, uint32_t index, cnet_idle_t *idle) {
  for (; index > 0; index = (index - 1) / 2) {
    cnet_idle_t *parent = heap->items[(index - 1) / 2];
    if (parent->look_at <= idle->look_at) break;
    heap_put(heap, index, parent);
  }
  heap_put(heap, index, idle);
}

static void heap_down(cnet_idle_heap_t *heap, uint32_t index, cnet_idle_t *idle) {
  for (;;) {
    uint32_t child = index * 2 + 1;
    if (child >= heap->count) break;
    if (child + 1 < heap->count && heap->items[child + 1]->look_at < heap->items[child]->look_at) child++;
    if (heap->items[child]->look_at >= idle->look_at) break;
    heap_put(heap, index, heap->items[child]);
    index = child;
  }
  heap_put(heap, index, idle);
}

static void heap_remove(cnet_idle_heap_t *heap, const cnet_idle_t *idle) {
  cnet_idle_t *last = heap->items[--heap->count];
  uint32_t index = idle->heap_index;

  if (last == idle) return;
  heap_up(heap, index, last);
  if (last->heap_index == index) heap_down(heap, index, last);
}

/* Room for one entry per number of the idle table, so that adding cannot fail later. */
static int heap_reserve(cnet_idle_heap_t *heap, uint32_t size) {
  if (heap->size >= size) return 0;
  cnet_idle_t **items = realloc(heap->items, size * sizeof *items);
  if (items == NULL) return UV_ENOMEM;
  heap->items = items;
  heap->size = size;
  return 0;
}

/* --- the timer ------------------------------------------------------------------------------------------ */

static void on_timer(uv_timer_t *timer);

static void arm(cnet_env_t *env) {
  cnet_idle_heap_t *heap = &env->idle_heap;
  uint64_t due = heap->count == 0 ? UINT64_MAX : heap->items[0]->look_at;

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
  uv_timer_t *timer = malloc(uv_handle_size(UV_TIMER));
  if (timer == NULL) return UV_ENOMEM;
  uv_timer_init(env->loop, timer); /* cannot fail */
  timer->data = env;
  uv_unref((uv_handle_t *)timer);
  cnet_env_hold(env);
  env->idle_heap.timer = timer;
  return 0;
}

static void schedule(cnet_idle_t *idle) {
  cnet_idle_heap_t *heap = &idle->env->idle_heap;

  idle->look_at = idle->active_at + idle->timeout;
  idle->resting = false;
  heap_up(heap, heap->count++, idle);
}

/* True when the waiting write moved since the last look: that is activity too. */
static bool write_progressed(cnet_idle_t *idle) {
  size_t size = idle->stream == NULL ? 0 : cnet_write_queue_size(idle->stream);
  bool progressed = size != 0 && size != idle->queue_size;

  idle->queue_size = size;
  return progressed;
}

static void on_timer(uv_timer_t *timer) {
  cnet_env_t *env = timer->data;
  cnet_idle_heap_t *heap = &env->idle_heap;
  uint64_t now = uv_now(env->loop);

  heap->timer_due = UINT64_MAX;
  while (!env->closing && heap->count > 0 && heap->items[0]->look_at <= now) {
    cnet_idle_t *idle = heap->items[0];
    if (idle->active_at + idle->timeout <= now && write_progressed(idle)) idle->active_at = now;
    if (idle->active_at + idle->timeout > now) {
      idle->look_at = idle->active_at + idle->timeout;
      heap_down(heap, 0, idle);
      continue;
    }
    heap_remove(heap, idle);
    idle->resting = true;
    cnet_emit_ints(env, idle->context, CNET_ON_TIMEOUT, 1, &idle->id); /* may free it */
  }
  arm(env);
}

/* --- activity --------------------------------------------------------------------------------------------- */

static void touch(cnet_idle_t *idle) {
  idle->active_at = uv_now(idle->env->loop);
  if (!idle->resting) return;
  schedule(idle);
  arm(idle->env);
}

void cnet_idle_touch(cnet_stream_t *stream) {
  if (stream->idle != NULL) touch(stream->idle);
}

void cnet_idle_detach(cnet_stream_t *stream) {
  if (stream->idle != NULL) stream->idle->stream = NULL;
  stream->idle = NULL;
}

int32_t cnet_idle_quiet(const cnet_stream_t *stream) {
  if (stream->idle == NULL) return UV_ENOTSUP;
  uint64_t quiet = uv_now(stream->env->loop) - stream->idle->active_at;
  return quiet < INT32_MAX ? (int32_t)quiet : INT32_MAX;
}

static void idle_free(cnet_idle_t *idle) {
  if (!idle->resting) heap_remove(&idle->env->idle_heap, idle);
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
  idle->active_at = uv_now(env->loop);
  idle->id = err ? err : cnet_table_add(&env->idles, idle);
  if (idle->id >= 0) err = heap_reserve(&env->idle_heap, env->idles.size);
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
