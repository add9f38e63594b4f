/* load_churn.c: each connection connects, asks once, half-closes, waits for the end, closes, and begins anew. */
#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "load.h"

#define CONNECTIONS_PER_SOURCE 4096

enum { CONNECTING, ASKED, ENDED };

static void begin(load_t *load, load_conn_t *conn) {
  static uint32_t made;

  if (++made % CONNECTIONS_PER_SOURCE == 0) load->source++;
  conn->fd = bench_connect(load->path, load->port, load->path == NULL ? 1 + load->source : 0, 0);
  conn->state = CONNECTING;
  conn->received = 0;
  conn->sent = bench_now();
  load->open++;
  load_watch(load, conn, EPOLLOUT, true);
}

static void churn_start(load_t *load) {
  for (uint32_t i = 0; i < load->connections; i++) begin(load, &load->conns[i]);
}

static void on_connected(load_t *load, load_conn_t *conn) {
  int err = 0;
  socklen_t length = sizeof err;

  if (getsockopt(conn->fd, SOL_SOCKET, SO_ERROR, &err, &length) != 0 || err != 0) bench_fail("connect", err);
  if (write(conn->fd, bench_payload(), load->size) != (ssize_t)load->size) bench_fail("write", errno);
  conn->state = ASKED;
  load_watch(load, conn, EPOLLIN, false);
}

static void on_end(load_t *load, load_conn_t *conn) {
  if (conn->state != ENDED) bench_fail("the server has ended a connection", 0);
  histogram_add(&load->latency, bench_now() - conn->sent);
  load->messages++;
  load->bytes += conn->received;
  load->open--;
  close(conn->fd);
  conn->fd = -1;
  if (load->phase != DRAIN) begin(load, conn);
}

static void churn_on_event(load_t *load, load_conn_t *conn, uint32_t events) {
  static char block[BENCH_BLOCK];

  if (conn->state == CONNECTING) {
    if (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) on_connected(load, conn);
    return;
  }
  ssize_t n = read(conn->fd, block, sizeof block);
  if (n < 0 && errno == EAGAIN) return;
  if (n < 0) bench_fail("read", errno);
  if (n == 0) {
    on_end(load, conn);
    return;
  }
  conn->received += (uint64_t)n;
  if (conn->received < load->size) return;
  if (conn->received > load->size) load->wrong++;
  shutdown(conn->fd, SHUT_WR);
  conn->state = ENDED;
}

static void churn_drain(load_t *load) { (void)load; }

static bool churn_drained(load_t *load) { return load->open == 0; }

const load_mode_t load_churn = {"churn", churn_start, churn_on_event, churn_drain, churn_drained};
