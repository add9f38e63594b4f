/* read_memory.h: memory for reads: see read_memory.c. */
#ifndef CNET_BINDING_READ_MEMORY_H
#define CNET_BINDING_READ_MEMORY_H

#include <node_api.h>
#include <stdbool.h>
#include <uv.h>

#include "young.h"

typedef struct cnet_environment cnet_environment_t;

#define CNET_MEMORY_SIZE ((size_t)64 * 1024) /* bytes of one read, at most */

/* A read of more bytes than that takes the block with it. */
#define CNET_LARGE_READ (CNET_MEMORY_SIZE / 2)

/* An ArrayBuffer that no JavaScript has seen. */
typedef struct cnet_block {
  napi_ref ref;
  void *data; /* its CNET_MEMORY_SIZE bytes; NULL: there is none */
} cnet_block_t;

typedef struct cnet_memory {
  cnet_block_t block;
  uint32_t away;       /* blocks that other threads have */
  napi_ref shared_ref; /* the ArrayBuffer that lib/ looks into; NULL: there is none */
  void *shared;        /* its memory */
  void *lent;          /* which of them is with a read that has not ended; NULL: none */
  cnet_young_t young;
} cnet_memory_t;

/*
 * Memory for one read; its own when that of the environment is lent. `is_shared`: of a stream that is read through the
 * shared memory. `out` has no base when there is no memory.
 */
void cnet_memory_lend(cnet_environment_t *env, bool is_shared, uv_buf_t *out);

/* The shared memory as an ArrayBuffer, which is made when there is none. False: there is no memory. */
bool cnet_memory_shared(cnet_environment_t *env, napi_value *buffer);

/*
 * Ends the read that cnet_memory_lend() began, of which `got` bytes are wanted, and gives an ArrayBuffer that holds
 * them from its start on and nothing else but zeroes. It is JavaScript's: C never touches it again. False: there is no
 * memory, and nothing is held any more.
 */
bool cnet_memory_take(cnet_environment_t *env, const uv_buf_t *lent, size_t got, napi_value *buffer);

/*
 * A block for another thread, which may write to `out` and to nothing else; NULL: there is no memory. And what ends it:
 * as cnet_memory_take(), when the other thread has cleared what a read has left of it; or nothing was read.
 */
cnet_block_t *cnet_memory_block(cnet_environment_t *env, uv_buf_t *out);
bool cnet_memory_take_block(cnet_environment_t *env, cnet_block_t *block, napi_value *buffer);
void cnet_memory_block_free(cnet_environment_t *env, cnet_block_t *block);

/* Ends the read that cnet_memory_lend() began, with nothing read. */
void cnet_memory_return(cnet_environment_t *env, const uv_buf_t *lent);

#endif
