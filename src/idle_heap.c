/* idle_heap.c: idle timeouts in the order in which they are due. */
#include "idle_heap.h"

#include <stdlib.h>

static void heap_put(cnet_idle_heap_t *heap, uint32_t index, cnet_idle_t *idle) {
  heap->items[index] = idle;
  idle->heap_index = index;
}

static bool is_before(const cnet_idle_t *one, const cnet_idle_t *other) {
  return one->look_at != other->look_at ? one->look_at < other->look_at : one->look_armed < other->look_armed;
}

void cnet_heap_up(cnet_idle_heap_t *heap, uint32_t index, cnet_idle_t *idle) {
  for (; index > 0; index = (index - 1) / 2) {
    cnet_idle_t *parent = heap->items[(index - 1) / 2];
    if (!is_before(idle, parent)) break;
    heap_put(heap, index, parent);
  }
  heap_put(heap, index, idle);
}

void cnet_heap_down(cnet_idle_heap_t *heap, uint32_t index, cnet_idle_t *idle) {
  for (;;) {
    uint32_t child = index * 2 + 1;
    if (child >= heap->count) break;
    if (child + 1 < heap->count && is_before(heap->items[child + 1], heap->items[child])) child++;
    if (!is_before(heap->items[child], idle)) break;
    heap_put(heap, index, heap->items[child]);
    index = child;
  }
  heap_put(heap, index, idle);
}

void cnet_heap_remove(cnet_idle_heap_t *heap, const cnet_idle_t *idle) {
  cnet_idle_t *last = heap->items[--heap->count];
  uint32_t index = idle->heap_index;

  if (last == idle) return;
  cnet_heap_up(heap, index, last);
  if (last->heap_index == index) cnet_heap_down(heap, index, last);
}

int cnet_heap_reserve(cnet_idle_heap_t *heap, uint32_t size) {
  if (heap->size >= size) return 0;
  cnet_idle_t **items = realloc(heap->items, size * sizeof *items);
  if (items == NULL) return UV_ENOMEM;
  heap->items = items;
  heap->size = size;
  return 0;
}
