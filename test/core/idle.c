/* idle.c: tests of idle timeouts. */
#include <sys/socket.h>
#include <unistd.h>

#include "host.h"

static void spin(unsigned ms) {
  for (uint64_t until = uv_hrtime() + (uint64_t)ms * 1000000; uv_hrtime() < until;) continue;
}

static bool has_fired(host_t *host, void *count) {
  (void)host;
  return *(int *)count > 0;
}

static bool is_over(host_t *host, void *data) {
  (void)data;
  return !cnet_loop_is_busy(host->loop);
}

static void fires_once_until_the_next_activity(void) {
  int fired = 0;
  cnet_idle_t *idle;
  host_t host;

  host_start(&host);
  NEED(cnet_idle_start(host.loop, 5, &fired, &idle) == 0);
  CHECK(cnet_loop_is_busy(host.loop));
  host_run(&host, has_fired, &fired);
  CHECK(!cnet_loop_is_busy(host.loop));
  spin(15);
  host_turn(&host, 3);
  CHECK(fired == 1);
  fired = 0;
  cnet_idle_touch(idle);
  host_run(&host, has_fired, &fired);
  cnet_idle_stop(idle);
  host_end(&host);
}

static void does_not_keep_the_loop_going(void) {
  int fired = 0;
  cnet_idle_t *idle;
  host_t host;

  host_start(&host);
  NEED(cnet_idle_start(host.loop, 60000, &fired, &idle) == 0);
  CHECK(uv_run(&host.uv, UV_RUN_DEFAULT) == 0); /* it would not return */
  host_end(&host);                              /* which frees it */
}

static void tells_nothing_while_it_rests_and_is_as_new_afterwards(void) {
  int fired = 0;
  cnet_idle_t *idle;
  host_t host;

  host_start(&host);
  NEED(cnet_idle_start(host.loop, 5, &fired, &idle) == 0);
  cnet_idle_rest(idle);
  host_run(&host, is_over, NULL); /* it is looked at, and leaves */
  CHECK(fired == 0);
  cnet_idle_touch(idle);
  CHECK(!cnet_loop_is_busy(host.loop));
  cnet_idle_again(idle, 60000);
  cnet_idle_rest(idle);
  cnet_idle_again(idle, 5); /* sooner than it would have been looked at */
  host_run(&host, has_fired, &fired);
  CHECK(fired == 1);
  cnet_idle_stop(idle);
  host_end(&host);
}

static void rests_while_a_byte_says_so(void) {
  uint8_t flag = 1;
  int fired = 0;
  cnet_idle_t *idle;
  host_t host;

  host_start(&host);
  NEED(cnet_idle_start(host.loop, 5, &fired, &idle) == 0);
  cnet_idle_rest_by(idle, &flag);
  host_run(&host, is_over, NULL);
  cnet_idle_touch(idle);
  host_run(&host, is_over, NULL);
  CHECK(fired == 0);
  flag = 0;
  cnet_idle_again(idle, 5);
  host_run(&host, has_fired, &fired);
  CHECK(fired == 1);
  cnet_idle_rest_by(idle, NULL);
  flag = 1;
  cnet_idle_touch(idle);
  fired = 0;
  host_run(&host, has_fired, &fired);
  CHECK(fired == 1);
  cnet_idle_stop(idle);
  host_end(&host);
}

static void fires_in_the_order_of_the_last_activity(void) {
  enum { COUNT = 20 };
  int fired[COUNT] = {0};
  cnet_idle_t *idles[COUNT];
  host_t host;

  host_start(&host);
  for (int i = 0; i < COUNT; i++)
    NEED(cnet_idle_start(host.loop, i < COUNT / 2 ? 5 : 60000, &fired[i], &idles[i]) == 0);
  for (int i = COUNT / 2; i < COUNT; i++) cnet_idle_stop(idles[i]);
  host_run(&host, has_fired, &fired[COUNT / 2 - 1]);
  for (int i = 0; i < COUNT / 2; i++) CHECK(fired[i] == 1);
  for (int i = COUNT / 2; i < COUNT; i++) CHECK(fired[i] == 0);
  host_end(&host);
}

static void is_put_off_by_what_the_stream_does(void) {
  cnet_stream_t *pair[2];
  int fired = 0;
  cnet_idle_t *idle;
  host_t host;

  host_start(&host);
  host_pair(&host, CNET_PIPE, pair);
  CHECK(cnet_quiet(pair[0]) == UV_ENOTSUP);
  NEED(cnet_idle_start(host.loop, 200, &fired, &idle) == 0);
  cnet_idle_attach(pair[0], idle);
  spin(120);
  CHECK(cnet_quiet(pair[0]) >= 100);
  uint64_t wrote = uv_hrtime();
  CHECK(host_write(pair[0], "x", 1) == 0);
  CHECK(cnet_quiet(pair[0]) == UV_EBUSY); /* the peer has not read it */
  NEED(cnet_read_start(pair[1]) == 0);
  AWAIT_BYTES(&host, pair[1], 1);
  CHECK(cnet_quiet(pair[0]) <= (int32_t)((uv_hrtime() - wrote) / 1000000) + 1);
  spin(120);
  host_turn(&host, 2);
  bool is_over = uv_hrtime() - wrote > 190000000; /* on a machine that is busy */
  CHECK(is_over || fired == 0);                   /* 240 ms after the start */
  host_run(&host, has_fired, &fired);
  host_end(&host);
}

/* The loop was busy for longer than the timeout, and bytes have come meanwhile. */
static void does_not_fire_where_bytes_are_there(void) {
  cnet_stream_t *pair[2];
  int fired[3] = {0};
  cnet_idle_t *idle[3];
  host_t host;

  host_start(&host);
  host_pair(&host, CNET_TCP, pair);
  NEED(cnet_read_start(pair[0]) == 0);
  for (int i = 0; i < 3; i++) NEED(cnet_idle_start(host.loop, 300, &fired[i], &idle[i]) == 0);
  cnet_idle_attach(pair[0], idle[0]);
  CHECK(host_write(pair[1], "x", 1) == 0);
  spin(310);
  host_run(&host, has_fired, &fired[2]); /* the others, of no stream, are due with it, and fire */
  CHECK(fired[1] == 1 && fired[0] == 0 && state_of(pair[0])->length == 1);
  CHECK(host_write(pair[1], "x", 1) == 0);
  NEED(cnet_shutdown(pair[1], NULL) == 0);
  host_run(&host, is_at_end, pair[0]);
  host_end(&host);
}

static void is_put_off_by_a_write_that_moves(void) {
  cnet_stream_t *pair[2];
  int fired = 0;
  cnet_idle_t *idle;
  host_t host;

  host_start(&host);
  host_pair(&host, CNET_TCP, pair);
  host_fill(pair[0]);
  NEED(cnet_idle_start(host.loop, 20, &fired, &idle) == 0);
  cnet_idle_attach(pair[0], idle);
  host_run(&host, has_fired, &fired); /* it waits, and nothing moves */
  CHECK(cnet_write_queue_size(pair[0]) > 0);
  host_end(&host);
}

static void goes_on_without_its_stream(void) {
  cnet_stream_t *pair[2];
  int fired = 0;
  cnet_idle_t *idle, *other;
  host_t host;

  host_start(&host);
  host_pair(&host, CNET_TCP, pair);
  NEED(cnet_idle_start(host.loop, 10, &fired, &idle) == 0 && cnet_idle_start(host.loop, 60000, &fired, &other) == 0);
  cnet_idle_attach(pair[0], idle);
  cnet_idle_attach(pair[0], other); /* it takes the place of the first */
  cnet_idle_attach(pair[1], idle);
  NEED(cnet_close(pair[0], false) == 0 && cnet_close(pair[1], false) == 0);
  cnet_idle_attach(pair[0], other); /* who closes has no activity any more */
  host_run(&host, has_fired, &fired);
  cnet_idle_touch(idle);
  cnet_idle_stop(other);
  cnet_idle_stop(idle);
  host_end(&host);
}

static void is_not_there_without_memory(void) {
  int fired = 0;
  cnet_idle_t *idle;
  host_t host;

  host_start(&host);
  const unsigned skips[] = {0, 1, 2, 2}; /* at the fourth time the check handle is there */
  for (int i = 0; i < 4; i++) {
    fail_allocation(skips[i]);
    CHECK(cnet_idle_start(host.loop, 5, &fired, &idle) == UV_ENOMEM);
    CHECK(stop_failing());
    CHECK(!host.busy);
  }
  CHECK(!cnet_loop_is_busy(host.loop));
  host_end(&host);
}

const test_t idle_tests[] = {
    {"idle: fires once until the next activity", fires_once_until_the_next_activity},
    {"idle: does not keep the loop going", does_not_keep_the_loop_going},
    {"idle: those that are stopped do not fire, and all others do", fires_in_the_order_of_the_last_activity},
    {"idle: tells nothing while it rests, and is as new afterwards",
     tells_nothing_while_it_rests_and_is_as_new_afterwards},
    {"idle: rests while a byte of the host's says so", rests_while_a_byte_says_so},
    {"idle: is put off by what the stream does", is_put_off_by_what_the_stream_does},
    {"idle: does not fire where bytes are there", does_not_fire_where_bytes_are_there},
    {"idle: fires where a write waits and does not move", is_put_off_by_a_write_that_moves},
    {"idle: goes on without its stream", goes_on_without_its_stream},
    {"idle: is not there without memory", is_not_there_without_memory},
    {NULL, NULL},
};
