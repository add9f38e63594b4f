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
typedef struct cnet_visitor {
  struct cnet_visitor *next; /* in its bucket */
  cnet_ip_t network;
  int32_t count; /* from 1 */
  uint8_t kind;
} cnet_visitor_t;

struct cnet_accept_limit {
  uint32_t holders;
  int32_t server;
  cnet_quota_t quota;
  double per_second, burst, tokens; /* per_second 0: no limit */
  uint64_t filled_at;               /* ns, of the last look at the tokens */
  uint64_t seed;
  cnet_visitor_t **buckets; /* NULL: no entry */
  uint32_t size, count;     /* buckets, a power of two; entries */
};

/* What a stream has of a limit: a listener the limit that it heeds, a connection the places that it takes. */
typedef struct cnet_seat {
  cnet_part_t part;
  cnet_accept_limit_t *limit;
  cnet_visitor_t *address, *prefix; /* NULL: not counted so */
  bool listens;
} cnet_seat_t;

/* --- entries ---------------------------------------------------------------------------------------------- */

static cnet_visitor_t **bucket_of(const cnet_accept_limit_t *limit, cnet_ip_t network, uint8_t kind) {
  return &limit->buckets[(uint32_t)cnet_ip_hash(network, kind, limit->seed) & (limit->size - 1)];
}

static cnet_visitor_t *find(const cnet_accept_limit_t *limit, cnet_ip_t network, uint8_t kind) {
  if (limit->buckets == NULL) return NULL;
  cnet_visitor_t *visitor = *bucket_of(limit, network, kind);
  while (visitor != NULL && (visitor->kind != kind || cnet_ip_compare(visitor->network, network) != 0))
    visitor = visitor->next;
  return visitor;
}

static void link_in(cnet_accept_limit_t *limit, cnet_visitor_t *visitor) {
  cnet_visitor_t **bucket = bucket_of(limit, visitor->network, visitor->kind);
  visitor->next = *bucket;
  *bucket = visitor;
}

/* Twice the buckets. Without memory for them chains grow longer, which is slower, not wrong. */
static void grow(cnet_accept_limit_t *limit) {
  cnet_visitor_t **old = limit->buckets;
  uint32_t old_size = limit->size;
  uint32_t size = old == NULL ? FIRST_BUCKETS : old_size * 2;
  cnet_visitor_t **buckets = calloc(size, sizeof *buckets);

  if (buckets == NULL) return;
  limit->buckets = buckets;
  limit->size = size;
  for (uint32_t i = 0; i < old_size; i++) {
    for (cnet_visitor_t *visitor = old[i], *next; visitor != NULL; visitor = next) {
      next = visitor->next;
      link_in(limit, visitor);
    }
  }
  free(old);
}

/* One connection more from there; NULL: no memory. */
static cnet_visitor_t *count_in(cnet_accept_limit_t *limit, cnet_ip_t network, uint8_t kind) {
  cnet_visitor_t *visitor = find(limit, network, kind);

  if (visitor == NULL) {
    if (limit->count >= limit->size) grow(limit);
    visitor = limit->buckets == NULL ? NULL : calloc(1, sizeof *visitor);
    if (visitor == NULL) return NULL;
    visitor->network = network;
    visitor->kind = kind;
    link_in(limit, visitor);
    limit->count++;
  }
  visitor->count++;
  return visitor;
}

static void count_out(cnet_accept_limit_t *limit, cnet_visitor_t *visitor) {
  if (visitor == NULL || --visitor->count > 0) return;
  cnet_visitor_t **link = bucket_of(limit, visitor->network, visitor->kind);
  while (*link != visitor) link = &(*link)->next;
  *link = visitor->next;
  free(visitor);
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
  cnet_visitor_t *visitor = find(limit, network, kind);
  return (visitor == NULL ? 0 : visitor->count) >= most;
}

static cnet_verdict_t verdict_on(const cnet_accept_limit_t *limit, cnet_ip_t ip) {
  const cnet_quota_t *quota = &limit->quota;
  uint8_t prefix = prefix_of(limit, ip);

  if (is_full(limit, ip, WHOLE, quota->per_address)) return CNET_FULL_ADDRESS;
  return is_full(limit, cnet_ip_network(ip, prefix), prefix, quota->per_prefix) ? CNET_FULL_PREFIX : CNET_LET_IN;
}

/* --- seats -------------------------------------------------------------------------------------------------- */

/* The stream gives up what it has of the limit. */
static void leave(cnet_stream_t *stream, cnet_part_t *part) {
  cnet_seat_t *seat = (cnet_seat_t *)part;

  cnet_part_detach(stream, part);
  count_out(seat->limit, seat->address);
  count_out(seat->limit, seat->prefix);
  cnet_accept_limit_release(seat->limit);
  free(seat);
}

static const cnet_part_ops_t OPS = {.order = CNET_PART_SEAT, .close = leave};

static cnet_seat_t *seat_of(const cnet_stream_t *stream) { return (cnet_seat_t *)cnet_part_of(stream, &OPS); }

void cnet_accept_limit_leave(cnet_stream_t *stream) {
  cnet_seat_t *seat = seat_of(stream);
  if (seat != NULL) leave(stream, &seat->part);
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

static cnet_seat_t *seat_new(cnet_accept_limit_t *limit, cnet_stream_t *stream) {
  cnet_seat_t *seat = calloc(1, sizeof *seat);

  if (seat == NULL) return NULL;
  limit->holders++;
  seat->limit = limit;
  cnet_accept_limit_leave(stream);
  cnet_part_attach(stream, &seat->part, &OPS);
  return seat;
}

/* Counts the client at its address and its network. */
static int sit_down(cnet_accept_limit_t *limit, cnet_stream_t *client, cnet_ip_t ip) {
  const cnet_quota_t *quota = &limit->quota;
  uint8_t prefix = prefix_of(limit, ip);
  cnet_seat_t *seat = seat_new(limit, client);

  if (seat == NULL) return UV_ENOMEM;
  if (quota->per_address >= 0) seat->address = count_in(limit, ip, WHOLE);
  if (quota->per_prefix >= 0) seat->prefix = count_in(limit, cnet_ip_network(ip, prefix), prefix);
  if ((quota->per_address < 0 || seat->address != NULL) && (quota->per_prefix < 0 || seat->prefix != NULL)) return 0;
  leave(client, &seat->part);
  return UV_ENOMEM;
}

int cnet_accept_limit_heed(cnet_accept_limit_t *limit, cnet_stream_t *listener) {
  cnet_seat_t *seat = listener->flags & CNET_CLOSING ? NULL : seat_new(limit, listener);

  if (seat == NULL) return UV_ENOMEM;
  seat->listens = true;
  return 0;
}

int cnet_accept_limit_enter(cnet_accept_limit_t *limit, cnet_stream_t *client) {
  cnet_ip_t ip;
  if (client->flags & CNET_CLOSING) return UV_EBADF;
  bool counted = is_counted(limit, client, &ip);
  cnet_verdict_t verdict = counted ? verdict_on(limit, ip) : CNET_LET_IN;

  if (verdict == CNET_LET_IN && !take_token(limit)) verdict = CNET_TOO_FAST; /* who is full takes no token */
  return verdict == CNET_LET_IN && counted ? sit_down(limit, client, ip) : (int)verdict;
}

int cnet_accept_limit_ask(const cnet_stream_t *listener, cnet_stream_t *client) {
  const cnet_seat_t *seat = seat_of(listener);
  return seat == NULL ? CNET_LET_IN : cnet_accept_limit_enter(seat->limit, client);
}

/* Counts a connection anew, whether it may be there or not. 0 or UV_ENOMEM. Nothing for a listener. */
static int recount(cnet_accept_limit_t *limit, cnet_stream_t *client) {
  const cnet_seat_t *seat = seat_of(client);
  cnet_ip_t ip;

  if (seat != NULL && seat->listens) return 0;
  cnet_accept_limit_leave(client);
  return is_counted(limit, client, &ip) ? sit_down(limit, client, ip) : 0;
}

int cnet_accept_limit_recount(cnet_accept_limit_t *limit, cnet_loop_t *loop) {
  for (cnet_stream_t *stream = loop->first; limit->server != 0 && stream != NULL; stream = stream->next) {
    if (stream->server != limit->server || (stream->flags & CNET_CLOSING)) continue;
    int err = recount(limit, stream);
    if (err) return err;
  }
  return 0;
}
