/* relay.c: tests of relays and of files that are sent. */
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host.h"

#define SIZE ((size_t)3 * 1024 * 1024)

/* Two connections: what comes on the inner end of one goes out on that of the other. */
typedef struct joint {
  cnet_stream_t *outer[2], *inner[2];
} joint_t;

static void join(host_t *host, cnet_kind_t kind, size_t size, joint_t *joint) {
  cnet_stream_t *pair[2];

  for (int i = 0; i < 2; i++) {
    host_pair(host, i == 0 ? CNET_TCP : kind, pair);
    joint->outer[i] = pair[0];
    joint->inner[i] = pair[1];
    NEED(cnet_read_start(pair[0]) == 0);
  }
  NEED(cnet_relay(joint->inner[0], joint->inner[1], size) == 0);
  for (int i = 0; i < 2; i++) NEED(cnet_relay_start(joint->inner[i]) == 0);
}

static void carries_megabytes_both_ways(cnet_kind_t kind, size_t size) {
  joint_t joint;
  host_t host;

  host_start(&host);
  join(&host, kind, size, &joint);
  for (int i = 0; i < 2; i++)
    state_of(joint.outer[i])->write_status = host_write(joint.outer[i], pattern() + (size_t)i * SIZE, SIZE);
  for (int i = 0; i < 2; i++) {
    host_run(&host, has_write_ended, joint.outer[i]);
    NEED(cnet_shutdown(joint.outer[i], NULL) == 0);
  }
  for (int i = 0; i < 2; i++) { /* the host passes the end on */
    host_run(&host, is_at_end, joint.inner[i]);
    CHECK(state_of(joint.inner[i])->read_status == UV_EOF && state_of(joint.inner[i])->length == 0);
    NEED(cnet_shutdown(joint.inner[1 - i], NULL) == 0);
  }
  for (int i = 0; i < 2; i++) {
    host_run(&host, is_at_end, joint.outer[i]);
    CHECK(state_of(joint.outer[i])->length == SIZE);
    CHECK(memcmp(state_of(joint.outer[i])->bytes, pattern() + (size_t)(1 - i) * SIZE, SIZE) == 0);
    CHECK(cnet_bytes_read(joint.inner[i]) == SIZE && cnet_bytes_sent(joint.inner[i]) == SIZE);
  }
  CHECK(cnet_relay_start(joint.inner[0]) == UV_EINVAL); /* it has ended */
  host_end(&host);
}

static void carries_megabytes_of_tcp(void) { carries_megabytes_both_ways(CNET_TCP, 1024 * 1024); }

static void carries_megabytes_through_small_pipes(void) { carries_megabytes_both_ways(CNET_TCP, 1); }

static void carries_megabytes_to_a_path(void) { carries_megabytes_both_ways(CNET_PIPE, 256 * 1024); }

static void tells_of_a_source_that_resets(void) {
  joint_t joint;
  host_t host;

  host_start(&host);
  join(&host, CNET_TCP, 65536, &joint);
  NEED(cnet_close(joint.outer[0], true) == 0);
  host_run(&host, is_at_end, joint.inner[0]);
  CHECK(state_of(joint.inner[0])->read_status == UV_ECONNRESET);
  CHECK(cnet_relay_start(joint.inner[1]) == UV_EINVAL); /* the relay has ended */
  host_end(&host);
}

static void tells_of_a_target_that_is_gone(void) {
  joint_t joint;
  host_t host;

  host_start(&host);
  join(&host, CNET_PIPE, 65536, &joint);
  NEED(cnet_shutdown(joint.inner[1], NULL) == 0); /* nothing can be written there any more */
  AWAIT(&host, HOST_ENDED, 1);
  NEED(host_write(joint.outer[0], "hello", 5) == 0);
  AWAIT(&host, HOST_ENDED, 2);
  CHECK(state_of(joint.inner[1])->write_status == UV_EPIPE);
  CHECK(cnet_relay_start(joint.inner[0]) == UV_EINVAL);
  host_end(&host);
}

static void ends_with_either_of_its_streams(void) {
  joint_t joint;
  host_t host;

  for (int i = 0; i < 2; i++) {
    host_start(&host);
    join(&host, CNET_TCP, 65536, &joint);
    host_fill(joint.outer[0]);
    for (int turn = 0; turn < 4; turn++) host_turn(&host, 1); /* bytes are in the pipe, or on the way */
    cnet_set_ref(joint.inner[0], false);
    NEED(cnet_close(joint.inner[i], false) == 0);
    CHECK(cnet_relay_start(joint.inner[1 - i]) == UV_EINVAL);
    host_end(&host);
  }
}

static void refuses_to_relay_what_cannot_be(void) {
  cnet_stream_t *fresh, *pair[2], *other[2];
  host_t host;

  host_start(&host);
  host_pair(&host, CNET_TCP, pair);
  host_pair(&host, CNET_TCP, other);
  NEED(cnet_open(host.loop, CNET_TCP, NULL, &fresh) == 0);
  cnet_stream_t *listener = host_listen(&host);
  CHECK(cnet_relay(pair[0], pair[0], 65536) == UV_EINVAL && cnet_relay(pair[0], listener, 65536) == UV_ENOTCONN);
  CHECK(cnet_relay(pair[0], fresh, 65536) == UV_EBADF && cnet_relay_start(pair[0]) == UV_EINVAL);
  for (unsigned skip = 0; skip < 3; skip++) {
    fail_allocation(skip);
    CHECK(cnet_relay(pair[0], other[0], 65536) == UV_ENOMEM && stop_failing());
  }
  cnet_set_busy(pair[0], true);
  CHECK(cnet_relay(pair[0], other[0], 65536) == UV_EBUSY);
  cnet_set_busy(pair[0], false);
  cnet_set_ref(pair[0], false);
  CHECK(cnet_relay(pair[0], other[0], 65536) == 0);
  CHECK(cnet_relay(pair[0], other[1], 65536) == UV_EBUSY);
  host_end(&host);
}

/* --- files ---------------------------------------------------------------------------------------------------------
 */

/* A file with the first bytes of the pattern in it, and no name. */
static int make_file(size_t size) {
  char path[] = "/tmp/cnet-core-file-XXXXXX";
  int fd = mkostemp(path, O_CLOEXEC);

  NEED(fd >= 0 && unlink(path) == 0);
  for (size_t at = 0; at < size;) {
    ssize_t n = write(fd, pattern() + at, size - at);
    NEED(n > 0);
    at += (size_t)n;
  }
  NEED(lseek(fd, 0, SEEK_SET) == 0);
  return fd;
}

static void sends_a_part_of_a_file(int64_t offset, uint64_t count, size_t from, size_t length) {
  cnet_stream_t *pair[2];
  int little = 16384;
  host_t host;

  host_start(&host);
  int file = make_file(SIZE);
  host_pair(&host, CNET_TCP, pair);
  NEED(cnet_set_option(pair[0], SOL_SOCKET, SO_SNDBUF, &little, sizeof little) == 0); /* it has to wait for room */
  NEED(lseek(file, 1000, SEEK_SET) == 1000);
  NEED(cnet_send_file(pair[0], file, offset, count) == 0);
  close(file); /* it has its own */
  CHECK(cnet_waiting_context(pair[0]) != NULL && cnet_writable(pair[0]) == UV_EBUSY);
  CHECK(cnet_send_file(pair[0], 0, 0, 1) == UV_EBUSY);
  NEED(cnet_read_start(pair[1]) == 0);
  host_run(&host, has_write_ended, pair[0]);
  CHECK(state_of(pair[0])->write_status == 0 && cnet_bytes_sent(pair[0]) == length);
  AWAIT_BYTES(&host, pair[1], length);
  CHECK(memcmp(state_of(pair[1])->bytes, pattern() + from, length) == 0);
  CHECK(host_write(pair[0], "x", 1) == 0);
  host_end(&host);
}

static void sends_from_an_offset(void) { sends_a_part_of_a_file(5, 2 * SIZE / 3, 5, 2 * SIZE / 3); }

static void sends_from_the_position_to_the_end(void) {
  sends_a_part_of_a_file(-1, CNET_SAFE_INTEGER, 1000, SIZE - 1000);
}

static void tells_of_a_peer_that_is_gone_or_a_close(bool by_close) {
  cnet_stream_t *pair[2];
  host_t host;

  host_start(&host);
  int file = make_file(PATTERN_SIZE);
  host_pair(&host, CNET_TCP, pair);
  NEED(cnet_send_file(pair[0], file, 0, PATTERN_SIZE) == 0);
  *cnet_waiting_context(pair[0]) = host_alloc(1);
  host.contexts++;
  while (cnet_bytes_sent(pair[0]) == 0) uv_run(&host.uv, UV_RUN_ONCE);
  host_turn(&host, 2);
  NEED(cnet_close(pair[by_close ? 0 : 1], !by_close) == 0);
  AWAIT(&host, HOST_ENDED, 1);
  int status = host.ended_with[CNET_WRITE];
  CHECK(by_close ? status == UV_ECANCELED : status == UV_ECONNRESET || status == UV_EPIPE);
  close(file);
  host_end(&host);
}

static void tells_of_a_peer_that_is_gone(void) { tells_of_a_peer_that_is_gone_or_a_close(false); }

static void tells_of_a_close(void) { tells_of_a_peer_that_is_gone_or_a_close(true); }

static void sends_no_pipe_and_nothing_without_a_connection(void) {
  cnet_stream_t *pair[2], *fresh;
  int fds[2];
  host_t host;

  host_start(&host);
  NEED(pipe2(fds, O_CLOEXEC) == 0);
  host_pair(&host, CNET_TCP, pair);
  NEED(cnet_open(host.loop, CNET_TCP, NULL, &fresh) == 0);
  CHECK(cnet_send_file(pair[0], fds[0], -1, 1) == UV_EINVAL && cnet_send_file(pair[0], -1, -1, 1) == UV_EBADF);
  CHECK(cnet_send_file(fresh, fds[0], -1, 1) == UV_EBADF && cnet_send_file(host_listen(&host), 0, 0, 1) == UV_ENOTCONN);
  fail_allocation(0);
  CHECK(cnet_send_file(pair[0], fds[0], -1, 1) == UV_ENOMEM && stop_failing());
  CHECK(cnet_waiting_context(pair[0]) == NULL && cnet_writable(pair[0]) == 0);
  close(fds[0]);
  close(fds[1]);
  host_end(&host);
}

const test_t relay_tests[] = {
    {"relay: carries megabytes both ways, and the ends", carries_megabytes_of_tcp},
    {"relay: carries megabytes through small pipes", carries_megabytes_through_small_pipes},
    {"relay: carries megabytes from TCP to a path and back", carries_megabytes_to_a_path},
    {"relay: tells of a source that resets", tells_of_a_source_that_resets},
    {"relay: tells of a target that takes nothing any more", tells_of_a_target_that_is_gone},
    {"relay: ends with either of its streams", ends_with_either_of_its_streams},
    {"relay: is refused where it cannot be", refuses_to_relay_what_cannot_be},
    {"file: is sent from an offset", sends_from_an_offset},
    {"file: is sent from its position to its end", sends_from_the_position_to_the_end},
    {"file: tells of a peer that is gone", tells_of_a_peer_that_is_gone},
    {"file: a close cancels it, and tells", tells_of_a_close},
    {"file: only of one, and where a connection is", sends_no_pipe_and_nothing_without_a_connection},
    {NULL, NULL},
};
