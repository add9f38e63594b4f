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

typedef struct host host_t;

/* Code of a test, in a callback; `stream`: that the event is of; NULL: there is none. */
typedef void (*host_code_t)(host_t *host, host_event_t event, cnet_stream_t *stream);

struct host {
  uv_loop_t uv;
  cnet_loop_t *loop;
  unsigned counts[HOST_EVENTS];
  int contexts;         /* that are there: none may be left */
  int streams;          /* likewise */
  int blocks;           /* likewise */
  int blocks_read;      /* large reads that were given without a copy */
  bool ended;           /* the loop has ended */
  bool busy;            /* what it was, as far as the host was told to look */
  cnet_stream_t *other; /* what has come with the last event: the client that was accepted, or refused */
  int status;           /* of the last event that has one */
  int ended_with[2];    /* by cnet_operation_t: the status of the last one, also of a stream that is gone */
  cnet_verdict_t verdict;
  cnet_ends_t ends;
  cnet_credentials_t peer;
  cnet_step_t steps[32]; /* of connect() */
  unsigned step_count;
  bool no_memory;                       /* for reads */
  bool no_context;                      /* likewise */
  bool refuse_next;                     /* opened() fails, once */
  int taken[CNET_FDS_MAX], taken_count; /* descriptors that have come; `take`: they are ours */
  bool take;
  host_code_t run; /* runs in every callback; NULL: nothing does */
  void *data;      /* for it */
};

/* What the host has in each stream. */
typedef struct host_state {
  char *bytes; /* all that was read */
  size_t length, room;
  bool at_end;
  int read_status;  /* of what ended the reading: 0, UV_EOF or an error */
  int write_status; /* of the last write, shutdown or file that had to wait; 1: it waits yet, or there was none */
  int shutdown_status;
  int written; /* how often the end of a write was told */
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

/* Memory that no test has fail: see main.c. */
void *host_alloc(size_t size);

/* Conditions for host_run(): of a stream, or of the host. */
bool is_connected(host_t *host, void *stream);
bool is_true(host_t *host, void *flag);
bool is_at_end(host_t *host, void *stream);
bool has_write_ended(host_t *host, void *stream);
bool has_accepted(host_t *host, void *nothing);

/* So many events of a kind have come; and so many bytes. */
typedef struct host_want {
  host_event_t event;
  unsigned count;
} host_want_t;
bool has_come(host_t *host, void *want);
#define AWAIT(host, kind, times) host_run(host, has_come, &(host_want_t){kind, times})

typedef struct host_bytes {
  cnet_stream_t *stream;
  size_t length;
} host_bytes_t;
bool has_bytes(host_t *host, void *bytes);
#define AWAIT_BYTES(host, of, size) host_run(host, has_bytes, &(host_bytes_t){of, size})

/* --- peers.c: bytes to write, and peers that are plain sockets --- */

/* Bytes that a test writes; the memory is the test's. */
typedef struct source {
  cnet_source_t source;
  const char *bytes;
  bool *gone;    /* set: so is the memory; may be NULL */
  int *retained; /* how many copies are there; may be NULL */
  bool no_copy;  /* there is no memory for one */
  bool grows;    /* the core has this one and no copy: `left` may become more while it waits */
} source_t;

source_t source_of(const char *bytes, size_t length);

/* Writes as a host does. As cnet_write(), or the code of cnet_writable(). */
int host_write(cnet_stream_t *stream, const char *bytes, size_t length);

/* `size` bytes that can be told apart, which last as long as the program. */
#define PATTERN_SIZE ((size_t)8 * 1024 * 1024)
const char *pattern(void);

/* Writes until the kernel takes no more, and one write waits. What has been written, all in all. */
size_t host_fill(cnet_stream_t *stream);

struct sockaddr_storage host_address(const char *text, int port);

/* Plain sockets, which block: connected to a port or a path; one bound to `address` on a free port, in *port. */
int raw_connect(int port);
int raw_connect_path(const char *path);
int raw_bind(const char *address, int *port);
int raw_listen(const char *address, int *port);
void raw_send(int fd, const void *bytes, size_t length);

/* All that comes until the end, or an error, in `out` of `size`: how many bytes. */
size_t raw_read(int fd, char *out, size_t size);

/* Closes it with a reset. */
void raw_reset(int fd);

/* Whether the system has an option of TCP sockets, and tells so many bytes of it: qemu-user hands on only some. */
bool has_option(int level, int name, size_t size);

/* A port of 127.0.0.1 where connections are neither taken nor refused, until the descriptors are closed. */
int raw_full(int fds[2]);

/* --- main.c: a test that the system has not what it takes for; memory that fails --- */

void leave_out(const char *why);

/* The allocation of our code after `skip` others fails, on this thread. */
void fail_allocation(unsigned skip);

/* None fails, and none is counted, until fail_from_here(): for what is to be there before. */
void fail_not_yet(void);
void fail_from_here(void);

/* Whether one has failed since; and with stop_failing() all go well again. */
bool has_allocation_failed(void);
bool stop_failing(void);

/* --- tests --- */

extern _Thread_local unsigned test_failures;

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
extern const test_t again_tests[], base_tests[], close_tests[], connect_tests[], descriptor_tests[], idle_tests[],
    limit_tests[], listener_tests[], option_tests[], path_tests[], proxy_tests[], race_tests[], read_tests[],
    relay_tests[], io_thread_tests[], thread_tests[], write_tests[];

#endif
