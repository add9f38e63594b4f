/* proxy_wait.h: a connection that waits for its header, or whose header waits for JavaScript. */
#ifndef CNET_PROXY_WAIT_H
#define CNET_PROXY_WAIT_H

#include "cnet.h"
#include "proxy_protocol.h"

/* Connections that wait, oldest first. */
typedef struct cnet_proxy_list {
  cnet_proxy_wait_t *first, *last;
} cnet_proxy_list_t;

/*
 * A listener's way with headers. Its connections wait for theirs in a list, of which the first is due first; those
 * whose header came while the listener was held wait in another one, so that nobody has to look for either among the
 * others.
 */
struct cnet_proxy {
  cnet_stream_t *listener;
  cnet_block_list_t *trusted; /* whose headers count; NULL: everybody's */
  uv_timer_t *timer;          /* unref'd; fires when the first of `reading` is due */
  cnet_proxy_list_t reading, held;
  uint64_t timeout; /* ms */
  int32_t waiting;  /* how many are in both lists */
  int32_t room;     /* as JavaScript knows it, less who was let in since; negative: none */
  bool limited;     /* `room` counts */
  bool optional;
};

typedef enum cnet_proxy_state {
  CNET_PROXY_READING, /* in the list `reading` */
  CNET_PROXY_HELD,    /* in the list `held`: it is done, and the listener is held */
  CNET_PROXY_DONE,    /* told of */
} cnet_proxy_state_t;

struct cnet_proxy_wait {
  cnet_stream_t *stream;
  cnet_proxy_t *proxy; /* NULL when it is in no list */
  cnet_proxy_wait_t *next, *previous;
  uint64_t due;   /* loop time */
  uint64_t asked; /* see turn.h */
  uint8_t *bytes;
  size_t length, size; /* bytes that are there; room for */
  uint8_t state;       /* cnet_proxy_state_t */
  bool has_header;     /* `bytes` are one, which `header` tells of; else they are the stream's first */
  cnet_proxy_header_t header;
};

#endif
