/*
 * slab.c: memory for reads.
 *
 * Two ArrayBuffers of CNET_SLAB_SIZE bytes, made in plain JavaScript memory:
 *   the block  is what the kernel writes to, again and again, so it stays warm;
 *   the page   is what small reads are copied to, one behind the other, and what the user's Buffers share.
 * A read that fills more than half of the block takes the block with it, without a copy; the next read makes
 * a new one. One in between is copied into memory of its own. A page that is full is left to its Buffers. So a small
 * Buffer that is kept pins one page, shared with its neighbours, as those of Buffer.allocUnsafe() do.
 *
 * A user can detach what he was given, with a transfer: so the pointers are asked for at each read.
 */
#include <stdlib.h>
#include <string.h>

#include "cnet.h"

#define SHARED_MAX \
  4096u               /* larger reads have memory of their own: a page is cleared when made, which must stay cheap \
                       */
#define PAGE_ALIGN 8u /* a Buffer's bytes may be seen as wider integers */

/*
 * A new ArrayBuffer, whose bytes are whatever they are: a Buffer's memory is not cleared, which is a third of the cost
 * of a large read. What the reads do not fill is cleared before JavaScript sees it.
 */
static bool make(cnet_env_t *env, size_t size, void **data, napi_value *value) {
  napi_value buffer;
  size_t offset;

  return napi_create_buffer(env->napi, size, data, &buffer) == napi_ok &&
         napi_get_typedarray_info(env->napi, buffer, NULL, NULL, NULL, value, &offset) == napi_ok && offset == 0;
}

/* The memory behind *ref, in *value and *data; a new ArrayBuffer when there is none, or it was detached. */
static bool memory(cnet_env_t *env, napi_ref *ref, napi_value *value, void **data, bool *fresh) {
  size_t size = 0;

  *fresh = false;
  if (*ref != NULL) {
    if (napi_get_reference_value(env->napi, *ref, value) == napi_ok && *value != NULL &&
        napi_get_arraybuffer_info(env->napi, *value, data, &size) == napi_ok && size == CNET_SLAB_SIZE)
      return true;
    napi_delete_reference(env->napi, *ref);
    *ref = NULL;
  }
  *fresh = true;
  if (!make(env, CNET_SLAB_SIZE, data, value)) return false;
  return napi_create_reference(env->napi, *value, 1, ref) == napi_ok;
}

static void forget(cnet_env_t *env, napi_ref *ref) {
  napi_delete_reference(env->napi, *ref);
  *ref = NULL;
}

void cnet_slab_lend(cnet_env_t *env, uv_buf_t *out) {
  napi_handle_scope scope;
  napi_value value;
  void *data = NULL;
  bool fresh;

  *out = uv_buf_init(NULL, 0);
  if (env->closing) return;
  if (env->slab.lent) { /* where a read ends later than it begins (Windows): memory of its own */
    *out = uv_buf_init(malloc(CNET_SLAB_SIZE), CNET_SLAB_SIZE);
    if (out->base == NULL) out->len = 0;
    return;
  }
  if (napi_open_handle_scope(env->napi, &scope) != napi_ok) return;
  if (memory(env, &env->slab.block_ref, &value, &data, &fresh)) {
    env->slab.lent = true;
    env->slab.block = data;
    *out = uv_buf_init(data, CNET_SLAB_SIZE);
  }
  napi_close_handle_scope(env->napi, scope);
}

void cnet_slab_return(cnet_env_t *env, const uv_buf_t *lent) {
  if (lent->base == NULL) return;
  if (env->slab.lent && lent->base == env->slab.block)
    env->slab.lent = false;
  else
    free(lent->base);
}

/* Copies `got` bytes into the page, or into an ArrayBuffer of their own. */
static bool copy_out(cnet_env_t *env, const char *from, size_t got, napi_value *buffer, uint32_t *offset) {
  void *data = NULL;
  bool fresh;

  *offset = 0;
  if (got > SHARED_MAX) {
    if (!make(env, got, &data, buffer)) return false;
    memcpy(data, from, got);
    return true;
  }
  if (env->slab.page_ref != NULL && env->slab.page_used + got > CNET_SLAB_SIZE) forget(env, &env->slab.page_ref);
  if (!memory(env, &env->slab.page_ref, buffer, &data, &fresh)) return false;
  if (fresh) {
    env->slab.page_used = 0;
    memset(data, 0, CNET_SLAB_SIZE);
  }
  *offset = env->slab.page_used;
  memcpy((char *)data + *offset, from, got);
  env->slab.page_used += ((uint32_t)got + PAGE_ALIGN - 1) & ~(PAGE_ALIGN - 1);
  return true;
}

bool cnet_slab_take(cnet_env_t *env, const uv_buf_t *lent, size_t got, napi_value *buffer, uint32_t *offset) {
  bool ok;

  if (env->slab.lent && lent->base == env->slab.block && got > CNET_SLAB_SIZE / 2) {
    ok = napi_get_reference_value(env->napi, env->slab.block_ref, buffer) == napi_ok && *buffer != NULL;
    forget(env, &env->slab.block_ref);
    memset(lent->base + got, 0, CNET_SLAB_SIZE - got);
    *offset = 0;
  } else {
    ok = copy_out(env, lent->base, got, buffer, offset);
  }
  cnet_slab_return(env, lent);
  return ok;
}
