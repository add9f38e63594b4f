/*
 * part.h: what hangs on a stream besides its handle. stream.c and close.c know parts by these functions only, so that a
 * new feature is a new file.
 */
#ifndef CNET_CORE_PART_H
#define CNET_CORE_PART_H

#include "host.h"

typedef struct cnet_part cnet_part_t;

/* The order in which the parts of a stream are told that it closes, and in which they lie in its list. */
typedef enum cnet_part_order {
  CNET_PART_CONNECT,
  CNET_PART_AWAY,
  CNET_PART_RELAY,
  CNET_PART_IDLE,
  CNET_PART_SEAT,
  CNET_PART_PROXY_WAIT,
  CNET_PART_PROXY,
  CNET_PART_PATH,
  CNET_PART_SOCKET_FILE,
  CNET_PART_PASSING,
  CNET_PART_ERROR_QUEUE,
  CNET_PART_SEND_FILE,
  CNET_PART_EARLY_DATA,
  CNET_PART_ALLOWED_USERS,
  CNET_PART_GIVEN,
  CNET_PART_LISTENER,
} cnet_part_order_t;

/* Each may be NULL: there is nothing to do. A part may detach itself in any of them, but no other part. */
typedef struct cnet_part_ops {
  cnet_part_order_t order;
  /* The stream is to keep the loop going, or not. */
  void (*ref)(cnet_stream_t *stream, cnet_part_t *part, bool ref);
  /* The close has begun. */
  void (*close)(cnet_stream_t *stream, cnet_part_t *part);
  /* The handle is closed; before host->stream_closed(). */
  void (*closed)(cnet_stream_t *stream, cnet_part_t *part);
  /* The stream is freed. */
  void (*freed)(cnet_stream_t *stream, cnet_part_t *part);
} cnet_part_ops_t;

/* The head of a struct that hangs on a stream; a stream has one of each order, at most. */
struct cnet_part {
  const cnet_part_ops_t *ops;
  cnet_part_t *next;
};

/* Puts it into the list of the stream, by its order. */
void cnet_part_attach(cnet_stream_t *stream, cnet_part_t *part, const cnet_part_ops_t *ops);

/* Takes it out; nothing when it is not there. */
void cnet_part_detach(cnet_stream_t *stream, cnet_part_t *part);

/* The one with these functions; NULL: the stream has none. */
cnet_part_t *cnet_part_of(const cnet_stream_t *stream, const cnet_part_ops_t *ops);

#endif
