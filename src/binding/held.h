/* held.h: descriptors that an object of JavaScript's holds, by holdDescriptors(). */
#ifndef CNET_BINDING_HELD_H
#define CNET_BINDING_HELD_H

#include <node_api.h>

typedef struct cnet_held {
  int count; /* 0: they were dropped */
  int fds[];
} cnet_held_t;

/* What `value` holds, as long as it is there; NULL when it is no such object. */
cnet_held_t *cnet_held_of(napi_env napi, napi_value value);

#endif
