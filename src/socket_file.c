/* socket_file.c: servers on a path that are given its mode, take the place of a dead one, and know their file again. */
#include <stdlib.h>
#include <string.h>

#include "exports.h"
#include "napi_util.h"

struct cnet_socket_file {
  cnet_file_id_t id;
  char path[]; /* ends with a zero */
};

void cnet_socket_file_remove(cnet_socket_file_t *file) {
  cnet_platform_file_remove(file->path, &file->id);
  free(file);
}

/*
 * bindFile(id, path, permissions of 0 to 0777 or -1 for the umask's, replace): as bindPath(), see
 * cnet_platform_file_bind(). The file goes with the stream, unless another one is in its place by then.
 */
napi_value cnet_js_bind_file(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  char path[CNET_PATH_MAX];

  if (stream == NULL || stream->kind != CNET_PIPE) return cnet_int(napi, UV_EBADF);
  if (stream->path != NULL) return cnet_int(napi, UV_EINVAL);
  int length = cnet_arg_string(&call, 1, path, sizeof path);
  int mode = cnet_arg_int(&call, 2, -1);
  if (length <= 0 || path[0] == '\0' || mode > 0777) return cnet_int(napi, UV_EINVAL);
  cnet_socket_file_t *file = malloc(sizeof *file + (size_t)length + 1);
  char *copy = malloc((size_t)length + 1);
  int err = file == NULL || copy == NULL ? UV_ENOMEM : 0;
  if (!err)
    err = cnet_platform_file_bind((uv_pipe_t *)stream->uv, path, (size_t)length, mode, cnet_arg_bool(&call, 3),
                                  &file->id);
  if (err) {
    free(file);
    free(copy);
    return cnet_int(napi, err);
  }
  memcpy(file->path, path, (size_t)length + 1);
  memcpy(copy, path, (size_t)length + 1);
  stream->file = file;
  stream->path = copy; /* for chmod(); it is `file` that is removed */
  return cnet_int(napi, 0);
}
