/* young.h: has V8 collect its young generation in time: see young.c. */
#ifndef CNET_BINDING_YOUNG_H
#define CNET_BINDING_YOUNG_H

#include <node_api.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct cnet_young {
  size_t since;     /* bytes of chunks since the last look */
  int64_t floor;    /* the least memory outside of V8's heap that was seen since `step` was reached */
  int64_t step;     /* by how much it has to grow; 0: nothing was seen yet */
  bool helped;      /* memory was given back meanwhile */
  napi_ref witness; /* an object that is gone once V8 has gone through its whole heap; NULL: there is none */
  uint32_t age;     /* looks since it was made: first it is held, until it is not young any more */
  uint32_t left;    /* looks for which it is believed that V8 goes through its whole heap for chunks */
} cnet_young_t;

/* To be called before memory for a chunk of so many bytes is made. V8 may collect within it. */
void cnet_young_note(cnet_young_t *young, napi_env napi, size_t bytes);

/* Ends it. */
void cnet_young_end(cnet_young_t *young, napi_env napi);

#endif
