/* buffers.h: the Buffers of a write, one or an array of them, as a source of the core's. */
#ifndef CNET_BINDING_BUFFERS_H
#define CNET_BINDING_BUFFERS_H

#include "environment.h"

typedef struct cnet_buffers {
  cnet_source_t source;
  napi_env napi;
  napi_value value; /* valid in the call that brought it, */
  napi_ref ref;     /* and then by this; NULL: it is not retained */
  bool is_array;
  uint32_t index, count; /* index of the next Buffer, and how many there are */
  size_t offset;         /* in that Buffer */
} cnet_buffers_t;

/* Begins at the first of `left` bytes of `value`. False: it is neither a Buffer nor an array. */
bool cnet_buffers_init(cnet_buffers_t *buffers, napi_env napi, napi_value value, size_t left);

/*
 * Sets what is left to all bytes of the Buffers, as long as they are now. False: not all of them are Buffers. To read
 * the elements of an array may run any code.
 */
bool cnet_buffers_measure(cnet_buffers_t *buffers);

#endif
