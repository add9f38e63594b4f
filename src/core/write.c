/*
 * write.c: try first, and let only the rest wait.
 *
 * A write is offered to the kernel at once, straight from the host's memory. What it does not take stays there, held by
 * the source, but for one parked piece of at most CNET_PARK bytes that is copied and handed to uv_write(): when that is
 * through there is room again, and the rest is offered anew. So no pointer into the host's memory outlives a call,
 * whatever becomes of that memory meanwhile.
 */
#include "write.h"

#include <stdlib.h>
#include <string.h>

#include "away_internal.h"
#include "internal.h"
#include "zeroed.h"

#define CNET_PARK (64 * 1024) /* a waiting socket costs no more; large enough that its copy is noise */

struct cnet_write {
  uv_write_t req;
  cnet_stream_t *stream;
  void *context;         /* of the call that asked for it; NULL: that of the stream */
  cnet_source_t *source; /* retained; NULL: all that is left is parked */
  size_t left;           /* bytes that the kernel has not taken */
  char *parked;
  size_t parking; /* bytes of `parked` that are with libuv */
  size_t size;    /* bytes of this and of `parked` */
};

size_t cnet_write_queue_size(const cnet_stream_t *stream) { return stream->write == NULL ? 0 : stream->write->left; }

void **cnet_write_context(cnet_stream_t *stream) { return stream->write == NULL ? NULL : &stream->write->context; }

void cnet_tell_ended(cnet_stream_t *stream, cnet_operation_t operation, void *context, int status) {
  if (cnet_may_tell(stream)) stream->loop->host->ended(stream, operation, context, status);
}

/* Offers all of a source to the kernel. Bytes taken, which may be all, some or none; or a negative code. */
static ssize_t offer(cnet_stream_t *stream, cnet_source_t *source) {
  uv_buf_t bufs[CNET_IOV];
  ssize_t total = 0;

  for (;;) {
    unsigned n = source->ops->peek(source, bufs);
    size_t wanted = 0;
    if (n == 0) return total;
    for (unsigned i = 0; i < n; i++) wanted += bufs[i].len;
    int sent = cnet_stream_try_write(stream, bufs, n);
    if (sent == UV_EAGAIN || sent == UV_ENOSYS) return total;
    if (sent < 0) return sent;
    source->ops->advance(source, (size_t)sent);
    cnet_count_written(stream, (size_t)sent);
    total += sent;
    if ((size_t)sent < wanted) return total; /* the kernel is full: it is not asked again at once */
  }
}

static void write_free(cnet_write_t *write) {
  cnet_loop_t *loop = write->stream->loop;

  loop->counts[CNET_COUNT_MEMORY_WRITES] -= write->size;
  if (write->source != NULL) write->source->ops->release(write->source);
  if (write->context != NULL) loop->host->context_free(loop, write->context);
  free(write->parked);
  free(write);
}

static void on_written(uv_write_t *req, int status);

/* What is counted for a write with so many bytes to go: no piece of it is longer than its memory. */
static size_t size_for(size_t left) { return sizeof(cnet_write_t) + (left < CNET_PARK ? left : CNET_PARK); }

/* Makes memory for the next piece: a source may have more by now than when the write began to wait. 0 or UV_ENOMEM. */
static int make_room(cnet_write_t *write) {
  size_t size = size_for(write->left);

  if (write->parked != NULL && size <= write->size) return 0;
  free(write->parked);
  if (size > write->size) {
    write->stream->loop->counts[CNET_COUNT_MEMORY_WRITES] += size - write->size;
    write->size = size;
  }
  write->parked = malloc(write->size - sizeof *write);
  return write->parked == NULL ? UV_ENOMEM : 0;
}

/* Hands a copied piece of at most `left` and CNET_PARK bytes to libuv, to be told when there is room. */
static int park(cnet_write_t *write, const char *bytes, size_t length) {
  if (write->stream->flags & CNET_AWAY) {
    write->parking = length;
    return cnet_away_park(write->stream, &write->req, bytes, length, on_written);
  }
  if (length == 0) return UV_EINVAL; /* only who writes for a stream elsewhere is asked to confirm what it has */
  int err = make_room(write);
  if (err) return err;
  memcpy(write->parked, bytes, length);
  write->parking = length;
  uv_buf_t buf = uv_buf_init(write->parked, (unsigned)length);
  return uv_write(&write->req, write->stream->uv, &buf, 1, on_written);
}

/* Parks what is next of the source. */
static int park_next(cnet_write_t *write) {
  cnet_source_t *source = write->source;
  uv_buf_t bufs[CNET_IOV];

  if (source->ops->peek(source, bufs) == 0) return UV_ECANCELED; /* the memory is gone, and its bytes */
  size_t length = bufs[0].len < CNET_PARK ? bufs[0].len : CNET_PARK;
  int err = park(write, bufs[0].base, length);
  if (!err) source->ops->advance(source, length);
  return err;
}

/* There is room: offers the rest. As cnet_write(). */
static int resume(cnet_write_t *write) {
  if (write->left == 0) return 0;
  if (write->source == NULL) return UV_ECANCELED;
  ssize_t sent = offer(write->stream, write->source);
  if (sent < 0) return (int)sent;
  write->left = write->source->left;
  if (write->left == 0) return 0;
  int err = park_next(write);
  return err ? err : CNET_WRITE_WAITS;
}

static void finish(cnet_write_t *write, int status) {
  write->stream->write = NULL;
  cnet_tell_ended(write->stream, CNET_WRITE, write->context, status);
  write_free(write);
}

static void on_written(uv_write_t *req, int status) {
  cnet_write_t *write = (cnet_write_t *)req;

  if (status == 0) {
    write->left -= write->parking;
    cnet_count_written(write->stream, write->parking);
    cnet_note_activity(write->stream);
    status = cnet_may_tell(write->stream) ? resume(write) : UV_ECANCELED;
  }
  if (status != CNET_WRITE_WAITS) finish(write, status);
}

/* A write that has to wait, with `left` bytes to go; NULL: no memory. */
static cnet_write_t *write_new(cnet_stream_t *stream, size_t left) {
  cnet_write_t *write = cnet_zeroed(sizeof *write);

  if (write == NULL) return NULL;
  write->stream = stream;
  write->left = left;
  write->size = size_for(left);
  stream->loop->counts[CNET_COUNT_MEMORY_WRITES] += write->size;
  return write;
}

/* The end of a try: CNET_WRITE_WAITS and the write is the stream's, or it is freed and the code given back. */
static int waits(cnet_write_t *write, int err) {
  if (err) {
    write_free(write);
    return err;
  }
  assert(write->stream->write == NULL);
  write->stream->write = write;
  return CNET_WRITE_WAITS;
}

int cnet_write_rest(cnet_stream_t *stream, const char *bytes, size_t length) {
  cnet_write_t *write = write_new(stream, length);
  if (write == NULL) return UV_ENOMEM;
  assert(length <= CNET_PARK);
  return waits(write, park(write, bytes, length));
}

int cnet_write(cnet_stream_t *stream, cnet_source_t *source, bool kernel_first) {
  ssize_t sent = kernel_first ? offer(stream, source) : 0;
  if (sent < 0 || source->left == 0) return sent < 0 ? (int)sent : 0;
  cnet_write_t *write = write_new(stream, source->left);
  if (write == NULL) return UV_ENOMEM;
  write->source = source->ops->retain(source);
  return waits(write, write->source == NULL ? UV_ENOMEM : park_next(write));
}

int cnet_write_confirm(cnet_stream_t *stream) {
  if (stream->write != NULL) return UV_EBUSY;
  return cnet_away_is_busy(stream) ? cnet_write_rest(stream, NULL, 0) : 0;
}

int cnet_writable(cnet_stream_t *stream) {
  if (stream->write != NULL || (stream->flags & (CNET_SENDING | CNET_BUSY))) return UV_EBUSY;
  if (stream->flags & (CNET_CONNECTING | CNET_LISTENER)) return UV_ENOTCONN;
  stream->flags |= CNET_USED;
  cnet_note_activity(stream);
  return 0;
}

static ssize_t try_write(cnet_stream_t *stream, const uv_buf_t *bufs, unsigned count) {
  int sent = cnet_stream_try_write(stream, bufs, count);
  if (sent > 0) cnet_count_written(stream, (size_t)sent);
  return sent == UV_EAGAIN || sent == UV_ENOSYS ? 0 : sent;
}

ssize_t cnet_try_write(cnet_stream_t *stream, char *bytes, size_t length) {
  uv_buf_t buf = uv_buf_init(bytes, (unsigned)(length < INT32_MAX ? length : INT32_MAX));
  return try_write(stream, &buf, 1);
}

ssize_t cnet_write_ahead(cnet_stream_t *stream, char *bytes, size_t length) {
  if (!(stream->flags & CNET_AWAY) || stream->write == NULL || stream->write->left > 0) return 0;
  cnet_note_activity(stream);
  return cnet_try_write(stream, bytes, length);
}

ssize_t cnet_try_write_both(cnet_stream_t *stream, uv_buf_t first, uv_buf_t second) {
  return try_write(stream, (const uv_buf_t[]){first, second}, 2);
}
