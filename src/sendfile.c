/*
 * sendfile.c: a part of a file goes to the peer without coming into JavaScript, or into this process at all.
 *
 *            +--------- the kernel has taken CNET_SEND_CHUNK ---------+
 *            v                                                       |
 *   start -> on the thread pool: sendfile(2) -> on the loop again ---+--> all sent, end of the file, error: told
 *            ^                                       |
 *            +--- there is room <-- uv_poll() <------+ the kernel is full
 *
 * sendfile(2) waits for the disk, so it never runs on the loop; and as it may run while the stream is closed, it works
 * on duplicates of both descriptors, which belong to it and live until it has returned. The stream has one at a time,
 * in the place of a write: lib/send-file.js gives it when the writes before it are through, and none until it ends.
 */
#include <stdlib.h>

#include "exports.h"
#include "napi_util.h"

/* Bytes of one turn on the thread pool: so long does another job wait, or the destruction of the socket. */
#define CNET_SEND_CHUNK ((size_t)1024 * 1024)

#define CNET_SEND_MORE 1 /* status: not all has gone, and there was still room */

struct cnet_send {
  uv_work_t work;
  cnet_env_t *env;
  cnet_stream_t *stream;      /* NULL: it is closed, and nobody is to be told */
  napi_async_context context; /* of the sendFile() that asked for it; NULL: not made yet, or no memory */
  uv_poll_t *poll;            /* on `socket`; NULL until the kernel was full once */
  int file, socket;           /* ours */
  int64_t offset;             /* negative: the file's own position */
  uint64_t left;
  size_t sent;  /* by the last turn */
  int status;   /* of the last turn: 0, CNET_SEND_MORE, UV_EAGAIN or an error */
  bool working; /* it is with the thread pool: nothing else may touch it */
};

static void send_free(cnet_send_t *send) {
  cnet_env_t *env = send->env;

  if (send->poll != NULL) cnet_uv_close(env, (uv_handle_t *)send->poll);
  if (send->file >= 0) cnet_platform_close(send->file);
  if (send->socket >= 0) cnet_platform_close(send->socket);
  if (send->context != NULL) napi_async_destroy(env->napi, send->context);
  free(send);
  cnet_env_release(env);
}

static void tell_end(cnet_send_t *send, int status) {
  napi_async_context context = send->context != NULL ? send->context : send->stream->context;
  cnet_emit_ints(send->env, context, CNET_ON_WRITE, 2, (int32_t[]){send->stream->id, status});
}

void cnet_send_end(cnet_stream_t *stream) {
  cnet_send_t *send = stream->send;

  if (send == NULL) return;
  tell_end(send, UV_ECANCELED);
  stream->send = NULL;
  send->stream = NULL;
  if (send->working)
    uv_cancel((uv_req_t *)&send->work); /* after_work() comes in any case */
  else
    send_free(send);
}

static void finish(cnet_send_t *send, int status) {
  send->stream->send = NULL;
  tell_end(send, status);
  send_free(send); /* it is nobody's but ours: the stream may have another one by now */
}

/* On the thread pool. */
static void work(uv_work_t *req) {
  cnet_send_t *send = (cnet_send_t *)req;

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
  int err = uv_queue_work(send->env->loop, &send->work, work, after_work);
  send->working = err == 0;
  return err;
}

static void on_room(uv_poll_t *poll, int status, int events) {
  cnet_send_t *send = poll->data;
  (void)status; /* an error of the socket is what sendfile(2) says next */
  (void)events;

  uv_poll_stop(poll);
  if (send->stream->flags & CNET_CLOSING) return; /* cnet_send_end() will come */
  int err = enqueue(send);
  if (err) finish(send, err);
}

static int wait_for_room(cnet_send_t *send) {
  if (send->poll == NULL) {
    uv_poll_t *poll = malloc(uv_handle_size(UV_POLL));
    if (poll == NULL) return UV_ENOMEM;
    int err = uv_poll_init(send->env->loop, poll, send->socket);
    if (err) {
      free(poll);
      return err;
    }
    poll->data = send;
    cnet_env_hold(send->env);
    send->poll = poll;
  }
  return uv_poll_start(send->poll, UV_WRITABLE, on_room);
}

static void after_work(uv_work_t *req, int status) {
  cnet_send_t *send = (cnet_send_t *)req;
  cnet_stream_t *stream = send->stream;

  send->working = false;
  if (stream == NULL) {
    send_free(send);
    return;
  }
  if (status == 0) {
    stream->bytes_sent += send->sent;
    cnet_count_sent(stream, (size_t)send->sent);
    if (send->sent > 0) cnet_idle_touch(stream);
    status = send->status;
  }
  if (stream->flags & CNET_CLOSING) return; /* cnet_send_end() will come */
  if (status == UV_EAGAIN)
    status = wait_for_room(send);
  else if (status == CNET_SEND_MORE)
    status = enqueue(send);
  else {
    finish(send, status);
    return;
  }
  if (status) finish(send, status);
}

/* A duplicate of the stream's descriptor, or a negative code. */
static int dup_socket(const cnet_stream_t *stream) {
  uv_os_fd_t fd;
  int err = uv_fileno((uv_handle_t *)stream->uv, &fd);
  return err ? err : cnet_platform_dup((int)(intptr_t)fd);
}

static int send_new(cnet_stream_t *stream, int file, cnet_send_t **out) {
  cnet_send_t *send = calloc(1, sizeof *send);

  if (send == NULL) return UV_ENOMEM;
  send->env = stream->env;
  send->stream = stream;
  cnet_env_hold(send->env);
  send->socket = dup_socket(stream);
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

/* The stream that a file can be sent to, in *stream, or why it cannot be. */
static int sendable(const cnet_call_t *call, cnet_stream_t **stream) {
  *stream = cnet_arg_stream(call);
  if (*stream == NULL) return UV_EBADF;
  if ((*stream)->write != NULL || (*stream)->send != NULL || ((*stream)->flags & CNET_BUSY)) return UV_EBUSY;
  if ((*stream)->attempt != NULL || ((*stream)->flags & CNET_LISTENER)) return UV_ENOTCONN;
  return 0;
}

/* The file is on its way: it is told of in the context of the caller, whose hooks may do anything with the stream. */
static void enter_context(cnet_stream_t *stream) {
  cnet_env_t *env = stream->env;
  cnet_mark_t mark = cnet_mark(stream);
  napi_async_context context = cnet_context_new(env, "WRITEWRAP");

  stream = cnet_marked(env, mark);
  if (stream != NULL && stream->send != NULL && stream->send->context == NULL)
    stream->send->context = context;
  else if (context != NULL)
    napi_async_destroy(env->napi, context);
}

/*
 * sendFile(id, descriptor of the file, offset in bytes, bytes at most): 0: CNET_ON_WRITE ends it. A negative offset:
 * the file's own position, which moves. The descriptor stays the caller's, who may close it at once. UV_EINVAL: the
 * kernel does not send from such a file, and nothing has gone; CNET_ON_WRITE may say so too. (man 2 sendfile)
 */
napi_value cnet_js_send_file(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  double offset = cnet_arg_double(&call, 2);
  cnet_stream_t *stream;
  cnet_send_t *send = NULL;

  int err = sendable(&call, &stream);
  if (!err) err = send_new(stream, cnet_arg_int(&call, 1, -1), &send);
  if (err) return cnet_int(napi, err);
  send->offset = offset < 0 ? -1 : (int64_t)cnet_arg_size(&call, 2, CNET_SAFE_INTEGER);
  send->left = cnet_arg_size(&call, 3, CNET_SAFE_INTEGER);
  err = enqueue(send);
  if (err) {
    send_free(send);
    return cnet_int(napi, err);
  }
  stream->flags |= CNET_USED;
  stream->send = send;
  cnet_idle_touch(stream);
  enter_context(stream);
  return cnet_int(napi, 0);
}

/* bytesSent(id): bytes that the kernel has taken from sendFile() and splice(), a number */
napi_value cnet_js_bytes_sent(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  napi_value result = NULL;

  napi_create_double(napi, stream == NULL ? 0 : (double)stream->bytes_sent, &result);
  return result;
}
