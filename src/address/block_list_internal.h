/*
 * block_list_internal.h: the inside of a block list, shared by block_list*.c.
 *
 * Every address is a 128-bit number; IPv4 is ::ffff:0:0/96. Single addresses and subnets ("nets") are in one hash
 * table by network and prefix, so a check is one lookup for each prefix length in use. Ranges are in balanced
 * trees by their start, each subtree with its greatest end, so a check is one way down. Rules are numbered
 * entries of arrays; 0 is no entry. Each rule is kept on its own: of two that overlap, one can go.
 */
#ifndef CNET_BLOCK_LIST_RULES_H
#define CNET_BLOCK_LIST_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "block_list.h"
#include "ip.h"
#include "meter.h"

/* Has memory on its way that is soon looked at. */
#if defined(__GNUC__)
#define CNET_PREFETCH(address) __builtin_prefetch(address)
#else
#define CNET_PREFETCH(address) ((void)(address))
#endif

/* Entries of one kind, a power of two: numbers fit 32 bits, and sizes in bytes a size_t of 32 bits. */
#define CNET_MAX_RULES (SIZE_MAX / 128 < UINT32_MAX / 2 ? (size_t)1 << 24 : (size_t)1 << 31)

/* What a range applies to decides its tree: see tree_of() in ranges.c. */
typedef enum cnet_tree { CNET_TREE_FOUR, CNET_TREE_SIX, CNET_TREE_MIXED, CNET_TREES } cnet_tree_t;

/* The place of a rule in the list of its kind, newest first. */
typedef struct cnet_link {
  uint32_t previous, next;
} cnet_link_t;

typedef struct cnet_net {
  cnet_ip_t ip; /* as given: host bits and all */
  cnet_link_t link;
  uint32_t chain; /* the next entry of the bucket; of free entries: the next free one */
  uint8_t prefix; /* 0 to 128, of the 128-bit number */
  bool four;      /* written as IPv4 */
  bool single;    /* from addAddress() */
  bool shadow;    /* no rule, but what a check finds of `link.next` rules with another key: see subnets.c */
} cnet_net_t;

/* What a check reads of a range, close together: among many ranges it waits for memory more than for anything. */
typedef struct cnet_range {
  cnet_ip_t start, end;
  cnet_ip_t left_max;   /* the greatest end below the left child */
  uint32_t left, right; /* of free entries: left is the next free one */
} cnet_range_t;

/* The rest of a range, in an array of its own under the same number. */
typedef struct cnet_range_rest {
  cnet_ip_t right_max; /* the greatest end below the right child */
  uint64_t age;        /* grows with each insertion: orders equal ranges, the newest first */
  cnet_link_t link;
  uint8_t height;
  bool start_four, end_four;
} cnet_range_rest_t;

/* A hash table that grows by one bucket at a time (linear hashing), so that no single edit pays for all. */
typedef struct cnet_buckets {
  uint32_t *heads;
  uint32_t count, capacity, mask;
} cnet_buckets_t;

struct cnet_block_list {
  uint32_t holders;
  uint64_t seed;       /* of the hash: who knows it not cannot make all rules collide */
  cnet_meter_t *meter; /* where its bytes are counted; NULL: nowhere */
  uint64_t metered;    /* how many are */
  cnet_ask_t ask;      /* for what no rule matches, with `question` above zero: see cnet_block_list_set_ask() */
  void *ask_data;
  int32_t question;

  cnet_net_t *nets;
  uint32_t nets_size, nets_used, nets_free;
  cnet_buckets_t buckets;
  uint32_t prefix_counts[129]; /* nets by prefix length */
  uint8_t prefixes[129];       /* the lengths in use */
  uint32_t prefixes_count;

  cnet_range_t *ranges;
  cnet_range_rest_t *rests;
  uint32_t ranges_size, ranges_used, ranges_free;
  uint32_t roots[CNET_TREES], tree_sizes[CNET_TREES];
  uint64_t ages;

  uint32_t singles_first, subnets_first, ranges_first;
  size_t size; /* rules of all kinds */
};

/* A new list with one holder; NULL: no memory. */
cnet_block_list_t *cnet_block_list_new(void);

/* Counts the bytes of a list in its meter, after an edit. */
void cnet_block_list_measure(cnet_block_list_t *list);

/* Takes every rule out. */
void cnet_block_list_clear(cnet_block_list_t *list);

bool cnet_block_list_check_address(const cnet_block_list_t *list, cnet_address_t host);

/*
 * Adds `host` as a single address or as a subnet of `prefix` bits (of 128). A single address that is there in
 * either notation takes the new notation and keeps its place. 0 or UV_ENOMEM.
 */
int cnet_net_add(cnet_block_list_t *list, cnet_address_t host, unsigned prefix, bool single);

/* Makes sure that `more` entries are there, so that adding them cannot fail. False: no memory. */
bool cnet_net_reserve(cnet_block_list_t *list, size_t more);

/* Has the memory on its way that adding the rule will look at, later, or soon: then that which is behind it. */
void cnet_net_expect(const cnet_block_list_t *list, cnet_address_t host, unsigned prefix, bool single, bool soon);

/* How many entries a subnet takes: two where it has a shadow. */
size_t cnet_net_entries(cnet_address_t host, unsigned prefix);

/* Takes out the newest rule that is the same (a single address: in either notation). */
void cnet_net_remove(cnet_block_list_t *list, cnet_address_t host, unsigned prefix, bool single);

bool cnet_net_check(const cnet_block_list_t *list, cnet_ip_t ip);

/* Not a libuv code: lib/ makes an error of its own of it. */
#define CNET_START_AFTER_END 1

/* 0; CNET_START_AFTER_END when the two can be compared and are the wrong way round; UV_ENOMEM. */
int cnet_range_add(cnet_block_list_t *list, cnet_address_t start, cnet_address_t end);

/* Takes out the newest range with the same ends in the same notation. */
void cnet_range_remove(cnet_block_list_t *list, cnet_address_t start, cnet_address_t end);

bool cnet_range_check(const cnet_block_list_t *list, cnet_tree_t tree, cnet_ip_t ip);

/* --- many rules at once: many_rules.c ------------------------------------------------------------------------ */

typedef enum cnet_rule_kind { CNET_RULE_SINGLE, CNET_RULE_SUBNET, CNET_RULE_START, CNET_RULE_END } cnet_rule_kind_t;

/* A rule that was read and is to be added; a range is two of these, one behind the other. */
typedef struct cnet_rule_part {
  cnet_ip_t ip;
  uint8_t prefix, kind; /* prefix of the 128-bit number; cnet_rule_kind_t */
  bool four;
} cnet_rule_part_t;

/* Adds them in their order, all or none. The ranges must not be reversed. 0 or UV_ENOMEM. */
int cnet_rules_add(cnet_block_list_t *list, const cnet_rule_part_t *parts, size_t count);

/* What it is made of. */

/* Makes sure that `more` entries are there, so that entering them cannot fail. False: no memory. */
bool cnet_range_reserve(cnet_block_list_t *list, size_t more);

/* Whether the two ends can be compared and are the wrong way round. */
bool cnet_range_is_reversed(cnet_address_t start, cnet_address_t end);

/* Makes a range that has its place among the rules, and must be planted in *tree. Its number; 0: no memory. */
uint32_t cnet_range_enter(cnet_block_list_t *list, cnet_address_t start, cnet_address_t end, cnet_tree_t *tree);
void cnet_range_plant(cnet_block_list_t *list, cnet_tree_t tree, uint32_t index);

/* The whole order of a tree: of equal ranges the newest comes first. */
bool cnet_range_before(const cnet_block_list_t *list, uint32_t a, uint32_t b);

/* Brings up to date what a range knows of its children. */
void cnet_range_refresh(cnet_block_list_t *list, uint32_t index);

#endif
