/*
 * descriptors.c: open descriptors that travel with the bytes of a Unix domain socket (SCM_RIGHTS, unix(7)).
 *
 * libuv reads ancillary data for its own protocol between processes only, and does not tell when the kernel has cut it.
 * So a stream that is to receive descriptors is read by recvmsg(2) here, and one that sends them by sendmsg(2). Both
 * are driven by a uv_poll on a duplicate of the stream's descriptor, as libuv watches each number once: all else that
 * the stream does (plain writes, shutdown, close) stays with its own handle.
 *
 * Who owns what: descriptors that were received are in `fds` from recvmsg() on, and belong to this file until
 * JavaScript has taken them, which it can do during CNET_ON_DESCRIPTORS only; what is left afterwards is closed.
 * Descriptors that are sent stay the caller's.
 */
#include <stdlib.h>
#include <string.h>

#include "exports.h"
#include "held.h"
#include "napi_util.h"

#define ROUNDS 32 /* reads in a row, before others have their turn */

struct cnet_passing {
  uv_poll_t *poll; /* NULL until there is something to wait for */
  int fd;          /* the duplicate that it watches */
  int count;       /* of `fds` that nobody has taken */
  bool receives;   /* it is read here, not by libuv */
  bool reading;    /* it is to be read now */
  bool waiting;    /* a message waits for room: CNET_ON_WRITE is due */
  int fds[CNET_FDS_MAX];
};

static cnet_passing_t *passing_of(cnet_stream_t *stream) {
  if (stream->passing == NULL) stream->passing = calloc(1, sizeof *stream->passing);
  return stream->passing;
}

static void close_received(cnet_passing_t *passing) {
  for (int i = 0; i < passing->count; i++) cnet_platform_close(passing->fds[i]);
  passing->count = 0;
}

/* Makes the poll handle over a duplicate of the stream's descriptor. 0 or a negative code. */
static int open_poll(cnet_stream_t *stream) {
  cnet_passing_t *passing = stream->passing;
  uv_os_fd_t own;

  int err = uv_fileno((uv_handle_t *)stream->uv, &own);
  if (err) return err;
  if (!cnet_platform_passes((int)(intptr_t)own)) return UV_ENOTSOCK;
  uv_poll_t *poll = malloc(uv_handle_size(UV_POLL));
  if (poll == NULL) return UV_ENOMEM;
  int fd = cnet_platform_dup((int)(intptr_t)own);
  err = fd < 0 ? fd : uv_poll_init(stream->env->loop, poll, fd);
  if (err) {
    if (fd >= 0) cnet_platform_close(fd);
    free(poll);
    return err;
  }
  poll->data = stream;
  if (stream->flags & CNET_UNREF) uv_unref((uv_handle_t *)poll);
  cnet_env_hold(stream->env);
  passing->fd = fd;
  passing->poll = poll;
  return 0;
}

static void on_poll(uv_poll_t *poll, int status, int events);

/* Watches for what is wanted now. 0 or a negative code. */
static int watch(cnet_stream_t *stream) {
  cnet_passing_t *passing = stream->passing;
  int events = (passing->reading ? UV_READABLE : 0) | (passing->waiting ? UV_WRITABLE : 0);

  if (passing->poll == NULL) {
    int err = events == 0 ? 0 : open_poll(stream);
    if (err || events == 0) return err;
  }
  return events == 0 ? uv_poll_stop(passing->poll) : uv_poll_start(passing->poll, events, on_poll);
}

/* --- receiving -------------------------------------------------------------------------------------------- */

/* Offers what has come with the `got` bytes that are told of next; closes what is not taken. */
static void tell_descriptors(cnet_stream_t *stream, ssize_t got) {
  int32_t argv[] = {stream->id, (int32_t)got};

  cnet_emit_ints(stream->env, stream->context, CNET_ON_DESCRIPTORS, 2, argv);
  close_received(stream->passing);
}

/* The end, or an error: nothing is read after it, as with libuv. */
static void end_reading(cnet_stream_t *stream, ssize_t status, const uv_buf_t *lent) {
  stream->passing->reading = false;
  watch(stream);
  cnet_read_done(stream->uv, status, lent);
}

/* Reads once, and tells of it. True: there may be more at once, and it is wanted. */
static bool read_once(cnet_stream_t *stream) {
  cnet_passing_t *passing = stream->passing;
  uv_buf_t lent;

  cnet_read_memory((uv_handle_t *)stream->uv, CNET_SLAB_SIZE, &lent);
  if (lent.base == NULL || lent.len == 0) {
    end_reading(stream, UV_ENOBUFS, &lent);
    return false;
  }
  ssize_t got = cnet_platform_receive(passing->fd, &lent, passing->fds, &passing->count);
  if (got == UV_EAGAIN) {
    cnet_read_done(stream->uv, 0, &lent);
    return false;
  }
  if (got <= 0) {
    end_reading(stream, got == 0 ? UV_EOF : got, &lent);
    return false;
  }
  bool more = passing->count > 0 || (size_t)got == lent.len; /* a message with descriptors ends a read */
  if (passing->count > 0) tell_descriptors(stream, got);
  cnet_read_done(stream->uv, stream->flags & CNET_CLOSING ? 0 : got, &lent);
  return more && passing->reading && !(stream->flags & CNET_CLOSING);
}

int cnet_passing_read(cnet_stream_t *stream, bool start) {
  stream->passing->reading = start;
  int err = watch(stream);
  if (err) stream->passing->reading = false;
  return err;
}

bool cnet_passing_receives(const cnet_stream_t *stream) { return stream->passing != NULL && stream->passing->receives; }

/*
 * An error of the socket stops the poll handle (libuv docs, uv_poll_start()); which one it is, the next call to the
 * kernel says. The stream outlives this callback, also when JavaScript closes it: it is freed in a later one.
 */
static void on_poll(uv_poll_t *poll, int status, int events) {
  cnet_stream_t *stream = poll->data;
  cnet_passing_t *passing = stream->passing;

  if (passing->waiting && (status < 0 || (events & UV_WRITABLE))) {
    passing->waiting = false;
    watch(stream);
    cnet_emit_ints(stream->env, stream->context, CNET_ON_WRITE, 2, (int32_t[]){stream->id, 0});
  }
  if (passing->reading && (status < 0 || (events & UV_READABLE)) && !(stream->flags & CNET_CLOSING)) {
    int rounds = ROUNDS;
    while (read_once(stream) && --rounds > 0) continue;
  }
  if (status < 0 && !(stream->flags & CNET_CLOSING)) watch(stream);
}

/* --- the end ---------------------------------------------------------------------------------------------- */

void cnet_passing_close(cnet_stream_t *stream) {
  cnet_passing_t *passing = stream->passing;

  if (passing == NULL) return;
  passing->reading = false;
  if (passing->poll == NULL) return;
  cnet_uv_close(stream->env, (uv_handle_t *)passing->poll);
  passing->poll = NULL;
  cnet_platform_close(passing->fd);
}

void cnet_passing_end(cnet_stream_t *stream) {
  if (stream->passing == NULL || !stream->passing->waiting) return;
  stream->passing->waiting = false;
  cnet_emit_ints(stream->env, stream->context, CNET_ON_WRITE, 2, (int32_t[]){stream->id, UV_ECANCELED});
}

void cnet_passing_free(cnet_stream_t *stream) {
  if (stream->passing == NULL) return;
  close_received(stream->passing);
  free(stream->passing);
}

void cnet_passing_ref(cnet_stream_t *stream, bool ref) {
  if (stream->passing == NULL || stream->passing->poll == NULL) return;
  if (ref)
    uv_ref((uv_handle_t *)stream->passing->poll);
  else
    uv_unref((uv_handle_t *)stream->passing->poll);
}

/* --- from JavaScript -------------------------------------------------------------------------------------- */

/* Whether bytes of the stream may have been read already. A header of the PROXY protocol came before them. */
static bool was_used(const cnet_stream_t *stream) {
  if (stream->flags & (CNET_STARTED | CNET_LISTENER)) return true;
  return (stream->flags & CNET_USED) != 0 && stream->proxy_wait == NULL;
}

/* receiveDescriptors(id): from the next readStart() on, descriptors are received too; UV_EALREADY: it has been read */
napi_value cnet_js_receive_descriptors(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);

  if (stream == NULL || stream->kind != CNET_PIPE) return cnet_int(napi, UV_EBADF);
  if (cnet_passing_receives(stream)) return cnet_int(napi, 0);
  if (was_used(stream)) return cnet_int(napi, UV_EALREADY);
  cnet_passing_t *passing = passing_of(stream);
  if (passing == NULL) return cnet_int(napi, UV_ENOMEM);
  passing->receives = true;
  return cnet_int(napi, 0);
}

/*
 * takeDescriptors(id): an Int32Array of those that CNET_ON_DESCRIPTORS tells of, which are the caller's from now on. No
 * plain array: to set an element of one may run code.
 */
napi_value cnet_js_take_descriptors(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  napi_value memory, array;
  void *data = NULL;

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  size_t count = stream->passing == NULL ? 0 : (size_t)stream->passing->count;
  if (napi_create_arraybuffer(napi, count * sizeof(int32_t), &data, &memory) != napi_ok ||
      napi_create_typedarray(napi, napi_int32_array, count, memory, 0, &array) != napi_ok)
    return cnet_int(napi, UV_ENOMEM);
  if (count == 0) return array;
  memcpy(data, stream->passing->fds, count * sizeof(int32_t));
  stream->passing->count = 0;
  return array;
}

/* Waits for room: 0, and CNET_ON_WRITE is due; or a negative code. */
static int wait_for_room(cnet_stream_t *stream) {
  if (passing_of(stream) == NULL) return UV_ENOMEM;
  stream->passing->waiting = true;
  int err = watch(stream);
  if (err) stream->passing->waiting = false;
  return err;
}

/* The stream that is to send, in *stream, or why it cannot. */
static int sendable(const cnet_call_t *call, cnet_stream_t **stream) {
  *stream = cnet_arg_stream(call);
  if (*stream == NULL || (*stream)->kind != CNET_PIPE) return UV_EBADF;
  if ((*stream)->write != NULL || (*stream)->send != NULL || ((*stream)->flags & CNET_BUSY)) return UV_EBUSY;
  if ((*stream)->passing != NULL && (*stream)->passing->waiting) return UV_EBUSY;
  return (*stream)->attempt != NULL || ((*stream)->flags & CNET_LISTENER) ? UV_ENOTCONN : 0;
}

/*
 * sendDescriptors(id, Buffer that is not empty, object of holdDescriptors()): how many of the bytes have gone, and with
 * the first of them the descriptors; 0: nothing has, and CNET_ON_WRITE will say when to call again
 */
napi_value cnet_js_send_descriptors(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream;
  void *data = NULL;
  size_t length = 0;
  uv_os_fd_t own;

  int err = sendable(&call, &stream);
  if (err) return cnet_int(napi, err);
  const cnet_held_t *held = cnet_held_of(napi, call.argv[2]);
  if (held == NULL || held->count == 0) return cnet_int(napi, UV_EINVAL);
  if (!cnet_bytes(napi, call.argv[1], &data, &length) || length == 0) return cnet_int(napi, UV_EINVAL);
  err = uv_fileno((uv_handle_t *)stream->uv, &own);
  if (err) return cnet_int(napi, err);
  stream->flags |= CNET_USED;
  cnet_idle_touch(stream);
  uv_buf_t bytes = uv_buf_init(data, (unsigned)(length < INT32_MAX ? length : INT32_MAX));
  ssize_t sent = cnet_platform_send((int)(intptr_t)own, &bytes, held->fds, held->count);
  if (sent > 0) cnet_count_sent(stream, (size_t)sent);
  return cnet_int(napi, sent == UV_EAGAIN ? wait_for_room(stream) : (int32_t)sent);
}
