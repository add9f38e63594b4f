/* load_stream.c: load over connections that stay: echo (question and answer), sink (we write), source (we read). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "load.h"

/* One read. Bytes; 0: the end; -1: nothing there now. An error ends the process: a server must not reset. */
static ssize_t read_some(load_conn_t *conn, char *block) {
  ssize_t n = read(conn->fd, block, BENCH_BLOCK);

  if (n < 0 && errno != EAGAIN) bench_fail("read", errno);
  return n;
}

/* Sends what is pending as far as the kernel takes it. Bytes. */
static uint64_t flush(load_t *load, load_conn_t *conn) {
  const char *payload = bench_payload();
  uint64_t before = conn->sent;

  while (conn->pending > 0) {
    size_t wanted = conn->pending < BENCH_PAYLOAD ? (size_t)conn->pending : BENCH_PAYLOAD;
    ssize_t n = write(conn->fd, payload + conn->sent % BENCH_PERIOD, wanted);
    if (n < 0 && errno != EAGAIN) bench_fail("write", errno);
    if (n < 0) break;
    conn->sent += (uint64_t)n;
    conn->pending -= (uint64_t)n;
    if ((size_t)n < wanted) break;
  }
  load_watch(load, conn, conn->pending > 0 ? EPOLLIN | EPOLLOUT : EPOLLIN, false);
  return conn->sent - before;
}

/* echo */

static void ask(load_t *load, load_conn_t *conn, uint64_t number, uint64_t now) {
  conn->sent_at[number % load->depth] = now;
  conn->pending += load->size;
  load->outstanding++;
}

static void echo_start(load_t *load) {
  load_open_all(load);
  for (uint32_t i = 0; i < load->connections; i++) {
    load_conn_t *conn = &load->conns[i];
    conn->sent_at = calloc(load->depth, sizeof *conn->sent_at);
    if (conn->sent_at == NULL) bench_fail("memory", ENOMEM);
    for (uint32_t k = 0; k < load->depth; k++) ask(load, conn, k, bench_now());
    flush(load, conn);
  }
}

/* While it warms up every byte of an echo is looked at; later that would take time from the measured. */
static void check(load_t *load, const load_conn_t *conn, const char *block, size_t n) {
  if (load->phase != WARM_UP || !load->check) return;
  if (memcmp(block, bench_payload() + conn->received % BENCH_PERIOD, n) != 0) load->wrong++;
}

static void echo_on_event(load_t *load, load_conn_t *conn, uint32_t events) {
  static char block[BENCH_BLOCK];

  if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
    ssize_t n = read_some(conn, block);
    if (n == 0) bench_fail("the server has ended a connection", 0);
    if (n < 0) return;
    uint64_t number = conn->received / load->reply, now = bench_now();
    check(load, conn, block, (size_t)n);
    conn->received += (uint64_t)n;
    for (; number < conn->received / load->reply; number++) {
      histogram_add(&load->latency, now - conn->sent_at[number % load->depth]);
      load->messages++;
      load->bytes += load->reply;
      if (load->outstanding == 0) bench_fail("the server answers what was not asked", 0);
      load->outstanding--;
      if (load->phase != DRAIN) ask(load, conn, number, now);
    }
  }
  if (conn->pending > 0) flush(load, conn);
}

static void echo_drain(load_t *load) { (void)load; }

static bool echo_drained(load_t *load) { return load->outstanding == 0; }

const load_mode_t load_echo = {"echo", echo_start, echo_on_event, echo_drain, echo_drained};

/* sink */

static void send_more(load_t *load, load_conn_t *conn) {
  if (load->phase != DRAIN && conn->pending == 0) conn->pending = load->size;
  load->bytes += flush(load, conn);
  load->messages = load->bytes / load->size;
  if (load->phase != DRAIN) load_watch(load, conn, EPOLLIN | EPOLLOUT, false);
}

static void sink_start(load_t *load) {
  load_open_all(load);
  for (uint32_t i = 0; i < load->connections; i++) send_more(load, &load->conns[i]);
}

/* The server says at the end how many bytes it got. */
static void sink_answer(load_t *load, load_conn_t *conn) {
  size_t have = strlen(conn->answer);
  ssize_t n = read(conn->fd, conn->answer + have, sizeof conn->answer - 1 - have);

  if (n < 0 && errno == EAGAIN) return;
  if (n > 0) return;
  if (n < 0 || load->phase != DRAIN) bench_fail("the server has ended a connection", n < 0 ? errno : 0);
  if (strtoull(conn->answer, NULL, 10) != conn->sent) load->wrong++;
  close(conn->fd);
  conn->fd = -1;
  load->open--;
}

static void sink_on_event(load_t *load, load_conn_t *conn, uint32_t events) {
  if (events & EPOLLOUT) {
    send_more(load, conn);
    if (load->phase == DRAIN && conn->pending == 0) shutdown(conn->fd, SHUT_WR);
  }
  if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) sink_answer(load, conn);
}

static void sink_drain(load_t *load) { load->open = load->connections; }

static bool all_ended(load_t *load) { return load->open == 0; }

const load_mode_t load_sink = {"sink", sink_start, sink_on_event, sink_drain, all_ended};

/* source */

static void source_on_event(load_t *load, load_conn_t *conn, uint32_t events) {
  static char block[BENCH_BLOCK];
  ssize_t n = read_some(conn, block);

  (void)events;
  if (n == 0) bench_fail("the server has ended a connection", 0);
  if (n < 0) return;
  load->bytes += (uint64_t)n;
  load->messages = load->bytes / load->size;
}

const load_mode_t load_source = {"source", load_open_all, source_on_event, echo_drain, all_ended};
