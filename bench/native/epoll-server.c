/*
 * epoll-server.c: what the servers of the benchmarks do, in C over epoll: about the limit of one thread.
 *   epoll-server --mode=echo|sink|source|reply [--path=FILE] [--size=64] [--reply=64] [--pieces=1]
 * Listens on FILE, or on a port of 127.0.0.1, prints {"port":N} and serves until it is killed or its parent ends.
 *   echo    what comes goes back; ends when the client does
 *   sink    reads; says at the end how many bytes there were
 *   source  writes blocks of `size` bytes as fast as they go
 *   reply   answers each `size` bytes with `reply` bytes, written as `pieces` pieces at once
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "util.h"

#define EVENTS 256
#define MAX_PIECES 64
#define BLOCKS_PER_TURN 16 /* of a source, to one client before the next one's turn */

typedef enum { ECHO, SINK, SOURCE, REPLY } server_mode_t;

typedef struct server {
  server_mode_t mode;
  size_t size, reply, pieces;
  int epoll, listener;
  char *block;  /* BENCH_BLOCK bytes: what was read */
  char *answer; /* what source and reply send: `size` or `reply` bytes, whichever is more */
} server_t;

/* Made when a client is accepted, freed when its descriptor is closed: both in this file only. */
typedef struct client {
  int fd;
  uint64_t received;
  char *rest; /* what the kernel did not take; NULL: nothing. While there is some, nothing is read */
  size_t rest_length, rest_sent;
} client_t;

static void drop(client_t *client) {
  close(client->fd);
  free(client->rest);
  free(client);
}

static void watch(server_t *server, client_t *client, uint32_t events, int operation) {
  struct epoll_event event = {.events = events, .data.ptr = client};

  if (epoll_ctl(server->epoll, operation, client->fd, &event) != 0) bench_fail("epoll_ctl", errno);
}

static void keep_rest(server_t *server, client_t *client, const char *data, size_t length) {
  char *rest = realloc(client->rest, client->rest_length + length);

  if (rest == NULL) bench_fail("memory", ENOMEM);
  memcpy(rest + client->rest_length, data, length);
  if (client->rest == NULL) watch(server, client, EPOLLOUT, EPOLL_CTL_MOD);
  client->rest = rest;
  client->rest_length += length;
}

/* Writes, keeps what the kernel does not take. False: the connection is gone. */
static int send_all(server_t *server, client_t *client, const char *data, size_t length) {
  ssize_t n = client->rest == NULL ? write(client->fd, data, length) : 0;

  if (n < 0 && errno != EAGAIN) return 0;
  size_t sent = n < 0 ? 0 : (size_t)n;
  if (sent < length) keep_rest(server, client, data + sent, length - sent);
  return 1;
}

static int send_rest(server_t *server, client_t *client) {
  ssize_t n = write(client->fd, client->rest + client->rest_sent, client->rest_length - client->rest_sent);

  if (n < 0) return errno == EAGAIN;
  client->rest_sent += (size_t)n;
  if (client->rest_sent < client->rest_length) return 1;
  free(client->rest);
  client->rest = NULL;
  client->rest_length = client->rest_sent = 0;
  watch(server, client, EPOLLIN, EPOLL_CTL_MOD);
  return 1;
}

static int send_pieces(server_t *server, client_t *client) {
  struct iovec pieces[MAX_PIECES];
  size_t each = server->reply / server->pieces;

  if (client->rest != NULL || server->pieces == 1) return send_all(server, client, server->answer, server->reply);
  for (size_t i = 0; i < server->pieces; i++) pieces[i] = (struct iovec){server->answer + i * each, each};
  ssize_t n = writev(client->fd, pieces, (int)server->pieces);
  if (n < 0 && errno != EAGAIN) return 0;
  size_t sent = n < 0 ? 0 : (size_t)n;
  if (sent < server->reply) keep_rest(server, client, server->answer + sent, server->reply - sent);
  return 1;
}

static int on_data(server_t *server, client_t *client, size_t n) {
  uint64_t before = client->received / server->size, after = (client->received + n) / server->size;

  client->received += n;
  if (server->mode == ECHO) return send_all(server, client, server->block, n);
  if (server->mode == REPLY)
    for (; before < after; before++)
      if (!send_pieces(server, client)) return 0;
  return 1;
}

static int on_readable(server_t *server, client_t *client) {
  ssize_t n = read(client->fd, server->block, BENCH_BLOCK);

  if (n < 0) return errno == EAGAIN;
  if (n > 0) return on_data(server, client, (size_t)n);
  if (server->mode == SINK) {
    char text[24];
    int length = snprintf(text, sizeof text, "%" PRIu64, client->received);
    if (write(client->fd, text, (size_t)length) != length) bench_fail("write", errno);
  }
  return 0;
}

static int on_writable(server_t *server, client_t *client) {
  if (client->rest != NULL) return send_rest(server, client);
  for (int i = 0; i < BLOCKS_PER_TURN; i++) {
    ssize_t n = write(client->fd, server->answer, server->size);
    if (n < 0) return errno == EAGAIN;
    if ((size_t)n < server->size) return 1;
  }
  return 1;
}

static void on_event(server_t *server, client_t *client, uint32_t events) {
  int alive = !(events & EPOLLERR);

  if (alive && events & EPOLLOUT)
    alive = on_writable(server, client);
  else if (alive && events & (EPOLLIN | EPOLLHUP))
    alive = on_readable(server, client);
  if (!alive) drop(client);
}

static void on_connection(server_t *server) {
  for (;;) {
    int fd = accept4(server->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0 && (errno == EAGAIN || errno == ECONNABORTED)) return;
    if (fd < 0) bench_fail("accept", errno);
    client_t *client = calloc(1, sizeof *client);
    if (client == NULL) bench_fail("memory", ENOMEM);
    client->fd = fd;
    watch(server, client, server->mode == SOURCE ? EPOLLIN | EPOLLOUT : EPOLLIN, EPOLL_CTL_ADD);
  }
}

static server_mode_t find_mode(const char *name) {
  static const char *const names[] = {"echo", "sink", "source", "reply"};

  for (int i = 0; i < 4; i++)
    if (strcmp(names[i], name) == 0) return (server_mode_t)i;
  bench_fail("mode", EINVAL);
}

static void start(server_t *server, int argc, char **argv) {
  const char *path = bench_option(argc, argv, "path", NULL);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
  int port = 0;

  server->mode = find_mode(bench_option(argc, argv, "mode", "echo"));
  server->size = (size_t)bench_number(argc, argv, "size", 64);
  server->reply = (size_t)bench_number(argc, argv, "reply", 64);
  server->pieces = (size_t)bench_number(argc, argv, "pieces", 1);
  if (server->size == 0 || server->pieces == 0 || server->pieces > MAX_PIECES || server->reply % server->pieces != 0)
    bench_fail("size, reply, pieces", EINVAL);
  size_t most = server->size > server->reply ? server->size : server->reply;
  server->block = malloc(BENCH_BLOCK);
  server->answer = malloc(most);
  server->epoll = epoll_create1(EPOLL_CLOEXEC);
  if (server->block == NULL || server->answer == NULL || server->epoll < 0) bench_fail("start", errno);
  memset(server->answer, 'x', most);
  server->listener = bench_listen(path, &port);
  if (epoll_ctl(server->epoll, EPOLL_CTL_ADD, server->listener, &event) != 0) bench_fail("epoll_ctl", errno);
  printf("{\"port\":%d}\n", port);
  fflush(stdout);
}

int main(int argc, char **argv) {
  struct epoll_event events[EVENTS];
  server_t server;

  bench_guard(0);
  start(&server, argc, argv);
  for (;;) {
    int n = epoll_wait(server.epoll, events, EVENTS, -1);
    if (n < 0 && errno != EINTR) bench_fail("epoll_wait", errno);
    for (int i = 0; i < n; i++) {
      if (events[i].data.ptr == NULL)
        on_connection(&server);
      else
        on_event(&server, events[i].data.ptr, events[i].events);
    }
  }
}
