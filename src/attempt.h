/* attempt.h: what a connection attempt is made of, for attempt*.c. */
#ifndef CNET_ATTEMPT_H
#define CNET_ATTEMPT_H

#include "napi_util.h"
#include "option.h"

typedef struct cnet_dial cnet_dial_t;

struct cnet_attempt {
  cnet_dial_t *dial;                     /* while one is on its way */
  uv_timer_t *timer;                     /* time limit of each attempt but the last; NULL when there is none */
  uint64_t timeout;                      /* ms */
  char local_address[CNET_ADDRESS_TEXT]; /* empty: any */
  double local_port;                     /* as the user gave it: any number */
  cnet_options_t *options;               /* set on each socket before it connects; NULL: none */
  int settled;                           /* status of a path's connection that is known already */
  uint32_t index, count;
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

#endif
