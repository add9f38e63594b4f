/*
 * token.c: descriptors on their way from one environment to another (lib/transfer.js).
 *
 * A token is one word of memory that the environments share: the descriptor, or -1 when it has been taken. Whoever
 * exchanges the descriptor for -1 owns it, and nobody else can. Until then it belongs to the environment that made the
 * token, if that is to end before the process does: it closes at its own end what nobody has taken.
 */
#include <stdatomic.h>
#include <stdlib.h>

#include "exports.h"
#include "napi_util.h"

#define TAKEN (-1)

struct cnet_token {
  cnet_token_t *next;
  napi_ref memory; /* keeps the word there */
  _Atomic int32_t *word;
};

/* The word of an Int32Array over shared memory, which lib/ has made; NULL when it is none. */
static _Atomic int32_t *arg_word(const cnet_call_t *call, size_t i) {
  napi_typedarray_type type;
  size_t length = 0;
  void *data = NULL;

  if (napi_get_typedarray_info(call->napi, call->argv[i], &type, &length, &data, NULL, NULL) != napi_ok) return NULL;
  return type == napi_int32_array && length > 0 ? data : NULL;
}

static void token_free(cnet_env_t *env, cnet_token_t *token) {
  napi_delete_reference(env->napi, token->memory);
  free(token);
}

/* A token of this environment's over `word`; NULL: no memory. */
static cnet_token_t *token_new(cnet_env_t *env, napi_value memory, _Atomic int32_t *word) {
  cnet_token_t *token = calloc(1, sizeof *token);

  if (token == NULL) return NULL;
  if (napi_create_reference(env->napi, memory, 1, &token->memory) != napi_ok) {
    free(token);
    return NULL;
  }
  token->word = word;
  token->next = env->tokens;
  env->tokens = token;
  return token;
}

void cnet_tokens_close(cnet_env_t *env) {
  while (env->tokens != NULL) {
    cnet_token_t *token = env->tokens;
    int32_t fd = atomic_exchange(token->word, TAKEN);
    env->tokens = token->next;
    if (fd != TAKEN) cnet_platform_close(fd);
    token_free(env, token);
  }
}

/* --- from JavaScript -------------------------------------------------------------------------------------- */

/*
 * tokenNew(id, Int32Array of one word, held): puts a duplicate of the stream's descriptor there; `held`: this
 * environment closes it at its end when nobody has taken it
 */
napi_value cnet_js_token_new(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  _Atomic int32_t *word = arg_word(&call, 1);
  uv_os_fd_t own;

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  if (word == NULL) return cnet_int(napi, UV_EINVAL);
  int err = uv_fileno((uv_handle_t *)stream->uv, &own);
  if (err) return cnet_int(napi, err);
  atomic_store(word, TAKEN);
  if (cnet_arg_bool(&call, 2) && token_new(call.env, call.argv[1], word) == NULL) return cnet_int(napi, UV_ENOMEM);
  int fd = cnet_platform_dup((int)(intptr_t)own);
  if (fd < 0) return cnet_int(napi, fd);
  atomic_store(word, fd);
  return cnet_int(napi, 0);
}

/*
 * tokenTake(id, Int32Array of one word): the stream takes over the descriptor that is there. UV_EALREADY: it has been
 * taken before. On any other error it is closed. One call, as a thread can be ended between two.
 */
napi_value cnet_js_token_take(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  _Atomic int32_t *word = arg_word(&call, 1);

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  if (word == NULL) return cnet_int(napi, UV_EINVAL);
  int32_t fd = atomic_exchange(word, TAKEN);
  if (fd == TAKEN) return cnet_int(napi, UV_EALREADY);
  int err = cnet_stream_adopt(stream, fd);
  if (err) cnet_platform_close(fd);
  return cnet_int(napi, err);
}

/* tokenDrop(Int32Array of one word): closes the descriptor, unless it has been taken */
napi_value cnet_js_token_drop(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  _Atomic int32_t *word = arg_word(&call, 0);

  if (word == NULL) return cnet_int(napi, UV_EINVAL);
  int32_t fd = atomic_exchange(word, TAKEN);
  if (fd != TAKEN) cnet_platform_close(fd);
  return cnet_int(napi, 0);
}

/* tokensHeld(): how many of this environment's tokens nobody has taken; those that were are forgotten */
napi_value cnet_js_tokens_held(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_token_t **at = &call.env->tokens;
  int32_t held = 0;

  while (*at != NULL) {
    cnet_token_t *token = *at;
    if (atomic_load(token->word) != TAKEN) {
      at = &token->next;
      held++;
    } else {
      *at = token->next;
      token_free(call.env, token);
    }
  }
  return cnet_int(napi, held);
}
