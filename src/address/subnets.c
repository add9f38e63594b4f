/*
 * subnets.c: single addresses and subnets, in a hash table.
 *
 * The key of a rule is its address, which a check looks for by the network of what it is asked about, and the prefix
 * length. A subnet whose address has host bits, or is IPv4 in the notation of IPv6, has another key, or all such rules
 * of one network would be in one chain, through which each edit had to go. For all of them of one network there is one
 * entry more, their shadow, under the key that a check looks for. So of one key there are at most a shadow, a single
 * address, and subnets that are all the same; the former two go to the front whenever they are looked for, so that no
 * search goes past the same subnets twice.
 */
#include "block_list_internal.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_BUCKETS 16

/* --- hashing ---------------------------------------------------------------------------------------------- */

static uint32_t slot_by(const cnet_block_list_t *list, cnet_ip_t ip, unsigned prefix, uint64_t seed) {
  const cnet_buckets_t *buckets = &list->buckets;
  uint32_t slot = (uint32_t)cnet_ip_hash(ip, prefix, seed) & buckets->mask;

  return slot < buckets->count ? slot : slot & buckets->mask >> 1;
}

/* Where a check looks. */
static uint32_t slot_of(const cnet_block_list_t *list, cnet_ip_t network, unsigned prefix) {
  return slot_by(list, network, prefix, list->seed);
}

/* Whether it is a rule with a key of its own, and needs a shadow. */
static bool is_apart(const cnet_net_t *net) {
  if (net->single || net->shadow) return false;
  cnet_ip_t network = cnet_ip_network(net->ip, net->prefix);
  return cnet_ip_compare(network, net->ip) != 0 || (net->prefix >= 96 && cnet_ip_is_mapped(net->ip) && !net->four);
}

/* The seeds are multiples of a secret: nobody can tell which keys have the same hash. */
static uint32_t slot_of_net(const cnet_block_list_t *list, const cnet_net_t *net) {
  uint64_t factor = !is_apart(net) ? 1 : net->four ? 3 : 5;
  return slot_by(list, net->ip, net->prefix, list->seed * factor);
}

static int reserve_bucket(cnet_buckets_t *buckets) {
  size_t capacity = buckets->capacity ? (size_t)buckets->capacity * 2 : FIRST_BUCKETS;
  uint32_t *heads;

  if (buckets->count < buckets->capacity) return 0;
  if (capacity > CNET_MAX_RULES) return UV_ENOMEM;
  heads = realloc(buckets->heads, capacity * sizeof *heads);
  if (heads == NULL) return UV_ENOMEM;
  memset(heads + buckets->capacity, 0, (capacity - buckets->capacity) * sizeof *heads);
  buckets->heads = heads;
  buckets->capacity = (uint32_t)capacity;
  if (buckets->count == 0) {
    buckets->count = FIRST_BUCKETS;
    buckets->mask = FIRST_BUCKETS - 1;
  }
  return 0;
}

/* Splits one bucket: the entries whose hash selects the new bucket move there, in order. */
static void split_bucket(cnet_block_list_t *list) {
  cnet_buckets_t *buckets = &list->buckets;
  uint32_t fresh = buckets->count, *stay, *move;

  if (reserve_bucket(buckets) != 0) return; /* longer chains are slower, not wrong */
  buckets->count++;
  if (fresh > buckets->mask) buckets->mask = buckets->mask << 1 | 1;

  stay = &buckets->heads[fresh & buckets->mask >> 1];
  move = &buckets->heads[fresh];
  for (uint32_t i = *stay; i != 0; i = list->nets[i].chain) {
    if (slot_of_net(list, &list->nets[i]) == fresh) {
      *move = i;
      move = &list->nets[i].chain;
    } else {
      *stay = i;
      stay = &list->nets[i].chain;
    }
  }
  *stay = *move = 0;
}

/* --- entries ------------------------------------------------------------------------------------------------ */

/* Makes the array long enough for `more` entries. False: no memory. */
static bool grow(cnet_block_list_t *list, size_t more) {
  size_t size = list->nets_size;

  while (size < list->nets_used + 1 + more && size <= CNET_MAX_RULES) size = size ? size * 2 : 8;
  if (size == list->nets_size || size > CNET_MAX_RULES) return size == list->nets_size;
  cnet_net_t *nets = realloc(list->nets, size * sizeof *nets);
  if (nets == NULL) return false;
  list->nets = nets;
  list->nets_size = (uint32_t)size;
  return true;
}

/* Buckets are split now, while few rules have to move, as far as that would come to pass anyway. */
bool cnet_net_reserve(cnet_block_list_t *list, size_t more) {
  if (!grow(list, more) || (list->buckets.count == 0 && reserve_bucket(&list->buckets) != 0)) return false;
  for (uint32_t before = 0; before != list->buckets.count && list->buckets.count < list->nets_used + more;) {
    before = list->buckets.count;
    split_bucket(list);
  }
  return true;
}

/* A free entry; 0: no memory. */
static uint32_t take_entry(cnet_block_list_t *list) {
  uint32_t index = list->nets_free;

  if (index != 0) {
    list->nets_free = list->nets[index].chain;
    return index;
  }
  return grow(list, 1) ? ++list->nets_used : 0;
}

static void count_prefix(cnet_block_list_t *list, unsigned prefix, bool added) {
  uint32_t before = list->prefix_counts[prefix];

  list->prefix_counts[prefix] = added ? before + 1 : before - 1;
  if (added ? before != 0 : before != 1) return;
  list->prefixes_count = 0;
  for (unsigned i = 129; i-- > 0;) /* the longest first: mostly single addresses */
    if (list->prefix_counts[i] != 0) list->prefixes[list->prefixes_count++] = (uint8_t)i;
}

static uint32_t *first_of(cnet_block_list_t *list, bool single) {
  return single ? &list->singles_first : &list->subnets_first;
}

static void link_newest(cnet_block_list_t *list, uint32_t index) {
  cnet_net_t *net = &list->nets[index];
  uint32_t *first = first_of(list, net->single);

  net->link = (cnet_link_t){0, *first};
  if (*first != 0) list->nets[*first].link.previous = index;
  *first = index;
}

static void unlink_net(cnet_block_list_t *list, uint32_t index) {
  cnet_link_t link = list->nets[index].link;

  if (link.next != 0) list->nets[link.next].link.previous = link.previous;
  if (link.previous != 0)
    list->nets[link.previous].link.next = link.next;
  else
    *first_of(list, list->nets[index].single) = link.next;
}

/* Whether the two are the same rule; single addresses are in either notation. */
static bool is_same(const cnet_net_t *one, const cnet_net_t *other) {
  return one->prefix == other->prefix && one->single == other->single && one->shadow == other->shadow &&
         cnet_ip_compare(one->ip, other->ip) == 0 && (one->single || one->shadow || one->four == other->four);
}

/*
 * The place that holds the number of the newest such rule: a head, or the chain of another. NULL: none. Chains
 * have the newest first of those that are the same.
 */
static uint32_t *find(cnet_block_list_t *list, const cnet_net_t *wanted) {
  if (list->buckets.count == 0) return NULL;

  uint32_t *head = &list->buckets.heads[slot_of_net(list, wanted)], *place = head;
  while (*place != 0 && !is_same(&list->nets[*place], wanted)) place = &list->nets[*place].chain;
  if (*place == 0) return NULL;
  if (place == head || !(wanted->single || wanted->shadow)) return place;
  uint32_t index = *place; /* of these there is one: to the front */
  *place = list->nets[index].chain;
  list->nets[index].chain = *head;
  *head = index;
  return head;
}

static cnet_net_t net_of(cnet_address_t host, unsigned prefix, bool single) {
  return (cnet_net_t){.ip = host.ip, .prefix = (uint8_t)prefix, .four = host.four, .single = single};
}

static cnet_net_t shadow_of(const cnet_net_t *net) {
  return (cnet_net_t){.ip = cnet_ip_network(net->ip, net->prefix), .prefix = net->prefix, .shadow = true};
}

/* --- rules --------------------------------------------------------------------------------------------------- */

/* Puts an entry into the table, and into no list of rules. Its number; 0: no memory. */
static uint32_t insert(cnet_block_list_t *list, const cnet_net_t *net) {
  uint32_t index = list->buckets.count == 0 && reserve_bucket(&list->buckets) != 0 ? 0 : take_entry(list);
  if (index == 0) return 0;

  uint32_t *head = &list->buckets.heads[slot_of_net(list, net)];
  list->nets[index] = *net;
  list->nets[index].chain = *head;
  *head = index;
  if (list->nets_used > list->buckets.count) split_bucket(list);
  return index;
}

/* Takes what is at `place` out of the table. */
static void discard(cnet_block_list_t *list, uint32_t *place) {
  uint32_t index = *place;

  *place = list->nets[index].chain;
  list->nets[index].chain = list->nets_free;
  list->nets_free = index;
}

/* One rule more, or less, that the shadow of `net` is of. False: no memory. */
static bool count_shadow(cnet_block_list_t *list, const cnet_net_t *net, bool added) {
  cnet_net_t wanted = shadow_of(net);
  uint32_t *place = find(list, &wanted);

  wanted.link.next = 1;
  if (place == NULL) return insert(list, &wanted) != 0;
  list->nets[*place].link.next += added ? 1 : UINT32_MAX;
  if (list->nets[*place].link.next == 0) discard(list, place);
  return true;
}

size_t cnet_net_entries(cnet_address_t host, unsigned prefix) {
  cnet_net_t net = net_of(host, prefix, false);
  return is_apart(&net) ? 2 : 1;
}

static void expect(const cnet_block_list_t *list, const uint32_t *head, bool soon) {
  CNET_PREFETCH(soon ? (const void *)&list->nets[*head] : head);
}

void cnet_net_expect(const cnet_block_list_t *list, cnet_address_t host, unsigned prefix, bool single, bool soon) {
  cnet_net_t net = net_of(host, prefix, single);

  expect(list, &list->buckets.heads[slot_of_net(list, &net)], soon);
  if (!is_apart(&net)) return;
  expect(list, &list->buckets.heads[slot_of(list, cnet_ip_network(host.ip, prefix), prefix)], soon);
}

int cnet_net_add(cnet_block_list_t *list, cnet_address_t host, unsigned prefix, bool single) {
  cnet_net_t net = net_of(host, prefix, single);
  uint32_t *place = single ? find(list, &net) : NULL;
  bool apart = is_apart(&net);

  if (place != NULL) {
    list->nets[*place].four = host.four;
    return 0;
  }
  if (apart && !count_shadow(list, &net, true)) return UV_ENOMEM;
  uint32_t index = insert(list, &net);
  if (index == 0) {
    if (apart) count_shadow(list, &net, false);
    return UV_ENOMEM;
  }
  link_newest(list, index);
  count_prefix(list, prefix, true);
  list->size++;
  return 0;
}

void cnet_net_remove(cnet_block_list_t *list, cnet_address_t host, unsigned prefix, bool single) {
  const cnet_net_t net = net_of(host, prefix, single);
  uint32_t *place = find(list, &net);

  if (place == NULL) return;
  unlink_net(list, *place);
  discard(list, place);
  if (is_apart(&net)) count_shadow(list, &net, false);
  count_prefix(list, prefix, false);
  list->size--;
}

/* Whether a rule, or the shadow of one, has the key. */
static bool chain_has(const cnet_block_list_t *list, uint32_t index, cnet_ip_t ip, unsigned prefix) {
  cnet_ip_t network = cnet_ip_network(ip, prefix);

  for (; index != 0; index = list->nets[index].chain) {
    const cnet_net_t *net = &list->nets[index];
    if (net->prefix == prefix && cnet_ip_compare(net->ip, network) == 0) return true;
  }
  return false;
}

/* In three steps over all prefix lengths, so that the memory of each is on its way while the others are worked on. */
bool cnet_net_check(const cnet_block_list_t *list, cnet_ip_t ip) {
  uint32_t at[129], count = list->prefixes_count;

  for (uint32_t i = 0; i < count; i++) {
    unsigned prefix = list->prefixes[i];
    at[i] = slot_of(list, cnet_ip_network(ip, prefix), prefix);
    CNET_PREFETCH(&list->buckets.heads[at[i]]);
  }
  for (uint32_t i = 0; i < count; i++) {
    at[i] = list->buckets.heads[at[i]];
    CNET_PREFETCH(&list->nets[at[i]]);
  }
  for (uint32_t i = 0; i < count; i++)
    if (at[i] != 0 && chain_has(list, at[i], ip, list->prefixes[i])) return true;
  return false;
}
