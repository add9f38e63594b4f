/*
 * thread_link.h: a connection between the two threads that share in it: the stream on JavaScript's loop, its seat, and
 * the stream on the loop of the I/O thread, the worker's. For threads/ alone.
 *
 * Ownership rules
 * ---------------
 * 1. A link is made and freed by JavaScript's thread: when CNET_NOTE_CLOSE has come back, or the thread has ended.
 * 2. Each member belongs to one thread, which alone reads and writes it, but for the atomic ones.
 * 3. What is on its way is bounded for each link: CNET_UNWRITTEN bytes beyond which nothing is taken but one parked
 *    piece, and CNET_UNREAD bytes beyond which the worker reads no more, until the seat has taken some.
 */
#ifndef CNET_THREADS_THREAD_LINK_H
#define CNET_THREADS_THREAD_LINK_H

#include "cnet.h"
#include "mailbox.h"
#include "store.h"

#define CNET_UNWRITTEN ((uint64_t)256 * 1024)
#define CNET_UNREAD ((uint64_t)256 * 1024)
#define CNET_PIECE ((size_t)64 * 1024) /* bytes of a note, at most, and of one read */

/* A read of more bytes may be given without a copy, in a block; and how many of them a thread is given, at most. */
#define CNET_LARGE (CNET_PIECE / 2)
#define CNET_BLOCKS_MOST 16

/* Notes after which a batch is posted, be there more to come or not. */
#define CNET_BATCH 16

/* Bytes that who dozes is woken for, though the turn goes on. */
#define CNET_OWED (4 * CNET_PIECE)

/* Turns for which the thread does not wake JavaScript's, in the hope of more to tell. */
#define CNET_LOOKS 2

/* Milliseconds for which a thread dozes: as long it may take at most until what JavaScript's thread posts is seen. */
#define CNET_DOZE 1

/* A note of a few bytes counts for as many, so that what is on its way is bounded in memory too. */
#define CNET_LEAST 128

typedef struct cnet_io_thread cnet_io_thread_t;

struct cnet_link {
  cnet_io_thread_t *thread;

  /* Of JavaScript's thread. */
  cnet_stream_t *seat;          /* there until the worker has closed; it may be closing itself */
  cnet_link_t *next, *previous; /* all links of the thread */
  cnet_chain_t backlog;         /* what the seat has not taken, as it is paused */
  uint64_t given;               /* what was taken to be written, reckoned as in cnet_cost_of() */
  uint64_t got;                 /* what has come, reckoned likewise */
  int failed;                   /* a code: what was taken could not be written */
  cnet_link_t *resumed;         /* the next one of those that are read again, and have a backlog */
  uint32_t written_turn;        /* of `turn`: the last one in which a write was called back */
  bool is_resumed;
  bool giving; /* a note is being given to the seat: what comes meanwhile waits */
  /* Of what was read: the seat had it when it left. Of the I/O thread from CNET_NOTE_CLOSE on, or CNET_NOTE_STOP. */
  uint64_t had;
  bool leaves; /* the seat closes */
  bool closed; /* while `giving` the worker has told that it has closed */

  /* Of the I/O thread. */
  cnet_stream_t *stream; /* NULL: it could not be opened, or is closed */
  cnet_source_t source;  /* of what follows */
  cnet_chain_t queue;    /* to be written */
  cnet_chain_t offered;  /* taken by the core, and not known to be with the kernel */
  cnet_link_t *dirty;    /* the next one of those that have something to be written */
  int error;             /* of a write, or of the opening: nothing is written any more */
  bool is_dirty, reads, shuts, told_failure, large_reads;

  /* Of both. */
  _Atomic uint64_t written; /* of `given`: is with the kernel, or never will be */
  _Atomic uint64_t told;    /* what was read, reckoned as in cnet_cost_of() */
  _Atomic uint64_t taken;   /* of that: the seat has taken it */
  atomic_bool starved;      /* the worker reads no more until the seat has taken some */
  atomic_bool wants_read;   /* the seat is to be given what comes */
  atomic_bool read_posted;  /* `read` is on its way */
  atomic_bool fails;        /* a write has failed: the seat has been told, or is about to be */
  atomic_bool parked;       /* CNET_NOTE_PARK is on its way, or waits for the kernel */
  atomic_bool end_posted;   /* `end` is on its way */
  cnet_note_t open, read, shutdown, close, end;
};

/* What so many bytes count for. */
static inline uint64_t cnet_cost_of(size_t length) { return length < CNET_LEAST ? CNET_LEAST : length; }

struct cnet_io_thread {
  /* Of JavaScript's thread. */
  cnet_loop_t *loop;
  uv_async_t *wake;     /* of that loop */
  cnet_chain_t arrived; /* taken from `events`, and not dealt with */
  cnet_link_t *first, *resumed;
  cnet_store_t store;
  uint32_t blocks, blocks_wanted; /* how many are with the thread, or come from it, and how many should be */
  uint32_t links;
  uint32_t holds; /* seats that keep the loop going */
  uint32_t turn;  /* counts those of the loop in which something has come */
  uint32_t owed;  /* notes, and bytes, that were posted while the thread dozed, and for which it was not woken yet */
  uint64_t owed_bytes;
  bool stopped; /* the thread has ended */
  bool left;    /* and JavaScript's side has given up what was of it */
  uv_thread_t id;
  cnet_note_t stop;

  /* Of both. */
  cnet_mailbox_t commands, events;
  cnet_mailbox_t to_seats, to_worker; /* from store to store */
  cnet_mailbox_t empty;               /* blocks, for reads: the thread takes them when it needs some */
  atomic_bool turning; /* JavaScript's thread deals with what came, and wakes this one when it has done so */
  _Atomic uint64_t messages, bytes_read, bytes_written, turns;

  /* Of the I/O thread, from its beginning to its end. */
  uv_loop_t uv;
  uv_async_t woken;
  uv_prepare_t prepare;
  uv_timer_t doze;
  uv_idle_t look;
  uint32_t looks, seen; /* turns for which what was told waits, and how many notes the last one had */
  bool has_told;        /* since it has slept: the other thread is about to answer */
  bool has_dozed;       /* for nothing */
  cnet_loop_t *own;
  cnet_chain_t inbox, outbox;
  cnet_link_t *dirty;
  cnet_store_t worker_store;
  cnet_chain_t empties; /* taken from `empty` */
  cnet_note_t *spare;   /* for one read */
  char *scratch;
};

/* seat.c: a stream is moved to a thread, on JavaScript's. 0 or a negative code, and nothing has changed. */
int cnet_seat_move(cnet_io_thread_t *thread, cnet_stream_t *stream);

/* Deals with what has come from the thread. */
void cnet_seat_on_wake(uv_async_t *wake);

/* The thread is about to end: it is to know what its seats have had. */
void cnet_seat_note_had(cnet_io_thread_t *thread);

/* The thread has ended: its seats work on their own, and all that is on its way is freed. */
void cnet_seat_end_all(cnet_io_thread_t *thread);

/* worker.c: prepares what the I/O thread needs, on JavaScript's. 0 or a negative code. */
int cnet_worker_init(cnet_io_thread_t *thread);

/* Runs it, until CNET_NOTE_STOP. */
void cnet_worker_run(void *thread);

/* Frees what is left of it when it was not run; when it was it has done so. */
void cnet_worker_undo(cnet_io_thread_t *thread);

#endif
