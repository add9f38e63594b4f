/*
 * proxy_list.h: connections of a listener that wait for their header, or whose header waits for the host; for the files
 * of the handshake.
 */
#ifndef CNET_CORE_PROXY_LIST_H
#define CNET_CORE_PROXY_LIST_H

#include "internal.h"
#include "proxy_handshake.h"

typedef struct cnet_proxy_wait cnet_proxy_wait_t;

/* Connections that wait, oldest first. */
typedef struct cnet_proxy_list {
  cnet_proxy_wait_t *first, *last;
} cnet_proxy_list_t;

/*
 * A listener's way with headers. Its connections wait for theirs in a list, of which the first is due first; those
 * whose header came while the listener was held wait in another one, so that nobody has to look for either among the
 * others.
 */
typedef struct cnet_proxy {
  cnet_part_t part; /* of `listener` */
  cnet_stream_t *listener;
  cnet_block_list_t *trusted; /* whose headers count; NULL: everybody's */
  uv_timer_t *timer;          /* unref'd; fires when the first of `reading` is due */
  uv_timer_cb on_due;         /* what it calls */
  cnet_proxy_list_t reading, held;
  uint64_t timeout; /* ms */
  int32_t waiting;  /* how many are in both lists */
  int32_t room;     /* as the host knows it, less who was let in since; negative: none */
  bool limited;     /* `room` counts */
  bool optional;
} cnet_proxy_t;

typedef enum cnet_proxy_state {
  CNET_PROXY_READING, /* in the list `reading` */
  CNET_PROXY_HELD,    /* in the list `held`: it is done, and the listener is held */
  CNET_PROXY_DONE,    /* told of, and for the host to take */
} cnet_proxy_state_t;

struct cnet_proxy_wait {
  cnet_part_t part; /* of `stream` */
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

/* The part of a listener, or of a connection; NULL: it has none. */
cnet_proxy_t *cnet_proxy_of(const cnet_stream_t *listener);
cnet_proxy_wait_t *cnet_proxy_wait_of(const cnet_stream_t *client);

/* A wait for the header of `client`, in no list yet; NULL: no memory. */
cnet_proxy_wait_t *cnet_proxy_wait_new(cnet_stream_t *client);

/* What the host has made room for, less those that wait, becomes the room of the listener. */
void cnet_proxy_update_room(cnet_proxy_t *proxy);

/* Puts a wait into the list `reading`, as the last that is due; the timer calls `on_due`. */
void cnet_proxy_enlist(cnet_proxy_t *proxy, cnet_proxy_wait_t *wait, uv_timer_cb on_due);

/* Takes it out of the list in which it is, if any. */
void cnet_proxy_strike(cnet_proxy_wait_t *wait);

/* It is done, and the listener is paused: it goes to the list `held`. */
void cnet_proxy_set_aside(cnet_proxy_wait_t *wait);

/* Sets the timer for the first that is due. */
void cnet_proxy_arm(cnet_proxy_t *proxy);

#endif
