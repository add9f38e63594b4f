/* proxy.c: tests of connections that begin with a header of the PROXY protocol. */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "block_list_internal.h"
#include "host.h"

static const char LINE[] = "PROXY TCP4 1.2.3.4 5.6.7.8 9 10\r\n";
static const char BINARY[] = "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\1\2\3\4\5\6\7\10\0\11\0\12";

/* A listener whose clients send a header first. */
static cnet_stream_t *listen_proxy(host_t *host, cnet_proxy_settings_t settings) {
  cnet_stream_t *listener = host_listen(host);

  if (settings.timeout == 0) settings.timeout = 60000;
  NEED(cnet_set_proxy(listener, &settings) == 0);
  return listener;
}

static void lets_in_with_a_header(const char *header, size_t length, int version) {
  cnet_proxy_result_t result;
  host_t host;

  host_start(&host);
  cnet_stream_t *listener = listen_proxy(&host, (cnet_proxy_settings_t){0});
  int fd = raw_connect(host_port(listener));
  for (size_t i = 0; i + 1 < length; i++) { /* byte by byte */
    raw_send(fd, header + i, 1);
    host_turn(&host, 2);
  }
  CHECK(host.counts[HOST_ACCEPTED] == 0 && cnet_proxy_waiting(listener) == 1);
  raw_send(fd, header + length - 1, 1);
  raw_send(fd, "rest", 4);
  AWAIT(&host, HOST_ACCEPTED, 1);
  CHECK(cnet_proxy_waiting(listener) == 0);
  NEED(cnet_proxy_result(host.other, &result));
  CHECK(result.has_header && result.header.version == version && result.header.source_port == 9);
  CHECK(result.length == length && memcmp(result.bytes, header, length) == 0);
  cnet_proxy_drop(host.other);
  CHECK(!cnet_proxy_result(host.other, &result) && cnet_bytes_read(host.other) == 0);
  cnet_proxy_drop(host.other);
  NEED(cnet_read_start(host.other) == 0);
  AWAIT_BYTES(&host, host.other, 4);
  CHECK(memcmp(state_of(host.other)->bytes, "rest", 4) == 0);
  close(fd);
  host_end(&host);
}

static void lets_in_with_a_line(void) { lets_in_with_a_header(LINE, sizeof LINE - 1, 1); }

static void lets_in_with_a_binary_header(void) { lets_in_with_a_header(BINARY, sizeof BINARY - 1, 2); }

/* A header with TLVs does not fit where one without does. */
static void takes_a_long_header(void) {
  static char header[16 + 12 + 4000];
  cnet_proxy_result_t result;
  host_t host;

  memcpy(header, BINARY, sizeof BINARY - 1);
  header[14] = (char)(4012 >> 8);
  header[15] = (char)(4012 & 255);
  header[28] = (char)0xe0;
  header[29] = (char)(3997 >> 8);
  header[30] = (char)(3997 & 255);
  for (int failing = 0; failing < 2; failing++) {
    host_start(&host);
    cnet_stream_t *listener = listen_proxy(&host, (cnet_proxy_settings_t){0});
    int fd = raw_connect(host_port(listener));
    while (cnet_proxy_waiting(listener) == 0) host_turn(&host, 1);
    if (failing) fail_allocation(0);
    raw_send(fd, header, sizeof header);
    AWAIT(&host, failing ? HOST_HEADER_REJECTED : HOST_ACCEPTED, 1);
    CHECK(stop_failing() == (failing == 1));
    if (!failing) CHECK(cnet_proxy_result(host.other, &result) && result.header.tlvs == 28);
    close(fd);
    host_end(&host);
  }
}

static void refuses_what_is_no_header(void) {
  host_t host;
  char byte;

  host_start(&host);
  cnet_stream_t *listener = listen_proxy(&host, (cnet_proxy_settings_t){0});
  int fd = raw_connect(host_port(listener));
  raw_send(fd, "GET /\r\n", 7);
  AWAIT(&host, HOST_HEADER_REJECTED, 1);
  CHECK(host.status == CNET_PROXY_NO_SIGNATURE);
  AWAIT(&host, HOST_CLOSED, 1);
  CHECK(recv(fd, &byte, 1, 0) <= 0);
  close(fd);
  for (int i = 0; i < 2; i++) { /* the end, or a reset, before the header is there */
    fd = raw_connect(host_port(listener));
    raw_send(fd, LINE, 8);
    if (i == 0) close(fd);
    while (i == 1 && cnet_proxy_waiting(listener) == 0) host_turn(&host, 1);
    if (i == 1) raw_reset(fd);
    AWAIT(&host, HOST_HEADER_REJECTED, (unsigned)i + 2);
    CHECK(host.status == CNET_PROXY_ENDED);
  }
  CHECK(host.counts[HOST_ACCEPTED] == 0);
  host_end(&host);
}

static void lets_in_without_one_where_it_is_optional(void) {
  cnet_proxy_result_t result;
  host_t host;

  host_start(&host);
  cnet_stream_t *listener = listen_proxy(&host, (cnet_proxy_settings_t){.optional = true});
  int fd = raw_connect(host_port(listener));
  raw_send(fd, "GET /", 5);
  AWAIT(&host, HOST_ACCEPTED, 1);
  NEED(cnet_proxy_result(host.other, &result));
  CHECK(!result.has_header && result.length >= 1 && memcmp(result.bytes, "GET /", result.length) == 0);
  size_t first = result.length;
  cnet_proxy_drop(host.other);
  CHECK(cnet_bytes_read(host.other) == first);
  NEED(cnet_read_start(host.other) == 0);
  AWAIT_BYTES(&host, host.other, 5 - first);
  int silent = raw_connect(host_port(listener));
  shutdown(silent, SHUT_WR);
  AWAIT(&host, HOST_ACCEPTED, 2); /* its end is no header either */
  close(fd);
  close(silent);
  host_end(&host);
}

static void gives_up_who_takes_too_long(void) {
  int fds[3];
  host_t host;

  host_start(&host);
  cnet_stream_t *listener = listen_proxy(&host, (cnet_proxy_settings_t){.timeout = 5});
  for (int i = 0; i < 3; i++) fds[i] = raw_connect(host_port(listener));
  AWAIT(&host, HOST_HEADER_REJECTED, 3);
  CHECK(host.status == CNET_PROXY_TIMEOUT && cnet_proxy_waiting(listener) == 0);
  for (int i = 0; i < 3; i++) close(fds[i]);
  host_end(&host);
}

static void reads_a_header_that_is_there_when_the_time_is_up(void) {
  int fds[3];
  host_t host;

  host_start(&host);
  cnet_stream_t *listener = listen_proxy(&host, (cnet_proxy_settings_t){.timeout = 300});
  for (int i = 0; i < 3; i++) fds[i] = raw_connect(host_port(listener));
  while (cnet_proxy_waiting(listener) < 3) host_turn(&host, 1);
  for (int i = 0; i < 3; i++) raw_send(fds[i], LINE, sizeof LINE - 1);
  for (uint64_t until = uv_hrtime() + 320000000u; uv_hrtime() < until;) continue; /* a long turn of the loop */
  AWAIT(&host, HOST_ACCEPTED, 3);
  CHECK(host.counts[HOST_HEADER_REJECTED] == 0);
  for (int i = 0; i < 3; i++) close(fds[i]);
  host_end(&host);
}

static void takes_headers_of_those_it_trusts(void) {
  cnet_block_list_t *nobody = cnet_block_list_new();
  host_t host;

  host_start(&host);
  cnet_stream_t *listener = listen_proxy(&host, (cnet_proxy_settings_t){.trusted = nobody});
  int fd = raw_connect(host_port(listener));
  AWAIT(&host, HOST_HEADER_REJECTED, 1);
  CHECK(host.status == CNET_PROXY_UNTRUSTED);
  close(fd);
  cnet_proxy_settings_t settings = {.trusted = nobody, .optional = true, .timeout = 60000};
  NEED(cnet_set_proxy(listener, &settings) == 0);
  fd = raw_connect(host_port(listener));
  AWAIT(&host, HOST_ACCEPTED, 1);
  cnet_proxy_result_t result;
  CHECK(!cnet_proxy_result(host.other, &result)); /* nothing of it was read */
  close(fd);
  NEED(cnet_net_add(nobody, (cnet_address_t){{0, 0}, false}, 0, false) == 0);
  fd = raw_connect(host_port(listener));
  raw_send(fd, LINE, sizeof LINE - 1);
  AWAIT(&host, HOST_ACCEPTED, 2);
  CHECK(cnet_proxy_result(host.other, &result) && result.has_header);
  close(fd);
  cnet_block_list_release(nobody);
  host_end(&host);
}

static void holds_who_is_ready_while_the_listener_is_paused(void) {
  int fds[3];
  host_t host;

  host_start(&host);
  cnet_stream_t *listener = listen_proxy(&host, (cnet_proxy_settings_t){0});
  for (int i = 0; i < 3; i++) fds[i] = raw_connect(host_port(listener));
  while (cnet_proxy_waiting(listener) < 3) host_turn(&host, 1);
  cnet_pause(listener, true);
  for (int i = 0; i < 2; i++) raw_send(fds[i], LINE, sizeof LINE - 1);
  host_turn(&host, 5);
  CHECK(host.counts[HOST_ACCEPTED] == 0 && cnet_proxy_waiting(listener) == 3);
  cnet_pause(listener, false);
  CHECK(host.counts[HOST_ACCEPTED] == 2 && cnet_proxy_waiting(listener) == 1);
  for (int i = 0; i < 3; i++) close(fds[i]);
  host_end(&host);
}

static void counts_those_that_wait_for_the_room(void) {
  int fds[2];
  host_t host;

  host_start(&host);
  cnet_stream_t *listener = listen_proxy(&host, (cnet_proxy_settings_t){0});
  NEED(cnet_set_room(listener, 1) == 0);
  fds[0] = raw_connect(host_port(listener));
  while (cnet_proxy_waiting(listener) < 1) host_turn(&host, 1);
  fds[1] = raw_connect(host_port(listener));
  AWAIT(&host, HOST_REJECTED, 1);
  CHECK(host.verdict == CNET_FULL);
  raw_send(fds[0], BINARY, sizeof BINARY - 1);
  AWAIT(&host, HOST_ACCEPTED, 1);
  close(fds[1]);
  fds[1] = raw_connect(host_port(listener));
  AWAIT(&host, HOST_REJECTED, 2); /* the room is used up */
  NEED(cnet_set_room(listener, -1) == 0);
  close(fds[0]);
  close(fds[1]);
  host_end(&host);
}

static void goes_on_with_who_was_accepted_elsewhere(void) {
  cnet_stream_t *stand_in, *pair[2];
  cnet_proxy_settings_t settings = {.timeout = 60000};
  host_t host;

  host_start(&host);
  NEED(cnet_open(host.loop, CNET_TCP, NULL, &stand_in) == 0); /* of no address */
  host_pair(&host, CNET_TCP, pair);
  CHECK(cnet_proxy_accept(stand_in, pair[1]) == UV_EINVAL && cnet_proxy_waiting(stand_in) == 0);
  NEED(cnet_set_proxy(stand_in, &settings) == 0);
  CHECK(cnet_proxy_accept(stand_in, stand_in) == UV_EINVAL);
  CHECK(cnet_proxy_accept(stand_in, pair[1]) == 0);
  CHECK(cnet_proxy_accept(stand_in, pair[1]) == UV_EINVAL);
  CHECK(cnet_proxy_waiting(stand_in) == 1);
  CHECK(host_write(pair[0], LINE, sizeof LINE - 1) == 0);
  AWAIT(&host, HOST_ACCEPTED, 1);
  CHECK(host.other == pair[1]);
  host_end(&host);
}

static void closes_those_that_wait_with_the_listener(void) {
  int fds[2];
  host_t host;

  host_start(&host);
  cnet_stream_t *listener = listen_proxy(&host, (cnet_proxy_settings_t){0});
  for (int i = 0; i < 2; i++) fds[i] = raw_connect(host_port(listener));
  while (cnet_proxy_waiting(listener) < 2) host_turn(&host, 1);
  cnet_pause(listener, true);
  raw_send(fds[0], LINE, sizeof LINE - 1); /* one is held */
  host_turn(&host, 3);
  NEED(cnet_close(listener, false) == 0);
  AWAIT(&host, HOST_CLOSED, 3);
  CHECK(host.counts[HOST_ACCEPTED] == 0 && host.counts[HOST_HEADER_REJECTED] == 0);
  for (int i = 0; i < 2; i++) close(fds[i]);
  host_end(&host);
}

const test_t proxy_tests[] = {
    {"proxy: lets in with a line, and takes no byte behind it", lets_in_with_a_line},
    {"proxy: lets in with a binary header, and takes no byte behind it", lets_in_with_a_binary_header},
    {"proxy: takes a long header, where there is memory", takes_a_long_header},
    {"proxy: refuses what is no header", refuses_what_is_no_header},
    {"proxy: lets in without one where it is optional, and gives its first bytes",
     lets_in_without_one_where_it_is_optional},
    {"proxy: gives up who takes too long", gives_up_who_takes_too_long},
    {"proxy: reads a header that is there when the time is up", reads_a_header_that_is_there_when_the_time_is_up},
    {"proxy: takes headers of those it trusts", takes_headers_of_those_it_trusts},
    {"proxy: holds who is ready while the listener is paused", holds_who_is_ready_while_the_listener_is_paused},
    {"proxy: counts those that wait for the room", counts_those_that_wait_for_the_room},
    {"proxy: goes on with who was accepted elsewhere", goes_on_with_who_was_accepted_elsewhere},
    {"proxy: closes those that wait with the listener", closes_those_that_wait_with_the_listener},
    {NULL, NULL},
};
