/*
 * relay.c: what comes on one stream goes out on another within the kernel: splice(2) through a pipe for each way.
 *
 *   a way, by turns:  nothing in the pipe: waits until its source can be read -> source to pipe
 *                     bytes in the pipe:   waits until its target has room    -> pipe to target
 *                     end of the source, and nothing in the pipe:             -> done; told as the end of a read
 *
 * A way reads again when its pipe is empty, so that it never asks for what it has no room for: a source that is ready
 * while the pipe is full would be told of without end. Each end is watched through a duplicate of its descriptor, as
 * epoll(7) knows a descriptor once and libuv's stream has that; the stream does not read meanwhile. The ends of the
 * streams' writing are sent by the host, in order, when it is told that a way is done.
 */
#include "relay.h"

#include <stdlib.h>

#include "descriptor.h"
#include "internal.h"
#include "zero_copy.h"

#define CNET_RELAY_TURN ((size_t)1024 * 1024) /* bytes of one way before the other streams have their turn */
#define CNET_PIPE_FIRST ((size_t)64 * 1024)   /* the system's own size: a user has a limit for all pipes (pipe(7)) */

typedef struct cnet_relay cnet_relay_t;

/* One end, and the way of the bytes that come there to the other end. */
typedef struct cnet_end {
  cnet_part_t part; /* of `stream` */
  cnet_relay_t *relay;
  struct cnet_end *other;
  cnet_stream_t *stream;
  uv_poll_t *poll;
  int events; /* that `poll` waits for */
  int fd;     /* ours */
  int pipe[2];
  size_t capacity, limit, held; /* bytes of the pipe: that go in, that may be, that are there */
  bool started, done, told;
} cnet_end_t;

struct cnet_relay {
  cnet_loop_t *loop;
  cnet_end_t ends[2];
};

static void close_fd(int fd) {
  if (fd >= 0) cnet_platform_close(fd);
}

static void relay_free(cnet_relay_t *relay) {
  for (int i = 0; i < 2; i++) {
    cnet_end_t *end = &relay->ends[i];
    if (end->stream != NULL) {
      cnet_part_detach(end->stream, &end->part);
      end->stream->flags &= ~(uint32_t)CNET_RELAYED;
    }
    if (end->poll != NULL) cnet_handle_close(relay->loop, (uv_handle_t *)end->poll);
    close_fd(end->fd);
    close_fd(end->pipe[0]);
    close_fd(end->pipe[1]);
  }
  free(relay);
}

/* One of the streams begins to close: nobody is told. */
static void on_stream_close(cnet_stream_t *stream, cnet_part_t *part) {
  (void)stream;
  relay_free(((cnet_end_t *)part)->relay);
}

static void on_stream_ref(cnet_stream_t *stream, cnet_part_t *part, bool ref) {
  (void)stream;
  cnet_handle_ref((uv_handle_t *)((cnet_end_t *)part)->poll, ref);
}

static const cnet_part_ops_t OPS = {.order = CNET_PART_RELAY, .ref = on_stream_ref, .close = on_stream_close};

/* --- a way ------------------------------------------------------------------------------------------------- */

static bool is_reading(const cnet_end_t *from) { return from->started && !from->done && from->held == 0; }
static bool is_writing(const cnet_end_t *from) { return from->started && !from->done && from->held > 0; }

/* What a call of the kernel has failed at. */
typedef struct cnet_failure {
  int code; /* 0: nothing has */
  cnet_end_t *end;
  bool writing;
} cnet_failure_t;

/* Source to pipe. Bytes; 0: none now, at the end, or on an error. */
static size_t fill(cnet_end_t *from, cnet_failure_t *failure) {
  int64_t n = cnet_platform_splice(from->fd, from->pipe[1], from->capacity);

  from->done = n == 0;
  if (n < 0 && n != UV_EAGAIN) *failure = (cnet_failure_t){(int)n, from, false};
  if (n <= 0) return 0;
  from->held = (size_t)n;
  cnet_count_read(from->stream, (size_t)n);
  cnet_note_activity(from->stream);
  return from->held;
}

/* Pipe to target. Bytes; 0: none now, or on an error. */
static size_t drain(cnet_end_t *from, cnet_failure_t *failure) {
  cnet_end_t *to = from->other;
  int64_t n = cnet_platform_splice(from->pipe[0], to->fd, from->held);

  if (n < 0 && n != UV_EAGAIN) *failure = (cnet_failure_t){(int)n, to, true};
  if (n <= 0) return 0;
  from->held -= (size_t)n;
  to->stream->bytes_sent += (uint64_t)n;
  cnet_count_written(to->stream, (size_t)n);
  cnet_note_activity(to->stream);
  return (size_t)n;
}

/* There is more than the pipe takes at once: it is made larger, if it may be, and the system lets us. */
static void widen(cnet_end_t *from) {
  size_t wanted = from->capacity * 4 < from->limit ? from->capacity * 4 : from->limit;

  if (from->capacity >= from->limit) return;
  int capacity = cnet_platform_size_pipe(from->pipe[1], wanted);
  if (capacity < 0 || (size_t)capacity <= from->capacity)
    from->limit = from->capacity; /* above pipe-max-size, or this user's pipes have too much: do not ask again */
  else
    from->capacity = (size_t)capacity;
}

/* One and the other, until one of them has to wait. */
static void pump(cnet_end_t *from, cnet_failure_t *failure) {
  for (size_t moved = 0; moved < CNET_RELAY_TURN;) {
    if (moved >= from->capacity) widen(from);
    if (from->held == 0 && fill(from, failure) == 0) return;
    size_t n = drain(from, failure);
    if (n == 0) return;
    moved += n;
  }
}

/* --- waiting ------------------------------------------------------------------------------------------------- */

static void on_ready(uv_poll_t *poll, int status, int events);

static int watch(cnet_end_t *end) {
  int events = (is_reading(end) ? UV_READABLE : 0) | (is_writing(end->other) ? UV_WRITABLE : 0);

  if (events == end->events) return 0;
  end->events = events;
  return events == 0 ? uv_poll_stop(end->poll) : uv_poll_start(end->poll, events, on_ready);
}

static void fail(const cnet_failure_t *failure) {
  cnet_stream_t *stream = failure->end->stream;

  relay_free(failure->end->relay);
  if (failure->writing)
    cnet_tell_ended(stream, CNET_WRITE, NULL, failure->code);
  else
    cnet_tell_read(stream, failure->code);
}

/* Waits for what is to come, and tells of what has ended: the host may close either stream by it. */
static void settle(cnet_relay_t *relay) {
  cnet_stream_t *ended[2];
  int count = 0;

  for (int i = 0; i < 2; i++) {
    cnet_end_t *end = &relay->ends[i];
    int err = watch(end);
    if (err) {
      fail(&(cnet_failure_t){err, end, false});
      return;
    }
    if (end->done && !end->told) ended[count++] = end->stream;
    end->told = end->done;
  }
  if (relay->ends[0].done && relay->ends[1].done) relay_free(relay);
  for (int i = 0; i < count; i++) cnet_pin(ended[i]);
  for (int i = 0; i < count; i++) {
    if (!(ended[i]->flags & CNET_CLOSING)) cnet_tell_read(ended[i], UV_EOF);
    cnet_unpin(ended[i]);
  }
}

static void on_ready(uv_poll_t *poll, int status, int events) {
  cnet_end_t *end = poll->data;
  cnet_failure_t failure = {0};

  if (status < 0) { /* libuv has stopped to watch; what the error is, a call will say */
    events = end->events;
    end->events = 0;
  }
  if ((events & UV_WRITABLE) && is_writing(end->other)) pump(end->other, &failure);
  if (failure.code == 0 && (events & UV_READABLE) && is_reading(end)) pump(end, &failure);
  if (failure.code != 0)
    fail(&failure);
  else
    settle(end->relay);
}

/* --- beginning ---------------------------------------------------------------------------------------------------- */

static int end_init(cnet_relay_t *relay, cnet_end_t *end, cnet_stream_t *stream, size_t size) {
  int own = cnet_fd(stream);

  if (own < 0) return own;
  int err = cnet_handle_poll_copy(relay->loop, own, end, &end->poll, &end->fd);
  if (err) return err;
  int capacity = cnet_platform_make_pipe(end->pipe, size < CNET_PIPE_FIRST ? size : CNET_PIPE_FIRST);
  if (capacity < 0) return capacity;
  end->limit = size;
  end->capacity = (size_t)capacity;
  if (stream->flags & CNET_UNREF) uv_unref((uv_handle_t *)end->poll);
  return 0;
}

static int relay_new(cnet_stream_t *streams[2], size_t size, cnet_relay_t **out) {
  cnet_relay_t *relay = calloc(1, sizeof *relay);
  int err = 0;

  if (relay == NULL) return UV_ENOMEM;
  relay->loop = streams[0]->loop;
  for (int i = 0; i < 2; i++) {
    cnet_end_t *end = &relay->ends[i];
    end->relay = relay;
    end->other = &relay->ends[1 - i];
    end->fd = end->pipe[0] = end->pipe[1] = -1;
  }
  for (int i = 0; i < 2 && !err; i++) err = end_init(relay, &relay->ends[i], streams[i], size);
  if (err) {
    relay_free(relay);
    return err;
  }
  *out = relay;
  return 0;
}

static int may_relay(const cnet_stream_t *stream) {
  if (stream->flags & (CNET_RELAYED | CNET_BUSY | CNET_AWAY)) return UV_EBUSY;
  return stream->flags & (CNET_CONNECTING | CNET_LISTENER) ? UV_ENOTCONN : 0;
}

int cnet_relay(cnet_stream_t *one, cnet_stream_t *other, size_t size) {
  cnet_stream_t *streams[2] = {one, other};
  cnet_relay_t *relay;

  int err = may_relay(one);
  if (!err) err = may_relay(other);
  if (!err && one == other) err = UV_EINVAL;
  size = size < CNET_PIPE_MIN ? CNET_PIPE_MIN : size < CNET_PIPE_MAX ? size : CNET_PIPE_MAX;
  if (!err) err = relay_new(streams, size, &relay);
  if (err) return err;
  for (int i = 0; i < 2; i++) {
    uv_read_stop(streams[i]->uv);
    streams[i]->flags |= CNET_USED | CNET_RELAYED;
    relay->ends[i].stream = streams[i];
    cnet_part_attach(streams[i], &relay->ends[i].part, &OPS);
  }
  return 0;
}

int cnet_relay_start(cnet_stream_t *stream) {
  cnet_end_t *end = (cnet_end_t *)cnet_part_of(stream, &OPS);

  if (end == NULL) return UV_EINVAL;
  end->started = true;
  return watch(end);
}
