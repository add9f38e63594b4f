/*
 * worker.c: the side of the I/O thread: a host of the core, on a loop of its own, that does what the notes of
 * JavaScript's thread ask for, and tells by notes what has happened.
 *
 * What was taken from the other thread is written once all notes are read that are there: several writes of a stream go
 * to the kernel together. Before the loop asks the kernel it has dealt with all notes, and posted all of its own.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "descriptor.h"
#include "link.h"

static cnet_link_t **place_of(cnet_stream_t *stream) { return cnet_host_of(stream); }

static cnet_link_t *link_of(cnet_stream_t *stream) { return *place_of(stream); }

static void tell(cnet_io_thread_t *thread, cnet_note_t *note) {
  cnet_chain_add(&thread->outbox, note);
  if (thread->outbox.count >= CNET_BATCH) cnet_mailbox_post(&thread->events, &thread->outbox);
}

/* One thread adds, others read. */
static void count(_Atomic uint64_t *counter, uint64_t by) {
  atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + by, memory_order_relaxed);
}

/* --- writing: the source of a link is its queue --------------------------------------------------------------------- */

static cnet_link_t *link_of_source(cnet_source_t *source) {
  return (cnet_link_t *)(void *)((char *)source - offsetof(cnet_link_t, source));
}

/* A note is done with: it goes back where somebody waits for it, or it is the first that has failed. */
static void note_done(cnet_link_t *link, cnet_note_t *note, int status) {
  atomic_store(&link->written, atomic_load_explicit(&link->written, memory_order_relaxed) + cnet_cost_of(note->length));
  note->status = status;
  if (note->kind == CNET_NOTE_PARK || (status != 0 && !link->told_failure))
    tell(link->thread, note);
  else
    free(note);
  if (status != 0) link->told_failure = true;
}

/* All that was offered is with the kernel: it is asked for more only then. */
static void offered_done(cnet_link_t *link) {
  for (cnet_note_t *note; (note = cnet_chain_take(&link->offered)) != NULL;) {
    count(&link->thread->messages, 1);
    count(&link->thread->bytes_written, note->length);
    note_done(link, note, 0);
  }
}

static unsigned peek(cnet_source_t *source, uv_buf_t *out) {
  cnet_link_t *link = link_of_source(source);
  unsigned n = 0;

  offered_done(link);
  for (cnet_note_t *note = link->queue.first; note != NULL && n < CNET_IOV; note = note->next)
    if (note->offset < note->length) out[n++] = uv_buf_init(note->bytes + note->offset, note->length - note->offset);
  return n;
}

/* Notes without bytes are done with when those before them are. */
static void advance(cnet_source_t *source, size_t bytes) {
  cnet_link_t *link = link_of_source(source);

  source->left -= bytes;
  for (cnet_note_t *note; (note = link->queue.first) != NULL;) {
    size_t rest = note->length - note->offset;
    if (bytes < rest) {
      note->offset += (uint32_t)bytes;
      return;
    }
    bytes -= rest;
    cnet_chain_add(&link->offered, cnet_chain_take(&link->queue));
  }
}

static cnet_source_t *retain(const cnet_source_t *source) { return (cnet_source_t *)source; }

static void release(cnet_source_t *source) { (void)source; }

static const cnet_source_ops_t SOURCE = {peek, advance, retain, release};

/* Nothing is written any more: all that waits has failed. */
static void fail_writes(cnet_link_t *link, int status) {
  cnet_note_t *note;

  if (link->error == 0) link->error = status;
  link->source.left = 0;
  while ((note = cnet_chain_take(&link->offered)) != NULL) note_done(link, note, status);
  while ((note = cnet_chain_take(&link->queue)) != NULL) note_done(link, note, status);
}

static void shut_when_written(cnet_link_t *link) {
  if (!link->shuts || link->queue.first != NULL || link->offered.first != NULL) return;
  link->shuts = false;
  link->shutdown.status = link->error ? link->error : cnet_shutdown(link->stream, NULL);
  if (link->shutdown.status != 0) tell(link->thread, &link->shutdown);
}

/* Offers the kernel what is queued, unless it is full. */
static void write_queue(cnet_link_t *link) {
  if (link->stream == NULL || link->error) {
    fail_writes(link, link->error ? link->error : UV_EBADF);
  } else if (cnet_write_queue_size(link->stream) == 0 && link->queue.first != NULL) {
    int err = cnet_writable(link->stream);
    if (!err && link->source.left > 0) err = cnet_write(link->stream, &link->source, true);
    if (err == 0) {
      advance(&link->source, 0); /* those without bytes, where there is nothing else */
      offered_done(link);
    } else if (err < 0) {
      fail_writes(link, err);
    }
  }
  if (link->stream != NULL) shut_when_written(link);
}

static void write_dirty(cnet_io_thread_t *thread) {
  while (thread->dirty != NULL) {
    cnet_link_t *link = thread->dirty;
    thread->dirty = link->dirty;
    link->is_dirty = false;
    write_queue(link);
  }
}

static void mark_dirty(cnet_link_t *link) {
  if (link->is_dirty) return;
  link->is_dirty = true;
  link->dirty = link->thread->dirty;
  link->thread->dirty = link;
}

/* --- reading --------------------------------------------------------------------------------------------------------- */

static uint64_t unread(cnet_link_t *link) {
  return atomic_load_explicit(&link->told, memory_order_relaxed) - atomic_load(&link->taken);
}

/* Whether the seat has to take some first. It is told to say so; perhaps it has done so meanwhile. */
static bool has_to_wait(cnet_link_t *link) {
  if (unread(link) < CNET_UNREAD) return false;
  atomic_store(&link->starved, true);
  if (unread(link) >= CNET_UNREAD / 2) return true;
  return !atomic_exchange(&link->starved, false);
}

static void tell_end(cnet_link_t *link, int status) {
  if (atomic_exchange(&link->end_posted, true)) return;
  link->reads = false;
  link->end.status = status;
  tell(link->thread, &link->end);
}

static void look_at_reading(cnet_link_t *link) {
  bool reads = atomic_load(&link->wants_read) && !atomic_load(&link->end_posted) && !has_to_wait(link);

  if (link->stream == NULL || reads == link->reads) return;
  link->reads = reads;
  int err = reads ? cnet_read_start(link->stream) : cnet_read_stop(link->stream);
  if (err) tell_end(link, err);
}

/* A large read lies in the note that is sent; a small one is copied to one of its size. */
static cnet_note_t *note_of(cnet_link_t *link, size_t got, const uv_buf_t *memory) {
  cnet_io_thread_t *thread = link->thread;
  cnet_note_t *note = thread->spare;

  if (note != NULL && memory->base == note->bytes && got > CNET_PIECE / 4) {
    thread->spare = NULL;
    note->link = link;
  } else {
    note = cnet_note_new(CNET_NOTE_DATA, link, got);
    if (note != NULL) memcpy(note->bytes, memory->base, got);
  }
  if (note != NULL) note->length = (uint32_t)got;
  return note;
}

static void tell_data(cnet_link_t *link, size_t got, const uv_buf_t *memory) {
  cnet_note_t *note = note_of(link, got, memory);

  if (note == NULL) { /* the bytes are lost: the connection is of no use any more */
    cnet_read_stop(link->stream);
    tell_end(link, UV_ENOMEM);
    return;
  }
  link->large_reads = got > CNET_PIECE / 4;
  atomic_store(&link->told, atomic_load_explicit(&link->told, memory_order_relaxed) + cnet_cost_of(got));
  count(&link->thread->messages, 1);
  count(&link->thread->bytes_read, got);
  tell(link->thread, note);
  if (has_to_wait(link)) look_at_reading(link);
}

/* --- the host of the core ------------------------------------------------------------------------------------------- */

static int opened(cnet_stream_t *stream, const void *argument) {
  *place_of(stream) = (cnet_link_t *)argument;
  return 0;
}

static void stream_closed(cnet_stream_t *stream) {
  cnet_link_t *link = link_of(stream);

  *place_of(stream) = NULL;
  tell(link->thread, &link->close);
}

static void stream_freed(cnet_stream_t *stream) { (void)stream; }

static void settle(cnet_loop_t *loop) { (void)loop; }

static void allocate(cnet_stream_t *stream, uv_buf_t *out) {
  const cnet_link_t *link = link_of(stream);
  cnet_io_thread_t *thread = link->thread;

  cnet_mailbox_stay_awake(&thread->commands); /* the loop is about to come back to them */
  if (link->large_reads && thread->spare == NULL) thread->spare = cnet_note_new(CNET_NOTE_DATA, NULL, CNET_PIECE);
  char *memory = link->large_reads && thread->spare != NULL ? thread->spare->bytes : thread->scratch;
  *out = uv_buf_init(memory, (unsigned)CNET_PIECE);
}

static void received(cnet_stream_t *stream, ssize_t got, const uv_buf_t *memory) {
  cnet_link_t *link = link_of(stream);

  if (link == NULL || cnet_is_closing(stream)) return;
  if (got > 0)
    tell_data(link, (size_t)got, memory);
  else if (got < 0)
    tell_end(link, (int)got);
}

static void ended(cnet_stream_t *stream, cnet_operation_t operation, void *context, int status) {
  cnet_link_t *link = link_of(stream);
  (void)context;

  if (operation == CNET_SHUTDOWN) {
    link->shutdown.status = status;
    tell(link->thread, &link->shutdown);
    return;
  }
  if (status == 0)
    offered_done(link);
  else
    fail_writes(link, status);
  if (!cnet_is_closing(stream)) mark_dirty(link);
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

/* --- notes of the other thread -------------------------------------------------------------------------------------- */

static void open_stream(cnet_link_t *link) {
  int fd = (int)link->open.length;
  cnet_stream_t *stream = NULL;

  link->source.ops = &SOURCE;
  int err = cnet_open(link->thread->own, (cnet_kind_t)link->open.status, link, &stream);
  if (!err) err = cnet_adopt(stream, fd);
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
  tell_end(link, err);
}

/* All that was taken is offered to the kernel once more, which has it then, as it has a write before a destroy(). */
static void close_stream(cnet_link_t *link) {
  cnet_stream_t *stream = link->stream;

  mark_dirty(link);
  write_dirty(link->thread); /* so that it is in no list afterwards */
  link->stream = NULL;
  if (stream != NULL)
    cnet_close(stream, false);
  else
    tell(link->thread, &link->close);
}

static void queue_write(cnet_link_t *link, cnet_note_t *note) {
  cnet_chain_add(&link->queue, note);
  link->source.left += note->length;
  mark_dirty(link);
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
    look_at_reading(link);
    return;
  case CNET_NOTE_WRITE:
  case CNET_NOTE_PARK:
    queue_write(link, note);
    return;
  case CNET_NOTE_SHUTDOWN:
    link->shuts = true;
    mark_dirty(link);
    return;
  case CNET_NOTE_CLOSE:
    close_stream(link);
    return;
  default:
    assert(note->kind == CNET_NOTE_STOP);
    stop(thread);
  }
}

/* --- the loop --------------------------------------------------------------------------------------------------------- */

static void deal_with_all(cnet_io_thread_t *thread) {
  cnet_note_t *note;

  while (cnet_mailbox_take(&thread->commands, &thread->inbox))
    while ((note = cnet_chain_take(&thread->inbox)) != NULL) deal_with(thread, note);
  write_dirty(thread);
}

/* Before the kernel is asked, which may take long. */
static void on_prepare(uv_prepare_t *prepare) {
  cnet_io_thread_t *thread = prepare->data;

  count(&thread->turns, 1);
  do {
    deal_with_all(thread);
    cnet_mailbox_post(&thread->events, &thread->outbox);
  } while (!uv_is_closing((uv_handle_t *)prepare) && !cnet_mailbox_sleep(&thread->commands));
}

static void on_woken(uv_async_t *async) { (void)async; }

static void on_own_ended(void *data) { (void)data; }

static void stop(cnet_io_thread_t *thread) {
  write_dirty(thread);
  uv_close((uv_handle_t *)&thread->woken, NULL);
  uv_close((uv_handle_t *)&thread->prepare, NULL);
  cnet_loop_close(thread->own, on_own_ended);
  thread->own = NULL;
}

int cnet_worker_init(cnet_io_thread_t *thread) {
  int err = uv_loop_init(&thread->uv);
  if (err) return err;

  thread->scratch = malloc(CNET_PIECE);
  err = thread->scratch == NULL ? UV_ENOMEM : uv_async_init(&thread->uv, &thread->woken, on_woken);
  if (!err) err = cnet_loop_new(&thread->uv, &HOST, thread, &thread->own);
  if (err) {
    cnet_worker_undo(thread);
    return err;
  }
  uv_prepare_init(&thread->uv, &thread->prepare);
  thread->prepare.data = thread;
  uv_prepare_start(&thread->prepare, on_prepare);
  cnet_mailbox_init(&thread->commands, &thread->woken);
  return 0;
}

void cnet_worker_undo(cnet_io_thread_t *thread) {
  if (thread->own != NULL) cnet_loop_close(thread->own, on_own_ended);
  thread->own = NULL;
  if (thread->woken.loop != NULL && !uv_is_closing((uv_handle_t *)&thread->woken))
    uv_close((uv_handle_t *)&thread->woken, NULL);
  if (thread->prepare.loop != NULL && !uv_is_closing((uv_handle_t *)&thread->prepare))
    uv_close((uv_handle_t *)&thread->prepare, NULL);
  uv_run(&thread->uv, UV_RUN_DEFAULT);
  int err = uv_loop_close(&thread->uv);
  assert(err == 0);
  (void)err;
  free(thread->spare);
  free(thread->scratch);
  thread->spare = NULL;
  thread->scratch = NULL;
}

void cnet_worker_run(void *data) {
  cnet_io_thread_t *thread = data;

  uv_run(&thread->uv, UV_RUN_DEFAULT);
  cnet_worker_undo(thread);
}
