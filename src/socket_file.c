/*
 * socket_file.c: servers on a path that are given its mode, take the place of a dead one, and know their file again.
 *
 * Where something is in the way, the place has to be looked at and perhaps waited for: that is done on the thread pool.
 *
 *   bindFile() --> bound at once
 *       +--------> on the thread pool --+--> bound, or not: told by CNET_ON_BOUND
 *                       |               +--> the stream was closed meanwhile: nobody is told
 *                       +--> the stream was closed before the end: undone there, before anybody else can have the place
 *
 * The place is that of the call, whatever becomes the working directory meanwhile: paths are made absolute first.
 *
 * `state` says who undoes what was made, when the stream is closed: whoever comes second to exchange it, as the first
 * one cannot know.
 */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "exports.h"
#include "napi_util.h"

struct cnet_socket_file {
  cnet_file_id_t id;
  char path[]; /* absolute; ends with a zero */
};

enum { RUNNING, MADE, CANCELLED };

struct cnet_binding {
  uv_work_t work;
  cnet_env_t *env;
  cnet_stream_t *stream; /* NULL: it is closed, and nobody is to be told */
  _Atomic int state;
  int fd; /* MADE: ours */
  int mode, result;
  cnet_file_id_t id;
  size_t length;
  char path[]; /* absolute; ends with a zero */
};

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

void cnet_socket_file_remove(cnet_socket_file_t *file) {
  cnet_platform_file_remove(file->path, &file->id);
  free(file);
}

/* Gives the stream the socket `fd`, bound to `path`, which is absolute. 0; or a negative code, and all is undone. */
static int take_over(cnet_stream_t *stream, int fd, const char *path, const cnet_file_id_t *id) {
  size_t length = strlen(path);
  cnet_socket_file_t *file = malloc(sizeof *file + length + 1);
  char *copy = malloc(length + 1);
  int err = file == NULL || copy == NULL ? UV_ENOMEM : stream->path != NULL ? UV_EBUSY : 0;
  if (!err) err = uv_pipe_open((uv_pipe_t *)stream->uv, fd);

  if (err) {
    free(file);
    free(copy);
    cnet_platform_file_remove(path, id);
    cnet_platform_close(fd);
    return err;
  }
  file->id = *id;
  memcpy(file->path, path, length + 1);
  memcpy(copy, path, length + 1);
  stream->file = file;
  stream->path = copy; /* for chmod(); it is `file` that is removed */
  return 0;
}

/* --- on the thread pool -------------------------------------------------------------------------------------- */

static bool keep(void *data, int fd, const cnet_file_id_t *made) {
  cnet_binding_t *binding = data;

  binding->fd = fd;
  binding->id = *made;
  return atomic_exchange(&binding->state, MADE) == RUNNING;
}

static void work(uv_work_t *req) {
  cnet_binding_t *binding = (cnet_binding_t *)req;

  if (atomic_load(&binding->state) == CANCELLED) return;
  binding->result = cnet_platform_file_replace(binding->path, binding->length, binding->mode, keep, binding);
}

static void after_work(uv_work_t *req, int status) {
  cnet_binding_t *binding = (cnet_binding_t *)req;
  cnet_stream_t *stream = binding->stream;
  cnet_env_t *env = binding->env;

  if (stream != NULL) {
    stream->binding = NULL;
    if (status == 0) status = binding->result < 0 ? binding->result : 0;
    if (status == 0) status = take_over(stream, binding->fd, binding->path, &binding->id);
    cnet_emit_ints(env, stream->context, CNET_ON_BOUND, 2, (int32_t[]){stream->id, status});
  }
  free(binding);
  cnet_env_release(env);
}

void cnet_binding_cancel(cnet_stream_t *stream) {
  cnet_binding_t *binding = stream->binding;

  if (binding == NULL) return;
  stream->binding = NULL;
  binding->stream = NULL;
  if (atomic_exchange(&binding->state, CANCELLED) == MADE) {
    cnet_platform_file_remove(binding->path, &binding->id);
    cnet_platform_close(binding->fd);
  }
  uv_cancel((uv_req_t *)&binding->work); /* after_work() comes in any case */
}

static int enqueue(cnet_stream_t *stream, const char *path, int mode) {
  size_t length = strlen(path);
  cnet_binding_t *binding = calloc(1, sizeof *binding + length + 1);

  if (binding == NULL) return UV_ENOMEM;
  binding->env = stream->env;
  binding->stream = stream;
  binding->mode = mode;
  binding->length = length;
  memcpy(binding->path, path, length + 1);
  int err = uv_queue_work(stream->env->loop, &binding->work, work, after_work);
  if (err) {
    free(binding);
    return err;
  }
  cnet_env_hold(stream->env);
  stream->binding = binding;
  return CNET_BIND_WAITS;
}

/*
 * bindFile(id, path, permissions of 0 to 0777 or -1 for the umask's, replace): as bindPath(), see
 * cnet_platform_file_bind(). The file goes with the stream, unless another one is in its place by then. With `replace`,
 * where something is in the way: 1, and CNET_ON_BOUND says what has come of it.
 */
napi_value cnet_js_bind_file(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  char path[CNET_PATH_MAX], whole[2 * CNET_PATH_MAX];
  cnet_file_id_t made;
  uv_os_fd_t known;

  if (stream == NULL || stream->kind != CNET_PIPE) return cnet_int(napi, UV_EBADF);
  if (stream->path != NULL || stream->binding != NULL || stream->attempt != NULL ||
      uv_fileno((uv_handle_t *)stream->uv, &known) == 0)
    return cnet_int(napi, UV_EINVAL);
  int length = cnet_arg_string(&call, 1, path, sizeof path);
  int mode = cnet_arg_int(&call, 2, -1);
  if (length <= 0 || path[0] == '\0' || mode > 0777) return cnet_int(napi, UV_EINVAL);
  int err = memchr(path, '\0', (size_t)length) != NULL ? UV_EINVAL : make_absolute(path, whole);
  if (err) return cnet_int(napi, err);
  int fd = cnet_platform_file_bind(path, (size_t)length, mode, &made);
  if (fd == UV_EADDRINUSE && cnet_arg_bool(&call, 3)) return cnet_int(napi, enqueue(stream, whole, mode));
  return cnet_int(napi, fd < 0 ? fd : take_over(stream, fd, whole, &made));
}
