/* worker.h: what the files of the I/O thread's side tell each other. For threads/ alone. */
#ifndef CNET_THREADS_WORKER_H
#define CNET_THREADS_WORKER_H

#include "thread_link.h"

/* A note for JavaScript's thread, which has it from now on. */
void cnet_worker_tell(cnet_io_thread_t *thread, cnet_note_t *note);

/* One thread adds, others read. */
static inline void cnet_worker_count(_Atomic uint64_t *counter, uint64_t by) {
  atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + by, memory_order_relaxed);
}

/* The source of each link: its queue. */
extern const cnet_source_ops_t cnet_worker_source;

/* All that was offered is with the kernel. */
void cnet_worker_offered_done(cnet_link_t *link);

/* Nothing is written any more: all that waits has failed. */
void cnet_worker_fail_writes(cnet_link_t *link, int status);

/* The link has something to write, or an end; it is looked at by the next one. */
void cnet_worker_mark_dirty(cnet_link_t *link);
void cnet_worker_write_dirty(cnet_io_thread_t *thread);

/* Reads, or does so no more, as the seat wants it and has room. */
void cnet_worker_look_at_reading(cnet_link_t *link);

/* Bytes that were read, in the memory that allocate() has given; the end of reading. */
void cnet_worker_tell_data(cnet_link_t *link, size_t got, const uv_buf_t *memory);
void cnet_worker_tell_end(cnet_link_t *link, int status);

/* Whether the close of a link that the seat has left is a reset, as the seat has not had all that was read. */
bool cnet_worker_has_unread(cnet_link_t *link);

/* Closes by a reset those for which that is so, when the thread ends. */
void cnet_worker_reset_unread(cnet_io_thread_t *thread);

/* How it sleeps now: while JavaScript's thread is about to answer, it dozes, and a timer is started for that. */
cnet_sleep_t cnet_worker_how_to_sleep(cnet_io_thread_t *thread);

/* True: the kernel is to be asked without waiting, before JavaScript's thread is woken for what was told. */
bool cnet_worker_looks_again(cnet_io_thread_t *thread);

#endif
