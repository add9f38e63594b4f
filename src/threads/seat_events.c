/* seat_events.c: what an I/O thread tells, told to the streams of JavaScript's loop. */
#include "seat.h"

#include <assert.h>
#include <stdlib.h>

/* Notes that are dealt with until the loop goes on to others. */
#define CNET_AT_ONCE 1024

/* The seat has had so much: the worker may read again, if it waits for that and most is gone. */
static void take(cnet_link_t *link, const cnet_note_t *note) {
  uint64_t taken = atomic_load_explicit(&link->taken, memory_order_relaxed) + cnet_cost_of(note->length);

  atomic_store(&link->taken, taken);
  if (link->leaves) return; /* nothing is posted behind CNET_NOTE_CLOSE */
  if (link->got - taken < CNET_UNREAD / 2 && atomic_load(&link->starved) && atomic_exchange(&link->starved, false))
    cnet_seat_post_read(link);
}

/* Gives the seat the first of its backlog. False: it takes no more for now, or the thread has ended, and all links. */
static bool give_first(cnet_link_t *link) {
  const cnet_io_thread_t *thread = link->thread;
  cnet_note_t *note = link->backlog.first;

  if (note->kind == CNET_NOTE_END) {
    cnet_chain_take(&link->backlog);
    atomic_store(&link->wants_read, false);
    atomic_store(&link->end_posted, false);
    cnet_away_read_ended(link->seat, note->status);
    return false;
  }
  bool was_block = note->block != NULL;
  if (cnet_seat_give_block(link, note)) {
    if (thread->stopped) return false;
    note->offset = note->length;
  } else {
    size_t given = cnet_away_give(link->seat, note->bytes + note->offset, note->length - note->offset);
    if (thread->stopped) return false;
    note->offset += (uint32_t)given;
  }
  if (note->offset < note->length) return false;
  take(link, cnet_chain_take(&link->backlog));
  if (note->length > CNET_LARGE && !link->leaves) cnet_seat_supply(link, was_block);
  if (note->block != NULL || was_block)
    cnet_seat_note_free(link->thread, note);
  else
    cnet_store_put(&link->thread->store, note);
  return true;
}

/* Gives the seat what it takes of its backlog. */
static void give(cnet_link_t *link) {
  const cnet_io_thread_t *thread = link->thread;

  if (link->giving) return; /* the loop turns within a callback */
  link->giving = true;
  while (!link->leaves && link->backlog.first != NULL && cnet_away_is_read(link->seat))
    if (!give_first(link)) break;
  if (thread->stopped) return;
  link->giving = false;
  if (link->closed) cnet_seat_link_free(link);
}

/*
 * What the peer answers to a write can be here as early as the note that the write is done. A program that puts off
 * what it does then, by setImmediate() as promises of some libraries do, has done it before it reads the answer.
 */
static void give_in_turn(cnet_link_t *link) {
  if (link->written_turn == link->thread->turn)
    cnet_seat_resume(link);
  else
    give(link);
}

/* The thread reads on for a seat that is paused for a moment only: so much has come that it is longer. */
static void stop_if_paused(cnet_link_t *link) {
  uint64_t waits = link->got - atomic_load_explicit(&link->taken, memory_order_relaxed);

  if (waits < CNET_PIECE || link->leaves || cnet_away_is_read(link->seat)) return;
  if (atomic_exchange(&link->wants_read, false)) cnet_seat_post_read(link);
}

/* A write that has not gone is told once. */
static void on_failed(cnet_link_t *link, cnet_note_t *note) {
  int status = note->status;

  cnet_store_put(&link->thread->store, note);
  link->failed = status;
  if (!link->leaves) cnet_away_failed(link->seat, status);
}

/* What a close has found unwritten is cancelled, whatever becomes of it. */
static void on_parked(cnet_link_t *link, cnet_note_t *note) {
  int status = note->status != 0 && link->leaves ? UV_ECANCELED : note->status;

  cnet_store_put(&link->thread->store, note);
  if (status != 0) link->failed = status;
  link->written_turn = link->thread->turn;
  cnet_away_written(link->seat, status);
}

/* The host is told, and may stop the thread: that frees all links. */
static void on_closed(cnet_link_t *link) {
  const cnet_io_thread_t *thread = link->thread;

  cnet_seat_unlink_resumed(link);
  link->closed = true;
  cnet_away_closed(link->seat);
  if (!thread->stopped && !link->giving) cnet_seat_link_free(link);
}

static void deal_with(cnet_note_t *note) {
  cnet_link_t *link = note->link;

  switch (note->kind) {
  case CNET_NOTE_DATA:
    link->got += cnet_cost_of(note->length);
    /* fall through */
  case CNET_NOTE_END:
    cnet_chain_add(&link->backlog, note);
    stop_if_paused(link);
    give_in_turn(link);
    return;
  case CNET_NOTE_WRITE:
    on_failed(link, note);
    return;
  case CNET_NOTE_PARK:
    on_parked(link, note);
    return;
  case CNET_NOTE_SHUTDOWN:
    cnet_away_shut(link->seat, note->status);
    return;
  default:
    assert(note->kind == CNET_NOTE_CLOSE && link->leaves);
    on_closed(link);
  }
}

/* Those that are read again are given what was kept for them. */
static void give_kept(const cnet_io_thread_t *thread) {
  while (!thread->stopped && thread->resumed != NULL) {
    cnet_link_t *link = thread->resumed;
    cnet_seat_unlink_resumed(link);
    give(link);
  }
}

/* Deals with what has come, and comes meanwhile, until there is no more, or the loop is to go on to others. */
static void deal_with_all(cnet_io_thread_t *thread) {
  for (unsigned dealt = 0; !thread->stopped;) {
    cnet_note_t *note = cnet_chain_take(&thread->arrived);
    if (note == NULL && !cnet_mailbox_take(&thread->events, &thread->arrived)) {
      if (cnet_mailbox_sleep(&thread->events, CNET_SLEEPS)) return;
    } else if (note != NULL) {
      deal_with(note);
      dealt++;
    }
    if (dealt < CNET_AT_ONCE || thread->stopped) continue;
    uv_async_send(thread->wake);
    return;
  }
}

void cnet_seat_on_wake(uv_async_t *wake) {
  cnet_io_thread_t *thread = wake->data;

  cnet_mailbox_stay_awake(&thread->events);
  thread->turn++;
  atomic_store_explicit(&thread->turning, true, memory_order_relaxed);
  give_kept(thread);
  deal_with_all(thread);
  atomic_store_explicit(&thread->turning, false, memory_order_relaxed);
  if (!thread->stopped) cnet_seat_pay(thread);
}
