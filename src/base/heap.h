/* heap.h: a binary heap of nodes that lie in structs of others; the one that is due first is at its top. */
#ifndef CNET_BASE_HEAP_H
#define CNET_BASE_HEAP_H

#include <stdbool.h>
#include <stdint.h>

typedef struct cnet_heap_node {
  uint64_t due;   /* the key */
  uint64_t order; /* among those that are due together: the lower comes first */
  uint32_t index; /* where it is */
} cnet_heap_node_t;

typedef struct cnet_heap {
  cnet_heap_node_t **nodes;
  uint32_t count, size;
} cnet_heap_t;

/* Makes room for `size` nodes, so that adding cannot fail. False: no memory. */
bool cnet_heap_reserve(cnet_heap_t *heap, uint32_t size);

/* Adds a node whose key is set, for which there is room. */
void cnet_heap_add(cnet_heap_t *heap, cnet_heap_node_t *node);

/* Finds the place of a node whose key has grown. */
void cnet_heap_down(cnet_heap_t *heap, cnet_heap_node_t *node);

/* Takes a node out. */
void cnet_heap_remove(cnet_heap_t *heap, const cnet_heap_node_t *node);

/* Frees the room; the nodes are their owners'. */
void cnet_heap_free(cnet_heap_t *heap);

#endif
