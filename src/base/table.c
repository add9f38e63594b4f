/* table.c: a table of pointers by small integer. */
#include "table.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_SIZE 16

static bool grow(cnet_table_t *table) {
  uint32_t size = table->size ? table->size * 2 : FIRST_SIZE;
  void **items = realloc(table->items, size * sizeof *items);
  if (items == NULL) return false;
  table->items = items;
  uint32_t *free_numbers = realloc(table->free_numbers, size * sizeof *free_numbers);
  if (free_numbers == NULL) return false;
  table->free_numbers = free_numbers;

  memset(items + table->size, 0, (size - table->size) * sizeof *items);
  for (uint32_t number = size; number > table->size; number--) free_numbers[table->free_count++] = number - 1;
  table->size = size;
  return true;
}

int32_t cnet_table_add(cnet_table_t *table, void *item) {
  if (table->free_count == 0 && !grow(table)) return -1;
  uint32_t number = table->free_numbers[--table->free_count];
  assert(table->items[number] == NULL);
  table->items[number] = item;
  return (int32_t)number;
}

void *cnet_table_get(const cnet_table_t *table, int32_t number) {
  return number >= 0 && (uint32_t)number < table->size ? table->items[number] : NULL;
}

void cnet_table_remove(cnet_table_t *table, int32_t number) {
  assert(cnet_table_get(table, number) != NULL);
  table->items[number] = NULL;
  table->free_numbers[table->free_count++] = (uint32_t)number;
}

void cnet_table_free(cnet_table_t *table) {
  free(table->items);
  free(table->free_numbers);
  *table = (cnet_table_t){0};
}
