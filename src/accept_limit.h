/*
 * accept_limit.h: how often and how fast a server may be connected to: connections for each address and each network,
 * and a rate. Reference counted: its connections outlive the listener, and the program may let go of it first.
 */
#ifndef CNET_ACCEPT_LIMIT_H
#define CNET_ACCEPT_LIMIT_H

#include <node_api.h>
#include <stdbool.h>
#include <stdint.h>

struct cnet_stream;

typedef struct cnet_accept_limit cnet_accept_limit_t;

/* What a stream has of a limit: a listener the limit that it heeds, a connection the places that it takes. */
typedef struct cnet_seat cnet_seat_t;

/* Whether a connection may come in; the order is known to lib/handlers.js. */
typedef enum cnet_verdict {
  CNET_LET_IN,
  CNET_FULL,         /* cnet_stream_t.room is used up */
  CNET_FULL_ADDRESS, /* as many of its address are there as may be */
  CNET_FULL_PREFIX,  /* the same of its network */
  CNET_TOO_FAST,     /* no token is left in the bucket */
} cnet_verdict_t;

/* Connections for each address and each network; negative: no limit. Prefix lengths are those of IPv6, 0 to 128. */
typedef struct cnet_quota {
  int32_t per_address, per_prefix;
  uint8_t prefix4, prefix6;
} cnet_quota_t;

/* A limit without any bound for the connections of Server `server`, with one holder; NULL: no memory. */
cnet_accept_limit_t *cnet_accept_limit_new(int32_t server);

/* One holder less; the last one frees it. */
void cnet_accept_limit_release(cnet_accept_limit_t *limit);

/* The limit inside the native object that lib/accept-control.js holds, or NULL when `value` is none. */
cnet_accept_limit_t *cnet_accept_limit_of(napi_env napi, napi_value value);

/* Takes the quota, without an effect on places that are taken: see cnet_accept_limit_owner(). */
void cnet_accept_limit_set_quota(cnet_accept_limit_t *limit, const cnet_quota_t *quota);

/* A token bucket, full to begin with: connections per second and how many at once, 1 at least. 0 per second: no limit.
 */
void cnet_accept_limit_set_rate(cnet_accept_limit_t *limit, double per_second, double burst);

/* The number of the Server whose connections are counted. */
int32_t cnet_accept_limit_owner(const cnet_accept_limit_t *limit);

/* Addresses and networks from which connections are open. */
uint32_t cnet_accept_limit_size(const cnet_accept_limit_t *limit);

/* Lets `listener` heed the limit. 0 or UV_ENOMEM. */
int cnet_seat_listen(cnet_accept_limit_t *limit, struct cnet_stream *listener);

/* Whether `client` may come in: a cnet_verdict_t, and with CNET_LET_IN it is counted; or UV_ENOMEM. */
int cnet_seat_enter(cnet_accept_limit_t *limit, struct cnet_stream *client);

/* Whether the connection may come in through `listener`: as cnet_seat_enter(). */
int cnet_seat_ask(const struct cnet_stream *listener, struct cnet_stream *client);

/* Counts `client` anew, whether it may be there or not. 0 or UV_ENOMEM. Nothing for a listener. */
int cnet_seat_recount(cnet_accept_limit_t *limit, struct cnet_stream *client);

/* Gives up what the stream has of any limit. */
void cnet_seat_leave(struct cnet_stream *stream);

#endif
