/*
 * worker_write.c: writing, on the I/O thread: the queue of a link is a source of the core's.
 *
 * The core asks for more only when the kernel has had what it took before: so what was offered is done with then.
 */
#include "worker.h"

#include <stdlib.h>

void cnet_worker_tell(cnet_io_thread_t *thread, cnet_note_t *note) {
  thread->has_told = true;
  cnet_chain_add(&thread->outbox, note);
  if (thread->outbox.count >= CNET_BATCH) cnet_mailbox_post(&thread->events, &thread->outbox);
}

static cnet_link_t *link_of_source(cnet_source_t *source) {
  return (cnet_link_t *)(void *)((char *)source - offsetof(cnet_link_t, source));
}

/* A note is done with: it goes back where somebody waits for it, or it is the first that has failed. */
static void note_done(cnet_link_t *link, cnet_note_t *note, int status) {
  if (status != 0) atomic_store(&link->fails, true); /* before the seat can take it for written */
  atomic_store(&link->written, atomic_load_explicit(&link->written, memory_order_relaxed) + cnet_cost_of(note->length));
  note->status = status;
  if (note->kind == CNET_NOTE_PARK) atomic_store(&link->parked, false);
  if (note->kind == CNET_NOTE_PARK || (status != 0 && !link->told_failure))
    cnet_worker_tell(link->thread, note);
  else
    cnet_store_put(&link->thread->worker_store, note);
  if (status != 0) link->told_failure = true;
}

/* All that was offered is with the kernel: it is asked for more only then. */
void cnet_worker_offered_done(cnet_link_t *link) {
  for (cnet_note_t *note; (note = cnet_chain_take(&link->offered)) != NULL;) {
    cnet_worker_count(&link->thread->messages, 1);
    cnet_worker_count(&link->thread->bytes_written, note->length);
    note_done(link, note, 0);
  }
}

static unsigned peek(cnet_source_t *source, uv_buf_t *out) {
  cnet_link_t *link = link_of_source(source);
  unsigned n = 0;

  cnet_worker_offered_done(link);
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

const cnet_source_ops_t cnet_worker_source = {peek, advance, retain, release};

/* Nothing is written any more: all that waits has failed. */
void cnet_worker_fail_writes(cnet_link_t *link, int status) {
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
  if (link->shutdown.status != 0) cnet_worker_tell(link->thread, &link->shutdown);
}

/* Offers the kernel what is queued, unless it is full. */
static void write_queue(cnet_link_t *link) {
  if (link->stream == NULL || link->error) {
    cnet_worker_fail_writes(link, link->error ? link->error : UV_EBADF);
  } else if (cnet_write_queue_size(link->stream) == 0 && link->queue.first != NULL) {
    int err = cnet_writable(link->stream);
    if (!err && link->source.left > 0) err = cnet_write(link->stream, &link->source, true);
    if (err == 0) {
      advance(&link->source, 0); /* those without bytes, where there is nothing else */
      cnet_worker_offered_done(link);
    } else if (err < 0) {
      cnet_worker_fail_writes(link, err);
    }
  }
  if (link->stream != NULL || link->error) shut_when_written(link);
}

void cnet_worker_write_dirty(cnet_io_thread_t *thread) {
  while (thread->dirty != NULL) {
    cnet_link_t *link = thread->dirty;
    thread->dirty = link->dirty;
    link->is_dirty = false;
    write_queue(link);
  }
}

void cnet_worker_mark_dirty(cnet_link_t *link) {
  if (link->is_dirty) return;
  link->is_dirty = true;
  link->dirty = link->thread->dirty;
  link->thread->dirty = link;
}
