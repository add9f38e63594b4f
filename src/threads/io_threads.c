/* io_threads.c: the I/O threads of a loop: which there are, their beginning and their end. */
#include "io_threads.h"

#include <stdlib.h>

#include "at_exit.h"
#include "descriptor.h"
#include "handle.h"
#include "thread.h"
#include "thread_link.h"

struct cnet_threads {
  cnet_loop_t *loop;
  cnet_io_thread_t *all[CNET_THREADS_MOST];
  unsigned count;
  bool stopped;
  cnet_at_exit_t at_exit;
};

cnet_threads_t *cnet_threads_new(cnet_loop_t *loop) {
  cnet_threads_t *threads = calloc(1, sizeof *threads);

  if (threads != NULL) threads->loop = loop;
  return threads;
}

unsigned cnet_threads_count(const cnet_threads_t *threads) { return threads->count; }

/* --- one thread -----------------------------------------------------------------------------------------------------
 */

static int make_wake(cnet_io_thread_t *thread) {
  int err = cnet_handle_async(thread->loop, cnet_seat_on_wake, thread, &thread->wake);
  if (err) return err;

  uv_unref((uv_handle_t *)thread->wake);
  cnet_handle_is_spare(thread->loop, true);
  cnet_mailbox_init(&thread->events, thread->wake);
  cnet_mailbox_sleep(&thread->events, CNET_SLEEPS);
  return 0;
}

static void close_wake(cnet_io_thread_t *thread) {
  cnet_handle_is_spare(thread->loop, false);
  cnet_handle_close(thread->loop, (uv_handle_t *)thread->wake);
  thread->wake = NULL;
}

/* Those of a loop, of its first stream, and one more. */
#define DESCRIPTORS 8

/*
 * Whether there are so many: libuv leaves one open when it can open the first ones of a loop alone. As there is one
 * more, the thread takes none at a time when a listener has none left, and libuv has given one up for a moment.
 */
static int need_descriptors(int fd) {
  int err = 0, count = 0, taken[DESCRIPTORS];

  while (!err && count < DESCRIPTORS) {
    int copy = cnet_platform_dup(fd);
    if (copy >= 0)
      taken[count++] = copy;
    else
      err = copy;
  }
  while (count > 0) cnet_platform_close(taken[--count]);
  return err;
}

/* For a stream with this descriptor. */
static int start(cnet_loop_t *loop, int fd, cnet_io_thread_t **out) {
  int err = need_descriptors(fd);
  cnet_io_thread_t *thread = err ? NULL : calloc(1, sizeof *thread);
  if (thread == NULL) return err ? err : UV_ENOMEM;

  thread->loop = loop;
  err = cnet_worker_init(thread);
  if (err) {
    free(thread);
    return err;
  }
  err = make_wake(thread);
  if (!err) {
    err = cnet_platform_thread(&thread->id, cnet_worker_run, thread);
    if (err) close_wake(thread);
  }
  if (err) {
    cnet_worker_undo(thread);
    free(thread);
    return err;
  }
  *out = thread;
  return 0;
}

/* All that was posted is done first. */
static void end(cnet_io_thread_t *thread) {
  cnet_chain_t chain = {0};

  cnet_seat_note_had(thread);
  thread->stop.kind = CNET_NOTE_STOP;
  cnet_chain_add(&chain, &thread->stop);
  cnet_mailbox_post(&thread->commands, &chain);
  uv_thread_join(&thread->id);
  thread->stopped = true;
}

static void stop(cnet_io_thread_t *thread) {
  if (thread->left) return;
  thread->left = true; /* first: within what follows a host may call this again */
  if (!thread->stopped) end(thread);
  cnet_seat_end_all(thread);
  close_wake(thread);
}

/* --- all of them ----------------------------------------------------------------------------------------------------
 */

/* What was given to the threads leaves with the process, as what was written without them would; no host is told. */
static void end_with_process(void *data) {
  cnet_threads_t *threads = data;

  for (unsigned i = 0; i < threads->count; i++)
    if (!threads->all[i]->stopped) end(threads->all[i]);
}

/* The one with the fewest streams, of the first `limit`; a new one when all have some. */
static int choose(cnet_threads_t *threads, const cnet_stream_t *stream, unsigned limit, unsigned *out) {
  unsigned best = 0, most = limit < CNET_THREADS_MOST ? limit : CNET_THREADS_MOST;

  for (unsigned i = 1; i < threads->count && i < most; i++)
    if (threads->all[i]->links < threads->all[best]->links) best = i;
  *out = best;
  if (threads->count >= most || (threads->count > 0 && threads->all[best]->links == 0)) return 0;
  int err = start(threads->loop, cnet_fd(stream), &threads->all[threads->count]);
  if (err) return threads->count > 0 ? 0 : err;
  *out = threads->count++;
  if (threads->count == 1) cnet_at_exit_enter(&threads->at_exit, end_with_process, threads);
  return 0;
}

int cnet_threads_move(cnet_threads_t *threads, cnet_stream_t *stream, unsigned limit) {
  unsigned index;

  if (threads->stopped || limit == 0) return UV_ECANCELED;
  int err = choose(threads, stream, limit, &index);
  if (!err) err = cnet_seat_move(threads->all[index], stream);
  return err ? err : (int)index;
}

void cnet_threads_stats(cnet_threads_t *threads, unsigned index, cnet_thread_stats_t *out) {
  cnet_io_thread_t *thread = threads->all[index];

  *out = (cnet_thread_stats_t){
      .sockets = thread->links,
      .messages = atomic_load(&thread->messages),
      .bytes_read = atomic_load(&thread->bytes_read),
      .bytes_written = atomic_load(&thread->bytes_written),
      .turns = atomic_load(&thread->turns),
      .cpu = thread->stopped ? UV_ESRCH : cnet_platform_thread_cpu(&thread->id),
  };
}

void cnet_threads_stop(cnet_threads_t *threads) {
  threads->stopped = true;
  for (unsigned i = 0; i < threads->count; i++) stop(threads->all[i]);
}

void cnet_threads_free(cnet_threads_t *threads) {
  cnet_at_exit_leave(&threads->at_exit);
  cnet_threads_stop(threads);
  for (unsigned i = 0; i < threads->count; i++) free(threads->all[i]);
  free(threads);
}
