/*
 * token.c: descriptors on their way from one environment to another (lib/transfer.js).
 *
 * What is on its way is in a table of the process (token_table.c), under a number and a random key of 128 bits. Both
 * together, as text, are the token: who knows it can take what is there, once. A text that was made up or damaged names
 * nothing, so it can neither take nor close a descriptor. Beside the descriptor the table has what it is, and what the
 * receiver is to know of it, as bytes that only this process has written.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exports.h"
#include "napi_util.h"
#include "token.h"

#define TEXT_BYTES (8 + 2 * CNET_KEY_BYTES) /* the number and the key, in hexadecimal */

/* --- the text ---------------------------------------------------------------------------------------------------- */

static void write_text(const cnet_name_t *name, char out[TEXT_BYTES + 1]) {
  snprintf(out, 9, "%08x", (unsigned)name->index);
  for (size_t i = 0; i < CNET_KEY_BYTES; i++) snprintf(out + 8 + 2 * i, 3, "%02x", name->key[i]);
}

/* The value of `count` hexadecimal digits, in small letters; -1: they are none. */
static int64_t read_hex(const char *text, size_t count) {
  int64_t value = 0;

  for (size_t i = 0; i < count; i++) {
    char c = text[i];
    int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    if (digit < 0) return -1;
    value = value << 4 | digit;
  }
  return value;
}

/* False: argument `i` is no such text. */
static bool arg_name(const cnet_call_t *call, size_t i, cnet_name_t *out) {
  char text[TEXT_BYTES + 8];

  if (cnet_arg_string(call, i, text, sizeof text) != TEXT_BYTES) return false;
  int64_t index = read_hex(text, 8);
  if (index < 0) return false;
  out->index = (uint32_t)index;
  for (size_t k = 0; k < CNET_KEY_BYTES; k++) {
    int64_t byte = read_hex(text + 8 + 2 * k, 2);
    if (byte < 0) return false;
    out->key[k] = (uint8_t)byte;
  }
  return true;
}

/* --- the environment -----------------------------------------------------------------------------------------------
 */

/* Somebody has taken the last one: nothing keeps the thread any more. */
static void on_taken(uv_async_t *async) {
  cnet_env_t *env = async->data;

  if (!cnet_tokens_lock()) return;
  uint32_t held = env->tokens_held;
  cnet_tokens_unlock();
  if (held == 0) uv_unref((uv_handle_t *)async);
  cnet_env_settle(env);
}

/* Lets the loop of the environment go on until its tokens are taken. 0 or a negative code. */
static int hold_loop(cnet_env_t *env) {
  if (env->token_async == NULL) {
    uv_async_t *async = malloc(uv_handle_size(UV_ASYNC));
    if (async == NULL) return UV_ENOMEM;
    int err = uv_async_init(env->loop, async, on_taken);
    if (err) {
      free(async);
      return err;
    }
    async->data = env;
    cnet_env_hold(env);
    env->token_async = async; /* no entry names this environment yet: nobody else looks at it */
  }
  uv_ref((uv_handle_t *)env->token_async);
  cnet_env_settle(env);
  return 0;
}

/* --- from JavaScript -------------------------------------------------------------------------------------- */

/* A copy of `length` bytes. 0 or UV_ENOMEM. */
static int copy_bytes(const void *bytes, size_t length, cnet_bytes_t *out) {
  out->memory = malloc(length + 1);
  if (out->memory == NULL) return UV_ENOMEM;
  if (length > 0) memcpy(out->memory, bytes, length);
  out->length = length;
  return 0;
}

/* A copy of the Buffer that is argument `i`. 0 or a negative code. */
static int arg_bytes(const cnet_call_t *call, size_t i, cnet_bytes_t *out) {
  size_t length = 0;
  void *bytes = NULL;
  return cnet_bytes(call->napi, call->argv[i], &bytes, &length) ? copy_bytes(bytes, length, out) : UV_EINVAL;
}

/*
 * tokenNew(id, type from 0, Buffer, held): the text of a token for a duplicate of the stream's descriptor, and a copy
 * of these notes; or a negative code. `held`: this environment lives until somebody has taken it, and closes it at its
 * own end
 */
napi_value cnet_js_token_new(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  cnet_entry_t entry = {.type = cnet_arg_int(&call, 1, 0)};
  char text[TEXT_BYTES + 1];
  cnet_name_t name;
  uv_os_fd_t own;

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  entry.kind = stream->kind;
  int err = uv_fileno((uv_handle_t *)stream->uv, &own);
  if (!err) err = arg_bytes(&call, 2, &entry.notes);
  if (!err && cnet_arg_bool(&call, 3)) {
    entry.owner = call.env;
    err = hold_loop(call.env);
  }
  entry.fd = err ? err : cnet_platform_dup((int)(intptr_t)own);
  err = entry.fd < 0 ? entry.fd : cnet_tokens_enter(&entry, &name);
  if (!err) {
    write_text(&name, text);
    return cnet_string(napi, text, TEXT_BYTES);
  }
  if (entry.fd >= 0) cnet_platform_close(entry.fd);
  cnet_tokens_free_bytes(&entry);
  if (entry.owner != NULL && call.env->token_async != NULL) uv_async_send(call.env->token_async); /* as it was before */
  return cnet_int(napi, err);
}

/* tokenData(text, Buffer): what was read already goes with the token, which nobody else has been given yet */
napi_value cnet_js_token_data(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_bytes_t data = {0};
  cnet_name_t name;

  int err = arg_name(&call, 0, &name) ? arg_bytes(&call, 1, &data) : UV_EINVAL;
  if (err) return cnet_int(napi, err);
  if (!cnet_tokens_lock()) {
    free(data.memory);
    return cnet_int(napi, UV_ENOMEM);
  }
  cnet_entry_t *entry = cnet_tokens_find(&name);
  err = entry == NULL ? UV_ENOENT : entry->data.memory != NULL ? UV_EALREADY : 0;
  if (!err) entry->data = data;
  cnet_tokens_unlock();
  if (err) free(data.memory);
  return cnet_int(napi, err);
}

/* A copy of the entry of that name, with its bytes. 0 or a negative code. */
static int look_up(const cnet_name_t *name, cnet_entry_t *out) {
  if (!cnet_tokens_lock()) return UV_ENOMEM;
  const cnet_entry_t *entry = cnet_tokens_find(name);
  int err = entry == NULL ? UV_ENOENT : 0;
  if (!err) {
    out->type = entry->type;
    out->kind = entry->kind;
    err = copy_bytes(entry->notes.memory, entry->notes.length, &out->notes);
  }
  if (!err && entry->data.memory != NULL) err = copy_bytes(entry->data.memory, entry->data.length, &out->data);
  cnet_tokens_unlock();
  return err;
}

/* A Buffer of them, or undefined; NULL: an exception is pending. */
static napi_value buffer_of(napi_env napi, const cnet_bytes_t *bytes) {
  napi_value result = NULL;

  if (bytes->memory == NULL)
    napi_get_undefined(napi, &result);
  else
    napi_create_buffer_copy(napi, bytes->length, bytes->memory, NULL, &result);
  return result;
}

/*
 * tokenLook(text): [type, kind of the stream, notes, data | undefined] of what the token names, which stays there;
 * UV_ENOENT: it names nothing, perhaps not any more; UV_EINVAL: it is no such text
 */
napi_value cnet_js_token_look(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  napi_value array = NULL;
  cnet_entry_t copy = {0};
  cnet_name_t name;

  int err = arg_name(&call, 0, &name) ? look_up(&name, &copy) : UV_EINVAL;
  if (!err && napi_create_array_with_length(napi, 4, &array) != napi_ok) err = UV_ENOMEM;
  if (!err) {
    const napi_value values[] = {cnet_int(napi, copy.type), cnet_int(napi, copy.kind), buffer_of(napi, &copy.notes),
                                 buffer_of(napi, &copy.data)};
    for (uint32_t i = 0; i < 4 && !err; i++)
      if (values[i] == NULL || napi_set_element(napi, array, i, values[i]) != napi_ok) err = UV_ENOMEM;
  }
  cnet_tokens_free_bytes(&copy);
  return err ? cnet_int(napi, err) : array;
}

/*
 * tokenTake(id, text): the stream takes over the descriptor that the token names. UV_ENOENT: it names nothing, perhaps
 * not any more; UV_EINVAL: it is no such text, or the stream is of another kind, or not a fresh one: it stays where it
 * is. On any other error it is closed. One call, as a thread can be ended between two.
 */
napi_value cnet_js_token_take(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  cnet_name_t name;
  uv_os_fd_t known;
  int fd = -1;

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  if (!arg_name(&call, 1, &name) || stream->attempt != NULL || (stream->flags & (CNET_LISTENER | CNET_USED)) ||
      uv_fileno((uv_handle_t *)stream->uv, &known) == 0)
    return cnet_int(napi, UV_EINVAL);
  if (!cnet_tokens_lock()) return cnet_int(napi, UV_ENOMEM);
  cnet_entry_t *entry = cnet_tokens_find(&name);
  int err = entry == NULL ? UV_ENOENT : entry->kind != stream->kind ? UV_EINVAL : 0;
  if (!err) {
    fd = entry->fd;
    cnet_tokens_take_out(entry);
  }
  cnet_tokens_unlock();
  if (err) return cnet_int(napi, err);
  err = cnet_stream_adopt(stream, fd);
  if (err) cnet_platform_close(fd);
  return cnet_int(napi, err);
}

/* tokenDrop(text): closes the descriptor that the token names, if it still does: 0; UV_ENOENT or UV_EINVAL if not */
napi_value cnet_js_token_drop(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_name_t name;

  if (!arg_name(&call, 0, &name)) return cnet_int(napi, UV_EINVAL);
  if (!cnet_tokens_lock()) return cnet_int(napi, UV_ENOMEM);
  cnet_entry_t *entry = cnet_tokens_find(&name);
  if (entry != NULL) cnet_tokens_discard(entry);
  cnet_tokens_unlock();
  return cnet_int(napi, entry == NULL ? UV_ENOENT : 0);
}

/* tokenWaits(text): whether nobody has taken what the token names */
napi_value cnet_js_token_waits(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_name_t name;

  if (!arg_name(&call, 0, &name) || !cnet_tokens_lock()) return cnet_bool(napi, false);
  bool waits = cnet_tokens_find(&name) != NULL;
  cnet_tokens_unlock();
  return cnet_bool(napi, waits);
}
