/* table.h: a table of pointers by small integer, the lowest free number first. */
#ifndef CNET_BASE_TABLE_H
#define CNET_BASE_TABLE_H

#include <stdint.h>

typedef struct cnet_table {
  void **items;
  uint32_t *free_numbers; /* a stack */
  uint32_t size, free_count;
} cnet_table_t;

/* A number for `item`, from 0; -1: no memory. */
int32_t cnet_table_add(cnet_table_t *table, void *item);

/* What has that number; NULL: nothing. Any number may be asked for. */
void *cnet_table_get(const cnet_table_t *table, int32_t number);

/* Gives the number, which is in use, back. */
void cnet_table_remove(cnet_table_t *table, int32_t number);

/* Frees the table; the items are their owners'. */
void cnet_table_free(cnet_table_t *table);

#endif
