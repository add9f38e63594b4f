/* zeroed.c: memory of zeros, by malloc(). */
#include "zeroed.h"

#include <stdlib.h>
#include <string.h>

/* A compiler that knows the two lengths to be the same makes calloc() of this. */
void *cnet_zeroed(size_t size) {
  volatile size_t length = size;
  void *memory = malloc(size);

  if (memory != NULL) memset(memory, 0, length);
  return memory;
}
