/*
 * load.c: the load generator of the benchmarks.
 *   load --mode=echo|sink|source|churn|idle (--port=N | --path=FILE) [--connections=1] [--idle=0] [--size=64]
 *        [--reply=SIZE] [--check=0|1] [--depth=1] [--warmup=0.5] [--seconds=1] [--pid=PID]
 * Answers have `reply` bytes, and with `check` must be what was sent.
 * Warms up, measures, lets what is on its way arrive, and prints one line of JSON. CPU time is that of `pid` (its own
 * without) between the two ends of the measured time, and its own is `load`. Mode idle only opens connections, says so, and holds them until
 * its standard input ends.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "load.h"

#define EVENTS 256
#define TICK_MS 10
#define DRAIN_NS 2000000000ull /* what has not come back by then is lost */
#define SPARE_SECONDS 20       /* more than the run may take before it ends itself */

typedef struct mark {
  uint64_t at, messages, bytes;
  bench_cpu_mark_t cpu, own;
} mark_t;

void load_watch(load_t *load, load_conn_t *conn, uint32_t events, bool add) {
  struct epoll_event event = {.events = events, .data.ptr = conn};

  if (!add && conn->events == events) return;
  conn->events = events;
  if (epoll_ctl(load->epoll, add ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, conn->fd, &event) != 0)
    bench_fail("epoll_ctl", errno);
}

void load_open_all(load_t *load) {
  for (uint32_t i = 0; i < load->connections; i++) {
    load_conn_t *conn = &load->conns[i];
    conn->fd = bench_connect(load->path, load->port, 0, 1);
    bench_set_blocking(conn->fd, 0);
    load_watch(load, conn, EPOLLIN, true);
  }
}

/* Returns when the server has accepted all that came before: it has answered on a connection that came after. */
static void wait_for_accepts(load_t *load) {
  int fd = bench_connect(load->path, load->port, 0, 1);
  char byte = 'x';

  if (write(fd, &byte, 1) != 1 || read(fd, &byte, 1) != 1) bench_fail("the server does not answer", errno);
  close(fd);
}

void load_open_idle(load_t *load) {
  for (uint32_t i = 0; i < load->idle; i++) {
    bench_connect(load->path, load->port, 1 + i / 10000, 1);
    if (i % 200 == 199 || i + 1 == load->idle) wait_for_accepts(load);
  }
}

static mark_t take_mark(load_t *load) {
  return (mark_t){bench_now(), load->messages, load->bytes, bench_cpu_mark(load->pid), bench_cpu_mark(getpid())};
}

static void report(const load_t *load, const mark_t *before, const mark_t *after) {
  bench_cpu_t cpu = bench_cpu_between(before->cpu, after->cpu), own = bench_cpu_between(before->own, after->own);
  double us = 1e-3;

  printf("{\"messages\":%" PRIu64 ",\"bytes\":%" PRIu64 ",\"seconds\":%.6f", after->messages - before->messages,
         after->bytes - before->bytes, (double)(after->at - before->at) / 1e9);
  printf(",\"user\":%.1f,\"system\":%.1f,\"load\":%.1f", (double)cpu.user * us,
         (double)(cpu.total - cpu.user) * us, (double)own.total * us);
  if (load->latency.count > 0)
    printf(",\"p50\":%.2f,\"p99\":%.2f", (double)histogram_at(&load->latency, 0.5) * us,
           (double)histogram_at(&load->latency, 0.99) * us);
  printf(",\"lost\":%" PRIu64 ",\"wrong\":%" PRIu64 "}\n", load->outstanding + load->open, load->wrong);
}

static void poll_once(load_t *load) {
  struct epoll_event events[EVENTS];
  int n = epoll_wait(load->epoll, events, EVENTS, TICK_MS);

  if (n < 0 && errno != EINTR) bench_fail("epoll_wait", errno);
  for (int i = 0; i < n; i++) load->mode->on_event(load, events[i].data.ptr, events[i].events);
}

static void run_until(load_t *load, uint64_t end) {
  while (bench_now() < end) poll_once(load);
}

static void run(load_t *load) {
  load_open_idle(load);
  load->mode->start(load);
  run_until(load, bench_now() + (uint64_t)(load->warm_up * 1e9));

  histogram_clear(&load->latency);
  load->phase = MEASURE;
  mark_t before = take_mark(load);
  run_until(load, before.at + (uint64_t)(load->seconds * 1e9));
  mark_t after = take_mark(load);
  histogram_t latency = load->latency;

  load->phase = DRAIN;
  load->mode->drain(load);
  for (uint64_t end = bench_now() + DRAIN_NS; !load->mode->drained(load) && bench_now() < end;) poll_once(load);
  load->latency = latency;
  report(load, &before, &after);
}

static void hold(load_t *load) {
  char byte;

  load_open_idle(load);
  printf("{\"idle\":%u}\n", load->idle);
  fflush(stdout);
  while (read(STDIN_FILENO, &byte, 1) > 0) continue;
}

static const load_mode_t *find_mode(const char *name) {
  static const load_mode_t *const modes[] = {&load_echo, &load_sink, &load_source, &load_churn};

  for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++)
    if (strcmp(modes[i]->name, name) == 0) return modes[i];
  bench_fail("mode", EINVAL);
}

static void read_options(load_t *load, int argc, char **argv) {
  load->path = bench_option(argc, argv, "path", NULL);
  load->port = (int)bench_number(argc, argv, "port", 0);
  load->connections = (uint32_t)bench_number(argc, argv, "connections", 1);
  load->idle = (uint32_t)bench_number(argc, argv, "idle", 0);
  load->size = (uint32_t)bench_number(argc, argv, "size", 64);
  load->reply = (uint32_t)bench_number(argc, argv, "reply", load->size);
  load->check = bench_number(argc, argv, "check", 0) != 0;
  load->depth = (uint32_t)bench_number(argc, argv, "depth", 1);
  load->warm_up = bench_number(argc, argv, "warmup", 0.5);
  load->seconds = bench_number(argc, argv, "seconds", 1);
  load->pid = (pid_t)bench_number(argc, argv, "pid", getpid());
  load->source = (uint32_t)getpid();
  if (load->size == 0 || load->reply == 0 || load->depth == 0) bench_fail("size, reply, depth", EINVAL);
}

int main(int argc, char **argv) {
  static load_t load;
  const char *mode = bench_option(argc, argv, "mode", "echo");

  read_options(&load, argc, argv);
  bench_guard((unsigned)(load.warm_up + load.seconds) + SPARE_SECONDS);
  if (strcmp(mode, "idle") == 0) {
    hold(&load);
    return 0;
  }
  load.mode = find_mode(mode);
  load.epoll = epoll_create1(EPOLL_CLOEXEC);
  load.conns = calloc(load.connections, sizeof *load.conns);
  if (load.epoll < 0 || load.conns == NULL) bench_fail("start", errno);
  run(&load);
  return 0;
}
