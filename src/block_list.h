/* block_list.h: rules on IP addresses, kept for fast checks. Reference counted: a listener outlives edits. */
#ifndef CNET_BLOCK_LIST_H
#define CNET_BLOCK_LIST_H

#include <node_api.h>
#include <stdbool.h>
#include <uv.h>

typedef struct cnet_block_list cnet_block_list_t;

/* One holder more, or one less; the last one frees the list. Both on the thread that made it. */
cnet_block_list_t *cnet_block_list_hold(cnet_block_list_t *list);
void cnet_block_list_release(cnet_block_list_t *list);

/* The list inside the native object that lib/block-list.js holds, or NULL when `value` is none. */
cnet_block_list_t *cnet_block_list_of(napi_env napi, napi_value value);

/*
 * True when a rule matches. IPv4 addresses and their IPv4-mapped IPv6 forms are the same, with the exception that
 * Node makes: an IPv6 range that reaches beyond ::ffff:0:0/96 holds the mapped forms, not the IPv4 addresses.
 */
bool cnet_block_list_check(const cnet_block_list_t *list, const struct sockaddr_storage *address);

#endif
