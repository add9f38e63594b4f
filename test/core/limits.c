/* limits.c: tests of how many connections a listener lets in. */
#include <stdio.h>
#include <unistd.h>

#include "host.h"

static void close_fds(const int *fds, int count) {
  for (int i = 0; i < count; i++) close(fds[i]);
}

static void counts_connections_of(const cnet_quota_t *quota, cnet_verdict_t verdict) {
  cnet_accept_limit_t *limit = cnet_accept_limit_new(7);
  int fds[3];
  host_t host;

  host_start(&host);
  cnet_stream_t *listener = host_listen(&host);
  cnet_accept_limit_set_quota(limit, quota);
  NEED(cnet_accept_limit_heed(limit, listener) == 0);
  for (int i = 0; i < 2; i++) fds[i] = raw_connect(host_port(listener));
  AWAIT(&host, HOST_REJECTED, 1);
  CHECK(host.counts[HOST_ACCEPTED] == 1 && host.verdict == verdict);
  CHECK(cnet_accept_limit_size(limit) >= 1);
  NEED(cnet_close(host.other, false) == 0);
  CHECK(cnet_accept_limit_size(limit) == 0); /* the place is free at once */
  fds[2] = raw_connect(host_port(listener));
  AWAIT(&host, HOST_ACCEPTED, 2);
  cnet_accept_limit_release(limit); /* its connections keep it */
  close_fds(fds, 3);
  host_end(&host);
}

static void counts_connections_of_an_address(void) {
  counts_connections_of(&(cnet_quota_t){.per_address = 1, .per_prefix = -1}, CNET_FULL_ADDRESS);
}

static void counts_connections_of_a_network(void) {
  counts_connections_of(&(cnet_quota_t){.per_address = 5, .per_prefix = 1, .prefix4 = 104, .prefix6 = 64},
                        CNET_FULL_PREFIX);
}

static void lets_in_as_many_as_the_bucket_has(void) {
  cnet_accept_limit_t *limit = cnet_accept_limit_new(0);
  int fds[3];
  host_t host;

  host_start(&host);
  cnet_stream_t *listener = host_listen(&host);
  cnet_accept_limit_set_rate(limit, 1e-6, 2);
  NEED(cnet_accept_limit_heed(limit, listener) == 0);
  for (int i = 0; i < 3; i++) fds[i] = raw_connect(host_port(listener));
  AWAIT(&host, HOST_REJECTED, 1);
  CHECK(host.counts[HOST_ACCEPTED] == 2 && host.verdict == CNET_TOO_FAST);
  cnet_accept_limit_set_rate(limit, 1e9, 1); /* more than the burst within no time */
  fds[2] = (close(fds[2]), raw_connect(host_port(listener)));
  AWAIT(&host, HOST_ACCEPTED, 3);
  cnet_accept_limit_set_rate(limit, 1e-6, 1);
  fds[2] = (close(fds[2]), raw_connect(host_port(listener)));
  AWAIT(&host, HOST_ACCEPTED, 4); /* the bucket is full again */
  cnet_accept_limit_leave(listener);
  fds[2] = (close(fds[2]), raw_connect(host_port(listener)));
  AWAIT(&host, HOST_ACCEPTED, 5); /* and now empty, which counts no more */
  CHECK(host.counts[HOST_REJECTED] == 1);
  cnet_accept_limit_release(limit);
  close_fds(fds, 3);
  host_end(&host);
}

#define MANY 40

/* The same from the beginning, where each allocation fails in turn. How often it went well all the same. */
static int recount_without_memory(cnet_loop_t *loop) {
  bool failed = true;
  int well = 0;

  for (unsigned skip = 0; failed; skip++) {
    cnet_accept_limit_t *limit = cnet_accept_limit_new(7);
    cnet_accept_limit_set_quota(limit, &(cnet_quota_t){.per_address = 1, .per_prefix = 50, .prefix4 = 120});
    fail_allocation(skip);
    int err = cnet_accept_limit_recount(limit, loop);
    failed = stop_failing();
    if (failed && err == 0) well++;
    CHECK(err == 0 || (failed && err == UV_ENOMEM));
    CHECK(cnet_accept_limit_recount(limit, loop) == 0 && cnet_accept_limit_size(limit) == MANY + 1);
    cnet_accept_limit_release(limit);
  }
  return well;
}

static void counts_who_is_there_anew(void) {
  cnet_accept_limit_t *limit = cnet_accept_limit_new(7);
  struct sockaddr_storage addresses[MANY];
  host_t host;

  host_start(&host);
  cnet_stream_t *listener = host_listen(&host);
  cnet_set_server(listener, 7);
  for (int i = 0; i < MANY; i++) { /* each from another address */
    char local[32];
    cnet_connect_options_t options = {.addresses = &addresses[i], .count = 1, .local_address = local};
    cnet_stream_t *stream;
    snprintf(local, sizeof local, "127.0.1.%d", i + 1);
    addresses[i] = host_address("127.0.0.1", host_port(listener));
    NEED(cnet_open(host.loop, CNET_TCP, NULL, &stream) == 0 && cnet_connect(stream, &options) == 0);
  }
  AWAIT(&host, HOST_ACCEPTED, MANY);
  CHECK(cnet_accept_limit_recount(limit, host.loop) == 0 && cnet_accept_limit_size(limit) == 0);
  cnet_accept_limit_set_quota(limit,
                              &(cnet_quota_t){.per_address = 1, .per_prefix = 50, .prefix4 = 120, .prefix6 = 64});
  NEED(cnet_accept_limit_heed(limit, listener) == 0);
  CHECK(cnet_accept_limit_recount(limit, host.loop) == 0);
  CHECK(cnet_accept_limit_size(limit) == MANY + 1); /* the listener is not counted itself */
  CHECK(cnet_accept_limit_enter(limit, host.other) == CNET_FULL_ADDRESS);
  CHECK(recount_without_memory(host.loop) == 2); /* 16, 32 buckets for 41: longer chains are slower, not wrong */
  cnet_accept_limit_release(limit);
  host_end(&host);
}

const test_t limit_tests[] = {
    {"limit: connections of an address", counts_connections_of_an_address},
    {"limit: connections of a network", counts_connections_of_a_network},
    {"limit: a rate", lets_in_as_many_as_the_bucket_has},
    {"limit: counts who is there anew, also where memory fails", counts_who_is_there_anew},
    {NULL, NULL},
};
