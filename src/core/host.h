/*
 * host.h: what a host of the core gives it: one table of callbacks, by which all that happens is told.
 *
 * Rules
 * -----
 * 1. Every callback runs on the thread of the loop. Once the loop ends (cnet_loop_close()) none is called any more but
 *    `stream_freed`, `context_free` and `run_in`, which run no code of the program's then.
 * 2. A callback may run any code of the program's, which may call any function of the core and close any stream. The
 *    core pins what it still needs (internal.h): the memory of a stream is there until the callback has returned.
 * 3. The core never keeps a pointer into the host's bytes across a callback. Bytes that wait are asked for anew
 *    (cnet_source_t in write.h).
 * 4. A context is the host's own mark of the place where something was begun: of Node an async context. To make one may
 *    run any code, so the core looks at its stream again afterwards. NULL is "no memory", or "the stream's own".
 */
#ifndef CNET_CORE_HOST_H
#define CNET_CORE_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "unix_socket.h"

typedef struct cnet_loop cnet_loop_t;
typedef struct cnet_stream cnet_stream_t;
typedef struct cnet_idle cnet_idle_t;

typedef enum cnet_kind { CNET_TCP = 0, CNET_PIPE = 1 } cnet_kind_t;

/* What a context is made for. */
typedef enum cnet_purpose {
  CNET_FOR_CONNECT_TCP,
  CNET_FOR_CONNECT_PIPE,
} cnet_purpose_t;

/* What has ended that could not be done at once. */
typedef enum cnet_operation { CNET_WRITE, CNET_SHUTDOWN } cnet_operation_t;

/* Why a connection was turned away. */
typedef enum cnet_verdict {
  CNET_ADMITTED,
  CNET_FULL,         /* the listener's room is used up */
  CNET_FULL_ADDRESS, /* as many of its address are there as may be */
  CNET_FULL_PREFIX,  /* the same of its network */
  CNET_TOO_FAST,     /* no token is left in the bucket */
} cnet_verdict_t;

/* What happened to one address of connect(). */
typedef enum cnet_phase {
  CNET_ATTEMPT_START,
  CNET_ATTEMPT_FAILED,  /* by the network, or the peer */
  CNET_ATTEMPT_BLOCKED, /* by the block list of the stream */
  CNET_ATTEMPT_TIMEOUT,
  CNET_ATTEMPT_BIND,   /* the local address could not be bound */
  CNET_ATTEMPT_UNSENT, /* connect(2) refused at once */
  CNET_ATTEMPT_OPTION, /* a socket option could not be set */
} cnet_phase_t;

typedef struct cnet_step {
  uint32_t address; /* index of it in the options of connect() */
  cnet_phase_t phase;
  int status;      /* 0 or a negative libuv code */
  uint32_t option; /* of CNET_ATTEMPT_OPTION: index of the option */
} cnet_step_t;

/* Both ends of a connection that is closed already; `family` of each is AF_UNSPEC where it is not known. */
typedef struct cnet_ends {
  struct sockaddr_storage local, peer;
} cnet_ends_t;

typedef struct cnet_host {
  /* Bytes of the host's own state in each stream, zeroed at first: cnet_host_of(). */
  size_t stream_size;

  /*
   * A stream has been made, which nobody knows yet; `argument` is that of cnet_open(), NULL for who was accepted. 0, or
   * a negative code: the stream is then freed, and `stream_freed` is called.
   */
  int (*opened)(cnet_stream_t *stream, const void *argument);
  /* Its handle is closed: the last that is told of it. */
  void (*stream_closed)(cnet_stream_t *stream);
  /* Frees what the host has in it; no code of the program's may run. Called while the loop ends too. */
  void (*stream_freed)(cnet_stream_t *stream);

  /* Something was opened, or closed: cnet_loop_is_busy() may say something else than before. No code may run. */
  void (*settle)(cnet_loop_t *loop);

  /* --- listeners --- */
  void (*accepted)(cnet_stream_t *listener, cnet_stream_t *client);
  void (*accept_failed)(cnet_stream_t *listener, int status);
  /* A limit has turned a connection away, which is closed; `ends` is NULL for a Unix socket. */
  void (*rejected)(cnet_stream_t *listener, cnet_verdict_t verdict, const cnet_ends_t *ends);
  /* The user of a Unix socket's client is none of those who may connect; it is closed. */
  void (*user_rejected)(cnet_stream_t *listener, const cnet_credentials_t *peer);
  /* The header of the PROXY protocol is refused: see proxy_handshake.h. The client is closed afterwards. */
  void (*header_rejected)(cnet_stream_t *listener, cnet_stream_t *client, int reason);
  /* The connection just accepted uses the last descriptor of the process. */
  void (*exhausted)(cnet_stream_t *listener);
  /* cnet_bind_file() that had to wait has ended. */
  void (*bound)(cnet_stream_t *stream, int status);

  /* --- connecting --- */
  void (*attempt)(cnet_stream_t *stream, const cnet_step_t *step); /* in the context that there is */
  void (*connected)(cnet_stream_t *stream, void *context);         /* in the context; NULL: likewise */
  void *(*context_new)(cnet_loop_t *loop, cnet_purpose_t purpose);
  void (*context_free)(cnet_loop_t *loop, void *context);
  /* Calls `work` once, in the context: also while the loop ends, and where there is no memory. */
  void (*run_in)(cnet_loop_t *loop, void *context, void (*work)(void *data), void *data);

  /* --- reading --- */
  /*
   * Memory for one read; no bytes: there is none. No code may run. `read` ends it in any case, also while the loop
   * ends: bytes, 0 for nothing, or a code.
   */
  void (*allocate)(cnet_stream_t *stream, uv_buf_t *out);
  void (*read)(cnet_stream_t *stream, ssize_t got, const uv_buf_t *memory);
  /*
   * A block is memory for one large read, `out`, that another thread may fill; NULL: there is none, or such a read of
   * the stream goes elsewhere. block_takes(): whether a read of `got` bytes, at the start of a block, may be told by
   * block_read(), after which the block is the host's, as after block_free(); what is behind the read has been cleared.
   * But for block_read() no code may run.
   */
  void *(*block_new)(cnet_stream_t *stream, uv_buf_t *out);
  bool (*block_takes)(cnet_stream_t *stream, size_t got);
  void (*block_read)(cnet_stream_t *stream, void *block, size_t got);
  void (*block_free)(cnet_loop_t *loop, void *block);
  /* Descriptors that came with the `bytes` bytes told of next: the host takes all by *count = 0, or they are closed. */
  void (*descriptors)(cnet_stream_t *stream, const int *fds, int *count, size_t bytes);

  /* --- what had to wait --- */
  void (*ended)(cnet_stream_t *stream, cnet_operation_t operation, void *context, int status);

  /* An idle timeout is over; it rests until the next activity. */
  void (*idle)(cnet_idle_t *idle);
} cnet_host_t;

/*
 * The table of a host with `size` bytes of state in each stream, whose functions are called as their places, but for
 * `read`, which is received().
 */
#define CNET_HOST(size) \
  { \
    .stream_size = (size), .opened = opened, .stream_closed = stream_closed, .stream_freed = stream_freed, \
    .settle = settle, .accepted = accepted, .accept_failed = accept_failed, .rejected = rejected, \
    .user_rejected = user_rejected, .header_rejected = header_rejected, .exhausted = exhausted, .bound = bound, \
    .attempt = attempt, .connected = connected, .context_new = context_new, .context_free = context_free, \
    .run_in = run_in, .allocate = allocate, .read = received, .block_new = block_new, .block_takes = block_takes, \
    .block_read = block_read, .block_free = block_free, .descriptors = descriptors, .ended = ended, .idle = idle, \
  }

#endif
