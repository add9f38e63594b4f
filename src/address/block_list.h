/* block_list.h: rules on IP addresses, kept for fast checks. Reference counted: a listener outlives edits. */
#ifndef CNET_BLOCK_LIST_H
#define CNET_BLOCK_LIST_H

#include <stdbool.h>
#include <uv.h>

typedef struct cnet_block_list cnet_block_list_t;

/* One holder more, or one less; the last one frees the list. Both on the thread that made it. */
cnet_block_list_t *cnet_block_list_hold(cnet_block_list_t *list);
void cnet_block_list_release(cnet_block_list_t *list);

/*
 * True when a rule matches. IPv4 addresses and their IPv4-mapped IPv6 forms are the same, with the exception that
 * Node makes: an IPv6 range that reaches beyond ::ffff:0:0/96 holds the mapped forms, not the IPv4 addresses.
 */
bool cnet_block_list_check(const cnet_block_list_t *list, const struct sockaddr_storage *address);

/*
 * Answers for rules that are kept elsewhere, and which others may change: whether one of `question` matches;
 * `otherwise` where there is no answer. It may run any code of the program's.
 */
typedef bool (*cnet_ask_t)(void *data, int32_t question, const struct sockaddr_storage *address, bool otherwise);

/* Has whatever no rule of the list matches asked for: `question` from 1; 0: nothing is asked. */
void cnet_block_list_set_ask(cnet_block_list_t *list, cnet_ask_t ask, void *data, int32_t question);

/* Whether a rule matches, here or elsewhere. It may run any code of the program's where it has to ask. */
bool cnet_block_list_holds(const cnet_block_list_t *list, const struct sockaddr_storage *address, bool otherwise);

#endif
