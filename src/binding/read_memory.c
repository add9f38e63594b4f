/*
 * read_memory.c: memory for reads.
 *
 * The kernel writes to one of two ArrayBuffers of CNET_MEMORY_SIZE bytes, again and again, so that they stay warm:
 *   the block    is for most streams. A large read takes it with it, without a copy, and a new one is made;
 *   the shared   memory is for streams whose bytes go to Node's parser of http. lib/ has it as well, and gives it to
 *                nobody but that parser, which copies what it keeps (lib/node-internals/http-parser.js).
 *
 * What a program is given is one read's alone: no other read of any stream is in the same ArrayBuffer, C never touches
 * it again, and a clone or a kept piece of it costs at most twice its bytes. There are three ways, by size:
 *   up to CNET_INLINE bytes      lie in the memory of the events, and lib/ copies them to a Buffer that V8 keeps on its
 *                                own heap, which costs a third of an ArrayBuffer
 *   up to CNET_LARGE_READ bytes  are copied to an ArrayBuffer of just that size
 *   more                         take the block
 */
#include "read_memory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "environment.h"
#include "poison.h"

/*
 * A new ArrayBuffer of CNET_MEMORY_SIZE bytes, which are whatever they are: a Buffer's memory is not cleared, which is
 * a third of the cost of a large read. What a read does not fill is cleared before JavaScript sees it.
 */
static bool make_block(cnet_environment_t *env, void **data, napi_value *value) {
  napi_value buffer, error;
  bool pending = false;
  size_t offset;

  if (napi_create_buffer(env->napi, CNET_MEMORY_SIZE, data, &buffer) == napi_ok)
    return napi_get_typedarray_info(env->napi, buffer, NULL, NULL, NULL, value, &offset) == napi_ok && offset == 0;
  /* Node-API throws when there is no memory: the socket is told of that, nobody else. */
  if (napi_is_exception_pending(env->napi, &pending) == napi_ok && pending)
    napi_get_and_clear_last_exception(env->napi, &error);
  return false;
}

/* Its memory, which is made when there is none; NULL: there is no memory. */
static void *fill(cnet_environment_t *env, cnet_block_t *block) {
  napi_handle_scope scope;
  napi_value value;

  if (block->data != NULL) return block->data;
  cnet_young_note(&env->memory.young, env->napi, CNET_MEMORY_SIZE);
  if (napi_open_handle_scope(env->napi, &scope) != napi_ok) return NULL;
  if (make_block(env, &block->data, &value) && napi_create_reference(env->napi, value, 1, &block->ref) == napi_ok)
    cnet_poison(block->data, CNET_MEMORY_SIZE);
  else
    block->data = NULL;
  napi_close_handle_scope(env->napi, scope);
  return block->data;
}

bool cnet_memory_shared(cnet_environment_t *env, napi_value *buffer) {
  cnet_memory_t *memory = &env->memory;
  napi_value error;
  bool pending = false;

  if (memory->shared != NULL)
    return napi_get_reference_value(env->napi, memory->shared_ref, buffer) == napi_ok && *buffer != NULL;
  if (napi_create_arraybuffer(env->napi, CNET_MEMORY_SIZE, &memory->shared, buffer) == napi_ok &&
      napi_create_reference(env->napi, *buffer, 1, &memory->shared_ref) == napi_ok)
    return true;
  if (napi_is_exception_pending(env->napi, &pending) == napi_ok && pending)
    napi_get_and_clear_last_exception(env->napi, &error);
  memory->shared = NULL;
  return false;
}

void cnet_memory_lend(cnet_environment_t *env, bool is_shared, uv_buf_t *out) {
  cnet_memory_t *memory = &env->memory;

  *out = uv_buf_init(NULL, 0);
  if (env->closing) return;
  if (memory->lent != NULL) { /* reads are asynchronous on Windows: a second one needs memory of its own */
    out->base = malloc(CNET_MEMORY_SIZE);
  } else {
    bool has_shared = is_shared && memory->shared != NULL;
    out->base = memory->lent = has_shared ? memory->shared : fill(env, &memory->block);
  }
  if (out->base != NULL) out->len = CNET_MEMORY_SIZE;
}

void cnet_memory_return(cnet_environment_t *env, const uv_buf_t *lent) {
  if (lent->base == NULL) return;
  if (lent->base == env->memory.lent) {
    cnet_poison(lent->base, CNET_MEMORY_SIZE);
    env->memory.lent = NULL;
  } else {
    free(lent->base);
  }
}

/* Copies `got` bytes to an ArrayBuffer of their own. */
static bool copy_out(cnet_environment_t *env, const char *from, size_t got, napi_value *buffer) {
  void *data = NULL;

  cnet_young_note(&env->memory.young, env->napi, got);
  if (napi_create_arraybuffer(env->napi, got, &data, buffer) != napi_ok || data == NULL) return false;
  memcpy(data, from, got);
  return true;
}

/* Gives a block to JavaScript, all of which is written: C forgets it. */
static bool give_block(cnet_environment_t *env, cnet_block_t *block, napi_value *buffer) {
  assert(block->ref != NULL);
  bool ok = napi_get_reference_value(env->napi, block->ref, buffer) == napi_ok && *buffer != NULL;
  napi_delete_reference(env->napi, block->ref);
  *block = (cnet_block_t){0};
  return ok;
}

cnet_block_t *cnet_memory_block(cnet_environment_t *env, uv_buf_t *out) {
  cnet_block_t *block = calloc(1, sizeof *block);

  if (block == NULL || fill(env, block) == NULL) {
    free(block);
    return NULL;
  }
  *out = uv_buf_init(block->data, (unsigned)CNET_MEMORY_SIZE);
  env->memory.away++;
  return block;
}

bool cnet_memory_take_block(cnet_environment_t *env, cnet_block_t *block, napi_value *buffer) {
  bool ok = give_block(env, block, buffer);
  env->memory.away--;
  free(block);
  return ok;
}

void cnet_memory_block_free(cnet_environment_t *env, cnet_block_t *block) {
  napi_delete_reference(env->napi, block->ref);
  env->memory.away--;
  free(block);
}

bool cnet_memory_take(cnet_environment_t *env, const uv_buf_t *lent, size_t got, napi_value *buffer) {
  cnet_memory_t *memory = &env->memory;

  assert(got <= lent->len);
  if (lent->base == memory->lent && lent->base == memory->block.data && got > CNET_LARGE_READ) {
    memory->lent = NULL;
    memset(lent->base + got, 0, CNET_MEMORY_SIZE - got);
    return give_block(env, &memory->block, buffer);
  }
  bool ok = copy_out(env, lent->base, got, buffer);
  cnet_memory_return(env, lent);
  return ok;
}
