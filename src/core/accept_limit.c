/*
 * accept_limit.c: counts the connections of each address and each network, and lets them in by a token bucket.
 *
 * Entries live as long as a connection of theirs is open: there are at most two for each connection, so the number of
 * descriptors bounds the table, and a server nobody is connected to has none. Its hash is keyed by a random number: no
 * peer can choose addresses that all collide. An address and its IPv4-mapped form are one.
 */
#include "accept_limit.h"

#include <stdlib.h>

#include "admission.h"
#include "internal.h"
#include "ip.h"

#define FIRST_BUCKETS 16
#define WHOLE 129 /* the kind of the entry of a single address; that of a network is its prefix length */

/* The connections of one address or one network. */
typedef struct cnet_counter {
  struct cnet_counter *next; /* in its bucket */
  cnet_ip_t network;
  int32_t count; /* from 1 */
  uint8_t kind;
} cnet_counter_t;

struct cnet_accept_limit {
  uint32_t holders;
  int32_t server;
  cnet_quota_t quota;
  double per_second, burst, tokens; /* per_second 0: no limit */
  uint64_t filled_at;               /* ns, of the last look at the tokens */
  uint64_t seed;
  cnet_counter_t **buckets; /* NULL: no entry */
  uint32_t size, count;     /* buckets, a power of two; entries */
};

/* A stream's share in a limit: a listener refers to it, a connection is counted in it. */
typedef struct cnet_share {
  cnet_part_t part;
  cnet_accept_limit_t *limit;
  cnet_counter_t *address, *prefix; /* NULL: not counted so */
  bool listens;
} cnet_share_t;

/* --- entries ---------------------------------------------------------------------------------------------- */

static cnet_counter_t **bucket_of(const cnet_accept_limit_t *limit, cnet_ip_t network, uint8_t kind) {
  return &limit->buckets[(uint32_t)cnet_ip_hash(network, kind, limit->seed) & (limit->size - 1)];
}

static cnet_counter_t *find(const cnet_accept_limit_t *limit, cnet_ip_t network, uint8_t kind) {
  if (limit->buckets == NULL) return NULL;
  cnet_counter_t *counter = *bucket_of(limit, network, kind);
  while (counter != NULL && (counter->kind != kind || cnet_ip_compare(counter->network, network) != 0))
    counter = counter->next;
  return counter;
}

static void link_in(cnet_accept_limit_t *limit, cnet_counter_t *counter) {
  cnet_counter_t **bucket = bucket_of(limit, counter->network, counter->kind);
  counter->next = *bucket;
  *bucket = counter;
}

/* Twice the buckets. Without memory for them chains grow longer, which is slower, not wrong. */
static void grow(cnet_accept_limit_t *limit) {
  cnet_counter_t **old = limit->buckets;
  uint32_t old_size = limit->size;
  uint32_t size = old == NULL ? FIRST_BUCKETS : old_size * 2;
  cnet_counter_t **buckets = calloc(size, sizeof *buckets);

  if (buckets == NULL) return;
  limit->buckets = buckets;
  limit->size = size;
  for (uint32_t i = 0; i < old_size; i++) {
    for (cnet_counter_t *counter = old[i], *next; counter != NULL; counter = next) {
      next = counter->next;
      link_in(limit, counter);
    }
  }
  free(old);
}

/* One connection more from there; NULL: no memory. */
static cnet_counter_t *count_in(cnet_accept_limit_t *limit, cnet_ip_t network, uint8_t kind) {
  cnet_counter_t *counter = find(limit, network, kind);

  if (counter == NULL) {
    if (limit->count >= limit->size) grow(limit);
    counter = limit->buckets == NULL ? NULL : calloc(1, sizeof *counter);
    if (counter == NULL) return NULL;
    counter->network = network;
    counter->kind = kind;
    link_in(limit, counter);
    limit->count++;
  }
  counter->count++;
  return counter;
}

static void count_out(cnet_accept_limit_t *limit, cnet_counter_t *counter) {
  if (counter == NULL || --counter->count > 0) return;
  cnet_counter_t **link = bucket_of(limit, counter->network, counter->kind);
  while (*link != counter) link = &(*link)->next;
  *link = counter->next;
  free(counter);
  if (--limit->count > 0) return;
  free(limit->buckets);
  limit->buckets = NULL;
  limit->size = 0;
}

/* --- the limit --------------------------------------------------------------------------------------------- */

cnet_accept_limit_t *cnet_accept_limit_new(int32_t server) {
  cnet_accept_limit_t *limit = calloc(1, sizeof *limit);

  if (limit == NULL) return NULL;
  limit->holders = 1;
  limit->server = server;
  limit->quota = (cnet_quota_t){.per_address = -1, .per_prefix = -1};
  limit->seed = cnet_hash_seed(limit);
  return limit;
}

void cnet_accept_limit_release(cnet_accept_limit_t *limit) {
  if (--limit->holders == 0) free(limit); /* whoever is counted in an entry is a holder: there is none left */
}

void cnet_accept_limit_set_quota(cnet_accept_limit_t *limit, const cnet_quota_t *quota) { limit->quota = *quota; }

void cnet_accept_limit_set_rate(cnet_accept_limit_t *limit, double per_second, double burst) {
  limit->per_second = per_second;
  limit->burst = limit->tokens = burst;
  limit->filled_at = uv_hrtime();
}

uint32_t cnet_accept_limit_size(const cnet_accept_limit_t *limit) { return limit->count; }

static bool take_token(cnet_accept_limit_t *limit) {
  if (limit->per_second == 0) return true;
  uint64_t now = uv_hrtime();
  limit->tokens += (double)(now - limit->filled_at) * limit->per_second / 1e9;
  if (limit->tokens > limit->burst) limit->tokens = limit->burst;
  limit->filled_at = now;
  if (limit->tokens < 1) return false;
  limit->tokens -= 1;
  return true;
}

static uint8_t prefix_of(const cnet_accept_limit_t *limit, cnet_ip_t ip) {
  return cnet_ip_is_mapped(ip) ? limit->quota.prefix4 : limit->quota.prefix6;
}

static bool is_full(const cnet_accept_limit_t *limit, cnet_ip_t network, uint8_t kind, int32_t most) {
  if (most < 0) return false;
  cnet_counter_t *counter = find(limit, network, kind);
  return (counter == NULL ? 0 : counter->count) >= most;
}

static cnet_verdict_t verdict_on(const cnet_accept_limit_t *limit, cnet_ip_t ip) {
  const cnet_quota_t *quota = &limit->quota;
  uint8_t prefix = prefix_of(limit, ip);

  if (is_full(limit, ip, WHOLE, quota->per_address)) return CNET_FULL_ADDRESS;
  return is_full(limit, cnet_ip_network(ip, prefix), prefix, quota->per_prefix) ? CNET_FULL_PREFIX : CNET_ADMITTED;
}

/* --- shares -------------------------------------------------------------------------------------------------- */

/* The stream gives up what it has of the limit. */
static void leave(cnet_stream_t *stream, cnet_part_t *part) {
  cnet_share_t *share = (cnet_share_t *)part;

  cnet_part_detach(stream, part);
  count_out(share->limit, share->address);
  count_out(share->limit, share->prefix);
  cnet_accept_limit_release(share->limit);
  free(share);
}

static const cnet_part_ops_t OPS = {.order = CNET_PART_SEAT, .close = leave};

static cnet_share_t *share_of(const cnet_stream_t *stream) { return (cnet_share_t *)cnet_part_of(stream, &OPS); }

void cnet_accept_limit_leave(cnet_stream_t *stream) {
  cnet_share_t *share = share_of(stream);
  if (share != NULL) leave(stream, &share->part);
}

/* True when the client's address is to be counted, in *ip. A connection that is reset already may have none any more.
 */
static bool is_counted(const cnet_accept_limit_t *limit, const cnet_stream_t *client, cnet_ip_t *ip) {
  struct sockaddr_storage address;
  cnet_address_t known;

  if (limit->quota.per_address < 0 && limit->quota.per_prefix < 0) return false;
  if (client->kind != CNET_TCP || cnet_tcp_peer(client, &address) != 0) return false;
  if (!cnet_address_of_sockaddr(&address, &known)) return false;
  *ip = known.ip;
  return true;
}

static cnet_share_t *share_new(cnet_accept_limit_t *limit, cnet_stream_t *stream) {
  cnet_share_t *share = calloc(1, sizeof *share);

  if (share == NULL) return NULL;
  limit->holders++;
  share->limit = limit;
  cnet_accept_limit_leave(stream);
  cnet_part_attach(stream, &share->part, &OPS);
  return share;
}

/* Counts the client at its address and its network. */
static int take_share(cnet_accept_limit_t *limit, cnet_stream_t *client, cnet_ip_t ip) {
  const cnet_quota_t *quota = &limit->quota;
  uint8_t prefix = prefix_of(limit, ip);
  cnet_share_t *share = share_new(limit, client);

  if (share == NULL) return UV_ENOMEM;
  if (quota->per_address >= 0) share->address = count_in(limit, ip, WHOLE);
  if (quota->per_prefix >= 0) share->prefix = count_in(limit, cnet_ip_network(ip, prefix), prefix);
  if ((quota->per_address < 0 || share->address != NULL) && (quota->per_prefix < 0 || share->prefix != NULL)) return 0;
  leave(client, &share->part);
  return UV_ENOMEM;
}

int cnet_accept_limit_heed(cnet_accept_limit_t *limit, cnet_stream_t *listener) {
  cnet_share_t *share = listener->flags & CNET_CLOSING ? NULL : share_new(limit, listener);

  if (share == NULL) return UV_ENOMEM;
  share->listens = true;
  return 0;
}

int cnet_accept_limit_enter(cnet_accept_limit_t *limit, cnet_stream_t *client) {
  cnet_ip_t ip;
  if (client->flags & CNET_CLOSING) return UV_EBADF;
  bool counted = is_counted(limit, client, &ip);
  cnet_verdict_t verdict = counted ? verdict_on(limit, ip) : CNET_ADMITTED;

  if (verdict == CNET_ADMITTED && !take_token(limit)) verdict = CNET_TOO_FAST; /* who is full takes no token */
  return verdict == CNET_ADMITTED && counted ? take_share(limit, client, ip) : (int)verdict;
}

int cnet_accept_limit_ask(const cnet_stream_t *listener, cnet_stream_t *client) {
  const cnet_share_t *share = share_of(listener);
  return share == NULL ? CNET_ADMITTED : cnet_accept_limit_enter(share->limit, client);
}

/* Counts a connection anew, whether it may be there or not. 0 or UV_ENOMEM. Nothing for a listener. */
static int recount(cnet_accept_limit_t *limit, cnet_stream_t *client) {
  const cnet_share_t *share = share_of(client);
  cnet_ip_t ip;

  if (share != NULL && share->listens) return 0;
  cnet_accept_limit_leave(client);
  return is_counted(limit, client, &ip) ? take_share(limit, client, ip) : 0;
}

int cnet_accept_limit_recount(cnet_accept_limit_t *limit, cnet_loop_t *loop) {
  for (cnet_stream_t *stream = loop->first; limit->server != 0 && stream != NULL; stream = stream->next) {
    if (stream->server != limit->server || (stream->flags & CNET_CLOSING)) continue;
    int err = recount(limit, stream);
    if (err) return err;
  }
  return 0;
}
