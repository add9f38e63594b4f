/*
 * worker.c: the side of the I/O thread: a host of the core, on a loop of its own, that does what the notes of
 * JavaScript's thread ask for, and tells by notes what has happened.
 *
 * What was taken from the other thread is written once all notes are read that are there: several writes of a stream go
 * to the kernel together. Before the loop asks the kernel it has dealt with all notes, and posted all of its own.
 */
#include "worker.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "descriptor.h"
#include "thread_link.h"

static cnet_link_t **place_of(cnet_stream_t *stream) { return cnet_host_of(stream); }

static cnet_link_t *link_of(cnet_stream_t *stream) { return *place_of(stream); }

/* --- the host of the core ------------------------------------------------------------ */

static int opened(cnet_stream_t *stream, const void *argument) {
  *place_of(stream) = (cnet_link_t *)argument;
  return 0;
}

static void stream_closed(cnet_stream_t *stream) {
  cnet_link_t *link = link_of(stream);

  if (link == NULL) return; /* it could not be opened, and that was told */
  *place_of(stream) = NULL;
  cnet_worker_tell(link->thread, &link->close);
}

static void stream_freed(cnet_stream_t *stream) { (void)stream; }

static void settle(cnet_loop_t *loop) { (void)loop; }

/* A block of the other side, where there is one, for one read. */
static cnet_note_t *take_spare(cnet_io_thread_t *thread) {
  if (thread->empties.first == NULL && cnet_mailbox_has(&thread->empty))
    cnet_mailbox_take(&thread->empty, &thread->empties);
  cnet_note_t *note = cnet_chain_take(&thread->empties);
  return note != NULL ? note : cnet_store_take(&thread->worker_store, CNET_NOTE_DATA, NULL, CNET_PIECE);
}

static void allocate(cnet_stream_t *stream, uv_buf_t *out) {
  const cnet_link_t *link = link_of(stream);
  cnet_io_thread_t *thread = link->thread;

  cnet_mailbox_stay_awake(&thread->commands); /* the loop is about to come back to them */
  if (link->large_reads && thread->spare == NULL) thread->spare = take_spare(thread);
  char *memory = link->large_reads && thread->spare != NULL ? thread->spare->bytes : thread->scratch;
  *out = uv_buf_init(memory, (unsigned)CNET_PIECE);
}

static void deal_with_all(cnet_io_thread_t *thread);

/* What somebody waits for may have been posted before the peer's answer to it came: it is told before that. */
static void received(cnet_stream_t *stream, ssize_t got, const uv_buf_t *memory) {
  cnet_link_t *link = link_of(stream);

  if (link == NULL || cnet_is_closing(stream)) return;
  if (atomic_load(&link->parked)) deal_with_all(link->thread);
  if (cnet_is_closing(stream)) return;
  if (got > 0)
    cnet_worker_tell_data(link, (size_t)got, memory);
  else if (got < 0)
    cnet_worker_tell_end(link, (int)got);
}

static void ended(cnet_stream_t *stream, cnet_operation_t operation, void *context, int status) {
  cnet_link_t *link = link_of(stream);
  (void)context;

  if (operation == CNET_SHUTDOWN) {
    link->shutdown.status = status;
    cnet_worker_tell(link->thread, &link->shutdown);
    return;
  }
  if (status == 0)
    cnet_worker_offered_done(link);
  else
    cnet_worker_fail_writes(link, status);
  if (!cnet_is_closing(stream)) cnet_worker_mark_dirty(link);
}

/* What only those have who listen or connect: nobody does so here. */
static void accepted(cnet_stream_t *listener, cnet_stream_t *client) {
  (void)listener;
  (void)client;
}

static void accept_failed(cnet_stream_t *listener, int status) {
  (void)listener;
  (void)status;
}

static void idle(cnet_idle_t *timeout) { (void)timeout; }

static const cnet_host_t HOST = {
    .stream_size = sizeof(cnet_link_t *),
    .opened = opened,
    .stream_closed = stream_closed,
    .stream_freed = stream_freed,
    .settle = settle,
    .accepted = accepted,
    .accept_failed = accept_failed,
    .allocate = allocate,
    .read = received,
    .ended = ended,
    .idle = idle,
};

/* --- notes of the other thread ------------------------------------------------------------ */

static void open_stream(cnet_link_t *link) {
  int fd = (int)link->open.length;
  cnet_stream_t *stream = NULL;

  link->source.ops = &cnet_worker_source;
  int err = cnet_open(link->thread->own, (cnet_kind_t)link->open.status, link, &stream);
  if (!err) err = cnet_adopt_copy(stream, fd, link->open.offset != 0);
  if (!err) {
    link->stream = stream;
    return;
  }
  cnet_platform_close(fd);
  if (stream != NULL) {
    *place_of(stream) = NULL;
    cnet_close(stream, false);
  }
  link->error = err;
  cnet_worker_tell_end(link, err);
}

/* All that was taken is offered to the kernel once more, which has it then, as it has a write before a destroy(). */
static void close_stream(cnet_link_t *link) {
  cnet_stream_t *stream = link->stream;

  cnet_worker_mark_dirty(link);
  cnet_worker_write_dirty(link->thread); /* so that it is in no list afterwards */
  link->stream = NULL;
  if (stream != NULL)
    cnet_close(stream, cnet_worker_has_unread(link));
  else
    cnet_worker_tell(link->thread, &link->close);
}

static void queue_write(cnet_link_t *link, cnet_note_t *note) {
  cnet_chain_add(&link->queue, note);
  link->source.left += note->length;
  cnet_worker_mark_dirty(link);
}

static void stop(cnet_io_thread_t *thread);

static void deal_with(cnet_io_thread_t *thread, cnet_note_t *note) {
  cnet_link_t *link = note->link;

  switch (note->kind) {
  case CNET_NOTE_OPEN:
    open_stream(link);
    return;
  case CNET_NOTE_READ:
    atomic_store(&link->read_posted, false);
    cnet_worker_look_at_reading(link);
    return;
  case CNET_NOTE_WRITE:
  case CNET_NOTE_PARK:
    queue_write(link, note);
    return;
  case CNET_NOTE_SHUTDOWN:
    link->shuts = true;
    cnet_worker_mark_dirty(link);
    return;
  case CNET_NOTE_CLOSE:
    close_stream(link);
    return;
  default:
    assert(note->kind == CNET_NOTE_STOP);
    stop(thread);
  }
}

/* --- the loop ------------------------------------------------------------ */

static void deal_with_all(cnet_io_thread_t *thread) {
  cnet_note_t *note;

  while (cnet_mailbox_take(&thread->commands, &thread->inbox)) {
    thread->has_dozed = false;
    while ((note = cnet_chain_take(&thread->inbox)) != NULL) deal_with(thread, note);
  }
  cnet_worker_write_dirty(thread);
}

static void on_woken(uv_async_t *async) { (void)async; }

/* Before the kernel is asked, which may take long. */
static void on_prepare(uv_prepare_t *prepare) {
  cnet_io_thread_t *thread = prepare->data;

  cnet_worker_count(&thread->turns, 1);
  do {
    deal_with_all(thread);
    if (cnet_worker_looks_again(thread)) return;
    cnet_mailbox_post(&thread->events, &thread->outbox);
  } while (!uv_is_closing((uv_handle_t *)prepare) &&
           !cnet_mailbox_sleep(&thread->commands, cnet_worker_how_to_sleep(thread)));
  thread->has_told = false;
}

static void on_own_ended(void *data) { (void)data; }

static void stop(cnet_io_thread_t *thread) {
  cnet_worker_write_dirty(thread);
  cnet_worker_reset_unread(thread);
  uv_close((uv_handle_t *)&thread->woken, NULL);
  uv_close((uv_handle_t *)&thread->prepare, NULL);
  uv_close((uv_handle_t *)&thread->doze, NULL);
  uv_close((uv_handle_t *)&thread->look, NULL);
  cnet_loop_close(thread->own, on_own_ended);
  thread->own = NULL;
}

/* A loop opens the last descriptor of its own with its first stream: now, so that the thread opens none. */
static int open_reserve(cnet_io_thread_t *thread) {
  cnet_stream_t *stream = NULL;

  int err = cnet_open(thread->own, CNET_TCP, NULL, &stream);
  if (!err) cnet_close(stream, false);
  return err;
}

int cnet_worker_init(cnet_io_thread_t *thread) {
  int err = uv_loop_init(&thread->uv);
  if (err) return err;

  thread->scratch = malloc(CNET_PIECE);
  err = thread->scratch == NULL ? UV_ENOMEM : uv_async_init(&thread->uv, &thread->woken, on_woken);
  if (!err) err = cnet_loop_new(&thread->uv, &HOST, thread, &thread->own);
  if (!err) err = open_reserve(thread);
  if (err) {
    cnet_worker_undo(thread);
    return err;
  }
  uv_prepare_init(&thread->uv, &thread->prepare);
  uv_timer_init(&thread->uv, &thread->doze);
  uv_idle_init(&thread->uv, &thread->look);
  thread->prepare.data = thread->doze.data = thread;
  uv_prepare_start(&thread->prepare, on_prepare);
  cnet_mailbox_init(&thread->commands, &thread->woken);
  cnet_mailbox_init(&thread->to_seats, NULL);
  cnet_mailbox_init(&thread->to_worker, NULL);
  cnet_mailbox_init(&thread->empty, NULL);
  cnet_store_init(&thread->store, &thread->to_worker, &thread->to_seats);
  cnet_store_init(&thread->worker_store, &thread->to_seats, &thread->to_worker);
  return 0;
}

/* What was never begun has no loop, and what stop() has closed is closed. */
static void close_once(uv_handle_t *handle) {
  if (handle->loop != NULL && !uv_is_closing(handle)) uv_close(handle, NULL);
}

void cnet_worker_undo(cnet_io_thread_t *thread) {
  if (thread->own != NULL) cnet_loop_close(thread->own, on_own_ended);
  thread->own = NULL;
  close_once((uv_handle_t *)&thread->woken);
  close_once((uv_handle_t *)&thread->prepare);
  close_once((uv_handle_t *)&thread->doze);
  close_once((uv_handle_t *)&thread->look);
  uv_run(&thread->uv, UV_RUN_DEFAULT);
  int err = uv_loop_close(&thread->uv);
  assert(err == 0);
  (void)err;
  cnet_store_end(&thread->worker_store);
  free(thread->scratch);
  thread->scratch = NULL;
}

void cnet_worker_run(void *data) {
  cnet_io_thread_t *thread = data;

  uv_run(&thread->uv, UV_RUN_DEFAULT);
  cnet_worker_undo(thread);
}
