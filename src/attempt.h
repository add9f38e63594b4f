/* attempt.h: what a connection attempt is made of, for attempt*.c. */
#ifndef CNET_ATTEMPT_H
#define CNET_ATTEMPT_H

#include "napi_util.h"
#include "option.h"

/* One connect request; outlives its attempt when that is abandoned. */
typedef struct cnet_dial {
  uv_connect_t req;
  cnet_env_t *env;
  cnet_stream_t *stream; /* NULL: abandoned, nobody is to be told */
  napi_async_context context;
  int status;   /* how it has ended */
  bool dialled; /* libuv has the request: its callback frees it */
} cnet_dial_t;

typedef struct cnet_lane cnet_lane_t;

struct cnet_attempt {
  cnet_dial_t *dial;                     /* while one is on its way */
  cnet_lane_t *lanes;                    /* of a race: all that are on their way, the newest first */
  uv_timer_t *timer;                     /* time limit of each attempt but the last; NULL when there is none */
  uint64_t asked;                        /* that the time limit waits for the turn to end: see turn.h */
  uint64_t timeout;                      /* ms; of a race: from the start of one to that of the next */
  char local_address[CNET_ADDRESS_TEXT]; /* empty: any */
  double local_port;                     /* as the user gave it: any number */
  cnet_options_t *options;               /* set on each socket before it connects; NULL: none */
  int settled;                           /* status of a path's connection that is known already */
  uint32_t index, count;                 /* index: of a race that of the next one to start */
  struct sockaddr_storage addresses[];
};

/* A new attempt over `count` addresses, all empty; NULL: no memory. */
cnet_attempt_t *cnet_attempt_alloc(uint32_t count);

/* Frees it, and the options that it has. */
void cnet_attempt_free(cnet_attempt_t *attempt);

/*
 * The attempt that the arguments of connect() ask for, in *out: the caller's to free. 0, UV_EINVAL or UV_ENOMEM.
 * Reading the addresses may run any code of the caller's, so what was known of a stream before is to be looked up
 * again.
 */
int cnet_attempt_read(const cnet_call_t *call, cnet_attempt_t **out);

/* Gives the stream of a call of connect() or race() its attempt, not begun yet. 0 and *stream, or a negative code. */
int cnet_attempt_begin(const cnet_call_t *call, cnet_stream_t **stream);

/*
 * Tells a step of one address, in the context that there is: of connect(), or of the request before. It calls into
 * JavaScript.
 */
void cnet_attempt_tell(cnet_stream_t *stream, uint32_t index, cnet_phase_t phase, int status);

/* Ends the attempt, which has led to a connection on the stream's handle, and tells it. It calls into JavaScript. */
void cnet_attempt_connected(cnet_stream_t *stream);

/* True when the attempt of what was looked up after a call into JavaScript is over: that has closed the stream. */
bool cnet_attempt_is_over(const cnet_stream_t *stream);

/* The stream of a call that is to connect, in *stream, or why it cannot. */
int cnet_attempt_connectable(const cnet_call_t *call, cnet_kind_t kind, cnet_stream_t **stream);

/* Gives the attempt a timer. 0 or UV_ENOMEM. */
int cnet_attempt_timer_new(cnet_stream_t *stream);

/*
 * Gives the attempt a dial, whose async context is made in the one that there is: that may run any code, so the stream
 * is to be looked up again whatever it returns. 0 or UV_ENOMEM.
 */
int cnet_dial_new(cnet_stream_t *stream, const char *name);

/* Ends and frees a dial: tells what has come of it, if it is not abandoned, and goes on. It calls into JavaScript. */
void cnet_dial_ended(cnet_dial_t *dial, int status);

/* The same as libuv's callback. */
void cnet_dial_on_connect(uv_connect_t *req, int status);

/* --- attempt_prepare.c --- */

/*
 * Whether the stream may connect to the address: 0, CNET_BLOCKED, or UV_ECANCELED when the attempt has ended meanwhile:
 * the rules may be JavaScript's.
 */
int cnet_attempt_permit(cnet_stream_t *stream, const struct sockaddr_storage *address);

/*
 * Makes `uv`, a fresh handle, what the arguments of connect() say before it connects to the address. 0, or a code and
 * in *phase at what it has failed.
 */
int cnet_attempt_prepare(const cnet_stream_t *stream, uv_stream_t *uv, const struct sockaddr_storage *address,
                         cnet_phase_t *phase);

#endif
