/*
 * poison.h: the poison mode of tests: memory that C believes free for reuse is filled with a pattern at once, so that
 * whoever still reads it gets what nobody has sent. `npm run test:poison` builds with CNET_POISON and forces this
 * header before each file, which poisons what malloc() and free() handle too; in
 * any other build it does nothing.
 */
#ifndef CNET_POISON_H
#define CNET_POISON_H

#include <stddef.h>

#ifdef CNET_POISON
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#define CNET_PATTERN 0xdb

/* Fills `size` bytes at `memory`, which nobody is to read before they are written. */
static inline void cnet_poison(void *memory, size_t size) { memset(memory, CNET_PATTERN, size); }

/* free(3) of memory whose old contents are gone. */
static inline void cnet_poison_free(void *memory) {
  if (memory != NULL) cnet_poison(memory, malloc_usable_size(memory));
  free(memory);
}

/* malloc(3) whose memory is surely not what somebody might take for cleared. */
static inline void *cnet_poison_malloc(size_t size) {
  void *memory = malloc(size);
  if (memory != NULL) cnet_poison(memory, size);
  return memory;
}

#define free(memory) cnet_poison_free(memory)
#define malloc(size) cnet_poison_malloc(size)
#else
static inline void cnet_poison(void *memory, size_t size) {
  (void)memory;
  (void)size;
}
#endif

#endif
