/*
 * host.h: a small host of the core: memory by malloc(), no JavaScript. It notes what it is told of each stream, and a
 * test can have code of its own run in any callback.
 */
#ifndef CNET_TEST_HOST_H
#define CNET_TEST_HOST_H

#include <stdio.h>
#include <stdlib.h>

#include "cnet.h"

/* The callbacks of cnet_host_t, by which a test says where its code is to run. */
typedef enum host_event {
  HOST_OPENED,
  HOST_CLOSED,
  HOST_ACCEPTED,
  HOST_ACCEPT_FAILED,
  HOST_REJECTED,
  HOST_USER_REJECTED,
  HOST_HEADER_REJECTED,
  HOST_EXHAUSTED,
  HOST_BOUND,
  HOST_ATTEMPT,
  HOST_CONNECTED,
  HOST_READ,
  HOST_DESCRIPTORS,
  HOST_ENDED,
  HOST_IDLE,
  HOST_CONTEXT,
  HOST_EVENTS
} host_event_t;

typedef struct host {
  uv_loop_t uv;
  cnet_loop_t *loop;
  unsigned counts[HOST_EVENTS];
  int contexts;         /* that are there: none may be left */
  int streams;          /* likewise */
  bool ended;           /* the loop has ended */
  cnet_stream_t *other; /* what has come with the last event: the client that was accepted, or refused */
  int status;           /* of the last event that has one */
  cnet_verdict_t verdict;
  cnet_ends_t ends;
  cnet_credentials_t peer;
  cnet_step_t steps[32]; /* of connect() */
  unsigned step_count;
  bool no_memory; /* the next read gets none */
  bool no_context;
  int taken[CNET_FDS_MAX], taken_count; /* descriptors that have come; `take`: they are ours */
  bool take;
  host_event_t hook; /* where `run` is called, with the stream that the event is of; HOST_EVENTS: nowhere */
  void (*run)(struct host *host, cnet_stream_t *stream);
} host_t;

/* What the host has in each stream. */
typedef struct host_state {
  char *bytes; /* all that was read */
  size_t length;
  bool at_end;
  int read_status;  /* of what ended the reading: 0, UV_EOF or an error */
  int write_status; /* of the last write, shutdown or file that had to wait; 1: it waits yet, or there was none */
  int shutdown_status;
  bool connected, closed;
  bool *gone; /* set when the stream is freed; NULL: nobody wants to know */
} host_state_t;

static inline host_state_t *state_of(cnet_stream_t *stream) { return cnet_host_of(stream); }

/* Begins, with a uv loop of its own. */
void host_start(host_t *host);

/* Closes all, runs the loop to its end, and checks that nothing is left. */
void host_end(host_t *host);

/* Runs the loop until `done` says so; fails the test after ten seconds. */
void host_run(host_t *host, bool (*done)(host_t *host, void *data), void *data);

/* Some turns of the loop, which do not wait. */
void host_turn(host_t *host, int turns);

/* A listener on a free port of 127.0.0.1, or on a path. */
cnet_stream_t *host_listen(host_t *host);
cnet_stream_t *host_listen_path(host_t *host, const char *path);

/* The port of a listener. */
int host_port(cnet_stream_t *listener);

/* Connects to a port of 127.0.0.1. The stream, which connects. */
cnet_stream_t *host_connect(host_t *host, int port);

/* Two streams that are connected to each other, of TCP or by a path; `listener` is closed. */
void host_pair(host_t *host, cnet_kind_t kind, cnet_stream_t *pair[2]);

/* A path for a socket, which is not there. */
const char *host_path(void);

/* Conditions for host_run(): of a stream, or of the host. */
bool is_connected(host_t *host, void *stream);
bool is_closed(host_t *host, void *stream);
bool is_at_end(host_t *host, void *stream);
bool has_write_ended(host_t *host, void *stream);
bool has_accepted(host_t *host, void *nothing);

/* --- tests --- */

extern unsigned test_failures;

#define CHECK(condition) \
  do { \
    if (!(condition)) { \
      fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
      test_failures++; \
    } \
  } while (0)

/* Of what the rest of the test depends on. */
#define NEED(condition) \
  do { \
    if (!(condition)) { \
      fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
      abort(); \
    } \
  } while (0)

typedef struct test {
  const char *title;
  void (*run)(void);
} test_t;

/* The tests of each file; the last one has no title. */
extern const test_t base_tests[], close_tests[], connect_tests[], descriptor_tests[], idle_tests[], listener_tests[],
    option_tests[], proxy_tests[], read_tests[], relay_tests[], thread_tests[], write_tests[];

#endif
