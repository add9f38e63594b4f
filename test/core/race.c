/* race.c: tests of connecting to several addresses at once, to a path, and of early data. */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host.h"

/* A race between these ports of 127.0.0.1. */
static cnet_stream_t *race(host_t *host, uint64_t delay, unsigned count, const int *ports) {
  struct sockaddr_storage addresses[4];
  cnet_connect_options_t options = {.addresses = addresses, .count = count, .delay = delay, .race = true};
  cnet_stream_t *stream;

  for (unsigned i = 0; i < count; i++) addresses[i] = host_address("127.0.0.1", ports[i]);
  NEED(cnet_open(host->loop, CNET_TCP, "client", &stream) == 0);
  NEED(cnet_connect(stream, &options) == 0);
  return stream;
}

static int peer_port(const cnet_stream_t *stream) {
  struct sockaddr_storage peer;
  char text[CNET_ADDRESS_TEXT];
  int32_t port = 0;

  NEED(cnet_tcp_name(stream, true, &peer) == 0);
  cnet_address_text(&peer, text, &port, NULL);
  return port;
}

static void starts_the_next_beside_one_that_does_not_answer(void) {
  int full[2];
  host_t host;

  host_start(&host);
  int hanging = raw_full(full);
  int port = host_port(host_listen(&host));
  cnet_stream_t *stream = race(&host, 5, 3, (int[]){hanging, hanging, port});
  cnet_set_ref(stream, true);
  host_run(&host, is_connected, stream);
  CHECK(host.counts[HOST_ATTEMPT] == 3); /* three starts, and none has failed */
  CHECK(peer_port(stream) == port);
  CHECK(host_write(stream, "hello", 5) == 0); /* it is the winner's handle that the stream has */
  NEED(host.other != NULL && cnet_read_start(host.other) == 0);
  AWAIT_BYTES(&host, host.other, 5);
  close(full[0]);
  close(full[1]);
  host_end(&host);
}

static void tries_the_next_at_once_where_one_refuses(void) {
  int dead;
  host_t host;

  host_start(&host);
  int fd = raw_bind("127.0.0.1", &dead);
  int port = host_port(host_listen(&host));
  cnet_stream_t *stream = race(&host, 60000, 3, (int[]){dead, dead, port});
  host_run(&host, is_connected, stream);
  CHECK(host.step_count == 5 && host.steps[1].phase == CNET_ATTEMPT_FAILED && host.steps[3].status == UV_ECONNREFUSED);
  CHECK(peer_port(stream) == port);
  close(fd);
  host_end(&host);
}

static void ends_where_all_refuse(void) {
  int dead;
  host_t host;

  host_start(&host);
  int fd = raw_bind("127.0.0.1", &dead);
  cnet_stream_t *stream = race(&host, 60000, 2, (int[]){dead, dead});
  AWAIT(&host, HOST_ATTEMPT, 4);
  CHECK(!state_of(stream)->connected && cnet_connectable(stream, CNET_TCP) == 0);
  close(fd);
  host_end(&host);
}

static void goes_on_with_those_under_way_where_the_last_refuses(void) {
  int dead, full[2];
  host_t host;

  host_start(&host);
  int fd = raw_bind("127.0.0.1", &dead);
  int hanging = raw_full(full);
  cnet_stream_t *stream = race(&host, 1, 2, (int[]){hanging, dead});
  AWAIT(&host, HOST_ATTEMPT, 3);
  CHECK(host.steps[2].address == 1 && host.steps[2].phase == CNET_ATTEMPT_FAILED);
  CHECK(cnet_connectable(stream, CNET_TCP) == UV_EALREADY); /* the first is under way */
  CHECK(!cnet_connect_is_settled(stream));
  cnet_set_ref(stream, false);
  CHECK(!cnet_has_ref(stream));
  host_turn(&host, 1);
  close(fd);
  close(full[0]);
  close(full[1]);
  host_end(&host);
}

static void does_not_start_another_where_an_answer_is_there(void) {
  host_t host;

  host_start(&host);
  int port = host_port(host_listen(&host));
  cnet_stream_t *stream = race(&host, 1, 2, (int[]){port, port});
  CHECK(cnet_connect_is_settled(stream));
  for (uint64_t until = uv_hrtime() + 5000000; uv_hrtime() < until;) continue;
  host_run(&host, is_connected, stream);
  CHECK(host.step_count == 1);
  host_end(&host);
}

/* --- paths -------------------------------------------------------------------------------------------------------- */

static cnet_stream_t *connect_path(host_t *host, const char *path, size_t length) {
  cnet_stream_t *stream;

  NEED(cnet_open(host->loop, CNET_PIPE, "client", &stream) == 0);
  NEED(cnet_connect_path(stream, path, length) == 0);
  return stream;
}

static void connects_to_a_path(void) {
  const char *path = host_path();
  char name[200];
  size_t size = sizeof name;
  host_t host;

  host_start(&host);
  host_listen_path(&host, path);
  cnet_stream_t *stream = connect_path(&host, path, strlen(path));
  CHECK(cnet_connect_is_settled(stream));
  host_run(&host, is_connected, stream);
  CHECK(cnet_pipe_name(stream, true, name, &size) == 0 && strncmp(name, path, size) == 0);
  AWAIT(&host, HOST_ACCEPTED, 1);
  host_end(&host);
  CHECK(access(path, F_OK) != 0); /* it goes with its listener */
}

static void connects_to_an_abstract_name(void) {
  char name[64] = {0};
  host_t host;

  host_start(&host);
  int length = 1 + snprintf(name + 1, sizeof name - 1, "%s", host_path());
  cnet_stream_t *stream = connect_path(&host, name, (size_t)length);
  CHECK(!state_of(stream)->connected && host.step_count == 1); /* the failure comes later */
  AWAIT(&host, HOST_ATTEMPT, 2);
  CHECK(host.steps[1].phase == CNET_ATTEMPT_FAILED && host.steps[1].status == UV_ECONNREFUSED);
  cnet_stream_t *listener;
  NEED(cnet_open(host.loop, CNET_PIPE, NULL, &listener) == 0);
  NEED(cnet_bind_path(listener, name, (size_t)length) == 0 && cnet_listen(listener, 8) == 0);
  stream = connect_path(&host, name, (size_t)length);
  CHECK(!state_of(stream)->connected);
  host_run(&host, is_connected, stream);
  host_end(&host);
}

static void tells_of_a_path_that_nobody_is_at(void) {
  const char *path = host_path();
  cnet_stream_t *stream;
  host_t host;

  host_start(&host);
  connect_path(&host, path, strlen(path));
  AWAIT(&host, HOST_ATTEMPT, 2);
  CHECK(host.steps[1].phase == CNET_ATTEMPT_FAILED && host.steps[1].status == UV_ENOENT);
  NEED(cnet_open(host.loop, CNET_PIPE, NULL, &stream) == 0);
  CHECK(cnet_connect_path(stream, "", 0) == UV_EINVAL);
  CHECK(cnet_connectable(stream, CNET_PIPE) == 0);
  host.no_context = true;
  CHECK(cnet_connect_path(stream, path, strlen(path)) == UV_ENOMEM);
  host_end(&host);
}

/* --- early data -----------------------------------------------------------------------------------------------------
 */

static void sends_early_data_with_or_right_behind_the_syn(bool several) {
  struct sockaddr_storage addresses[2];
  cnet_connect_options_t options = {.addresses = addresses, .count = several ? 2 : 1, .race = several, .delay = 60000};
  cnet_stream_t *stream;
  host_t host;

  host_start(&host);
  cnet_stream_t *listener = host_listen(&host);
  CHECK(cnet_set_fast_open_queue(listener, 16) == 0 && cnet_set_fast_open_queue(listener, -1) == UV_EINVAL);
  for (int i = 0; i < 2; i++) addresses[i] = host_address("127.0.0.1", host_port(listener));
  NEED(cnet_open(host.loop, CNET_TCP, NULL, &stream) == 0);
  CHECK(cnet_set_early_data(stream, true, false, NULL, 0) == 0);
  CHECK(cnet_set_early_data(stream, false, true, "early", 5) == 0);
  NEED(cnet_connect(stream, &options) == 0);
  CHECK(cnet_set_early_data(stream, false, true, "late", 4) == UV_EALREADY);
  host_run(&host, is_connected, stream);
  int sent = cnet_early_data_sent(stream); /* 5 where the kernel has a cookie of the server */
  CHECK(sent == 0 || sent == 5);
  CHECK(host_write(stream, &"early"[sent], 5 - (size_t)sent) == 0);
  AWAIT(&host, HOST_ACCEPTED, 1);
  CHECK(cnet_used_fast_open(host.other) >= 0 && cnet_is_multipath(host.other) == 0);
  NEED(cnet_read_start(host.other) == 0);
  AWAIT_BYTES(&host, host.other, 5);
  CHECK(memcmp(state_of(host.other)->bytes, "early", 5) == 0);
  host_end(&host);
}

static void sends_early_data(void) { sends_early_data_with_or_right_behind_the_syn(false); }

static void sends_early_data_in_a_race(void) { sends_early_data_with_or_right_behind_the_syn(true); }

static void tells_of_a_refusal_in_spite_of_early_data(void) {
  struct sockaddr_storage address;
  cnet_connect_options_t options = {.addresses = &address, .count = 1};
  cnet_stream_t *stream, *path;
  int dead;
  host_t host;

  host_start(&host);
  int fd = raw_bind("127.0.0.1", &dead);
  address = host_address("127.0.0.1", dead);
  NEED(cnet_open(host.loop, CNET_TCP, NULL, &stream) == 0);
  CHECK(cnet_early_data_sent(stream) == 0);
  CHECK(cnet_set_early_data(stream, false, true, pattern(), PATTERN_SIZE) == 0); /* the first 16 KiB */
  for (int i = 0; i < 2; i++) {
    options.race = i == 1;
    host.step_count = 0;
    NEED(cnet_open(host.loop, CNET_TCP, NULL, &stream) == 0);
    CHECK(cnet_set_early_data(stream, false, true, pattern(), PATTERN_SIZE) == 0);
    NEED(cnet_connect(stream, &options) == 0);
    AWAIT(&host, HOST_ATTEMPT, 2 * (unsigned)i + 2);
    CHECK(host.steps[1].status == UV_ECONNREFUSED);
  }
  NEED(cnet_open(host.loop, CNET_PIPE, NULL, &path) == 0);
  CHECK(cnet_set_early_data(path, false, true, "x", 1) == UV_EBADF);
  fail_allocation(0);
  CHECK(cnet_set_early_data(stream, false, true, "x", 1) == UV_ENOMEM);
  CHECK(stop_failing());
  close(fd);
  host_end(&host);
}

static void connects_by_multipath_where_the_kernel_has_it(void) {
  struct sockaddr_storage address;
  cnet_connect_options_t options = {.addresses = &address, .count = 1};
  cnet_stream_t *listener, *stream;
  host_t host;

  host_start(&host);
  NEED(cnet_open(host.loop, CNET_TCP, NULL, &listener) == 0);
  NEED(cnet_bind(listener, "127.0.0.1", 9, 0, 4, CNET_BIND_MULTIPATH | CNET_BIND_REUSEPORT) == 0);
  NEED(cnet_listen(listener, 8) == 0);
  address = host_address("127.0.0.1", host_port(listener));
  NEED(cnet_open(host.loop, CNET_TCP, NULL, &stream) == 0);
  CHECK(cnet_set_early_data(stream, true, false, NULL, 0) == 0);
  NEED(cnet_connect(stream, &options) == 0);
  host_run(&host, is_connected, stream);
  AWAIT(&host, HOST_ACCEPTED, 1);
  CHECK(cnet_is_multipath(stream) == cnet_is_multipath(host.other));
  host_end(&host);
}

const test_t race_tests[] = {
    {"race: the next one starts beside one that does not answer, and may win",
     starts_the_next_beside_one_that_does_not_answer},
    {"race: the next one starts at once where one refuses", tries_the_next_at_once_where_one_refuses},
    {"race: ends where all refuse", ends_where_all_refuse},
    {"race: goes on with those under way where the last refuses", goes_on_with_those_under_way_where_the_last_refuses},
    {"race: no other starts where an answer is there", does_not_start_another_where_an_answer_is_there},
    {"path: connects, and the file goes with the listener", connects_to_a_path},
    {"path: connects to an abstract name, and tells later", connects_to_an_abstract_name},
    {"path: tells that nobody is there", tells_of_a_path_that_nobody_is_at},
    {"early data: all of it arrives once", sends_early_data},
    {"early data: all of it arrives once in a race", sends_early_data_in_a_race},
    {"early data: a refusal is told all the same", tells_of_a_refusal_in_spite_of_early_data},
    {"multipath: both ends agree", connects_by_multipath_where_the_kernel_has_it},
    {NULL, NULL},
};
