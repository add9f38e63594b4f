/* io_threads.c: tests of I/O threads: the mailboxes, streams that threads work for, and their end at every moment. */
#include <string.h>
#include <unistd.h>

#include "host.h"
#include "mailbox.h"
#include "io_threads.h"
#include "store.h"

#define NOTES 20000
#define MOMENTS 60
#define UNREAD_MOST ((uint64_t)320 * 1024) /* bytes that a paused stream may have on the way, and one read */

/* --- mailboxes --------------------------------------------------------------------------------------------------- */

typedef struct taker {
  uv_loop_t uv;
  uv_async_t wake;
  uv_idle_t spin;
  cnet_mailbox_t box;
  uint32_t taken;
  unsigned slept;
  bool in_order;
} taker_t;

static void take_notes(uv_async_t *wake) {
  taker_t *taker = wake->data;
  cnet_chain_t chain = {0};
  cnet_note_t *note;

  do {
    while (cnet_mailbox_take(&taker->box, &chain)) {
      while ((note = cnet_chain_take(&chain)) != NULL) {
        if (note->length != taker->taken++) taker->in_order = false;
        free(note);
      }
    }
  } while (!cnet_mailbox_sleep(&taker->box, taker->slept++ % 2 == 0 ? CNET_DOZES : CNET_SLEEPS));
  if (taker->taken == NOTES) uv_close((uv_handle_t *)wake, NULL);
}

static void run_taker(void *data) { uv_run(&((taker_t *)data)->uv, UV_RUN_DEFAULT); }

static void keeps_the_order_and_misses_no_wake_up(void) {
  static taker_t taker;
  uv_thread_t thread;
  cnet_chain_t chain = {0};
  bool owes = false;

  memset(&taker, 0, sizeof taker);
  taker.in_order = true;
  NEED(uv_loop_init(&taker.uv) == 0 && uv_async_init(&taker.uv, &taker.wake, take_notes) == 0);
  taker.wake.data = &taker;
  cnet_mailbox_init(&taker.box, &taker.wake);
  CHECK(cnet_mailbox_sleep(&taker.box, CNET_SLEEPS) && !cnet_mailbox_has(&taker.box));
  NEED(uv_thread_create(&thread, run_taker, &taker) == 0);
  for (uint32_t i = 0; i < NOTES; i++) {
    cnet_note_t *note = cnet_note_new(CNET_NOTE_DATA, NULL, 8);
    NEED(note != NULL);
    note->length = i;
    cnet_chain_add(&chain, note);
    if (i % 7 == i % 3) cnet_mailbox_post(&taker.box, &chain);
    if (i % 7 == 6 || i == NOTES - 1) owes = cnet_mailbox_post_quietly(&taker.box, &chain) || owes;
    if (owes && (i % 5 == 0 || i == NOTES - 1)) cnet_mailbox_wake(&taker.box);
    if (i % 1000 == 0) usleep(200); /* so that the other one sleeps now and then; nothing depends on it */
  }
  uv_thread_join(&thread); /* it ends when it has all */
  CHECK(taker.in_order && taker.taken == NOTES);
  CHECK(uv_loop_close(&taker.uv) == 0);
}

/* Who takes notes of one size, and is given more and more of another, keeps no more than it may. */
static void keeps_no_more_than_it_may_of_what_it_is_given(void) {
  cnet_mailbox_t there, back;
  cnet_store_t here, other;
  cnet_note_t *large[4], *small;

  cnet_mailbox_init(&there, NULL);
  cnet_mailbox_init(&back, NULL);
  cnet_store_init(&here, &there, &back);
  cnet_store_init(&other, &back, &there);
  for (unsigned turn = 0; turn < 64; turn++) {
    for (unsigned i = 0; i < 4; i++) NEED((large[i] = cnet_note_new(CNET_NOTE_DATA, NULL, 65536)) != NULL);
    for (unsigned i = 0; i < 4; i++) large[i]->size = CNET_STORE_SMALL;
    for (unsigned i = 0; i < 4; i++) cnet_store_put(&here, large[i]);
    NEED((small = cnet_store_take(&other, CNET_NOTE_DATA, NULL, 1)) != NULL);
    CHECK(other.bytes <= CNET_KEPT);
    free(small);
  }
  CHECK(!cnet_mailbox_has(&there) && other.bytes == CNET_KEPT);
  NEED((small = cnet_store_take(&other, CNET_NOTE_DATA, NULL, 65536)) != NULL);
  CHECK(other.bytes == CNET_KEPT - 65536);
  free(small);
  cnet_store_end(&here);
  cnet_store_end(&other);
}

/* Notes that one store has too many of are used by the other, and none is lost, in any size. */
static void passes_on_what_it_has_too_many_of(void) {
  cnet_mailbox_t there, back;
  cnet_store_t here, other;
  cnet_note_t *notes[20];
  unsigned known = 0;

  cnet_mailbox_init(&there, NULL);
  cnet_mailbox_init(&back, NULL);
  cnet_store_init(&here, &there, &back);
  cnet_store_init(&other, &back, &there);
  for (unsigned i = 0; i < 20; i++) {
    notes[i] = cnet_store_take(&here, CNET_NOTE_DATA, NULL, 65536);
    NEED(notes[i] != NULL);
    memset(notes[i]->bytes, 1, 65536);
  }
  for (unsigned i = 0; i < 20; i++) cnet_store_put(&here, notes[i]);
  CHECK(here.bytes <= CNET_KEPT && here.surplus_bytes < CNET_GIVEN && cnet_mailbox_has(&there));
  for (size_t room = 1; room <= 131072; room *= 2) {
    cnet_note_t *note = cnet_store_take(&other, CNET_NOTE_WRITE, NULL, room);
    NEED(note != NULL);
    for (unsigned i = 0; i < 20 && note->size == CNET_STORE_SMALL; i++) known += note == notes[i];
    CHECK(note->kind == CNET_NOTE_WRITE && note->length == 0 && note->next == NULL && note->block == NULL);
    memset(note->bytes, 2, room);
    cnet_store_put(&other, note);
  }
  CHECK(known == 2 && other.bytes >= CNET_GIVEN); /* for 32 and for 64 KiB */
  cnet_store_end(&here);
  cnet_store_end(&other);
  cnet_chain_t left = {0}; /* what was passed on, and not taken */
  cnet_mailbox_take(&there, &left);
  cnet_mailbox_take(&back, &left);
  for (cnet_note_t *note; (note = cnet_chain_take(&left)) != NULL;) free(note);
}

/* --- streams -------------------------------------------------------------------------------------------------------- */

/* A pair, the first or both of which a thread works for. */
static cnet_threads_t *begin(host_t *host, cnet_kind_t kind, cnet_stream_t *pair[2], int moved) {
  host_start(host);
  cnet_threads_t *threads = cnet_threads_new(host->loop);
  NEED(threads != NULL);
  host_pair(host, kind, pair);
  for (int i = 0; i < moved; i++) {
    NEED(cnet_threads_move(threads, pair[i], 2) == i);
    CHECK(cnet_is_away(pair[i]));
  }
  return threads;
}

static void end(host_t *host, cnet_threads_t *threads) {
  cnet_threads_free(threads);
  host_end(host);
}

static void carry(cnet_kind_t kind) {
  cnet_stream_t *pair[2];
  host_t host;
  cnet_threads_t *threads = begin(&host, kind, pair, 2);

  CHECK(cnet_threads_count(threads) == 2);
  for (int i = 0; i < 2; i++) {
    CHECK(cnet_read_start(pair[i]) == 0);
    CHECK(host_write(pair[i], pattern(), PATTERN_SIZE) == CNET_WRITE_WAITS);
    CHECK(cnet_writable(pair[i]) == UV_EBUSY && cnet_quiet(pair[i]) == UV_EBUSY);
  }
  for (int i = 0; i < 2; i++) {
    AWAIT_BYTES(&host, pair[i], PATTERN_SIZE);
    host_run(&host, has_write_ended, pair[i]);
    CHECK(memcmp(state_of(pair[i])->bytes, pattern(), PATTERN_SIZE) == 0);
    CHECK(state_of(pair[i])->write_status == 0 && cnet_bytes_read(pair[i]) == PATTERN_SIZE);
  }
  CHECK(cnet_shutdown(pair[0], NULL) == 0 && cnet_shutdown(pair[0], NULL) == UV_ENOTCONN);
  host_run(&host, is_at_end, pair[1]);
  CHECK(state_of(pair[1])->read_status == UV_EOF && state_of(pair[0])->read_status == 0);
  CHECK(host_write(pair[1], "late", 4) == 0); /* half-open */
  AWAIT_BYTES(&host, pair[0], PATTERN_SIZE + 4);
  CHECK(state_of(pair[0])->shutdown_status == 0);
  end(&host, threads);
}

static void carries_all_bytes_of_tcp_and_their_end(void) { carry(CNET_TCP); }

static void carries_all_bytes_of_a_path_and_their_end(void) { carry(CNET_PIPE); }

static void refuses_what_needs_the_descriptor_for_itself(void) {
  char text[CNET_TICKET_TEXT + 1];
  cnet_stream_t *pair[2];
  host_t host;
  cnet_threads_t *threads = begin(&host, CNET_TCP, pair, 1);

  CHECK(cnet_threads_move(threads, pair[0], 2) == UV_EBUSY);
  CHECK(cnet_ticket_new(pair[0], 0, NULL, 0, false, text) == UV_EBUSY);
  CHECK(cnet_relay(pair[0], pair[1], 65536) == UV_EBUSY);
  CHECK(cnet_send_file(pair[0], 0, 0, 1) == UV_EBUSY);
  CHECK(cnet_adopt(pair[0], 0) == UV_EBUSY);
  struct sockaddr_storage name;
  CHECK(cnet_fd(pair[0]) >= 0 && cnet_tcp_name(pair[0], true, &name) == 0);
  end(&host, threads);
}

/* Where a write waits, it has to go first. */
static void goes_on_with_what_was_read_and_written_before(void) {
  cnet_stream_t *pair[2];
  host_t host;
  cnet_threads_t *threads = begin(&host, CNET_TCP, pair, 0);

  CHECK(host_write(pair[0], pattern(), PATTERN_SIZE) == CNET_WRITE_WAITS);
  CHECK(cnet_threads_move(threads, pair[0], 1) == UV_EBUSY && cnet_read_start(pair[1]) == 0);
  AWAIT_BYTES(&host, pair[1], PATTERN_SIZE / 2);
  CHECK(cnet_threads_move(threads, pair[1], 1) == 0);
  AWAIT_BYTES(&host, pair[1], PATTERN_SIZE);
  host_run(&host, has_write_ended, pair[0]);
  CHECK(cnet_threads_move(threads, pair[0], 1) == 0 && !cnet_away_is_read(pair[0])); /* nobody has asked for that */
  CHECK(host_write(pair[0], "more", 4) == 0);
  AWAIT_BYTES(&host, pair[1], PATTERN_SIZE + 4);
  CHECK(memcmp(state_of(pair[1])->bytes, pattern(), PATTERN_SIZE) == 0);
  end(&host, threads);
}

static bool has_paused(host_t *host, void *data) {
  cnet_thread_stats_t stats;
  (void)host;

  cnet_threads_stats(data, 0, &stats);
  return stats.bytes_read >= (uint64_t)256 * 1024;
}

static void reads_ahead_of_a_paused_stream_no_more_than_it_may(void) {
  cnet_thread_stats_t stats;
  cnet_stream_t *pair[2];
  host_t host;
  cnet_threads_t *threads = begin(&host, CNET_TCP, pair, 1);

  CHECK(host_write(pair[1], pattern(), PATTERN_SIZE) == CNET_WRITE_WAITS);
  CHECK(cnet_read_start(pair[0]) == 0);
  AWAIT_BYTES(&host, pair[0], 1);
  CHECK(cnet_read_stop(pair[0]) == 0);
  size_t before = state_of(pair[0])->length;
  CHECK(cnet_read_start(pair[0]) == 0 && cnet_read_stop(pair[0]) == 0);
  host_turn(&host, 50);
  usleep(20000);
  host_turn(&host, 50);
  CHECK(state_of(pair[0])->length == before); /* nothing comes once it is stopped */
  cnet_threads_stats(threads, 0, &stats);
  CHECK(stats.bytes_read <= before + UNREAD_MOST);
  CHECK(cnet_read_start(pair[0]) == 0);
  AWAIT_BYTES(&host, pair[0], PATTERN_SIZE);
  CHECK(memcmp(state_of(pair[0])->bytes, pattern(), PATTERN_SIZE) == 0);
  CHECK(has_paused(&host, threads));
  end(&host, threads);
}

/* In memory of the host, which comes back in any case: host_end() checks that. */
static void gives_large_reads_without_a_copy(void) {
  cnet_stream_t *pair[2];
  host_t host;
  cnet_threads_t *threads = begin(&host, CNET_TCP, pair, 1);

  CHECK(cnet_read_start(pair[0]) == 0);
  for (size_t before = 0; host.blocks_read < 4 && before < (size_t)1000 * PATTERN_SIZE; before += PATTERN_SIZE) {
    CHECK(host_write(pair[1], pattern(), PATTERN_SIZE) >= 0);
    AWAIT_BYTES(&host, pair[0], before + PATTERN_SIZE);
    host_run(&host, has_write_ended, pair[1]);
    CHECK(memcmp(state_of(pair[0])->bytes + before, pattern(), PATTERN_SIZE) == 0);
    CHECK(cnet_bytes_read(pair[0]) == before + PATTERN_SIZE);
  }
  CHECK(host.blocks_read >= 4 && host.blocks > 0);
  end(&host, threads);
}

static void writes_what_it_has_taken_before_it_closes(void) {
  cnet_stream_t *pair[2];
  host_t host;
  cnet_threads_t *threads = begin(&host, CNET_TCP, pair, 1);

  CHECK(cnet_read_start(pair[1]) == 0);
  CHECK(host_write(pair[0], pattern(), 100000) == 0);
  CHECK(cnet_close(pair[0], false) == 0 && cnet_close(pair[0], false) == UV_EBADF);
  host_run(&host, is_at_end, pair[1]);
  CHECK(state_of(pair[1])->length == 100000 && state_of(pair[1])->read_status == UV_EOF);
  CHECK(memcmp(state_of(pair[1])->bytes, pattern(), 100000) == 0);
  end(&host, threads);
}

static void a_reset_is_one_for_the_peer(void) {
  cnet_stream_t *pair[2];
  host_t host;
  cnet_threads_t *threads = begin(&host, CNET_TCP, pair, 2);

  CHECK(cnet_read_start(pair[0]) == 0 && cnet_read_start(pair[1]) == 0);
  CHECK(cnet_close(pair[0], true) == 0);
  host_run(&host, is_at_end, pair[1]);
  CHECK(state_of(pair[1])->read_status == UV_ECONNRESET);
  end(&host, threads);
}

static bool has_read(host_t *host, void *threads) {
  cnet_thread_stats_t stats;
  (void)host;
  cnet_threads_stats(threads, 0, &stats);
  return stats.bytes_read > 0;
}

static void close_when_read(host_t *host, host_event_t event, cnet_stream_t *stream) {
  if (event == HOST_READ && stream == host->data) CHECK(cnet_close(stream, false) == 0);
}

/* How the peer sees the close of a stream that has got some bytes, which the host has had, or not. */
static int end_of_peer(int moved, bool had) {
  cnet_stream_t *pair[2];
  host_t host;
  cnet_threads_t *threads = begin(&host, CNET_TCP, pair, moved);

  CHECK(host_write(pair[1], pattern(), 5000) == 0);
  CHECK(cnet_read_start(pair[1]) == 0 && cnet_read_start(pair[0]) == 0);
  host.data = pair[0];
  if (had) {
    host.run = close_when_read;
  } else {
    CHECK(cnet_read_stop(pair[0]) == 0);
    if (moved) host_run(&host, has_read, threads);
    CHECK(cnet_close(pair[0], false) == 0);
  }
  host_run(&host, is_at_end, pair[1]);
  int status = state_of(pair[1])->read_status;
  end(&host, threads);
  return status;
}

static void a_close_with_unread_bytes_is_to_the_peer_what_it_is_without_threads(void) {
  CHECK(end_of_peer(1, false) == end_of_peer(0, false));
  CHECK(end_of_peer(1, true) == UV_EOF && end_of_peer(0, true) == UV_EOF);
}

static bool has_failed(host_t *host, void *stream) {
  (void)host;
  return state_of(stream)->write_status < 0 && state_of(stream)->write_status != 1;
}

static void tells_that_what_was_taken_could_not_be_written(void) {
  cnet_stream_t *pair[2];
  host_t host;
  cnet_threads_t *threads = begin(&host, CNET_TCP, pair, 1);

  CHECK(cnet_close(pair[1], true) == 0);
  AWAIT(&host, HOST_CLOSED, 1);
  CHECK(host_write(pair[0], "lost", 4) == 0);
  host_run(&host, has_failed, pair[0]);
  CHECK(state_of(pair[0])->written == 1); /* once */
  CHECK(host_write(pair[0], "more", 4) < 0);
  CHECK(cnet_write_confirm(pair[0]) == 0 || cnet_write_queue_size(pair[0]) == 0);
  end(&host, threads);
}

static void confirms_that_the_kernel_has_all(void) {
  cnet_stream_t *pair[2];
  host_t host;
  cnet_threads_t *threads = begin(&host, CNET_TCP, pair, 1);

  CHECK(host_write(pair[0], "abc", 3) == 0);
  state_of(pair[0])->write_status = 1;
  int waits = cnet_write_confirm(pair[0]);
  CHECK(waits == 0 || waits == CNET_WRITE_WAITS);
  if (waits == CNET_WRITE_WAITS) host_run(&host, has_write_ended, pair[0]);
  CHECK(cnet_write_confirm(pair[0]) == 0);
  end(&host, threads);
}

/* What is given behind a write that waits to be confirmed goes with it; nothing is taken without one, or for another. */
static void takes_bytes_behind_a_write_that_is_to_be_confirmed(void) {
  char text[] = "behind";
  cnet_stream_t *pair[2];
  host_t host;
  cnet_threads_t *threads = begin(&host, CNET_TCP, pair, 1);

  CHECK(cnet_write_ahead(pair[0], text, 6) == 0 && cnet_write_ahead(pair[1], text, 6) == 0);
  CHECK(cnet_read_start(pair[1]) == 0);
  CHECK(host_write(pair[0], "first ", 6) == 0);
  if (cnet_write_confirm(pair[0]) == CNET_WRITE_WAITS) {
    CHECK(cnet_write_ahead(pair[0], text, 6) == 6);
    CHECK(cnet_close(pair[0], false) == 0);
    CHECK(cnet_write_ahead(pair[0], text, 6) <= 0);
    host_run(&host, is_at_end, pair[1]);
    CHECK(state_of(pair[1])->length == 12 && memcmp(state_of(pair[1])->bytes, "first behind", 12) == 0);
  }
  end(&host, threads);
}

static void a_write_that_waits_is_ended_by_a_close(void) {
  cnet_stream_t *pair[2];
  host_t host;
  cnet_threads_t *threads = begin(&host, CNET_TCP, pair, 1);

  CHECK(host_write(pair[0], pattern(), PATTERN_SIZE) == CNET_WRITE_WAITS);
  CHECK(cnet_close(pair[0], false) == 0);
  AWAIT(&host, HOST_CLOSED, 1);
  CHECK(host.ended_with[CNET_WRITE] == UV_ECANCELED && host.counts[HOST_ENDED] == 1);
  end(&host, threads);
}

static void a_write_that_fails_behind_a_close_is_cancelled(void) {
  cnet_stream_t *pair[2];
  host_t host;
  cnet_threads_t *threads = begin(&host, CNET_TCP, pair, 1);

  CHECK(host_write(pair[0], pattern(), PATTERN_SIZE) == CNET_WRITE_WAITS);
  CHECK(cnet_close(pair[1], true) == 0);
  CHECK(cnet_close(pair[0], false) == 0); /* before the thread can have told of the reset */
  AWAIT(&host, HOST_CLOSED, 2);
  CHECK(host.ended_with[CNET_WRITE] == UV_ECANCELED && host.counts[HOST_ENDED] == 1);
  end(&host, threads);
}

/* --- the end, at every moment --------------------------------------------------------------------------------------- */

/* What has come is the beginning of what was sent, whatever became of the rest. */
static bool is_beginning(cnet_stream_t *stream) {
  return state_of(stream)->length == 0 || memcmp(state_of(stream)->bytes, pattern(), state_of(stream)->length) == 0;
}

static void stop_after(int turns, bool close) {
  cnet_stream_t *pair[2];
  host_t host;
  cnet_threads_t *threads = begin(&host, CNET_TCP, pair, 2);

  for (int i = 0; i < 2; i++) {
    CHECK(cnet_read_start(pair[i]) == 0);
    CHECK(host_write(pair[i], pattern(), PATTERN_SIZE) == CNET_WRITE_WAITS);
  }
  host_turn(&host, turns);
  if (close && turns % 3 == 0) cnet_close(pair[0], turns % 2 == 0);
  if (close && turns % 5 == 0) cnet_read_stop(pair[1]);
  cnet_threads_stop(threads);
  CHECK(!cnet_is_away(pair[1]) && is_beginning(pair[0]) && is_beginning(pair[1]));
  CHECK(cnet_threads_move(threads, pair[1], 2) == UV_ECANCELED);
  host_turn(&host, 3);
  end(&host, threads);
}

static void may_be_stopped_at_every_moment(void) {
  for (int turns = 0; turns < MOMENTS; turns++) stop_after(turns, false);
}

static void may_be_stopped_at_every_moment_of_a_close(void) {
  for (int turns = 0; turns < MOMENTS; turns++) stop_after(turns, true);
}

static void stop_within(host_t *host, host_event_t event, cnet_stream_t *stream) {
  (void)stream;
  if (event == HOST_READ && host->counts[HOST_READ] == 3) cnet_threads_stop(host->data);
}

static void may_be_stopped_within_a_callback(void) {
  cnet_stream_t *pair[2];
  host_t host;
  cnet_threads_t *threads = begin(&host, CNET_TCP, pair, 2);

  host.data = threads;
  host.run = stop_within;
  CHECK(cnet_read_start(pair[0]) == 0);
  CHECK(host_write(pair[1], pattern(), PATTERN_SIZE) == CNET_WRITE_WAITS);
  AWAIT(&host, HOST_READ, 3);
  CHECK(is_beginning(pair[0]) && !cnet_is_away(pair[0]));
  end(&host, threads);
}

static void stop_at_close(host_t *host, host_event_t event, cnet_stream_t *stream) {
  (void)stream;
  if (event == HOST_CLOSED && host->counts[HOST_CLOSED] == 1) cnet_threads_stop(host->data);
}

/* The second one is closed, and its thread is yet to say so, or has not been told: its end is told within stop(). */
static void may_be_stopped_when_the_end_of_a_stream_is_told(void) {
  for (int close_both = 0; close_both < 2; close_both++) {
    cnet_stream_t *pair[2];
    host_t host;
    cnet_threads_t *threads = begin(&host, CNET_TCP, pair, 2);

    host.data = threads;
    host.run = stop_at_close;
    CHECK(cnet_close(pair[0], false) == 0);
    if (close_both) CHECK(cnet_close(pair[1], false) == 0);
    AWAIT(&host, HOST_CLOSED, 1 + close_both);
    CHECK(close_both || !cnet_is_away(pair[1]));
    end(&host, threads);
  }
}

/* What was taken is with the kernel when the threads have ended. */
static void writes_what_it_has_taken_before_it_ends(void) {
  cnet_stream_t *pair[2];
  host_t host;
  cnet_threads_t *threads = begin(&host, CNET_TCP, pair, 1);

  CHECK(host_write(pair[0], pattern(), 100000) == 0);
  cnet_threads_stop(threads);
  CHECK(host_write(pair[0], "direct", 6) == 0); /* by its own descriptor, behind that */
  CHECK(cnet_read_start(pair[1]) == 0);
  AWAIT_BYTES(&host, pair[1], 100006);
  CHECK(memcmp(state_of(pair[1])->bytes + 100000, "direct", 6) == 0);
  end(&host, threads);
}

static void goes_without_memory(void) {
  for (unsigned skip = 0; skip < 12; skip++) {
    cnet_stream_t *pair[2];
    host_t host;

    host_start(&host);
    cnet_threads_t *threads = cnet_threads_new(host.loop);
    NEED(threads != NULL);
    host_pair(&host, CNET_TCP, pair);
    fail_allocation(skip);
    int moved = cnet_threads_move(threads, pair[0], 1);
    int waits = moved < 0 ? 0 : host_write(pair[0], "abc", 3);
    stop_failing();
    CHECK(moved == 0 || moved == UV_ENOMEM);
    CHECK(waits == 0 || waits == UV_ENOMEM || waits == CNET_WRITE_WAITS); /* the second of two buffers waits */
    CHECK(moved == 0 || !cnet_is_away(pair[0]));
    end(&host, threads);
  }
}

const test_t io_thread_tests[] = {
    {"mailboxes: keep the order, and miss no wake-up", keeps_the_order_and_misses_no_wake_up},
    {"stores: pass on what they have too many of", passes_on_what_it_has_too_many_of},
    {"stores: keep no more than they may of what they are given", keeps_no_more_than_it_may_of_what_it_is_given},
    {"I/O threads: give large reads without a copy", gives_large_reads_without_a_copy},
    {"I/O threads: carry all bytes of TCP, and their end", carries_all_bytes_of_tcp_and_their_end},
    {"I/O threads: carry all bytes of a path, and their end", carries_all_bytes_of_a_path_and_their_end},
    {"I/O threads: go on with what was read and written before", goes_on_with_what_was_read_and_written_before},
    {"I/O threads: refuse what needs the descriptor for itself", refuses_what_needs_the_descriptor_for_itself},
    {"I/O threads: read ahead of a paused stream no more than they may",
     reads_ahead_of_a_paused_stream_no_more_than_it_may},
    {"I/O threads: write what they have taken before a close", writes_what_it_has_taken_before_it_closes},
    {"I/O threads: a reset is one for the peer", a_reset_is_one_for_the_peer},
    {"I/O threads: a close with unread bytes is to the peer what it is without threads",
     a_close_with_unread_bytes_is_to_the_peer_what_it_is_without_threads},
    {"I/O threads: tell that what was taken could not be written", tells_that_what_was_taken_could_not_be_written},
    {"I/O threads: confirm that the kernel has all", confirms_that_the_kernel_has_all},
    {"I/O threads: take bytes behind a write that is to be confirmed",
     takes_bytes_behind_a_write_that_is_to_be_confirmed},
    {"I/O threads: a write that waits is ended by a close", a_write_that_waits_is_ended_by_a_close},
    {"I/O threads: a write that fails behind a close is cancelled", a_write_that_fails_behind_a_close_is_cancelled},
    {"I/O threads: may be stopped at every moment", may_be_stopped_at_every_moment},
    {"I/O threads: may be stopped at every moment of a close", may_be_stopped_at_every_moment_of_a_close},
    {"I/O threads: may be stopped within a callback", may_be_stopped_within_a_callback},
    {"I/O threads: may be stopped when the end of a stream is told", may_be_stopped_when_the_end_of_a_stream_is_told},
    {"I/O threads: write what they have taken before they end", writes_what_it_has_taken_before_it_ends},
    {"I/O threads: go without memory", goes_without_memory},
    {NULL, NULL},
};
