/*
 * send_file.c: a part of a file goes to the peer without coming into the host, or into this process at all.
 *
 *            +--------- the kernel has taken CNET_SEND_CHUNK ---------+
 *            v                                                       |
 *   start -> on the thread pool: sendfile(2) -> on the loop again ---+--> all sent, end of the file, error: told
 *            ^                                       |
 *            +--- there is room <-- uv_poll() <------+ the kernel is full
 *
 * sendfile(2) waits for the disk, so it never runs on the loop; and as it may run while the stream is closed, it works
 * on duplicates of both descriptors, which belong to it and live until it has returned. The stream has one at a time,
 * in the place of a write: the host gives it when the writes before it are through, and none until it ends.
 */
#include "send_file.h"

#include <stdlib.h>

#include "descriptor.h"
#include "internal.h"
#include "write.h"
#include "zero_copy.h"

/* Bytes of one turn on the thread pool: so long does another job wait, or the destruction of the socket. */
#define CNET_SEND_CHUNK ((size_t)1024 * 1024)

#define CNET_SEND_MORE 1 /* status: not all has gone, and there was still room */

typedef struct cnet_send {
  cnet_part_t part; /* of `stream` */
  uv_work_t work;
  cnet_loop_t *loop;
  cnet_stream_t *stream; /* NULL: it is closed, and nobody is to be told */
  void *context;         /* of the call that asked for it; NULL: not known yet, or no memory */
  uv_poll_t *poll;       /* on `socket`; NULL until the kernel was full once */
  int file, socket;      /* ours */
  int64_t offset;        /* negative: the file's own position */
  uint64_t left;
  size_t sent;  /* by the last turn */
  int status;   /* of the last turn: 0, CNET_SEND_MORE, UV_EAGAIN or an error */
  bool working; /* it is with the thread pool: nothing else may touch it */
} cnet_send_t;

static void send_free(cnet_send_t *send) {
  cnet_loop_t *loop = send->loop;

  if (send->poll != NULL) cnet_handle_close(loop, (uv_handle_t *)send->poll);
  if (send->file >= 0) cnet_platform_close(send->file);
  if (send->socket >= 0) cnet_platform_close(send->socket);
  if (send->context != NULL) loop->host->context_free(loop, send->context);
  free(send);
  cnet_loop_release(loop);
}

/* The stream goes on without it. */
static void part_from(cnet_send_t *send) {
  cnet_part_detach(send->stream, &send->part);
  send->stream->flags &= ~(uint32_t)CNET_SENDING;
}

/* The stream is closed: told as UV_ECANCELED, before that. */
static void on_stream_closed(cnet_stream_t *stream, cnet_part_t *part) {
  cnet_send_t *send = (cnet_send_t *)part;

  cnet_tell_ended(stream, CNET_WRITE, send->context, UV_ECANCELED);
  part_from(send);
  send->stream = NULL;
  if (send->working)
    uv_cancel((uv_req_t *)&send->work); /* after_work() comes in any case */
  else
    send_free(send);
}

static const cnet_part_ops_t OPS = {.order = CNET_PART_SEND_FILE, .closed = on_stream_closed};

void **cnet_waiting_context(cnet_stream_t *stream) {
  cnet_send_t *send = (cnet_send_t *)cnet_part_of(stream, &OPS);
  return send == NULL ? cnet_write_context(stream) : &send->context;
}

static void finish(cnet_send_t *send, int status) {
  part_from(send);
  cnet_tell_ended(send->stream, CNET_WRITE, send->context, status);
  send_free(send); /* it is nobody's but ours: the stream may have another one by now */
}

/* On the thread pool. */
static void work(uv_work_t *req) {
  cnet_send_t *send = req->data;

  send->sent = 0;
  send->status = 0;
  while (send->left > 0) {
    size_t wanted = CNET_SEND_CHUNK - send->sent;
    if (wanted == 0) {
      send->status = CNET_SEND_MORE;
      return;
    }
    int64_t n = cnet_platform_sendfile(send->socket, send->file, &send->offset,
                                       send->left < wanted ? (size_t)send->left : wanted);
    if (n < 0) send->status = (int)n;
    if (n <= 0) return; /* 0: the file ends here */
    send->sent += (size_t)n;
    send->left -= (uint64_t)n;
  }
}

static void after_work(uv_work_t *req, int status);

static int enqueue(cnet_send_t *send) {
  send->work.data = send;
  int err = uv_queue_work(send->loop->uv, &send->work, work, after_work);
  send->working = err == 0;
  return err;
}

static void on_room(uv_poll_t *poll, int status, int events) {
  cnet_send_t *send = poll->data;
  (void)status; /* an error of the socket is what sendfile(2) says next */
  (void)events;

  uv_poll_stop(poll);
  if (send->stream->flags & CNET_CLOSING) return; /* on_stream_closed() will come */
  int err = enqueue(send);
  if (err) finish(send, err);
}

static int wait_for_room(cnet_send_t *send) {
  if (send->poll == NULL) {
    int err = cnet_handle_poll(send->loop, send->socket, send, &send->poll);
    if (err) return err;
  }
  return uv_poll_start(send->poll, UV_WRITABLE, on_room);
}

/* What the last turn has come to, while the stream is open. 0: it goes on. */
static int go_on(cnet_send_t *send, int status) {
  if (status == UV_EAGAIN) return wait_for_room(send);
  return status == CNET_SEND_MORE ? enqueue(send) : status;
}

static void after_work(uv_work_t *req, int status) {
  cnet_send_t *send = req->data;
  cnet_stream_t *stream = send->stream;

  send->working = false;
  if (stream == NULL) {
    send_free(send);
    return;
  }
  if (status == 0) {
    stream->bytes_sent += send->sent;
    cnet_count_written(stream, send->sent);
    if (send->sent > 0) cnet_note_activity(stream);
    status = send->status;
  }
  if (stream->flags & CNET_CLOSING) return; /* on_stream_closed() will come */
  bool is_over = status != UV_EAGAIN && status != CNET_SEND_MORE;
  int err = go_on(send, status);
  if (is_over || err) finish(send, err);
}

static int send_new(cnet_stream_t *stream, int file, cnet_send_t **out) {
  cnet_send_t *send = calloc(1, sizeof *send);

  if (send == NULL) return UV_ENOMEM;
  send->loop = stream->loop;
  send->stream = stream;
  cnet_loop_hold(send->loop);
  int own = cnet_fd(stream);
  send->socket = own < 0 ? own : cnet_platform_dup(own);
  send->file = send->socket < 0 ? send->socket : cnet_platform_dup(file);
  int err = send->file < 0 ? send->file : 0;
  if (!err && !cnet_platform_is_file(send->file)) err = UV_EINVAL;
  if (err) {
    send_free(send);
    return err;
  }
  *out = send;
  return 0;
}

static int sendable(const cnet_stream_t *stream) {
  if (stream->write != NULL || (stream->flags & (CNET_SENDING | CNET_BUSY | CNET_AWAY))) return UV_EBUSY;
  return stream->flags & (CNET_CONNECTING | CNET_LISTENER) ? UV_ENOTCONN : 0;
}

int cnet_send_file(cnet_stream_t *stream, int file, int64_t offset, uint64_t count) {
  cnet_send_t *send = NULL;

  int err = sendable(stream);
  if (!err) err = send_new(stream, file, &send);
  if (err) return err;
  send->offset = offset;
  send->left = count;
  err = enqueue(send);
  if (err) {
    send_free(send);
    return err;
  }
  stream->flags |= CNET_USED | CNET_SENDING;
  cnet_part_attach(stream, &send->part, &OPS);
  cnet_note_activity(stream);
  return 0;
}
