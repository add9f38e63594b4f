/*
 * close.c: closes at every moment. Each scenario is played again and again: something is done to its streams in the
 * first callback, in the second, and so on, until the scenario comes to its end before. The host checks that nobody is
 * told of a stream after its close, or after the end of the loop, and that nothing is left; the sanitizers do the rest.
 */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "scenarios.h"

#define PATIENCE 10000000000u /* ns */
#define MANY ((size_t)150 * 1024)

typedef void (*deed_t)(host_t *host, cnet_stream_t *stream);

/* One play of a scenario. */
typedef struct play {
  const scenario_t *scenario;
  deed_t deed;        /* NULL: nothing is done */
  unsigned moment;    /* the number of the callback in which it is, from 1 */
  unsigned count;     /* of callbacks so far */
  bool done;          /* the deed */
  host_event_t event; /* of it */
} play_t;

static bool is_new(host_event_t event) { return event == HOST_OPENED; }

/* --- deeds ------------------------------------------------------------------------------------------------------- */

/* Each of these streams is closed, unless `except` is it. */
static void close_some(host_t *host, bool listeners, bool others, const cnet_stream_t *except) {
  for (cnet_stream_t *stream = cnet_next(host->loop, NULL); stream != NULL; stream = cnet_next(host->loop, stream)) {
    bool is_meant = cnet_is_listener(stream) ? listeners : others;
    if (is_meant && stream != except && !cnet_is_closing(stream)) cnet_close(stream, false);
  }
}

static void close_it(host_t *host, cnet_stream_t *stream) {
  (void)host;
  if (stream != NULL && !cnet_is_closing(stream)) CHECK(cnet_close(stream, false) == 0);
}

static void reset_it(host_t *host, cnet_stream_t *stream) {
  (void)host;
  if (stream != NULL && !cnet_is_closing(stream)) cnet_close(stream, true);
}

static void close_the_listener(host_t *host, cnet_stream_t *stream) {
  (void)stream;
  close_some(host, true, false, NULL);
}

static void close_the_others(host_t *host, cnet_stream_t *stream) { close_some(host, false, true, stream); }

static void close_all(host_t *host, cnet_stream_t *stream) {
  (void)stream;
  close_some(host, true, true, NULL);
}

static void on_loop_ended(void *data) { ((host_t *)data)->ended = true; }

static void end_the_loop(host_t *host, cnet_stream_t *stream) {
  (void)stream;
  cnet_loop_close(host->loop, on_loop_ended);
}

static void close_all_and_end_the_loop(host_t *host, cnet_stream_t *stream) {
  close_all(host, stream);
  end_the_loop(host, stream);
}

static void pause_and_go_on(host_t *host, cnet_stream_t *stream) {
  (void)stream;
  for (cnet_stream_t *it = cnet_next(host->loop, NULL); it != NULL; it = cnet_next(host->loop, it)) {
    if (!cnet_is_listener(it) || cnet_is_closing(it)) continue;
    cnet_pause(it, true);
    cnet_pause(it, false);
  }
}

/* Whether it is a read like those before it: of them all the first ones are moments, and the last. */
static bool is_one_of_many(host_event_t event, cnet_stream_t *stream) {
  return event == HOST_READ && !state_of(stream)->at_end && state_of(stream)->length > MANY;
}

/* --- playing ------------------------------------------------------------------------------------------------------ */

static void on_event(host_t *host, host_event_t event, cnet_stream_t *stream) {
  play_t *play = host->data;

  if (play->scenario->on != NULL) play->scenario->on(host, event, stream);
  if (is_one_of_many(event, stream)) return;
  if (++play->count != play->moment || play->deed == NULL) return;
  play->event = event;
  play->done = true;
  play->deed(host, is_new(event) ? NULL : stream); /* nobody knows of a new one yet */
}

/* The end of what may have been ended already. */
static void finish(host_t *host) {
  uint64_t until = uv_hrtime() + PATIENCE;

  scenario_end();
  if (host->ended || cnet_loop_is_closing(host->loop)) {
    while (uv_run(&host->uv, UV_RUN_ONCE) != 0 && uv_hrtime() < until) continue;
    CHECK(host->ended && host->streams == 0 && host->contexts == 0);
    CHECK(uv_loop_close(&host->uv) == 0);
  } else {
    host_end(host);
  }
}

/* Plays it once. True: the moment was reached, or an allocation has failed: there may be another one. */
static bool play_once(const scenario_t *scenario, deed_t deed, unsigned moment, bool failing) {
  play_t play = {.scenario = scenario, .deed = deed, .moment = moment};
  uint64_t until = uv_hrtime() + PATIENCE;
  bool failed = false;
  host_t host;

  host_start(&host);
  host.run = on_event;
  host.data = &play;
  if (failing) fail_allocation(moment - 1);
  scenario->begin(&host);
  for (unsigned left = 6; left > 0;) { /* some turns, for what there is still to be told */
    uv_run(&host.uv, UV_RUN_NOWAIT);
    failed = failing && has_allocation_failed();
    if (play.done || failed)
      left--;
    else if (scenario->done(&host, NULL))
      break;
    if (uv_hrtime() > until) {
      fprintf(stderr, "%s, moment %u: does not come to its end\n", scenario->name, moment);
      CHECK(uv_hrtime() <= until);
      break;
    }
  }
  stop_failing();
  unsigned failures = test_failures;
  finish(&host);
  if (test_failures > failures) fprintf(stderr, "%s, moment %u, event %d\n", scenario->name, moment, play.event);
  return play.done || failed;
}

static void play_all(const scenario_t *list, deed_t deed, bool failing) {
  for (; list->name != NULL; list++) {
    unsigned moment = 1;
    while (play_once(list, deed, moment, failing)) moment++;
    CHECK(moment > 1 || deed == NULL); /* it was broken in upon */
  }
}

static void at_every_moment(deed_t deed) {
  play_all(scenarios, deed, false);
  play_all(joined_scenarios, deed, false);
}

static void nothing_is_left_without_interference(void) { at_every_moment(NULL); }
static void the_stream_may_be_closed(void) { at_every_moment(close_it); }
static void the_stream_may_be_reset(void) { at_every_moment(reset_it); }
static void the_listener_may_be_closed(void) { at_every_moment(close_the_listener); }
static void the_others_may_be_closed(void) { at_every_moment(close_the_others); }
static void all_may_be_closed(void) { at_every_moment(close_all); }
static void the_loop_may_end(void) { at_every_moment(end_the_loop); }
static void all_may_be_closed_and_the_loop_end(void) { at_every_moment(close_all_and_end_the_loop); }
static void the_listener_may_be_paused(void) { at_every_moment(pause_and_go_on); }

static void every_allocation_may_fail(void) {
  play_all(scenarios, NULL, true);
  play_all(joined_scenarios, NULL, true);
}

/* Whatever was begun behind the close would be left when the stream is freed, or go on without it. */
static void nothing_begins_behind_a_close(cnet_kind_t kind, int fd) {
  struct sockaddr_storage address = host_address("127.0.0.1", 1);
  cnet_connect_options_t connect = {.addresses = &address, .count = 1};
  cnet_proxy_settings_t settings = {.timeout = 1};
  cnet_accept_limit_t *limit = cnet_accept_limit_new(1);
  cnet_stream_t *stream, *pair[2];
  char text[CNET_TICKET_TEXT + 1];
  cnet_idle_t *idle;
  int fired = 0;
  host_t host;

  host_start(&host);
  host_pair(&host, kind, pair);
  NEED(cnet_idle_start(host.loop, 60000, &fired, &idle) == 0);
  NEED(cnet_open(host.loop, kind, NULL, &stream) == 0 && cnet_close(stream, false) == 0);
  CHECK(cnet_connect(stream, &connect) == UV_EBADF && cnet_connect_path(stream, "/x", 2) == UV_EBADF);
  CHECK(cnet_bind(stream, NULL, 0, 0, 4, 0) < 0 && cnet_bind_path(stream, "/tmp/x", 6) == UV_EBADF);
  CHECK(cnet_bind_file(stream, "/tmp/x", 0600, true) == UV_EBADF && cnet_listen(stream, 1) < 0);
  CHECK(cnet_adopt(stream, fd) == UV_EBADF && cnet_make_socket(stream, 4, false) == UV_EBADF);
  CHECK(cnet_set_proxy(stream, &settings) == UV_EBADF && cnet_accept_limit_heed(limit, stream) < 0);
  CHECK(cnet_accept_limit_enter(limit, stream) == UV_EBADF && cnet_set_allowed_users(stream, NULL, 0) == UV_EBADF);
  CHECK(cnet_set_early_data(stream, false, true, "x", 1) == UV_EBADF && cnet_relay(stream, pair[0], 65536) < 0);
  CHECK(cnet_send_file(stream, fd, 0, 1) < 0 && cnet_ticket_new(stream, 0, NULL, 0, true, text) < 0);
  CHECK(cnet_read_start(stream) < 0 && host_write(stream, "x", 1) < 0 && cnet_shutdown(stream, NULL) < 0);
  cnet_idle_attach(stream, idle);
  cnet_pause(stream, true);
  cnet_pause(stream, false);
  cnet_set_ref(stream, true);
  CHECK(cnet_ticket_new(pair[0], 0, NULL, 0, false, text) == 0);
  CHECK(cnet_ticket_take(stream, text, CNET_TICKET_TEXT) == UV_EINVAL); /* it stays there */
  CHECK(cnet_ticket_drop(text, CNET_TICKET_TEXT) == 0);
  AWAIT(&host, HOST_CLOSED, 1);
  cnet_idle_touch(idle);
  cnet_accept_limit_release(limit);
  host_end(&host);
}

static void nothing_begins_behind_the_close(void) {
  int fds[2], port, tcp = raw_bind("127.0.0.1", &port);

  NEED(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
  nothing_begins_behind_a_close(CNET_TCP, tcp);
  nothing_begins_behind_a_close(CNET_PIPE, fds[0]);
  close(tcp);
  for (int i = 0; i < 2; i++) close(fds[i]);
}

const test_t close_tests[] = {
    {"close: nothing begins behind it", nothing_begins_behind_the_close},
    {"every moment: nothing is left where nobody interferes", nothing_is_left_without_interference},
    {"every moment: the stream of a callback may be closed", the_stream_may_be_closed},
    {"every moment: the stream of a callback may be reset", the_stream_may_be_reset},
    {"every moment: the listener may be closed", the_listener_may_be_closed},
    {"every moment: the other streams may be closed", the_others_may_be_closed},
    {"every moment: all streams may be closed", all_may_be_closed},
    {"every moment: the loop may end", the_loop_may_end},
    {"every moment: all streams may be closed, and the loop end", all_may_be_closed_and_the_loop_end},
    {"every moment: the listener may be paused, and go on", the_listener_may_be_paused},
    {"every moment: memory may fail", every_allocation_may_fail},
    {NULL, NULL},
};
