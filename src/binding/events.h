/* events.h: what JavaScript is told of, and the numbers that it shares with C. */
#ifndef CNET_BINDING_EVENTS_H
#define CNET_BINDING_EVENTS_H

#include "cnet.h"

typedef struct cnet_environment cnet_environment_t;

/*
 * The functions of lib/native/events.js, in the order in which setup() is given them: X(name in C, name there). Their
 * arguments:
 *   onaccept          listener, 0 or a negative code, socket or -1
 *   onexhausted       listener: the connection just accepted used the process's last descriptor
 *   onheaderrejected  listener, cnet_proxy_error_t, socket, which is to be closed
 *   ondrop            listener, cnet_verdict_t, local address, port, family, remote address, port, family
 *   onuserdrop        listener, pid, uid and gid of a peer who may not connect
 *   onattempt         socket, index of the address, cnet_phase_t, status, index of the option of CNET_ATTEMPT_OPTION
 *   onconnect         socket: it is connected; a failure is the last address' onattempt
 *   onread            ArrayBuffer, for more bytes than CNET_INLINE; true: they lie in the shared memory of
 *                     read_memory.c; all else is in `event`
 *   onparse           none, all is in `event`: whether a parser has had the bytes in the shared memory, else onread
 *                     comes; CNET_EVENT_STATUS is then 0 when no onparsed has to come
 *   onparsed          none: what the parser has said is to be told of
 *   onwrite           socket, status: a write that had to wait has ended
 *   onshutdown        socket, status
 *   onclose           socket or listener
 *   ontimeout         idle id: it has the async context of setTimeout()
 *   ondescriptors     socket, bytes of the onread that follows: takeDescriptors() gives them, or never
 *   onbound           listener to be, status: a bindFile() that had to wait has ended
 *   onquestion        number of a block list whose rules are JavaScript's, address, family: whether it holds it
 */
#define CNET_HANDLER_LIST(X) \
  X(CNET_ON_ACCEPT, onaccept) \
  X(CNET_ON_EXHAUSTED, onexhausted) \
  X(CNET_ON_HEADER_REJECTED, onheaderrejected) \
  X(CNET_ON_DROP, ondrop) \
  X(CNET_ON_USER_DROP, onuserdrop) \
  X(CNET_ON_ATTEMPT, onattempt) \
  X(CNET_ON_CONNECT, onconnect) \
  X(CNET_ON_READ, onread) \
  X(CNET_ON_PARSE, onparse) \
  X(CNET_ON_PARSED, onparsed) \
  X(CNET_ON_WRITE, onwrite) \
  X(CNET_ON_SHUTDOWN, onshutdown) \
  X(CNET_ON_CLOSE, onclose) \
  X(CNET_ON_TIMEOUT, ontimeout) \
  X(CNET_ON_DESCRIPTORS, ondescriptors) \
  X(CNET_ON_BOUND, onbound) \
  X(CNET_ON_QUESTION, onquestion)

typedef enum cnet_handler {
#define CNET_HANDLER(handler, name) handler,
  CNET_HANDLER_LIST(CNET_HANDLER)
#undef CNET_HANDLER
      CNET_HANDLERS
} cnet_handler_t;

/*
 * A read of at most so many bytes lies in `event` itself: V8 keeps a Buffer of that size on its own heap, and would
 * have to move it out of there for us to see its memory.
 */
#define CNET_INLINE 64

/*
 * A write of at most so many bytes too, of one Buffer or of several and short texts: JavaScript puts the bytes there,
 * which costs less than showing us each Buffer and string.
 */
#define CNET_OUTGOING 512

/* Idle timeouts with a number below this rest by a byte in `event`; the others by a call, idleRest(). */
#define CNET_RESTS 4096

/*
 * Where the numbers and the bytes lie in `event`, the array of 32-bit integers that is shared with JavaScript. A few
 * functions that are called for each message take their integers from there, and put their result there: as arguments
 * and values of Node-API these would cost more than what the functions do.
 */
enum {
  CNET_EVENT_STREAM,                                         /* of a read: which stream */
  CNET_EVENT_STATUS,                                         /* its bytes, or a negative code; see onparse */
  CNET_EVENT_READ,                                           /* those bytes, when they are few */
  CNET_EVENT_WRITE = CNET_EVENT_READ + CNET_INLINE / 4,      /* the bytes of a small write */
  CNET_EVENT_WRITTEN = CNET_EVENT_WRITE + CNET_OUTGOING / 4, /* how many bytes a text has become: see writeString() */
  CNET_EVENT_CALL,                                           /* the integers of such a call, three at most */
  CNET_EVENT_RESULT = CNET_EVENT_CALL + 3,                   /* its result */
  CNET_EVENT_RESTS,                                          /* bytes, by the number of an idle timeout: 1, it rests */
  CNET_EVENT_LENGTH = CNET_EVENT_RESTS + CNET_RESTS / 4
};

/* What the core tells, told to JavaScript. */
extern const cnet_host_t cnet_events;

#endif
