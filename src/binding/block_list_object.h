/* block_list_object.h: a block list inside of an object of JavaScript's. */
#ifndef CNET_BINDING_BLOCK_LIST_OBJECT_H
#define CNET_BINDING_BLOCK_LIST_OBJECT_H

#include <node_api.h>

#include "block_list.h"

/* The list inside the native object that lib/ holds, or NULL when `value` is none. */
cnet_block_list_t *cnet_block_list_of(napi_env napi, napi_value value);

#endif
