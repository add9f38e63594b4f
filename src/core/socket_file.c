/*
 * socket_file.c: servers on a path that are given its mode, take the place of a dead one, and know their file again.
 *
 * Where something is in the way, the place has to be looked at and perhaps waited for: that is done on the thread pool.
 *
 *   cnet_bind_file() --> bound at once
 *       +--------> on the thread pool --+--> bound, or not: told by host->bound()
 *                       |               +--> the stream was closed meanwhile: nobody is told
 *                       +--> the stream was closed before the end: undone there, before anybody else can have the place
 *
 * The place is that of the call, whatever becomes the working directory meanwhile: paths are made absolute first.
 *
 * `state` says who undoes what was made, when the stream is closed: whoever comes second to exchange it, as the first
 * one cannot know.
 */
#include "listener.h"

#include <stdlib.h>
#include <string.h>

#include "bound_path.h"
#include "descriptor.h"
#include "exchange.h"
#include "internal.h"
#include "unix_file.h"

enum { RUNNING, MADE, CANCELLED };

typedef struct cnet_binding {
  cnet_part_t part; /* of `stream` */
  uv_work_t work;
  cnet_loop_t *loop;
  cnet_stream_t *stream; /* NULL: it is closed, and nobody is to be told */
  cnet_exchanged_t state;
  int fd; /* MADE: ours */
  int mode, result;
  cnet_file_id_t id;
  size_t length;
  char path[]; /* absolute; ends with a zero */
} cnet_binding_t;

/*
 * Where `path` is from the root on, as the working directory may be another one when it is used again. 0, or a negative
 * code.
 */
static int make_absolute(const char *path, char out[2 * CNET_PATH_MAX]) {
  size_t length = CNET_PATH_MAX;
  int err = path[0] == '/' ? 0 : uv_cwd(out, &length);

  if (err) return err;
  if (path[0] == '/')
    length = 0;
  else if (out[length - 1] != '/')
    out[length++] = '/';
  memcpy(out + length, path, strlen(path) + 1);
  return 0;
}

/* Gives the stream the socket `fd`, bound to `path`, which is absolute. 0; or a negative code, and all is undone. */
static int take_over(cnet_stream_t *stream, int fd, const char *path, const cnet_file_id_t *id) {
  cnet_bound_path_t *bound = cnet_bound_path_new(path, strlen(path));
  int err = bound == NULL ? UV_ENOMEM : cnet_bound_path_of(stream) != NULL ? UV_EBUSY : 0;
  if (!err) err = uv_pipe_open((uv_pipe_t *)stream->uv, fd);

  if (err) {
    cnet_bound_path_free(bound);
    cnet_platform_file_remove(path, id);
    cnet_platform_close(fd);
    return err;
  }
  cnet_bound_path_attach(stream, bound, id);
  return 0;
}

/* --- on the thread pool -------------------------------------------------------------------------------------- */

static bool keep(void *data, int fd, const cnet_file_id_t *made) {
  cnet_binding_t *binding = data;

  if (made == NULL) return cnet_exchanged(&binding->state) != CANCELLED;
  binding->fd = fd;
  binding->id = *made;
  return cnet_exchange(&binding->state, MADE) == RUNNING;
}

static void work(uv_work_t *req) {
  cnet_binding_t *binding = req->data;

  if (cnet_exchanged(&binding->state) == CANCELLED) return;
  binding->result = cnet_platform_file_replace(binding->path, binding->length, binding->mode, keep, binding);
}

static void after_work(uv_work_t *req, int status) {
  cnet_binding_t *binding = req->data;
  cnet_stream_t *stream = binding->stream;
  cnet_loop_t *loop = binding->loop;

  if (stream != NULL) {
    cnet_part_detach(stream, &binding->part);
    if (status == 0) status = binding->result < 0 ? binding->result : 0;
    if (status == 0) status = take_over(stream, binding->fd, binding->path, &binding->id);
    if (cnet_may_tell(stream)) loop->host->bound(stream, status);
  }
  free(binding);
  cnet_loop_release(loop);
}

/* The stream is closed meanwhile: nothing of it stays. */
static void on_stream_close(cnet_stream_t *stream, cnet_part_t *part) {
  cnet_binding_t *binding = (cnet_binding_t *)part;

  cnet_part_detach(stream, part);
  binding->stream = NULL;
  if (cnet_exchange(&binding->state, CANCELLED) == MADE) {
    cnet_platform_file_remove(binding->path, &binding->id);
    cnet_platform_close(binding->fd);
  }
  uv_cancel((uv_req_t *)&binding->work); /* after_work() comes in any case */
}

static const cnet_part_ops_t OPS = {.order = CNET_PART_SOCKET_FILE, .close = on_stream_close};

static int enqueue(cnet_stream_t *stream, const char *path, int mode) {
  size_t length = strlen(path);
  cnet_binding_t *binding = calloc(1, sizeof *binding + length + 1);

  if (binding == NULL) return UV_ENOMEM;
  binding->loop = stream->loop;
  binding->stream = stream;
  binding->work.data = binding;
  binding->mode = mode;
  binding->length = length;
  memcpy(binding->path, path, length + 1);
  int err = uv_queue_work(stream->loop->uv, &binding->work, work, after_work);
  if (err) {
    free(binding);
    return err;
  }
  cnet_loop_hold(stream->loop);
  cnet_part_attach(stream, &binding->part, &OPS);
  return CNET_BIND_WAITS;
}

int cnet_bind_file(cnet_stream_t *stream, const char *path, int mode, bool replace) {
  char whole[2 * CNET_PATH_MAX];
  size_t length = strlen(path);
  cnet_file_id_t made;

  if (stream->kind != CNET_PIPE || (stream->flags & CNET_CLOSING)) return UV_EBADF;
  if (cnet_bound_path_of(stream) != NULL || cnet_part_of(stream, &OPS) != NULL || (stream->flags & CNET_CONNECTING) ||
      cnet_fd(stream) >= 0 || length == 0 || length >= CNET_PATH_MAX || mode > 0777)
    return UV_EINVAL;
  int err = make_absolute(path, whole);
  if (err) return err;
  int fd = cnet_platform_file_bind(path, length, mode, &made);
  if (fd == UV_EADDRINUSE && replace) return enqueue(stream, whole, mode);
  return fd < 0 ? fd : take_over(stream, fd, whole, &made);
}
