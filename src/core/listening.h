/* listening.h: what only a listener has, for those who share in it. */
#ifndef CNET_CORE_LISTENING_H
#define CNET_CORE_LISTENING_H

#include "internal.h"

typedef struct cnet_refusal cnet_refusal_t;

/* The part of a stream that listens, or that is to: from the first word of its room on. */
typedef struct cnet_listening {
  cnet_part_t part;
  cnet_refusal_t *refusal; /* what turns connections away when there is no memory: refusal.c */
  int32_t room;            /* connections that may still be accepted; negative: no limit */
  uint16_t waiting;        /* connections that libuv has told of and that are not accepted yet */
} cnet_listening_t;

/* The part; NULL: the stream has none. */
cnet_listening_t *cnet_listening_of(const cnet_stream_t *stream);

/* The part, which is made where there is none; NULL: no memory. */
cnet_listening_t *cnet_listening_ready(cnet_stream_t *stream);

/* The connections that may still come; negative: no limit. */
int32_t cnet_room_of(const cnet_stream_t *listener);

/* Makes what cnet_refuse() needs; it may be there already. 0 or UV_ENOMEM. */
int cnet_refusal_new(cnet_stream_t *listener, cnet_listening_t *listening);

/* Frees it, when the listener is freed. */
void cnet_refusal_end(cnet_refusal_t *refusal);

/* Accepts the connection that libuv holds and closes it, now or once the last one is closed. Allocates nothing. */
void cnet_refuse(cnet_stream_t *listener, cnet_refusal_t *refusal);

/* Whether one is left with libuv until the last one is closed. */
bool cnet_refusal_waits(const cnet_refusal_t *refusal);

/* Tells of a connection that was let in, or of why there is none. */
void cnet_tell_accepted(cnet_stream_t *listener, cnet_stream_t *client);
void cnet_tell_accept_failed(cnet_stream_t *listener, int status);

#endif
