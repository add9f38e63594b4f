/*
 * load.h: the load generator: one thread, one epoll, one way of load (a load_mode_t) at a time.
 *
 * Ownership: a load_t owns its connections, an array that is made at the start and freed by the end of the process.
 */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "histogram.h"
#include "util.h"

typedef enum { WARM_UP, MEASURE, DRAIN } load_phase_t;

typedef struct load_conn {
  int fd;            /* -1: none */
  uint32_t events;   /* what epoll was asked for */
  uint64_t sent;     /* bytes */
  uint64_t pending;  /* bytes to send, after them */
  uint64_t received; /* bytes */
  uint64_t *sent_at; /* when each message on its way was sent: `depth` of them, by turns */
  char answer[24];   /* what a sink says at the end: the number of bytes it got */
  uint8_t state;     /* of the mode */
} load_conn_t;

typedef struct load_mode load_mode_t;

typedef struct load {
  const load_mode_t *mode;
  const char *path; /* of a Unix socket, or NULL: TCP */
  int port;
  uint32_t connections, idle, size, reply, depth;
  bool check; /* answers are to be what was sent */
  pid_t pid;  /* whose CPU time counts: the server's, or our own */
  double warm_up, seconds;

  int epoll;
  load_phase_t phase;
  load_conn_t *conns;
  uint32_t open;        /* connections that still owe something: messages in DRAIN, or their end */
  uint32_t source;      /* number of the address that the next connection comes from */
  uint64_t messages;    /* done, from the first on */
  uint64_t bytes;       /* of them */
  uint64_t outstanding; /* messages sent that were not answered yet */
  uint64_t wrong;       /* answers that were not what was sent */
  histogram_t latency;
} load_t;

struct load_mode {
  const char *name;
  void (*start)(load_t *load);
  void (*on_event)(load_t *load, load_conn_t *conn, uint32_t events);
  void (*drain)(load_t *load);   /* from now on nothing new is begun */
  bool (*drained)(load_t *load); /* whether all that was begun has ended */
};

extern const load_mode_t load_echo, load_sink, load_source, load_churn;

/* Asks epoll for `events` on a connection; `add`: for the first time. */
void load_watch(load_t *load, load_conn_t *conn, uint32_t events, bool add);

/* Opens conns[0..connections) and waits until each is connected. */
void load_open_all(load_t *load);

/* Opens `idle` more connections, and lets the server accept as we go; they stay until the process ends. */
void load_open_idle(load_t *load);

#endif
