/*
 * slab.c: memory for reads.
 *
 * The kernel writes to one of two blocks of CNET_SLAB_SIZE bytes, again and again, so that they stay warm:
 *   the scratch  is memory of C, for streams whose reads are small: what came is copied;
 *   the block    is an ArrayBuffer, for streams whose last read was large: when the next one is too it takes the block
 *                with it, without a copy, and a new one is made.
 * Small reads are copied to the page, one behind the other: an ArrayBuffer that the user's Buffers share. Larger ones
 * have memory of their own. A page that is full is left to its Buffers. So a small Buffer that is kept pins one page,
 * shared with its neighbours, as those of Buffer.allocUnsafe() do.
 *
 * When JavaScript has passed the bytes on at once, and nobody keeps them (lib/pass-on.js), the same memory is read
 * into, or copied to, again.
 *
 * A user can detach what he was given, with a transfer: so the pointers are asked for at each read.
 */
#include <stdlib.h>
#include <string.h>

#include "cnet.h"

#define SHARED_MAX 16384u /* larger reads have memory of their own, as three of them would leave a page half empty */
#define PAGE_ALIGN 8u     /* a Buffer's bytes may be seen as wider integers */

/*
 * A new ArrayBuffer, whose bytes are whatever they are: a Buffer's memory is not cleared, which is a third of the cost
 * of a large read. What the reads do not fill is cleared before JavaScript sees it.
 */
static bool make(cnet_env_t *env, size_t size, void **data, napi_value *value) {
  napi_value buffer, error;
  bool pending = false;
  size_t offset;

  if (napi_create_buffer(env->napi, size, data, &buffer) == napi_ok)
    return napi_get_typedarray_info(env->napi, buffer, NULL, NULL, NULL, value, &offset) == napi_ok && offset == 0;
  /* it throws when there is no memory: the socket is told of that, nobody else */
  if (napi_is_exception_pending(env->napi, &pending) == napi_ok && pending)
    napi_get_and_clear_last_exception(env->napi, &error);
  return false;
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

/* The memory of the block, or NULL. */
static void *block(cnet_env_t *env) {
  napi_handle_scope scope;
  napi_value value;
  void *data = NULL;
  bool fresh;

  if (napi_open_handle_scope(env->napi, &scope) != napi_ok) return NULL;
  if (!memory(env, &env->slab.block_ref, &value, &data, &fresh)) data = NULL;
  napi_close_handle_scope(env->napi, scope);
  return data;
}

void cnet_slab_lend(cnet_env_t *env, bool large, uv_buf_t *out) {
  cnet_slab_t *slab = &env->slab;

  *out = uv_buf_init(NULL, 0);
  if (env->closing) return;
  if (slab->lent != NULL) { /* where a read ends later than it begins (Windows): memory of its own */
    out->base = malloc(CNET_SLAB_SIZE);
  } else if (large) {
    out->base = slab->lent = slab->block = block(env);
  } else {
    if (slab->scratch == NULL) slab->scratch = malloc(CNET_SLAB_SIZE);
    out->base = slab->lent = slab->scratch;
  }
  if (out->base != NULL) out->len = CNET_SLAB_SIZE;
}

void cnet_slab_return(cnet_env_t *env, const uv_buf_t *lent) {
  if (lent->base == NULL) return;
  if (lent->base == env->slab.lent)
    env->slab.lent = NULL;
  else
    free(lent->base);
}

/* What `got` bytes take of a page. */
static uint32_t aligned(size_t got) { return ((uint32_t)got + PAGE_ALIGN - 1) & ~(PAGE_ALIGN - 1); }

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
  env->slab.page_used += aligned(got);
  return true;
}

/* The block is JavaScript's from now on. */
static void give_block(cnet_env_t *env) {
  forget(env, &env->slab.block_ref);
  env->slab.block = NULL;
}

bool cnet_slab_take(cnet_env_t *env, const uv_buf_t *lent, size_t got, napi_value *buffer, uint32_t *offset) {
  cnet_slab_t *slab = &env->slab;

  if (lent->base == slab->lent && lent->base == slab->block && got > CNET_LARGE_READ) {
    *offset = 0;
    memset(lent->base + got, 0, CNET_SLAB_SIZE - got);
    slab->shown = napi_get_reference_value(env->napi, slab->block_ref, buffer) == napi_ok && *buffer != NULL;
    if (slab->shown) return true;
    slab->lent = NULL;
    give_block(env);
    return false;
  }
  bool ok = copy_out(env, lent->base, got, buffer, offset);
  cnet_slab_return(env, lent);
  return ok;
}

void cnet_slab_settle(cnet_env_t *env, size_t got, uint32_t offset, bool kept) {
  cnet_slab_t *slab = &env->slab;

  if (slab->shown) {
    slab->shown = false;
    slab->lent = NULL;
    if (kept) give_block(env);
  } else if (!kept && got <= SHARED_MAX && slab->page_used == offset + aligned(got)) {
    slab->page_used = offset;
  }
}
