/* events.h: what JavaScript is told of, and the numbers that it shares with C. */
#ifndef CNET_BINDING_EVENTS_H
#define CNET_BINDING_EVENTS_H

#include "cnet.h"

typedef struct cnet_environment cnet_environment_t;

/* The functions of lib/, in the order in which setup() is given them. */
typedef enum cnet_handler {
  CNET_ON_ACCEPT,   /* (listener, status, socket); status above zero: CNET_EXHAUSTED, or a cnet_proxy_error_t, and the
                       socket is to be closed */
  CNET_ON_DROP,     /* (listener, cnet_verdict_t, local address, port, family, remote address, port, family); the
                       verdict is 0 where nothing but the room is limited; undefined, and then pid, uid and gid of the
                       peer: a user who may not connect */
  CNET_ON_ATTEMPT,  /* (socket, index of the address, a number of cnet_told_phase_t, status) */
  CNET_ON_CONNECT,  /* (socket): it is connected; a failure is the last address' CNET_ON_ATTEMPT */
  CNET_ON_READ,     /* (ArrayBuffer, for more bytes than CNET_INLINE); all else is in `event` */
  CNET_ON_WRITE,    /* (socket, status): a write that had to wait has ended */
  CNET_ON_SHUTDOWN, /* (socket, status) */
  CNET_ON_CLOSE,    /* (socket or listener) */
  CNET_ON_TIMEOUT,  /* (idle id) */
  CNET_ON_DESCRIPTORS, /* (socket, bytes of the CNET_ON_READ that follows): takeDescriptors() gives them, or never */
  CNET_ON_BOUND,       /* (listener to be, status): a bindFile() that had to wait has ended */
  CNET_ON_QUESTION,    /* (number of a block list whose rules are JavaScript's, address, family): whether it holds it */
  CNET_HANDLERS
} cnet_handler_t;

/*
 * A read or a write of at most so many bytes lies in `event` itself: V8 keeps a Buffer of that size on its own heap,
 * and would have to move it out of there for us to see its memory.
 */
#define CNET_INLINE 64

/* Numbers in the array that is shared with JavaScript: the stream, bytes or a status; the bytes of such a read; and
 * those of such a write. */
#define CNET_EVENT_READ 2
#define CNET_EVENT_WRITE (CNET_EVENT_READ + CNET_INLINE / 4)
#define CNET_EVENT_LENGTH (CNET_EVENT_WRITE + CNET_INLINE / 4)

/* How lib/ is told of a cnet_phase_t. */
typedef enum cnet_told_phase {
  CNET_TOLD_START,
  CNET_TOLD_FAILED,
  CNET_TOLD_TIMEOUT,
  CNET_TOLD_BIND,
  CNET_TOLD_UNSENT,
  CNET_TOLD_OPTION, /* the first of its socket options could not be set; the numbers from here on: the next ones */
} cnet_told_phase_t;

/* Statuses outside of libuv's codes: the connection told of before has taken the last descriptor; and an attempt that a
 * block list forbade. */
#define CNET_EXHAUSTED 1000
#define CNET_BLOCKED 1

/* What the core tells, told to JavaScript. */
extern const cnet_host_t cnet_events;

#endif
