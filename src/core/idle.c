/*
 * idle.c: idle timeouts: a time stamp per socket and one timer per loop.
 *
 * Activity only writes a time. The timer looks at the entry whose next look is due first: when there was activity
 * since, the look is put off to its time plus the timeout; when there was none, or a write has been waiting without
 * progress, the host is told, and the entry rests until the next activity. So a busy socket costs one heap operation
 * per timeout period. The timer does not keep the loop going, as in Node.
 *
 * Times are those of a clock that is read for each activity: the loop's own is as old as its turn, and a timeout that
 * begins after long work would be over at once. Before a timeout counts the kernel is asked whether what the socket
 * waits for is there (turn.h). Those that are due together are told of in the order in which they were last touched.
 */
#include "idle.h"

#include <stdlib.h>

#include "away_internal.h"
#include "idle_internal.h"
#include "internal.h"
#include "queue.h"
#include "turn.h"
#include "write.h"
#include "zeroed.h"

struct cnet_idle {
  cnet_part_t part;      /* of `stream` */
  cnet_heap_node_t node; /* `due`: the time of the next look; `order`: the number of the activity it is reckoned from */
  cnet_loop_t *loop;
  cnet_stream_t *stream;        /* whose activity counts; NULL: none has been attached, or it is closed */
  void *data;                   /* the host's */
  cnet_idle_t *next, *previous; /* in loop->first_idle */
  uint64_t timeout;             /* ms */
  uint64_t active_at;           /* time of the last activity, */
  uint64_t armed;               /* and its number */
  uint64_t asked;               /* see turn.h */
  size_t queue_size;            /* of the waiting write, at the last look */
  bool resting;                 /* not in the heap: it has fired, and waits for activity */
  bool stopped;                 /* nobody wants it for now; it leaves the heap when it is looked at */
  const volatile uint8_t *flag; /* the host's, which says the same; or NULL */
};

static cnet_idle_t *idle_of(cnet_heap_node_t *node) {
  return (cnet_idle_t *)(void *)((char *)node - offsetof(cnet_idle_t, node));
}

/* --- the timer ------------------------------------------------------------------------------------------ */

static void on_timer(uv_timer_t *timer);

static void arm(cnet_loop_t *loop) {
  const cnet_heap_t *heap = &loop->idles;
  uint64_t due = heap->count == 0 ? UINT64_MAX : heap->nodes[0]->due;

  if (loop->closing) return;
  loop->host->settle(loop);
  if (due == loop->idle_due) return;
  loop->idle_due = due;
  if (due == UINT64_MAX) {
    uv_timer_stop(loop->idle_timer);
    return;
  }
  uint64_t now = uv_now(loop->uv);
  uv_timer_start(loop->idle_timer, on_timer, due > now ? due - now : 0, 0);
}

static int timer_ready(cnet_loop_t *loop) {
  if (loop->idle_timer != NULL) return 0;
  int err = cnet_turn_ready(loop);
  if (err) return err;
  uv_timer_t *timer = cnet_handle_timer(loop, loop);
  if (timer == NULL) return UV_ENOMEM;
  uv_unref((uv_handle_t *)timer);
  loop->idle_timer = timer;
  loop->host->settle(loop);
  return 0;
}

static bool is_stopped(const cnet_idle_t *idle) { return idle->stopped || (idle->flag != NULL && *idle->flag != 0); }

static void note_activity(cnet_idle_t *idle, uint64_t now) {
  idle->active_at = now;
  idle->armed = ++idle->loop->idle_armed;
}

static void set_look(cnet_idle_t *idle) {
  idle->node.due = idle->active_at + idle->timeout;
  idle->node.order = idle->armed;
  idle->asked = 0;
}

static void schedule(cnet_idle_t *idle) {
  set_look(idle);
  idle->resting = false;
  cnet_heap_add(&idle->loop->idles, &idle->node);
}

/* True when the waiting write moved since the last look: that is activity too. */
static bool write_progressed(cnet_idle_t *idle) {
  size_t size = idle->stream == NULL ? 0 : cnet_write_queue_size(idle->stream);
  bool progressed = size != 0 && size != idle->queue_size;

  idle->queue_size = size;
  return progressed;
}

/* Puts off the look at the first of the heap, if there was activity since that was set. */
static bool put_off(cnet_idle_t *idle, uint64_t now) {
  if (idle->node.order == idle->armed && write_progressed(idle)) note_activity(idle, now);
  if (idle->node.order == idle->armed) return false;
  set_look(idle);
  cnet_heap_down(&idle->loop->idles, &idle->node);
  return true;
}

/* Whether what the stream waits for may be there, and not be told of yet. Where it cannot be known it may. */
static bool may_be_there(const cnet_stream_t *stream) {
  if (stream == NULL) return false;
  if (stream->flags & (CNET_CONNECTING | CNET_SENDING | CNET_RELAYED) || cnet_away_is_busy(stream)) return true;
  return cnet_platform_ready(stream->uv, stream->write != NULL) != 0; /* without a descriptor: a lookup, perhaps */
}

static bool has_to_wait(cnet_idle_t *idle) {
  return cnet_turn_waits(idle->loop, &idle->asked, idle->asked != 0 || may_be_there(idle->stream));
}

/*
 * The one that is due first has to wait for the turn to end: so have the others that are due, each behind the other.
 * The kernel is asked for none of them, as the loop asks it for all: so a peer who has each of many wait, one after the
 * other, has them gone through once, not each time.
 */
static void wait_all(const cnet_heap_t *heap, uint64_t now) {
  uint32_t i = 0;

  for (;;) {
    if (i < heap->count && heap->nodes[i]->due <= now) {
      cnet_idle_t *idle = idle_of(heap->nodes[i]);
      if (idle->asked == 0) cnet_turn_note(idle->loop, &idle->asked);
      i = i * 2 + 1;
      continue;
    }
    while (i > 0 && i % 2 == 0) i = (i - 1) / 2; /* up from all that are right of their sibling */
    if (i == 0) return;
    i++;
  }
}

static void on_timer(uv_timer_t *timer) {
  cnet_loop_t *loop = timer->data;
  cnet_heap_t *heap = &loop->idles;
  uint64_t now = uv_now(loop->uv);

  loop->idle_due = UINT64_MAX;
  while (!loop->closing && heap->count > 0 && heap->nodes[0]->due <= now) {
    cnet_idle_t *idle = idle_of(heap->nodes[0]);
    bool stopped = is_stopped(idle);
    if (!stopped && put_off(idle, now)) continue;
    if (!stopped && has_to_wait(idle)) {
      wait_all(heap, now);
      loop->idle_due = idle->node.due; /* so that nobody else sets the timer */
      uv_timer_start(timer, on_timer, CNET_TURN_PAUSE, 0);
      return;
    }
    cnet_heap_remove(heap, &idle->node);
    idle->resting = true;
    idle->asked = 0;
    if (stopped) continue; /* with nothing told */
    loop->counts[CNET_COUNT_IDLE_TIMEOUTS]++;
    loop->host->idle(idle); /* may free it */
  }
  arm(loop);
}

/* --- activity --------------------------------------------------------------------------------------------- */

void cnet_idle_touch(cnet_idle_t *idle) {
  if (is_stopped(idle)) return;
  note_activity(idle, cnet_now(idle->loop));
  if (!idle->resting) return;
  schedule(idle);
  arm(idle->loop);
}

void cnet_note_activity(cnet_stream_t *stream) {
  if (stream->idle != NULL) cnet_idle_touch(stream->idle);
}

void cnet_note_heard(cnet_stream_t *stream) {
  if (stream->idle != NULL && stream->idle->asked != 0) cnet_idle_touch(stream->idle);
}

int32_t cnet_idle_quiet(const cnet_stream_t *stream) {
  if (stream->idle == NULL || is_stopped(stream->idle)) return UV_ENOTSUP;
  uint64_t quiet = cnet_now(stream->loop) - stream->idle->active_at;
  return quiet < INT32_MAX ? (int32_t)quiet : INT32_MAX;
}

/* --- streams -------------------------------------------------------------------------------------------------- */

/* The timeout goes on without the stream. */
static void part_from(cnet_idle_t *idle) {
  cnet_stream_t *stream = idle->stream;

  if (stream == NULL) return;
  cnet_part_detach(stream, &idle->part);
  stream->idle = NULL;
  idle->stream = NULL;
}

static void on_stream_close(cnet_stream_t *stream, cnet_part_t *part) {
  (void)part;
  part_from(stream->idle);
}

static const cnet_part_ops_t OPS = {.order = CNET_PART_IDLE, .close = on_stream_close};

void cnet_idle_attach(cnet_stream_t *stream, cnet_idle_t *idle) {
  if (stream->flags & CNET_CLOSING || stream->idle == idle) return;
  if (stream->idle != NULL) part_from(stream->idle);
  part_from(idle);
  idle->stream = stream;
  stream->idle = idle;
  cnet_part_attach(stream, &idle->part, &OPS);
}

/* --- beginning and end -------------------------------------------------------------------------------------- */

int cnet_idle_start(cnet_loop_t *loop, uint64_t ms, void *data, cnet_idle_t **out) {
  cnet_idle_t *idle = cnet_zeroed(sizeof *idle);
  if (idle == NULL) return UV_ENOMEM;

  int err = timer_ready(loop);
  if (!err && !cnet_heap_reserve(&loop->idles, loop->idle_count + 1)) err = UV_ENOMEM;
  if (err) {
    free(idle);
    return err;
  }
  idle->loop = loop;
  idle->data = data;
  idle->timeout = ms;
  idle->next = loop->first_idle;
  if (idle->next != NULL) idle->next->previous = idle;
  loop->first_idle = idle;
  loop->idle_count++;
  note_activity(idle, cnet_now(loop));
  schedule(idle);
  arm(loop);
  *out = idle;
  return 0;
}

void *cnet_idle_data(const cnet_idle_t *idle) { return idle->data; }
cnet_loop_t *cnet_idle_loop(const cnet_idle_t *idle) { return idle->loop; }

uint64_t cnet_loop_idle_bytes(const cnet_loop_t *loop) {
  return (uint64_t)loop->idle_count * sizeof(cnet_idle_t) + (uint64_t)loop->idles.size * sizeof *loop->idles.nodes;
}

void cnet_idle_rest(cnet_idle_t *idle) { idle->stopped = true; }
void cnet_idle_rest_by(cnet_idle_t *idle, const volatile uint8_t *flag) { idle->flag = flag; }

/* In the heap it stays where it is, as long as it is not due before that: on_timer() puts it off. */
void cnet_idle_again(cnet_idle_t *idle, uint64_t ms) {
  cnet_loop_t *loop = idle->loop;

  idle->stopped = false;
  idle->timeout = ms;
  idle->queue_size = 0;
  note_activity(idle, cnet_now(loop));
  if (!idle->resting && idle->active_at + ms >= idle->node.due) return;
  if (!idle->resting) cnet_heap_remove(&loop->idles, &idle->node);
  schedule(idle);
  arm(loop);
}

static void idle_free(cnet_idle_t *idle) {
  cnet_loop_t *loop = idle->loop;

  if (!idle->resting) cnet_heap_remove(&loop->idles, &idle->node);
  part_from(idle);
  *(idle->previous != NULL ? &idle->previous->next : &loop->first_idle) = idle->next;
  if (idle->next != NULL) idle->next->previous = idle->previous;
  loop->idle_count--;
  free(idle);
}

void cnet_idle_stop(cnet_idle_t *idle) {
  cnet_loop_t *loop = idle->loop;

  idle_free(idle);
  arm(loop);
}

void cnet_idle_end(cnet_loop_t *loop) {
  for (cnet_idle_t *idle = loop->first_idle, *next; idle != NULL; idle = next) {
    next = idle->next;
    idle_free(idle);
  }
  cnet_heap_free(&loop->idles);
}
