/*
 * slab.c: memory for reads.
 *
 * The kernel writes to one of two blocks of CNET_SLAB_SIZE bytes, again and again, so that they stay warm:
 *   the scratch  is memory of C, for streams whose reads are small: what came is copied;
 *   the block    is an ArrayBuffer, for streams whose last read was large: when the next one is large too it takes the
 *                block with it, without a copy, and a new one is made.
 *
 * What JavaScript is given is one read's alone: no other read of any stream is in the same ArrayBuffer, C never touches
 * it again, and a clone or a kept piece of it costs at most twice its bytes. There are three ways, by size:
 *   up to CNET_INLINE bytes  lie in the memory of the events, and lib/read.js copies them to a Buffer that V8
 * keeps on its own heap, which costs a third of an ArrayBuffer; up to CNET_LARGE_READ bytes   are copied to an
 * ArrayBuffer of just that size; more                          take the block.
 */
#include <stdlib.h>
#include <string.h>

#include "cnet.h"
#include "poison.h"

/*
 * A new ArrayBuffer of CNET_SLAB_SIZE bytes, which are whatever they are: a Buffer's memory is not cleared, which is a
 * third of the cost of a large read. What a read does not fill is cleared before JavaScript sees it.
 */
static bool make_block(cnet_env_t *env, void **data, napi_value *value) {
  napi_value buffer, error;
  bool pending = false;
  size_t offset;

  if (napi_create_buffer(env->napi, CNET_SLAB_SIZE, data, &buffer) == napi_ok)
    return napi_get_typedarray_info(env->napi, buffer, NULL, NULL, NULL, value, &offset) == napi_ok && offset == 0;
  /* Node-API throws when there is no memory: the socket is told of that, nobody else. */
  if (napi_is_exception_pending(env->napi, &pending) == napi_ok && pending)
    napi_get_and_clear_last_exception(env->napi, &error);
  return false;
}

/* The memory of the block, which is made when there is none; NULL: there is no memory. */
static void *block(cnet_env_t *env) {
  cnet_slab_t *slab = &env->slab;
  napi_handle_scope scope;
  napi_value value;

  if (slab->block != NULL) return slab->block;
  if (napi_open_handle_scope(env->napi, &scope) != napi_ok) return NULL;
  if (make_block(env, &slab->block, &value) && napi_create_reference(env->napi, value, 1, &slab->block_ref) == napi_ok)
    cnet_poison(slab->block, CNET_SLAB_SIZE);
  else
    slab->block = NULL;
  napi_close_handle_scope(env->napi, scope);
  return slab->block;
}

void cnet_slab_lend(cnet_env_t *env, bool large, uv_buf_t *out) {
  cnet_slab_t *slab = &env->slab;

  *out = uv_buf_init(NULL, 0);
  if (env->closing) return;
  if (slab->lent != NULL) { /* where a read ends later than it begins (Windows): memory of its own */
    out->base = malloc(CNET_SLAB_SIZE);
  } else if (large) {
    out->base = slab->lent = block(env);
  } else {
    if (slab->scratch == NULL) slab->scratch = malloc(CNET_SLAB_SIZE);
    out->base = slab->lent = slab->scratch;
  }
  if (out->base != NULL) out->len = CNET_SLAB_SIZE;
}

void cnet_slab_return(cnet_env_t *env, const uv_buf_t *lent) {
  if (lent->base == NULL) return;
  if (lent->base == env->slab.lent) {
    cnet_poison(lent->base, CNET_SLAB_SIZE);
    env->slab.lent = NULL;
  } else {
    free(lent->base);
  }
}

/* Copies `got` bytes to an ArrayBuffer of their own. */
static bool copy_out(cnet_env_t *env, const char *from, size_t got, napi_value *buffer) {
  void *data = NULL;

  if (napi_create_arraybuffer(env->napi, got, &data, buffer) != napi_ok || data == NULL) return false;
  memcpy(data, from, got);
  return true;
}

/* Gives the block to JavaScript with the `got` bytes that lie in it: C forgets it. */
static bool give_block(cnet_env_t *env, size_t got, napi_value *buffer) {
  cnet_slab_t *slab = &env->slab;

  memset((char *)slab->block + got, 0, CNET_SLAB_SIZE - got);
  bool ok = napi_get_reference_value(env->napi, slab->block_ref, buffer) == napi_ok && *buffer != NULL;
  napi_delete_reference(env->napi, slab->block_ref);
  slab->block_ref = NULL;
  slab->block = slab->lent = NULL;
  return ok;
}

bool cnet_slab_take(cnet_env_t *env, const uv_buf_t *lent, size_t got, napi_value *buffer) {
  cnet_slab_t *slab = &env->slab;

  if (lent->base == slab->lent && lent->base == slab->block && got > CNET_LARGE_READ)
    return give_block(env, got, buffer);
  bool ok = copy_out(env, lent->base, got, buffer);
  cnet_slab_return(env, lent);
  return ok;
}
