/*
 * accept_limit.h: how often and how fast a server may be connected to: connections for each address and each network,
 * and a rate. Reference counted: its connections outlive the listener, and the program may let go of it first.
 */
#ifndef CNET_CORE_ACCEPT_LIMIT_H
#define CNET_CORE_ACCEPT_LIMIT_H

#include "stream.h"

typedef struct cnet_accept_limit cnet_accept_limit_t;

/* Connections for each address and each network; negative: no limit. Prefix lengths are those of IPv6, 0 to 128. */
typedef struct cnet_quota {
  int32_t per_address, per_prefix;
  uint8_t prefix4, prefix6;
} cnet_quota_t;

/* A limit without any bound for the connections of Server `server`, with one holder; NULL: no memory. */
cnet_accept_limit_t *cnet_accept_limit_new(int32_t server);

/* One holder less; the last one frees it. */
void cnet_accept_limit_release(cnet_accept_limit_t *limit);

/* Takes the quota, without an effect on places that are taken: see cnet_accept_limit_recount(). */
void cnet_accept_limit_set_quota(cnet_accept_limit_t *limit, const cnet_quota_t *quota);

/* Counts all connections of its Server on the loop anew, whether they may be there or not. 0 or UV_ENOMEM. */
int cnet_accept_limit_recount(cnet_accept_limit_t *limit, cnet_loop_t *loop);

#define CNET_RATE_MAX 1000000000 /* connections per second */

/* A token bucket, full to begin with: connections per second and how many at once, 1 at least. 0 per second: no limit.
 */
void cnet_accept_limit_set_rate(cnet_accept_limit_t *limit, double per_second, double burst);

/* Addresses and networks from which connections are open. */
uint32_t cnet_accept_limit_size(const cnet_accept_limit_t *limit);

/* Whether `client` may come in: a cnet_verdict_t, and with CNET_ADMITTED it is counted; or a negative code. */
int cnet_accept_limit_enter(cnet_accept_limit_t *limit, cnet_stream_t *client);

/* Lets `listener` heed the limit. 0 or UV_ENOMEM. */
int cnet_accept_limit_heed(cnet_accept_limit_t *limit, cnet_stream_t *listener);

/* The stream gives up what it has of any limit: a listener heeds none, a connection is counted no more. */
void cnet_accept_limit_leave(cnet_stream_t *stream);

#endif
