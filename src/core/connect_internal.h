/* connect_internal.h: what a connection attempt is made of, for connect*.c. */
#ifndef CNET_CORE_CONNECT_INTERNAL_H
#define CNET_CORE_CONNECT_INTERNAL_H

#include "connect.h"
#include "internal.h"

typedef struct cnet_attempt cnet_attempt_t;
typedef struct cnet_lane cnet_lane_t;

/* One connect request; outlives its attempt when that is abandoned. */
typedef struct cnet_dial {
  uv_connect_t req;
  cnet_loop_t *loop;
  cnet_stream_t *stream; /* NULL: abandoned, nobody is to be told */
  void *context;
  int status;   /* how it has ended */
  bool dialled; /* libuv has the request: its callback frees it */
} cnet_dial_t;

/* The part of a stream that connects. */
struct cnet_attempt {
  cnet_part_t part;
  cnet_dial_t *dial;                     /* while one is on its way */
  cnet_lane_t *lanes;                    /* of a race: all that are on their way, the newest first */
  uv_timer_t *timer;                     /* time limit of each attempt but the last; NULL when there is none */
  uint64_t asked;                        /* that the time limit waits for the turn to end: see turn.h */
  uint64_t timeout;                      /* ms; of a race: from the start of one to that of the next */
  char local_address[CNET_ADDRESS_TEXT]; /* empty: any */
  double local_port;                     /* as the program gave it: any number */
  cnet_socket_options_t *socket_options; /* set on each socket before it connects; NULL: none */
  int settled;                           /* status of a path's connection that is known already */
  uint64_t number;                       /* no other attempt of the loop has it, or had it */
  uint32_t index, count;                 /* index: of a race that of the next one to start */
  bool told;                             /* the host knows of the start of the first */
  struct sockaddr_storage addresses[];
};

/* The attempt of a stream that connects; NULL: it does not. */
cnet_attempt_t *cnet_attempt_of(const cnet_stream_t *stream);

/* Gives the stream an attempt over `count` addresses, all empty. It flags it CNET_CONNECTING. NULL: no memory. */
cnet_attempt_t *cnet_attempt_new(cnet_stream_t *stream, uint32_t count);

/* Gives the attempt a timer. 0 or UV_ENOMEM. */
int cnet_attempt_timer_new(cnet_stream_t *stream, cnet_attempt_t *attempt);

/* Ends the attempt of a stream, if it has one: timer, list; the handle that the stream has stays. */
void cnet_attempt_end(cnet_stream_t *stream);

/*
 * True when the attempt of this number is over after a callback, which has closed the stream, or abandoned the attempt,
 * and perhaps begun another one. Ask it of a stream that is pinned.
 */
bool cnet_attempt_is_over(const cnet_stream_t *stream, uint64_t number);

/*
 * Whether the stream may connect to the address: 0, UV_EACCES: its block list forbids it, or UV_ECANCELED when the
 * attempt has ended meanwhile: the list may run any code.
 */
int cnet_attempt_permit(cnet_stream_t *stream, const struct sockaddr_storage *address);

/* Tells a step of one address, in the context that there is: of connect(), or of the request before. */
void cnet_attempt_tell(cnet_stream_t *stream, uint32_t index, cnet_phase_t phase, int status);

/* The same where it has come to nothing, with the option at which it has failed. */
void cnet_attempt_tell_failure(cnet_stream_t *stream, uint32_t index, const cnet_step_t *failure);

/* Ends the attempt, which has led to a connection on the stream's handle, and tells it in the context; NULL: there is
 * one. */
void cnet_attempt_connected(cnet_stream_t *stream, void *context);

/*
 * Gives the attempt a dial, whose context is made in the one that there is: that may run any code. 0, UV_ENOMEM, or
 * UV_ECANCELED: the attempt is over.
 */
int cnet_dial_new(cnet_stream_t *stream, cnet_purpose_t purpose);

/* Ends and frees a dial: tells what has come of it, if it is not abandoned, and goes on. */
void cnet_dial_ended(cnet_dial_t *dial, int status);

/* The same as libuv's callback. */
void cnet_dial_on_connect(uv_connect_t *req, int status);

/* Frees a dial that libuv has not, or not any more. */
void cnet_dial_free(cnet_dial_t *dial);

/* Abandons the dial of the attempt, if there is one. */
void cnet_dial_drop(cnet_attempt_t *attempt);

/* --- connect_serial.c --- */

/* Tries one address after the other; the stream is pinned. */
void cnet_serial_begin(cnet_stream_t *stream);

/* --- connect_race.c --- */

/* Begins a race; the stream is pinned. */
void cnet_race_begin(cnet_stream_t *stream);

/* Ends the attempts of a race that are under way: their handles are closed, but for the one that the stream has. */
void cnet_race_end(cnet_stream_t *stream, cnet_attempt_t *attempt);

/* Lets the handles of all attempts under way keep the loop going, or not, as the stream's own does. */
void cnet_race_ref(cnet_attempt_t *attempt, bool ref);

/* Whether the kernel has an answer to one of them of which libuv has not told yet. */
bool cnet_race_is_settled(const cnet_attempt_t *attempt);

/* Of a race: whether libuv is yet to tell of this handle. */
bool cnet_race_dials(const cnet_attempt_t *attempt, const uv_stream_t *uv);

/* --- connect_prepare.c --- */

/*
 * Makes `uv`, a fresh handle, what connect() was told before it connects to the address. 0, or a code, and in *failure
 * at what it has failed.
 */
int cnet_attempt_prepare(const cnet_stream_t *stream, const cnet_attempt_t *attempt, uv_stream_t *uv,
                         const struct sockaddr_storage *address, cnet_step_t *failure);

/* --- early_data.c --- */

/*
 * Makes the descriptor of a handle that is to connect to an address of `family` (4 or 6), as the stream was told. What
 * the kernel does not have is left out. 0, or the code of a socket that could not be made.
 */
int cnet_early_data_prepare(const cnet_stream_t *stream, uv_stream_t *uv, int family);

/*
 * Right after uv_tcp_connect(): sends what may go with the SYN; how many bytes the kernel has taken, or the code that
 * the connection has failed with: libuv then does not hear of it, as the kernel tells an error once.
 */
int cnet_early_data_send(const cnet_stream_t *stream, uv_stream_t *uv);

/* Notes what cnet_early_data_send() has said of the connection that comes of it. */
void cnet_early_data_note(cnet_stream_t *stream, int sent);

#endif
