/* heap.c: a binary heap of nodes that lie in structs of others. */
#include "heap.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>

static void put(cnet_heap_t *heap, uint32_t index, cnet_heap_node_t *node) {
  heap->nodes[index] = node;
  node->index = index;
}

static bool is_before(const cnet_heap_node_t *one, const cnet_heap_node_t *other) {
  return one->due != other->due ? one->due < other->due : one->order < other->order;
}

static void move_up(cnet_heap_t *heap, uint32_t index, cnet_heap_node_t *node) {
  for (; index > 0; index = (index - 1) / 2) {
    cnet_heap_node_t *parent = heap->nodes[(index - 1) / 2];
    if (!is_before(node, parent)) break;
    put(heap, index, parent);
  }
  put(heap, index, node);
}

static void move_down(cnet_heap_t *heap, uint32_t index, cnet_heap_node_t *node) {
  for (;;) {
    uint32_t child = index * 2 + 1;
    if (child >= heap->count) break;
    if (child + 1 < heap->count && is_before(heap->nodes[child + 1], heap->nodes[child])) child++;
    if (!is_before(heap->nodes[child], node)) break;
    put(heap, index, heap->nodes[child]);
    index = child;
  }
  put(heap, index, node);
}

bool cnet_heap_reserve(cnet_heap_t *heap, uint32_t size) {
  if (heap->size >= size) return true;
  uint32_t room = heap->size ? heap->size : 16;
  while (room < size) room *= 2;
  cnet_heap_node_t **nodes = realloc(heap->nodes, room * sizeof(cnet_heap_node_t *));
  if (nodes == NULL) return false;
  heap->nodes = nodes;
  heap->size = room;
  return true;
}

void cnet_heap_add(cnet_heap_t *heap, cnet_heap_node_t *node) {
  assert(heap->count < heap->size);
  move_up(heap, heap->count++, node);
}

void cnet_heap_down(cnet_heap_t *heap, cnet_heap_node_t *node) {
  assert(heap->nodes[node->index] == node);
  move_down(heap, node->index, node);
}

void cnet_heap_remove(cnet_heap_t *heap, const cnet_heap_node_t *node) {
  assert(heap->count > 0 && heap->nodes[node->index] == node);
  cnet_heap_node_t *last = heap->nodes[--heap->count];
  uint32_t index = node->index;

  if (last == node) return;
  move_up(heap, index, last);
  if (last->index == index) move_down(heap, index, last);
}

void cnet_heap_free(cnet_heap_t *heap) {
  free(heap->nodes);
  *heap = (cnet_heap_t){0};
}
