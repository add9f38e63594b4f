/*
 * internal.h: the structures of the core, who owns them, and what its files tell each other. For core/ alone.
 *
 * Ownership rules
 * ---------------
 * 1. A cnet_loop_t is made by loop.c and freed by it when it ends and the last of its handles has been closed. There is
 *    no mutable state outside of it, but for the table of descriptors between threads, with its mutex (ticket_table.c).
 * 2. A cnet_stream_t is made by stream.c and lives until the host or the end of the loop closes it. It is freed in one
 *    place: after the close callback of its handle, when nobody has it pinned (close.c).
 * 3. A libuv handle is made, closed and freed in handle.c and nowhere else. A connection attempt that is abandoned
 * gives its handle up to cnet_handle_close(). The spare handle of a listener is part of its refusal (refusal.c).
 * 4. The host's bytes are read or written only inside the call that brought them, or between peek() and the next
 *    callback.
 * 5. A callback of the host's may run any code. Whoever goes on with a stream afterwards pins it before, and asks
 *    cnet_unpin() whether it is still open. Within one callback the memory of any stream is there in any case.
 * 6. What hangs on a stream is a part of it (part.h), and is the part's file's business alone.
 * 7. Functions return 0 or more, or a negative libuv code.
 */
#ifndef CNET_CORE_INTERNAL_H
#define CNET_CORE_INTERNAL_H

#include <assert.h>

#include "align.h"
#include "handle.h"
#include "heap.h"
#include "part.h"
#include "stream.h"

/* Flags of a stream. Each names the duty that it brings. */
enum {
  CNET_LISTENER = 1u << 0, /* counts its room on accept; connects, reads and writes are refused */
  CNET_CLOSING = 1u << 1,  /* the close has begun: no call but the close callback may follow */
  CNET_CLOSED = 1u << 2,   /* the handle is closed; it is freed when nobody has it pinned */
  CNET_UNREF = 1u << 3,    /* a handle that replaces this one (connect.c) must be unref'd too */
  CNET_PAUSED = 1u << 4,   /* listener: new connections wait in the kernel's queue until accepting resumes */
  CNET_USED = 1u << 5,     /* was read from or written to: it must not become a listener, libuv would end the process */
  CNET_BUSY = 1u << 6,     /* the host has the writing side: others are told UV_EBUSY */
  CNET_STARTED = 1u << 7,  /* the host has begun to read it: how it is read is settled */
  CNET_CONNECTING = 1u << 8, /* it has the part of connect.c */
  CNET_SENDING = 1u << 9,    /* it has the part of send_file.c, in the place of a write */
  CNET_RELAYED = 1u << 10,   /* it has the part of relay.c */
  CNET_PASSES = 1u << 11,    /* it is read by passing.c */
  CNET_CLIENT = 1u << 12, /* was accepted, given a descriptor or asked to connect: see cnet_platform_has_one_role() */
  CNET_AWAY = 1u << 13,   /* it has the part of away.c: its own handle is neither read nor written to */
  CNET_OPENED = 1u << 14, /* was given an open descriptor: see cnet_platform_credentials() */
};

typedef struct cnet_write cnet_write_t;

struct cnet_loop {
  uv_loop_t *uv;
  const cnet_host_t *host;
  void *data; /* the host's */
  void (*ended)(void *data);
  void (*last_closed)(cnet_loop_t *loop); /* frees a loop that ends; NULL: it does not */
  cnet_stream_t *first;                   /* all streams, the newest first */
  cnet_heap_t idles;                      /* idle timeouts that run: see idle.c */
  uv_timer_t *idle_timer;                 /* unref'd; NULL until the first timeout is asked for */
  uint64_t idle_due;                      /* loop time at which it fires; UINT64_MAX: not armed */
  uint64_t idle_armed;      /* how often an idle timeout was touched: the order of those that are due together */
  cnet_idle_t *first_idle;  /* all idle timeouts, the newest first */
  uint32_t idle_count;      /* how many these are */
  uv_check_t *check;        /* unref'd, and stopped but for a while: see turn.h; NULL until somebody has a time limit */
  uint64_t turn;            /* counted by it */
  uv_async_t *ticket_async; /* ref'd while tickets of its own wait; NULL until the first one: see ticket.c */
  uint32_t tickets_held;    /* how many do; guarded by the mutex of the table, as is the one above for other threads */
  int descriptor_limit;     /* asked for when a listener begins; 0: none */
  uint32_t handles;         /* open ones, and other work: see handle.h */
  uint32_t spare;           /* of these, such as keep nothing open: see cnet_handle_is_spare() */
  uint64_t attempts;        /* to connect, that have begun: the number of the newest */
  uint64_t counts[CNET_COUNTED];
  bool closing;
};

struct cnet_stream {
  cnet_loop_t *loop;
  uv_stream_t *uv;
  cnet_stream_t *next, *previous; /* in loop->first */
  cnet_part_t *parts;             /* by their order */
  cnet_write_t *write;            /* while a write waits for room */
  cnet_idle_t *idle;              /* told of activity */
  cnet_block_list_t *block_list;
  uint64_t bytes_read;
  uint64_t bytes_sent; /* by send_file.c and relay.c; the host counts its writes */
  uint32_t flags;
  int32_t server; /* the host's number: see cnet_set_server() */
  uint16_t pins;  /* who needs the memory after a callback */
  uint8_t kind;
  cnet_align_t host[]; /* host->stream_size bytes */
};

/* The end of a close: its handle is closed, and so is the descriptor of whoever works for it. It may be freed. */
void cnet_tell_closed(cnet_stream_t *stream);

/* The memory of the stream stays until cnet_unpin(). */
static inline void cnet_pin(cnet_stream_t *stream) {
  assert(stream->pins < UINT16_MAX);
  stream->pins++;
}

/* True: it is open. Else it is being closed, and may be freed now. */
bool cnet_unpin(cnet_stream_t *stream);

/* Bytes that the kernel has given, or taken. */
static inline void cnet_count_read(cnet_stream_t *stream, size_t bytes) {
  stream->bytes_read += bytes;
  stream->loop->counts[CNET_COUNT_BYTES_READ] += bytes;
}

static inline void cnet_count_written(const cnet_stream_t *stream, size_t bytes) {
  stream->loop->counts[CNET_COUNT_BYTES_WRITTEN] += bytes;
}

/* Whether the stream, if it closes not, is there to be told of: the host hears nothing while its loop ends. */
static inline bool cnet_may_tell(const cnet_stream_t *stream) { return !stream->loop->closing; }

/* Of TCP: as cnet_tcp_name(), of a handle that need not be the stream's. */
int cnet_handle_name(const uv_stream_t *uv, bool peer, struct sockaddr_storage *out);

/* A fresh handle for a connection attempt of `stream`, ref'd as the stream is. 0 and *out, or a negative code. */
int cnet_stream_handle(cnet_stream_t *stream, uv_stream_t **out);

/* Gives the stream an open descriptor, without a look at what it is. 0; on an error it stays the caller's. */
int cnet_stream_take(cnet_stream_t *stream, int fd);

/* Notes activity on the stream: its idle timeout starts anew. Costs a load, and with a timeout the reading of a clock.
 */
void cnet_note_activity(cnet_stream_t *stream);

/* Something has come that is no activity, as the peer's end: a timeout that was due before it is not. */
void cnet_note_heard(cnet_stream_t *stream);

/* Milliseconds since the last activity; UV_ENOTSUP: the stream has no idle timeout. */
int32_t cnet_idle_quiet(const cnet_stream_t *stream);

/* Tells the end of what is read, UV_EOF, or an error. */
void cnet_tell_read(cnet_stream_t *stream, int status);

/* What read.c is to libuv, for those who read by another way. */
void cnet_read_memory(uv_handle_t *handle, size_t suggested, uv_buf_t *out);
void cnet_read_done(uv_stream_t *uv, ssize_t got, const uv_buf_t *memory);

/* Tells the end of a write or of what stands for one: in `context`, NULL: that of the stream. */
void cnet_tell_ended(cnet_stream_t *stream, cnet_operation_t operation, void *context, int status);

#endif
