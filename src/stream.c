/* stream.c: makes streams, finds out about them, and frees them. */
#include <stdlib.h>
#include <string.h>

#include "exports.h"
#include "napi_util.h"
#include "race.h"

int cnet_stream_init_uv(cnet_stream_t *stream, uv_stream_t **out) {
  bool tcp = stream->kind == CNET_TCP;
  size_t size = uv_handle_size(tcp ? UV_TCP : UV_NAMED_PIPE);
  uv_stream_t *uv = malloc(size);
  if (uv == NULL) return UV_ENOMEM;

  int err = tcp ? cnet_tcp_init(stream->env->loop, uv) : cnet_pipe_init(stream->env->loop, uv);
  if (err) {
    free(uv);
    return err;
  }
  uv->data = stream;
  if (stream->flags & CNET_UNREF) uv_unref((uv_handle_t *)uv);
  cnet_env_hold(stream->env);
  stream->env->counts[CNET_COUNT_MEMORY_STREAMS] += size;
  *out = uv;
  return 0;
}

/* Gives a stream its number. 0, or a negative code, and its handle is closed. */
static int stream_enter(cnet_stream_t *stream) {
  cnet_env_t *env = stream->env;

  stream->id = cnet_table_add(&env->streams, stream);
  stream->serial = ++env->serial;
  if (stream->id >= 0) {
    env->counts[CNET_COUNT_SOCKETS + stream->kind]++;
    return 0;
  }
  cnet_uv_close(env, (uv_handle_t *)stream->uv);
  return stream->id;
}

cnet_stream_t *cnet_marked(const cnet_env_t *env, cnet_mark_t mark) {
  cnet_stream_t *stream = cnet_table_get(&env->streams, mark.id);
  return stream != NULL && stream->serial == mark.serial ? stream : NULL;
}

int cnet_stream_new(cnet_env_t *env, cnet_kind_t kind, const char *async_name, cnet_stream_t **out) {
  cnet_stream_t *stream = calloc(1, sizeof *stream);
  if (stream == NULL) return UV_ENOMEM;

  env->counts[CNET_COUNT_MEMORY_STREAMS] += sizeof *stream;
  stream->env = env;
  stream->kind = (uint8_t)kind;
  stream->room = -1;
  stream->id = -1;
  stream->context = cnet_context_new(env, async_name); /* while nobody knows of the stream */
  int err = stream->context == NULL ? UV_ENOMEM : cnet_stream_init_uv(stream, &stream->uv);
  if (!err) err = stream_enter(stream);
  if (err) {
    cnet_stream_free(stream);
    return err;
  }
  *out = stream;
  return 0;
}

void cnet_stream_free(cnet_stream_t *stream) {
  cnet_env_t *env = stream->env;

  if (stream->id >= 0) cnet_table_remove(&env->streams, stream->id);
  if (stream->context != NULL) napi_async_destroy(env->napi, stream->context);
  if (stream->user_buffer != NULL) napi_delete_reference(env->napi, stream->user_buffer);
  if (stream->block_list != NULL) cnet_block_list_release(stream->block_list);
  cnet_idle_detach(stream);
  cnet_seat_leave(stream);
  cnet_refusal_end(stream);
  free(stream->allowed_uids);
  cnet_proxy_free(stream);
  cnet_passing_free(stream);
  free(stream->path);
  free(stream->opening);
  free(stream);
  env->counts[CNET_COUNT_MEMORY_STREAMS] -= sizeof *stream;
}

int cnet_stream_adopt(cnet_stream_t *stream, int fd) {
  if (stream->kind != CNET_TCP) return uv_pipe_open((uv_pipe_t *)stream->uv, (uv_file)fd);
  int err = uv_tcp_open((uv_tcp_t *)stream->uv, (uv_os_sock_t)fd);
  if (err == 0) cnet_error_queue_watch(stream);
  return err;
}

/* --- from JavaScript ------------------------------------------------------------------------------------ */

/* open(kind, async name): the id of a new stream */
napi_value cnet_js_open(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream;
  char name[32];

  if (cnet_arg_string(&call, 1, name, sizeof name) < 0) return cnet_int(napi, UV_EINVAL);
  int err = cnet_stream_new(call.env, cnet_arg_int(&call, 0, 0) == CNET_PIPE ? CNET_PIPE : CNET_TCP, name, &stream);
  return cnet_int(napi, err ? err : stream->id);
}

/*
 * adopt(id, fd): the stream takes over an open descriptor; on an error it stays the caller's. UV_EINVAL when it is not
 * one of the stream's kind: epoll(7) takes no files, and libuv would end the process.
 */
napi_value cnet_js_adopt(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  int fd = cnet_arg_int(&call, 1, -1);

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  if (stream->attempt != NULL) return cnet_int(napi, UV_EBUSY);
  if (uv_guess_handle((uv_file)fd) != (stream->kind == CNET_TCP ? UV_TCP : UV_NAMED_PIPE))
    return cnet_int(napi, UV_EINVAL);
  return cnet_int(napi, cnet_stream_adopt(stream, fd));
}

/* guess(fd): the uv_handle_type of a descriptor, as uv_guess_handle() says */
napi_value cnet_js_guess(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  switch (uv_guess_handle((uv_file)cnet_arg_int(&call, 0, -1))) {
  case UV_TCP:
    return cnet_string(napi, "TCP", NAPI_AUTO_LENGTH);
  case UV_NAMED_PIPE:
    return cnet_string(napi, "PIPE", NAPI_AUTO_LENGTH);
  case UV_TTY:
    return cnet_string(napi, "TTY", NAPI_AUTO_LENGTH);
  case UV_UDP:
    return cnet_string(napi, "UDP", NAPI_AUTO_LENGTH);
  case UV_FILE:
    return cnet_string(napi, "FILE", NAPI_AUTO_LENGTH);
  default:
    return cnet_string(napi, "UNKNOWN", NAPI_AUTO_LENGTH);
  }
}

/* dup(fd): a close-on-exec duplicate */
napi_value cnet_js_dup(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  return cnet_int(napi, cnet_platform_dup(cnet_arg_int(&call, 0, -1)));
}

/* dupOnto(fd, target): puts what `fd` is in the place of what the descriptor `target` was, a socket of Node's: 0 or a
 * code */
napi_value cnet_js_dup_onto(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  return cnet_int(napi, cnet_platform_dup_onto(cnet_arg_int(&call, 0, -1), cnet_arg_int(&call, 1, -1)));
}

/* closeFd(fd): ends a duplicate that no stream has taken over */
napi_value cnet_js_close_fd(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_platform_close(cnet_arg_int(&call, 0, -1));
  return cnet_int(napi, 0);
}

/* fd(id): the descriptor; negative when there is none (yet) */
napi_value cnet_js_fd(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  uv_os_fd_t fd;

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  int err = uv_fileno((uv_handle_t *)stream->uv, &fd);
  return cnet_int(napi, err ? err : (int32_t)(intptr_t)fd);
}

napi_value cnet_js_ref(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  stream->flags &= ~(uint32_t)CNET_UNREF;
  uv_ref((uv_handle_t *)stream->uv);
  cnet_passing_ref(stream, true);
  cnet_race_ref(stream, true);
  return cnet_int(napi, 0);
}

napi_value cnet_js_unref(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  stream->flags |= CNET_UNREF;
  uv_unref((uv_handle_t *)stream->uv);
  cnet_passing_ref(stream, false);
  cnet_race_ref(stream, false);
  return cnet_int(napi, 0);
}

/* hasRef(id): a boolean */
napi_value cnet_js_has_ref(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  return cnet_bool(napi, stream != NULL && uv_has_ref((uv_handle_t *)stream->uv));
}

/* bytesRead(id): bytes received, a number */
napi_value cnet_js_bytes_read(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  napi_value result = NULL;

  napi_create_double(napi, stream == NULL ? 0 : (double)stream->bytes_read, &result);
  return result;
}

/* writeQueueSize(id): bytes that wait for room in the kernel, a number */
napi_value cnet_js_write_queue_size(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  napi_value result = NULL;

  napi_create_double(napi, stream == NULL ? 0 : (double)cnet_write_queue_size(stream), &result);
  return result;
}

/* setBlockList(id, native block list | undefined): addresses that a listener drops or a socket will not connect to */
napi_value cnet_js_set_block_list(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  cnet_block_list_t *list = cnet_block_list_of(napi, call.argv[1]);

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  if (list == NULL && cnet_arg_given(&call, 1)) return cnet_int(napi, UV_EINVAL);
  if (list != NULL) cnet_block_list_hold(list);
  if (stream->block_list != NULL) cnet_block_list_release(stream->block_list);
  stream->block_list = list;
  return cnet_int(napi, 0);
}

static int set_property(napi_env napi, napi_value object, const char *name, napi_value value) {
  return napi_set_named_property(napi, object, name, value) == napi_ok ? 0 : UV_EINVAL;
}

static int tcp_name(cnet_call_t *call, const cnet_stream_t *stream, bool peer) {
  struct sockaddr_storage address;
  char text[CNET_ADDRESS_TEXT];
  int32_t port, family;

  int err = cnet_tcp_name(stream->uv, peer, &address);
  if (err) return err;
  cnet_address_text(&address, text, &port, &family);
  set_property(call->napi, call->argv[2], "address", cnet_string(call->napi, text, NAPI_AUTO_LENGTH));
  set_property(call->napi, call->argv[2], "family", cnet_string(call->napi, family == 6 ? "IPv6" : "IPv4", 4));
  return set_property(call->napi, call->argv[2], "port", cnet_int(call->napi, port));
}

static int pipe_name(cnet_call_t *call, const cnet_stream_t *stream, bool peer) {
  char text[1024];
  size_t length = sizeof text;

  int err = cnet_pipe_name(stream->uv, peer, text, &length);
  if (err) return err;
  return set_property(call->napi, call->argv[2], "address", cnet_string(call->napi, text, length));
}

/* name(id, peer?, out): sets address (and family and port of TCP) of one end on the object `out` */
napi_value cnet_js_name(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  bool peer = cnet_arg_bool(&call, 1);
  int err = stream->kind == CNET_TCP ? tcp_name(&call, stream, peer) : pipe_name(&call, stream, peer);
  return cnet_int(napi, err);
}

/* run(id, receiver, function): what `function` returns when it is called in the stream's async context */
napi_value cnet_js_run(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  napi_value result = NULL;

  if (stream == NULL) return NULL;
  napi_make_callback(napi, stream->context, call.argv[1], call.argv[2], 0, NULL, &result);
  return result;
}
