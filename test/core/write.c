/* write.c: tests of writing and of the end of writing. */
#include <string.h>
#include <unistd.h>

#include "host.h"

static void is_told_of_no_write_that_goes_at_once(void) {
  cnet_stream_t *pair[2];
  host_t host;

  host_start(&host);
  host_pair(&host, CNET_TCP, pair);
  CHECK(host_write(pair[0], "hello", 5) == 0);
  CHECK(cnet_write_queue_size(pair[0]) == 0 && cnet_write_context(pair[0]) == NULL);
  CHECK(cnet_try_write(pair[0], "!", 1) == 1);
  CHECK(cnet_read_start(pair[1]) == 0);
  AWAIT_BYTES(&host, pair[1], 6);
  CHECK(memcmp(state_of(pair[1])->bytes, "hello!", 6) == 0);
  CHECK(host.counts[HOST_ENDED] == 0);
  host_end(&host);
}

static void waits_for_room_and_copies_the_rest_of_the_source_only_in_pieces(void) {
  source_t source = source_of(pattern(), PATTERN_SIZE);
  cnet_stream_t *pair[2];
  int retained = 0;
  host_t host;

  host_start(&host);
  host_pair(&host, CNET_TCP, pair);
  source.retained = &retained;
  NEED(cnet_writable(pair[0]) == 0);
  CHECK(cnet_write(pair[0], &source.source, true) == 1);
  *cnet_write_context(pair[0]) = host_alloc(1);
  host.contexts++; /* which the core frees */
  CHECK(retained == 1);
  CHECK(cnet_write_queue_size(pair[0]) > 0 && cnet_write_queue_size(pair[0]) < PATTERN_SIZE);
  CHECK(cnet_writable(pair[0]) == UV_EBUSY && host_write(pair[0], "x", 1) == UV_EBUSY);
  CHECK(cnet_quiet(pair[0]) == UV_EBUSY);
  CHECK(cnet_read_start(pair[1]) == 0);
  state_of(pair[0])->write_status = 1;
  host_run(&host, has_write_ended, pair[0]);
  CHECK(state_of(pair[0])->write_status == 0 && state_of(pair[0])->written == 1 && retained == 0);
  AWAIT_BYTES(&host, pair[1], PATTERN_SIZE);
  CHECK(memcmp(state_of(pair[1])->bytes, pattern(), PATTERN_SIZE) == 0);
  host_end(&host);
}

/* Writes until the kernel takes no more. How many bytes it took. */
static size_t fill_kernel(cnet_stream_t *stream) {
  size_t total = 0;
  ssize_t sent;

  NEED(cnet_writable(stream) == 0);
  while ((sent = cnet_try_write(stream, (char *)pattern(), PATTERN_SIZE)) > 0) total += (size_t)sent;
  CHECK(sent == 0);
  return total;
}

static void parks_the_rest_of_bytes_that_the_kernel_has_not_taken(void) {
  static char rest[64 * 1024];
  cnet_stream_t *pair[2];
  host_t host;

  host_start(&host);
  host_pair(&host, CNET_TCP, pair);
  size_t total = fill_kernel(pair[0]);
  memset(rest, 'r', sizeof rest);
  CHECK(cnet_write_rest(pair[0], rest, sizeof rest) == 1);
  memset(rest, 'x', sizeof rest); /* it was copied */
  CHECK(cnet_write_queue_size(pair[0]) == sizeof rest);
  CHECK(cnet_read_start(pair[1]) == 0);
  AWAIT_BYTES(&host, pair[1], total + sizeof rest);
  CHECK(state_of(pair[1])->bytes[total] == 'r' && state_of(pair[1])->bytes[total + sizeof rest - 1] == 'r');
  CHECK(state_of(pair[0])->write_status == 0);
  host_end(&host);
}

static bool has_large_write(host_t *host, void *nothing) {
  (void)nothing;
  return cnet_loop_counts(host->loop)[CNET_COUNT_MEMORY_WRITES] > 64 * 1024;
}

static void makes_room_for_what_a_source_gets_while_it_waits(void) {
  source_t source = source_of(pattern(), 2);
  cnet_stream_t *pair[2];
  host_t host;

  host_start(&host);
  host_pair(&host, CNET_TCP, pair);
  source.grows = true;
  size_t total = fill_kernel(pair[0]);
  CHECK(cnet_write(pair[0], &source.source, true) == 1 && !has_large_write(&host, NULL));
  source.source.left += PATTERN_SIZE - 2;
  CHECK(cnet_read_start(pair[1]) == 0);
  host_run(&host, has_large_write, NULL);
  AWAIT_BYTES(&host, pair[1], total + PATTERN_SIZE);
  CHECK(memcmp(state_of(pair[1])->bytes + total, pattern(), PATTERN_SIZE) == 0);
  host_end(&host);
}

static void fails_a_write_whose_memory_goes_away(void) {
  source_t source = source_of(pattern(), PATTERN_SIZE);
  cnet_stream_t *pair[2];
  bool gone = false;
  host_t host;

  host_start(&host);
  host_pair(&host, CNET_TCP, pair);
  source.gone = &gone;
  NEED(cnet_writable(pair[0]) == 0 && cnet_write(pair[0], &source.source, true) == 1);
  gone = true;
  CHECK(cnet_read_start(pair[1]) == 0);
  host_run(&host, has_write_ended, pair[0]);
  CHECK(state_of(pair[0])->write_status == UV_ECANCELED);
  host_end(&host);
}

static void fails_a_write_that_cannot_be_kept(void) {
  source_t source = source_of(pattern(), PATTERN_SIZE);
  cnet_stream_t *pair[2];
  host_t host;

  host_start(&host);
  host_pair(&host, CNET_TCP, pair);
  source.no_copy = true;
  NEED(cnet_writable(pair[0]) == 0);
  CHECK(cnet_write(pair[0], &source.source, true) == UV_ENOMEM);
  for (unsigned skip = 0; skip < 2; skip++) { /* of the write, and of what is parked */
    source = source_of(pattern(), PATTERN_SIZE);
    fail_allocation(skip);
    CHECK(cnet_write(pair[0], &source.source, skip == 0) == UV_ENOMEM);
    CHECK(stop_failing());
  }
  CHECK(cnet_write_queue_size(pair[0]) == 0);
  host_end(&host);
}

static void writes_nothing_where_no_connection_is(void) {
  cnet_stream_t *stream, *pair[2];
  host_t host;
  int port;

  host_start(&host);
  CHECK(cnet_writable(host_listen(&host)) == UV_ENOTCONN);
  CHECK(cnet_shutdown(host_listen(&host), NULL) == UV_ENOTCONN);
  int full[2];
  port = raw_full(full);
  stream = host_connect(&host, port); /* it goes on */
  CHECK(cnet_writable(stream) == UV_ENOTCONN && cnet_endable(stream) == UV_ENOTCONN);
  CHECK(cnet_quiet(stream) == UV_EBUSY);
  host_pair(&host, CNET_TCP, pair);
  cnet_set_busy(pair[0], true);
  CHECK(cnet_writable(pair[0]) == UV_EBUSY && cnet_endable(pair[0]) == UV_EBUSY);
  CHECK(cnet_connectable(pair[0], CNET_TCP) == UV_EBUSY);
  CHECK(cnet_shutdown(pair[0], NULL) == UV_EBUSY);
  cnet_set_busy(pair[0], false);
  CHECK(cnet_writable(pair[0]) == 0);
  close(full[0]);
  close(full[1]);
  host_end(&host);
}

/* Code of the program's that runs while the stream is busy may close it, and have the loop turn. */
static void stays_while_it_is_busy(void) {
  cnet_stream_t *pair[2];
  bool gone = false;
  host_t host;

  host_start(&host);
  host_pair(&host, CNET_TCP, pair);
  state_of(pair[0])->gone = &gone;
  cnet_set_busy(pair[0], true);
  cnet_set_busy(pair[0], true);
  CHECK(cnet_close(pair[0], false) == 0);
  host_turn(&host, 2);
  CHECK(host.counts[HOST_CLOSED] == 1 && !gone);
  cnet_set_busy(pair[0], false);
  CHECK(gone);
  host_end(&host);
}

static void tells_of_a_peer_that_is_gone(void) {
  cnet_stream_t *pair[2];
  host_t host;

  host_start(&host);
  host_pair(&host, CNET_TCP, pair);
  host_fill(pair[0]);
  CHECK(cnet_close(pair[1], true) == 0);
  host_run(&host, has_write_ended, pair[0]);
  CHECK(state_of(pair[0])->write_status == UV_ECONNRESET || state_of(pair[0])->write_status == UV_EPIPE);
  CHECK(host_write(pair[0], "x", 1) == UV_EPIPE);
  CHECK(cnet_try_write(pair[0], "x", 1) == UV_EPIPE);
  host_end(&host);
}

static void tells_of_the_writes_that_a_close_cancels(void) {
  cnet_stream_t *pair[2];
  host_t host;

  host_start(&host);
  host_pair(&host, CNET_TCP, pair);
  host_fill(pair[0]);
  CHECK(cnet_shutdown(pair[1], NULL) == 0);
  CHECK(cnet_close(pair[0], false) == 0 && cnet_close(pair[1], false) == 0);
  CHECK(host.counts[HOST_ENDED] == 0); /* not before the call returns */
  AWAIT(&host, HOST_ENDED, 2);
  CHECK(host.ended_with[CNET_WRITE] == UV_ECANCELED && host.ended_with[CNET_SHUTDOWN] == UV_ECANCELED);
  host_end(&host);
}

static void refuses_all_after_the_close(void) {
  cnet_stream_t *pair[2];
  host_t host;

  host_start(&host);
  host_pair(&host, CNET_TCP, pair);
  CHECK(cnet_close(pair[0], false) == 0);
  CHECK(cnet_is_closing(pair[0]));
  CHECK(cnet_close(pair[0], false) == UV_EBADF && cnet_close(pair[0], true) == UV_EBADF);
  CHECK(host_write(pair[0], "x", 1) < 0);
  CHECK(cnet_read_start(pair[0]) < 0 && cnet_shutdown(pair[0], NULL) < 0);
  CHECK(cnet_listen(pair[0], 1) < 0 && cnet_fd(pair[0]) < 0);
  host_end(&host);
}

static void ends_behind_all_that_was_written(void) {
  cnet_stream_t *pair[2];
  host_t host;

  host_start(&host);
  host_pair(&host, CNET_TCP, pair);
  size_t total = host_fill(pair[0]);
  CHECK(cnet_shutdown(pair[0], NULL) == UV_EBUSY); /* most of it is still the host's */
  CHECK(cnet_read_start(pair[1]) == 0);
  host_run(&host, has_write_ended, pair[0]);
  host.contexts++;
  CHECK(cnet_shutdown(pair[0], host_alloc(1)) == 0);
  host_run(&host, is_at_end, pair[1]);
  CHECK(state_of(pair[1])->length == total && state_of(pair[1])->read_status == UV_EOF);
  CHECK(state_of(pair[0])->write_status == 0 && state_of(pair[0])->shutdown_status == 0);
  CHECK(host_write(pair[1], "back", 4) == 0); /* the other way is open */
  CHECK(cnet_read_start(pair[0]) == 0);
  AWAIT_BYTES(&host, pair[0], 4);
  CHECK(host_write(pair[0], "x", 1) == UV_EPIPE && cnet_shutdown(pair[0], NULL) == UV_ENOTCONN);
  host_end(&host);
}

static void ends_a_path_in_the_context_of_the_call(void) {
  cnet_stream_t *pair[2];
  host_t host;

  host_start(&host);
  host_pair(&host, CNET_PIPE, pair);
  fail_allocation(0);
  CHECK(cnet_shutdown(pair[0], NULL) == UV_ENOMEM);
  CHECK(stop_failing());
  CHECK(cnet_shutdown(pair[0], NULL) == 0); /* NULL: the stream's own */
  CHECK(cnet_read_start(pair[1]) == 0);
  host_run(&host, is_at_end, pair[1]);
  AWAIT(&host, HOST_ENDED, 1);
  CHECK(state_of(pair[0])->shutdown_status == 0);
  host_end(&host);
}

const test_t write_tests[] = {
    {"write: what goes at once is not told of", is_told_of_no_write_that_goes_at_once},
    {"write: waits for room, busy meanwhile, and all arrives",
     waits_for_room_and_copies_the_rest_of_the_source_only_in_pieces},
    {"write: the rest is parked in a copy", parks_the_rest_of_bytes_that_the_kernel_has_not_taken},
    {"write: pieces of what a source gets while it waits have room", makes_room_for_what_a_source_gets_while_it_waits},
    {"write: ends with ECANCELED when its memory goes away", fails_a_write_whose_memory_goes_away},
    {"write: fails where it has to wait and there is no memory", fails_a_write_that_cannot_be_kept},
    {"write: not on a listener, before the connection, or while busy", writes_nothing_where_no_connection_is},
    {"write: a busy stream stays, also when it is closed and the loop turns", stays_while_it_is_busy},
    {"write: tells of a peer that is gone", tells_of_a_peer_that_is_gone},
    {"write: a close cancels what waits, and tells", tells_of_the_writes_that_a_close_cancels},
    {"write: and all else is refused after the close", refuses_all_after_the_close},
    {"shutdown: ends behind all that was written, and reading goes on", ends_behind_all_that_was_written},
    {"shutdown: of a path, in the stream's own context", ends_a_path_in_the_context_of_the_call},
    {NULL, NULL},
};
