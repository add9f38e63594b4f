/* read.c: tests of reading. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host.h"

/* A stream that was accepted, and a plain socket at its other end. */
static cnet_stream_t *accepted(host_t *host, cnet_kind_t kind, int *peer) {
  const char *path = kind == CNET_PIPE ? host_path() : NULL;
  cnet_stream_t *listener = kind == CNET_TCP ? host_listen(host) : host_listen_path(host, path);

  *peer = kind == CNET_TCP ? raw_connect(host_port(listener)) : raw_connect_path(path);
  host_run(host, has_accepted, NULL);
  NEED(cnet_close(listener, false) == 0);
  return host->other;
}

static void reads_bytes_and_the_end(cnet_kind_t kind) {
  host_t host;
  int peer;

  host_start(&host);
  cnet_stream_t *stream = accepted(&host, kind, &peer);
  CHECK(cnet_read_start(stream) == 0);
  CHECK(cnet_read_start(stream) == 0); /* again: nothing */
  raw_send(peer, "hello", 5);
  AWAIT_BYTES(&host, stream, 5);
  CHECK(!state_of(stream)->at_end);
  raw_send(peer, " world", 6);
  close(peer);
  host_run(&host, is_at_end, stream);
  CHECK(state_of(stream)->length == 11 && memcmp(state_of(stream)->bytes, "hello world", 11) == 0);
  CHECK(state_of(stream)->read_status == UV_EOF);
  CHECK(cnet_bytes_read(stream) == 11);
  host_end(&host);
}

static void reads_bytes_and_the_end_of_tcp(void) { reads_bytes_and_the_end(CNET_TCP); }

static void reads_bytes_and_the_end_of_a_path(void) { reads_bytes_and_the_end(CNET_PIPE); }

static void reads_nothing_while_it_is_stopped(void) {
  host_t host;
  int peer;

  host_start(&host);
  cnet_stream_t *stream = accepted(&host, CNET_TCP, &peer);
  raw_send(peer, "abc", 3);
  host_turn(&host, 3);
  CHECK(host.counts[HOST_READ] == 0);
  CHECK(cnet_read_start(stream) == 0);
  AWAIT_BYTES(&host, stream, 3);
  CHECK(cnet_read_stop(stream) == 0);
  raw_send(peer, "def", 3);
  CHECK(cnet_quiet(stream) == UV_EBUSY); /* the bytes are there */
  host_turn(&host, 3);
  CHECK(state_of(stream)->length == 3);
  CHECK(cnet_read_start(stream) == 0);
  AWAIT_BYTES(&host, stream, 6);
  bool is_told = has_option(IPPROTO_TCP, TCP_INFO, offsetof(struct tcp_info, tcpi_last_ack_recv));
  CHECK(is_told ? cnet_quiet(stream) >= 0 : cnet_quiet(stream) == UV_ENOTSUP);
  close(peer);
  host_end(&host);
}

static void tells_of_memory_that_is_not_there(cnet_kind_t kind, bool passes) {
  host_t host;
  int peer;

  host_start(&host);
  cnet_stream_t *stream = accepted(&host, kind, &peer);
  if (passes) NEED(cnet_receive_descriptors(stream) == 0);
  host.no_memory = true;
  CHECK(cnet_read_start(stream) == 0);
  raw_send(peer, "abc", 3);
  AWAIT(&host, HOST_READ, 1);
  CHECK(state_of(stream)->read_status == UV_ENOBUFS);
  host.no_memory = false;
  CHECK(cnet_read_start(stream) == 0);
  AWAIT_BYTES(&host, stream, 3); /* nothing is lost */
  close(peer);
  host_end(&host);
}

static void tells_of_no_memory(void) { tells_of_memory_that_is_not_there(CNET_TCP, false); }

static void tells_of_no_memory_for_descriptors(void) { tells_of_memory_that_is_not_there(CNET_PIPE, true); }

static void tells_of_a_reset(void) {
  host_t host;
  int peer;

  host_start(&host);
  cnet_stream_t *stream = accepted(&host, CNET_TCP, &peer);
  CHECK(cnet_read_start(stream) == 0);
  raw_reset(peer);
  host_run(&host, is_at_end, stream);
  CHECK(state_of(stream)->read_status == UV_ECONNRESET);
  host_end(&host);
}

/* A message with descriptors ends a read in the kernel, and the peer has closed: libuv takes that for the end. */
static void reads_on_behind_a_message_with_descriptors_and_the_end(void) {
  union {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(sizeof(int))];
  } control = {0};
  struct iovec iov = {.iov_base = "ab", .iov_len = 2};
  struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  host_t host;
  int peer, passed = 0;

  host_start(&host);
  cnet_stream_t *stream = accepted(&host, CNET_PIPE, &peer);
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  memcpy(CMSG_DATA(header), &passed, sizeof passed);
  NEED(sendmsg(peer, &message, 0) == 2);
  raw_send(peer, "cd", 2);
  close(peer);
  CHECK(cnet_read_start(stream) == 0);
  host_run(&host, is_at_end, stream);
  CHECK(state_of(stream)->length == 4 && memcmp(state_of(stream)->bytes, "abcd", 4) == 0);
  CHECK(state_of(stream)->read_status == UV_EOF);
  host_end(&host);
}

static void reads_no_listener_and_no_unconnected_stream(void) {
  cnet_stream_t *stream;
  host_t host;

  host_start(&host);
  CHECK(cnet_read_start(host_listen(&host)) == UV_ENOTCONN);
  NEED(cnet_open(host.loop, CNET_TCP, NULL, &stream) == 0);
  CHECK(cnet_read_start(stream) < 0);
  CHECK(cnet_read_stop(stream) == 0);
  host_end(&host);
}

static void reads_megabytes_as_they_were_sent(void) {
  cnet_stream_t *pair[2];
  host_t host;

  host_start(&host);
  host_pair(&host, CNET_TCP, pair);
  CHECK(cnet_read_start(pair[1]) == 0);
  CHECK(host_write(pair[0], pattern(), PATTERN_SIZE) >= 0);
  AWAIT_BYTES(&host, pair[1], PATTERN_SIZE);
  CHECK(memcmp(state_of(pair[1])->bytes, pattern(), PATTERN_SIZE) == 0);
  CHECK(cnet_bytes_read(pair[1]) == PATTERN_SIZE);
  host_end(&host);
}

const test_t read_tests[] = {
    {"read: bytes and the end, of TCP", reads_bytes_and_the_end_of_tcp},
    {"read: bytes and the end, of a path", reads_bytes_and_the_end_of_a_path},
    {"read: nothing while it is stopped, and all of it afterwards", reads_nothing_while_it_is_stopped},
    {"read: no memory is told, and loses nothing", tells_of_no_memory},
    {"read: no memory is told where descriptors are received, and loses nothing", tells_of_no_memory_for_descriptors},
    {"read: a reset is told", tells_of_a_reset},
    {"read: bytes behind a message with descriptors are not lost at the end",
     reads_on_behind_a_message_with_descriptors_and_the_end},
    {"read: a listener or an unconnected stream cannot be read", reads_no_listener_and_no_unconnected_stream},
    {"read: megabytes as they were sent", reads_megabytes_as_they_were_sent},
    {NULL, NULL},
};
