/* rules_text.h: the rules of a block list as text. */
#ifndef CNET_ADDRESS_RULES_TEXT_H
#define CNET_ADDRESS_RULES_TEXT_H

#include "block_list.h"

/* Texts one behind the other, each with its final zero. */
typedef struct cnet_texts {
  char *bytes;
  size_t length, size;
} cnet_texts_t;

/*
 * Writes all rules of the list: addresses, subnets, ranges, each kind newest first. `texts` is empty before; its bytes
 * are the caller's to free in any case. False: no memory.
 */
bool cnet_rules_text(const cnet_block_list_t *list, cnet_texts_t *texts);

#endif
