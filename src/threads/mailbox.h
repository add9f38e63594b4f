/*
 * mailbox.h: notes on their way from one thread to another: one thread posts, one takes, and neither ever waits.
 *
 * The notes of a mailbox are one list, to which one word points. Who posts takes the list that nobody has taken yet
 * back, appends his, and puts it there again; who takes exchanges the word for NULL. So each batch costs two exchanges,
 * the order is kept, and no place can be full: how much is on its way is bounded by who posts (thread_link.h).
 *
 * A note is the memory of whoever takes it, until he gives it on.
 */
#ifndef CNET_THREADS_MAILBOX_H
#define CNET_THREADS_MAILBOX_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

typedef struct cnet_link cnet_link_t;
typedef struct cnet_note cnet_note_t;

/* What a note says. Those that are kept go back when what they ask for is done. */
typedef enum cnet_note_kind {
  CNET_NOTE_OPEN,     /* to the thread: here is a connection; see link_new() */
  CNET_NOTE_READ,     /* link->wants_read is another one */
  CNET_NOTE_WRITE,    /* bytes; goes back when they could not be written */
  CNET_NOTE_PARK,     /* bytes, or none; goes back when they are with the kernel, or could not be written */
  CNET_NOTE_SHUTDOWN, /* goes back */
  CNET_NOTE_CLOSE,    /* goes back, and is the last of a link */
  CNET_NOTE_STOP,     /* the thread is to end */
  CNET_NOTE_DATA,     /* to JavaScript's thread: bytes that were read */
  CNET_NOTE_END,      /* the end of what is read */
} cnet_note_kind_t;

struct cnet_note {
  cnet_note_t *next;
  cnet_note_t *last; /* of the first note of a list: its last one */
  cnet_link_t *link;
  char *bytes;     /* behind the note itself, or in the block */
  void *block;     /* of the host of JavaScript's loop: see cnet_away_block(); NULL: none */
  uint32_t length; /* of them */
  uint32_t offset; /* those that are dealt with */
  int32_t status;  /* 0 or a negative code */
  uint8_t kind;
  uint8_t size; /* of those that are used again: see store.h */
};

/* Notes of one thread, in their order. */
typedef struct cnet_chain {
  cnet_note_t *first, *last;
  uint32_t count;
} cnet_chain_t;

/* How who takes waits for what comes. */
typedef enum cnet_sleep {
  CNET_AWAKE,
  CNET_DOZES, /* for a moment, and looks by himself then: who posts may wake him a little later */
  CNET_SLEEPS,
} cnet_sleep_t;

typedef struct cnet_mailbox {
  _Atomic(cnet_note_t *) first;
  atomic_int sleep; /* cnet_sleep_t: who takes is to be woken */
  uv_async_t *wake; /* by which */
} cnet_mailbox_t;

/* A note with room for so many bytes; NULL: no memory. It is freed by free(). */
cnet_note_t *cnet_note_new(cnet_note_kind_t kind, cnet_link_t *link, size_t room);

/* The note says nothing yet; its memory is as it was. */
void cnet_note_init(cnet_note_t *note, cnet_note_kind_t kind, cnet_link_t *link);

void cnet_chain_add(cnet_chain_t *chain, cnet_note_t *note);

/* The first one, which is taken out; NULL: there is none. */
cnet_note_t *cnet_chain_take(cnet_chain_t *chain);

/* Nobody sleeps at first. */
void cnet_mailbox_init(cnet_mailbox_t *box, uv_async_t *wake);

/* Posts all of a chain, which is empty afterwards, and wakes who sleeps. */
void cnet_mailbox_post(cnet_mailbox_t *box, cnet_chain_t *chain);

/* The same, but leaves who dozes. True: so it was, and cnet_mailbox_wake() is to be called soon. */
bool cnet_mailbox_post_quietly(cnet_mailbox_t *box, cnet_chain_t *chain);

/* Wakes who sleeps or dozes. */
void cnet_mailbox_wake(cnet_mailbox_t *box);

/* Moves all that was posted to the end of a chain. False: there was nothing. */
bool cnet_mailbox_take(cnet_mailbox_t *box, cnet_chain_t *chain);

/* Whether there is something to take. */
bool cnet_mailbox_has(cnet_mailbox_t *box);

/* Whether a post would wake somebody. */
static inline bool cnet_mailbox_is_asleep(cnet_mailbox_t *box) {
  return atomic_load_explicit(&box->sleep, memory_order_relaxed) != CNET_AWAKE;
}

/* From now on a post wakes. False: something has come, and nobody is woken by it: it is to be taken now. */
bool cnet_mailbox_sleep(cnet_mailbox_t *box, cnet_sleep_t how);

/* A post need not wake: what comes is taken before cnet_mailbox_sleep(). */
static inline void cnet_mailbox_stay_awake(cnet_mailbox_t *box) {
  if (atomic_load_explicit(&box->sleep, memory_order_relaxed) != CNET_AWAKE) atomic_store(&box->sleep, CNET_AWAKE);
}

#endif
