/*
 * passing.c: open descriptors that travel with the bytes of a Unix domain socket (SCM_RIGHTS, unix(7)).
 *
 * libuv reads ancillary data for its own protocol between processes only, and does not tell when the kernel has cut it.
 * So a stream that is to receive descriptors is read by recvmsg(2) here, and one that sends them by sendmsg(2). Both
 * are driven by a uv_poll on a duplicate of the stream's descriptor, as libuv watches each number once: all else that
 * the stream does (plain writes, shutdown, close) stays with its own handle.
 *
 * Who owns what: descriptors that were received are in `fds` from recvmsg() on, and belong to this file until the host
 * has taken them, which it can do during host->descriptors() only; what is left afterwards is closed. Descriptors that
 * are sent stay the caller's.
 */
#include "passing.h"

#include <stdlib.h>

#include "descriptor.h"
#include "internal.h"
#include "passing_internal.h"
#include "proxy_internal.h"

#define ROUNDS 32 /* reads in a row, before others have their turn */

typedef struct cnet_passing {
  cnet_part_t part;
  uv_poll_t *poll; /* NULL until there is something to wait for */
  int fd;          /* the duplicate that it watches */
  int count;       /* of `fds` that nobody has taken */
  bool reading;    /* it is to be read now */
  bool waiting;    /* a message waits for room: host->ended() is due */
  int fds[CNET_FDS_MAX];
} cnet_passing_t;

static void close_received(cnet_passing_t *passing) {
  for (int i = 0; i < passing->count; i++) cnet_platform_close(passing->fds[i]);
  passing->count = 0;
}

/* Makes the poll handle over a duplicate of the stream's descriptor. 0 or a negative code. */
static int open_poll(cnet_stream_t *stream, cnet_passing_t *passing) {
  int own = cnet_fd(stream);

  if (own < 0) return own;
  if (!cnet_platform_passes(own)) return UV_ENOTSOCK;
  int err = cnet_handle_poll_copy(stream->loop, own, stream, &passing->poll, &passing->fd);
  if (!err && (stream->flags & CNET_UNREF)) uv_unref((uv_handle_t *)passing->poll);
  return err;
}

static void on_poll(uv_poll_t *poll, int status, int events);
static cnet_passing_t *passing_of(const cnet_stream_t *stream);

/* Watches for what is wanted now. 0 or a negative code. */
static int watch(cnet_stream_t *stream, cnet_passing_t *passing) {
  int events = (passing->reading ? UV_READABLE : 0) | (passing->waiting ? UV_WRITABLE : 0);

  if (passing->poll == NULL) {
    int err = events == 0 ? 0 : open_poll(stream, passing);
    if (err || events == 0) return err;
  }
  return events == 0 ? uv_poll_stop(passing->poll) : uv_poll_start(passing->poll, events, on_poll);
}

/* --- receiving -------------------------------------------------------------------------------------------- */

/* Offers what has come with the `got` bytes that are told of next; closes what is not taken. */
static void tell_descriptors(cnet_stream_t *stream, cnet_passing_t *passing, ssize_t got) {
  if (cnet_may_tell(stream)) stream->loop->host->descriptors(stream, passing->fds, &passing->count, (size_t)got);
  close_received(passing);
}

/* The end, or an error: nothing is read after it, as with libuv. */
static void end_reading(cnet_stream_t *stream, cnet_passing_t *passing, ssize_t status, const uv_buf_t *memory) {
  passing->reading = false;
  watch(stream, passing);
  cnet_read_done(stream->uv, status, memory);
}

/* Reads once, and tells of it. True: there may be more at once, and it is wanted. */
static bool read_once(cnet_stream_t *stream, cnet_passing_t *passing) {
  uv_buf_t memory;

  cnet_read_memory((uv_handle_t *)stream->uv, 0, &memory);
  if (memory.base == NULL || memory.len == 0) {
    end_reading(stream, passing, UV_ENOBUFS, &memory);
    return false;
  }
  ssize_t got = cnet_platform_receive(passing->fd, &memory, passing->fds, &passing->count);
  if (got == UV_EAGAIN) {
    cnet_read_done(stream->uv, 0, &memory);
    return false;
  }
  if (got <= 0) {
    end_reading(stream, passing, got == 0 ? UV_EOF : got, &memory);
    return false;
  }
  bool more = passing->count > 0 || (size_t)got == memory.len; /* a message with descriptors ends a read */
  if (passing->count > 0) tell_descriptors(stream, passing, got);
  cnet_read_done(stream->uv, stream->flags & CNET_CLOSING ? 0 : got, &memory);
  return more && passing->reading && !(stream->flags & CNET_CLOSING);
}

/*
 * An error of the socket stops the poll handle (libuv docs, uv_poll_start()); which one it is, the next call to the
 * kernel says. The stream outlives this callback, also when JavaScript closes it: it is freed in a later one.
 */
static void on_poll(uv_poll_t *poll, int status, int events) {
  cnet_stream_t *stream = poll->data;
  cnet_passing_t *passing = passing_of(stream);

  cnet_pin(stream);
  if (passing->waiting && (status < 0 || (events & UV_WRITABLE))) {
    passing->waiting = false;
    watch(stream, passing);
    cnet_tell_ended(stream, CNET_WRITE, NULL, 0);
  }
  if (passing->reading && (status < 0 || (events & UV_READABLE)) && !(stream->flags & CNET_CLOSING)) {
    int rounds = ROUNDS;
    while (read_once(stream, passing) && --rounds > 0) continue;
  }
  if (status < 0 && !(stream->flags & CNET_CLOSING)) watch(stream, passing);
  cnet_unpin(stream);
}

/* --- the end ---------------------------------------------------------------------------------------------- */

/* Nothing is waited for any more. */
static void on_stream_close(cnet_stream_t *stream, cnet_part_t *part) {
  cnet_passing_t *passing = (cnet_passing_t *)part;

  passing->reading = false;
  if (passing->poll == NULL) return;
  cnet_handle_close(stream->loop, (uv_handle_t *)passing->poll);
  passing->poll = NULL;
  cnet_platform_close(passing->fd);
}

/* Tells the message that waits. */
static void on_stream_closed(cnet_stream_t *stream, cnet_part_t *part) {
  cnet_passing_t *passing = (cnet_passing_t *)part;

  if (!passing->waiting) return;
  passing->waiting = false;
  cnet_tell_ended(stream, CNET_WRITE, NULL, UV_ECANCELED);
}

static void on_stream_freed(cnet_stream_t *stream, cnet_part_t *part) {
  (void)stream;
  close_received((cnet_passing_t *)part);
  free(part);
}

static void on_stream_ref(cnet_stream_t *stream, cnet_part_t *part, bool ref) {
  cnet_passing_t *passing = (cnet_passing_t *)part;
  (void)stream;
  if (passing->poll != NULL) cnet_handle_ref((uv_handle_t *)passing->poll, ref);
}

static const cnet_part_ops_t OPS = {
    .order = CNET_PART_PASSING,
    .ref = on_stream_ref,
    .close = on_stream_close,
    .closed = on_stream_closed,
    .freed = on_stream_freed,
};

static cnet_passing_t *passing_of(const cnet_stream_t *stream) { return (cnet_passing_t *)cnet_part_of(stream, &OPS); }

/* The part, which is made where there is none; NULL: no memory. */
static cnet_passing_t *ready(cnet_stream_t *stream) {
  cnet_passing_t *passing = passing_of(stream);

  if (passing != NULL) return passing;
  passing = calloc(1, sizeof *passing);
  if (passing != NULL) cnet_part_attach(stream, &passing->part, &OPS);
  return passing;
}

/* --- the interface -------------------------------------------------------------------------------------------- */

int cnet_passing_read(cnet_stream_t *stream, bool start) {
  cnet_passing_t *passing = passing_of(stream);

  assert(passing != NULL); /* CNET_PASSES says so */
  passing->reading = start;
  int err = watch(stream, passing);
  if (err) passing->reading = false;
  return err;
}

/* Whether bytes of the stream may have been read already. A header of the PROXY protocol came before them. */
static bool was_used(const cnet_stream_t *stream) {
  if (stream->flags & (CNET_STARTED | CNET_LISTENER)) return true;
  return (stream->flags & CNET_USED) != 0 && !cnet_proxy_has_result(stream);
}

int cnet_receive_descriptors(cnet_stream_t *stream) {
  if (stream->kind != CNET_PIPE) return UV_EBADF;
  if (stream->flags & CNET_PASSES) return 0;
  if (was_used(stream) || (stream->flags & CNET_AWAY)) return UV_EALREADY;
  cnet_passing_t *passing = ready(stream);
  if (passing == NULL) return UV_ENOMEM;
  stream->flags |= CNET_PASSES;
  return 0;
}

int cnet_passing_ready(const cnet_stream_t *stream) {
  const cnet_passing_t *passing = passing_of(stream);

  if (stream->kind != CNET_PIPE) return UV_EBADF;
  if (stream->write != NULL || (stream->flags & (CNET_SENDING | CNET_BUSY | CNET_AWAY))) return UV_EBUSY;
  if (passing != NULL && passing->waiting) return UV_EBUSY;
  return stream->flags & (CNET_CONNECTING | CNET_LISTENER) ? UV_ENOTCONN : 0;
}

/* Waits for room: 0, and host->ended() is due; or a negative code. */
static int wait_for_room(cnet_stream_t *stream) {
  cnet_passing_t *passing = ready(stream);
  if (passing == NULL) return UV_ENOMEM;
  passing->waiting = true;
  int err = watch(stream, passing);
  if (err) passing->waiting = false;
  return err;
}

ssize_t cnet_send_descriptors(cnet_stream_t *stream, const uv_buf_t *bytes, const int *fds, int count) {
  int err = cnet_passing_ready(stream);
  int own = err ? err : cnet_fd(stream);

  if (own < 0) return own;
  stream->flags |= CNET_USED;
  cnet_note_activity(stream);
  ssize_t sent = cnet_platform_send(own, bytes, fds, count);
  if (sent > 0) cnet_count_written(stream, (size_t)sent);
  return sent == UV_EAGAIN ? wait_for_room(stream) : sent;
}
