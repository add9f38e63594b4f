/*
 * seat.c: the side of JavaScript's thread: what the streams of its loop ask of an I/O thread, and are told by it.
 *
 * Each note is posted at once, so that a write leaves while its caller goes on, as one to the kernel would: who then
 * blocks the thread waits for nothing that does not leave within CNET_DOZE.
 */
#include "seat.h"

#include <stdlib.h>
#include <string.h>

#include "descriptor.h"
#include "error_queue.h"
#include "handle.h"

void cnet_seat_pay(cnet_io_thread_t *thread) {
  if (thread->owed == 0) return;
  thread->owed = 0;
  thread->owed_bytes = 0;
  cnet_mailbox_wake(&thread->commands);
}

/*
 * Within a turn, who dozes is woken for several notes at a time: each time that he wakes costs both threads more than a
 * small write. Should JavaScript not come back meanwhile, he looks by himself.
 */
static void post_in_turn(cnet_io_thread_t *thread, cnet_chain_t *chain, uint32_t length) {
  if (!cnet_mailbox_post_quietly(&thread->commands, chain)) return;
  thread->owed++;
  thread->owed_bytes += length;
  if (thread->owed >= CNET_BATCH || thread->owed_bytes >= CNET_OWED) cnet_seat_pay(thread);
}

static void post(cnet_link_t *link, cnet_note_t *note) {
  cnet_io_thread_t *thread = link->thread;
  cnet_chain_t chain = {0};
  uint32_t length = note->length;

  note->link = link;
  cnet_chain_add(&chain, note);
  if (atomic_load_explicit(&thread->turning, memory_order_relaxed))
    post_in_turn(thread, &chain, length);
  else
    cnet_mailbox_post(&thread->commands, &chain);
}

/* Has the thread look at what is to be read. */
void cnet_seat_post_read(cnet_link_t *link) {
  if (!atomic_exchange(&link->read_posted, true)) post(link, &link->read);
}

/* --- what a stream asks for: cnet_away_ops_t -----------------------------------------------------------------------
 */

/* What was kept is given from the loop, as all is. */
void cnet_seat_resume(cnet_link_t *link) {
  cnet_io_thread_t *thread = link->thread;

  if (link->is_resumed || link->backlog.first == NULL) return;
  link->is_resumed = true;
  link->resumed = thread->resumed;
  thread->resumed = link;
  uv_async_send(thread->wake);
}

/*
 * Who is paused for a moment, as pipe() does it for each piece, does not say so to the thread: that is told when enough
 * has come meanwhile (seat_events.c).
 */
static void read_or_not(void *data, bool start) {
  cnet_link_t *link = data;

  if (!start) return;
  cnet_seat_resume(link);
  if (!atomic_exchange(&link->wants_read, true)) cnet_seat_post_read(link);
}

static uint64_t room_of(cnet_link_t *link) {
  uint64_t waits = link->given - atomic_load_explicit(&link->written, memory_order_acquire);
  return waits < CNET_UNWRITTEN ? CNET_UNWRITTEN - waits : 0;
}

/* A note with bytes, which are copied. 0 or UV_ENOMEM. */
static int post_bytes(cnet_link_t *link, cnet_note_kind_t kind, const char *bytes, size_t length) {
  cnet_note_t *note = cnet_store_take(&link->thread->store, kind, link, length);

  if (note == NULL) return UV_ENOMEM;
  if (length > 0) memcpy(note->bytes, bytes, length);
  note->length = (uint32_t)length;
  link->given += cnet_cost_of(length);
  post(link, note);
  return 0;
}

/* How much of one buffer there was room for, or a negative code. */
static ssize_t post_some(cnet_link_t *link, const char *bytes, size_t length) {
  size_t sent = 0;

  while (sent < length) {
    uint64_t room = room_of(link);
    size_t some = length - sent < CNET_PIECE ? length - sent : CNET_PIECE;
    if (room == 0) break;
    if (some > room) some = (size_t)room;
    int err = post_bytes(link, CNET_NOTE_WRITE, bytes + sent, some);
    if (err) return sent > 0 ? (ssize_t)sent : err;
    sent += some;
  }
  return (ssize_t)sent;
}

static ssize_t write_some(void *data, const uv_buf_t *bufs, unsigned count) {
  cnet_link_t *link = data;
  ssize_t total = 0;

  if (link->failed) return link->failed;
  for (unsigned i = 0; i < count; i++) {
    ssize_t sent = post_some(link, bufs[i].base, bufs[i].len);
    if (sent < 0) return total > 0 ? total : sent;
    total += sent;
    if ((size_t)sent < bufs[i].len) break;
  }
  return total;
}

static int park(void *data, const char *bytes, size_t length) {
  cnet_link_t *link = data;
  if (link->failed) return link->failed;
  atomic_store(&link->parked, true);
  int err = post_bytes(link, CNET_NOTE_PARK, bytes, length);
  if (err) atomic_store(&link->parked, false);
  return err;
}

static void shut(void *data) {
  cnet_link_t *link = data;
  post(link, &link->shutdown);
}

static bool is_busy(void *data) {
  cnet_link_t *link = data;
  return link->given != atomic_load(&link->written) || atomic_load(&link->told) != atomic_load(&link->taken) ||
         atomic_load(&link->end_posted) || (link->failed == 0 && atomic_load(&link->fails));
}

static void hold(void *data, bool holds) {
  cnet_io_thread_t *thread = ((cnet_link_t *)data)->thread;

  thread->holds += holds ? 1 : (uint32_t)-1;
  cnet_handle_ref((uv_handle_t *)thread->wake, thread->holds > 0);
}

/* What the seat has had, reckoned as in `told`: also what is being given to it, when nothing of that is left. */
static uint64_t had(const cnet_link_t *link) {
  uint64_t taken = atomic_load_explicit(&link->taken, memory_order_relaxed);
  const cnet_note_t *note = link->backlog.first;

  if (!link->giving || note == NULL || note->kind != CNET_NOTE_DATA || cnet_away_left(link->seat) > 0) return taken;
  return taken + cnet_cost_of(note->length);
}

static void leave(void *data) {
  cnet_link_t *link = data;

  link->had = had(link);
  link->leaves = true;
  link->thread->links--;
  post(link, &link->close);
}

static const cnet_away_ops_t OPS = {read_or_not, write_some, park, shut, is_busy, hold, leave};

/* --- beginning and end ---------------------------------------------------------------------------------------------
 */

static void enter(cnet_io_thread_t *thread, cnet_link_t *link) {
  link->next = thread->first;
  if (link->next != NULL) link->next->previous = link;
  thread->first = link;
}

static void free_chain(cnet_io_thread_t *thread, cnet_chain_t *chain) {
  for (cnet_note_t *note; (note = cnet_chain_take(chain)) != NULL;)
    if (note->bytes != NULL) cnet_seat_note_free(thread, note); /* the others are parts of links */
}

void cnet_seat_unlink_resumed(cnet_link_t *link) {
  cnet_link_t **place = &link->thread->resumed;

  if (!link->is_resumed) return;
  while (*place != link) place = &(*place)->resumed;
  *place = link->resumed;
  link->is_resumed = false;
}

void cnet_seat_link_free(cnet_link_t *link) {
  cnet_io_thread_t *thread = link->thread;

  cnet_seat_unlink_resumed(link);
  if (link->previous != NULL)
    link->previous->next = link->next;
  else
    thread->first = link->next;
  if (link->next != NULL) link->next->previous = link->previous;
  free_chain(thread, &link->backlog);
  free_chain(thread, &link->queue);
  free_chain(thread, &link->offered);
  free(link);
}

static cnet_link_t *link_new(cnet_io_thread_t *thread, cnet_stream_t *stream, int fd) {
  cnet_link_t *link = calloc(1, sizeof *link);

  if (link == NULL) return NULL;
  link->thread = thread;
  link->seat = stream;
  link->open = (cnet_note_t){.kind = CNET_NOTE_OPEN,
                             .length = (uint32_t)fd,
                             .status = (int)cnet_kind_of(stream),
                             .offset = cnet_error_queue_is_watched(stream)};
  link->read.kind = CNET_NOTE_READ;
  link->shutdown.kind = CNET_NOTE_SHUTDOWN;
  link->close.kind = CNET_NOTE_CLOSE;
  link->end.kind = CNET_NOTE_END;
  link->end.link = link;
  return link;
}

int cnet_seat_move(cnet_io_thread_t *thread, cnet_stream_t *stream) {
  int own = cnet_fd(stream);
  int fd = own < 0 ? own : cnet_platform_dup(own);
  if (fd < 0) return fd;

  cnet_link_t *link = link_new(thread, stream, fd);
  int err = link == NULL ? UV_ENOMEM : cnet_away_begin(stream, &OPS, link);
  if (err) {
    free(link);
    cnet_platform_close(fd);
    return err;
  }
  enter(thread, link);
  thread->links++;
  post(link, &link->open);
  cnet_away_go_on(stream);
  return 0;
}

void cnet_seat_note_had(cnet_io_thread_t *thread) {
  for (cnet_link_t *link = thread->first; link != NULL; link = link->next)
    if (!link->leaves) link->had = had(link);
}

void cnet_seat_end_all(cnet_io_thread_t *thread) {
  cnet_mailbox_take(&thread->events, &thread->arrived);
  cnet_mailbox_take(&thread->commands, &thread->arrived);
  cnet_mailbox_take(&thread->to_seats, &thread->arrived);
  cnet_mailbox_take(&thread->to_worker, &thread->arrived);
  cnet_mailbox_take(&thread->empty, &thread->arrived);
  free_chain(thread, &thread->arrived);
  free_chain(thread, &thread->empties);
  free_chain(thread, &thread->outbox); /* what it told behind the last post of its own */
  if (thread->spare != NULL) cnet_seat_note_free(thread, thread->spare);
  thread->spare = NULL;
  cnet_store_end(&thread->store);
  for (cnet_link_t *link = thread->first; link != NULL; link = link->next)
    if (!link->leaves) cnet_away_end(link->seat);
  /* Nothing is on a thread any more when the host is told. */
  for (cnet_link_t *link = thread->first, *next; link != NULL; link = next) {
    next = link->next;
    if (link->leaves && !link->closed) cnet_away_closed(link->seat);
    cnet_seat_link_free(link);
  }
  thread->links = 0;
}
