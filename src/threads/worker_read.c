/* worker_read.c: reading, on the I/O thread: no more than the seat can be given. */
#include "worker.h"

#include <string.h>

#include "tcp.h"

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

void cnet_worker_tell_end(cnet_link_t *link, int status) {
  if (atomic_exchange(&link->end_posted, true)) return;
  link->reads = false;
  link->end.status = status;
  cnet_worker_tell(link->thread, &link->end);
}

void cnet_worker_look_at_reading(cnet_link_t *link) {
  bool reads = atomic_load(&link->wants_read) && !atomic_load(&link->end_posted) && !has_to_wait(link);

  if (link->stream == NULL || reads == link->reads) return;
  link->reads = reads;
  int err = reads ? cnet_read_start(link->stream) : cnet_read_stop(link->stream);
  if (err) cnet_worker_tell_end(link, err);
}

/*
 * A large read lies in the note that is sent; a small one is copied to one of its size. What a read leaves of a block
 * is cleared here, so that JavaScript's thread has nothing to do with the bytes.
 */
static cnet_note_t *note_of(cnet_link_t *link, size_t got, const uv_buf_t *memory) {
  cnet_io_thread_t *thread = link->thread;
  cnet_note_t *note = thread->spare;

  if (note != NULL && memory->base == note->bytes && got > CNET_PIECE / 4) {
    thread->spare = NULL;
    note->link = link;
    if (note->block != NULL) memset(note->bytes + got, 0, CNET_PIECE - got);
  } else {
    note = cnet_store_take(&thread->worker_store, CNET_NOTE_DATA, link, got);
    if (note != NULL) memcpy(note->bytes, memory->base, got);
  }
  if (note != NULL) note->length = (uint32_t)got;
  return note;
}

void cnet_worker_tell_data(cnet_link_t *link, size_t got, const uv_buf_t *memory) {
  cnet_note_t *note = note_of(link, got, memory);

  if (note == NULL) { /* the bytes are lost: the connection is of no use any more */
    cnet_read_stop(link->stream);
    cnet_worker_tell_end(link, UV_ENOMEM);
    return;
  }
  link->large_reads = got > CNET_PIECE / 4;
  atomic_store(&link->told, atomic_load_explicit(&link->told, memory_order_relaxed) + cnet_cost_of(got));
  cnet_worker_count(&link->thread->messages, 1);
  cnet_worker_count(&link->thread->bytes_read, got);
  cnet_worker_tell(link->thread, note);
  if (has_to_wait(link)) cnet_worker_look_at_reading(link);
}

/* Without this thread the kernel would have them, and lets the peer know of bytes that nobody has read. */
bool cnet_worker_has_unread(cnet_link_t *link) {
  return cnet_platform_resets_unread() && atomic_load_explicit(&link->told, memory_order_relaxed) != link->had;
}

/* JavaScript's thread waits for the end of this one meanwhile, so the links stay as they are. */
void cnet_worker_reset_unread(cnet_io_thread_t *thread) {
  for (cnet_link_t *link = thread->first; link != NULL; link = link->next)
    if (link->stream != NULL && cnet_worker_has_unread(link)) cnet_close(link->stream, true);
}
