/* idle_heap.h: an idle timeout, and the binary heap that has the one which is due first at its top. For idle.c. */
#ifndef CNET_IDLE_HEAP_H
#define CNET_IDLE_HEAP_H

#include "cnet.h"

struct cnet_idle {
  cnet_env_t *env;
  cnet_stream_t *stream;      /* whose activity counts; NULL before connect() */
  napi_async_context context; /* of the setTimeout() */
  uint64_t timeout;           /* ms */
  uint64_t active_at;         /* time of the last activity, */
  uint64_t armed;             /* and its number */
  uint64_t look_at;           /* heap key: the time of the next look, */
  uint64_t look_armed;        /* and the number of the activity that it is reckoned from */
  uint64_t asked;             /* see turn.h */
  size_t queue_size;          /* of the waiting write, at the last look */
  uint32_t heap_index;
  int32_t id;
  bool resting; /* not in the heap: it has fired, and waits for activity */
};

/* Room for one entry per number of the idle table, so that adding cannot fail later. */
int cnet_heap_reserve(cnet_idle_heap_t *heap, uint32_t size);

/* Finds the place of an entry whose key is set, from `index` on: a new one's, or that of one whose key has changed. */
void cnet_heap_up(cnet_idle_heap_t *heap, uint32_t index, cnet_idle_t *idle);
void cnet_heap_down(cnet_idle_heap_t *heap, uint32_t index, cnet_idle_t *idle);

/* Takes one out. */
void cnet_heap_remove(cnet_idle_heap_t *heap, const cnet_idle_t *idle);

#endif
