/*
 * worker_sleep.c: how the I/O thread waits for what comes next, and how long it lets JavaScript's thread sleep.
 */
#include "worker.h"

static void on_dozed(uv_timer_t *timer) {
  cnet_io_thread_t *thread = timer->data;
  thread->has_dozed = true;
}

static void on_look(uv_idle_t *idle) { (void)idle; }

/* While JavaScript's thread deals with what it was told, it is about to answer, and wakes this one afterwards. */
cnet_sleep_t cnet_worker_how_to_sleep(cnet_io_thread_t *thread) {
  bool dozes = thread->has_told || (!thread->has_dozed && atomic_load_explicit(&thread->turning, memory_order_relaxed));

  if (dozes)
    uv_timer_start(&thread->doze, on_dozed, CNET_DOZE, 0);
  else
    uv_timer_stop(&thread->doze);
  return dozes ? CNET_DOZES : CNET_SLEEPS;
}

/*
 * While JavaScript's thread sleeps, what was read in one turn waits for that of the next one, as to wake it costs more
 * than to look. True: the kernel is asked without waiting.
 */
bool cnet_worker_looks_again(cnet_io_thread_t *thread) {
  uint32_t count = thread->outbox.count;
  bool again = count > thread->seen && thread->looks < CNET_LOOKS && cnet_mailbox_is_asleep(&thread->events);

  if (uv_is_closing((uv_handle_t *)&thread->look)) return false;
  thread->seen = again ? count : 0;
  thread->looks = again ? thread->looks + 1 : 0;
  if (again)
    uv_idle_start(&thread->look, on_look);
  else
    uv_idle_stop(&thread->look);
  return again;
}
