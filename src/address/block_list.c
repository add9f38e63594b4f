/* block_list.c: the life of a block list, and the check of one address against all kinds of rules. */
#include "block_list.h"

#include <stdlib.h>
#include <string.h>

#include "block_list_internal.h"

cnet_block_list_t *cnet_block_list_new(void) {
  cnet_block_list_t *list = calloc(1, sizeof *list);

  if (list == NULL) return NULL;
  list->holders = 1;
  list->seed = cnet_hash_seed(list);
  return list;
}

cnet_block_list_t *cnet_block_list_hold(cnet_block_list_t *list) {
  list->holders++;
  return list;
}

static void free_rules(cnet_block_list_t *list) {
  free(list->nets);
  free(list->ranges);
  free(list->rests);
  free(list->buckets.heads);
}

static uint64_t bytes_of(const cnet_block_list_t *list) {
  return sizeof *list + (uint64_t)list->nets_size * sizeof *list->nets +
         (uint64_t)list->buckets.capacity * sizeof *list->buckets.heads +
         (uint64_t)list->ranges_size * (sizeof *list->ranges + sizeof *list->rests);
}

void cnet_block_list_measure(cnet_block_list_t *list) {
  uint64_t bytes = bytes_of(list);

  if (list->meter == NULL) return;
  list->meter->bytes += bytes - list->metered;
  list->metered = bytes;
}

void cnet_block_list_release(cnet_block_list_t *list) {
  if (--list->holders > 0) return;
  if (list->meter != NULL) list->meter->bytes -= list->metered;
  cnet_meter_release(list->meter);
  free_rules(list);
  free(list);
}

void cnet_block_list_clear(cnet_block_list_t *list) {
  uint32_t holders = list->holders;
  cnet_meter_t *meter = list->meter;
  uint64_t metered = list->metered;
  uint64_t seed = list->seed;
  int32_t question = list->question;
  cnet_ask_t ask = list->ask;
  void *ask_data = list->ask_data;

  free_rules(list);
  memset(list, 0, sizeof *list);
  list->holders = holders;
  list->meter = meter;
  list->metered = metered;
  list->seed = seed;
  list->question = question;
  list->ask = ask;
  list->ask_data = ask_data;
}

/*
 * Which ranges apply: to an IPv4 address, those with both ends in ::ffff:0:0/96; to an IPv6 address also those
 * with IPv6 ends; and to one that is IPv4-mapped also those with an end of either kind. (Node 26 compares an
 * IPv4 address with IPv4 and mapped ends only, and an IPv6 address with every end that has a number.)
 */
static bool check_ranges(const cnet_block_list_t *list, cnet_address_t host) {
  bool mapped = cnet_ip_is_mapped(host.ip);

  if (mapped && cnet_range_check(list, CNET_TREE_FOUR, host.ip)) return true;
  if (!host.four && cnet_range_check(list, CNET_TREE_SIX, host.ip)) return true;
  return !host.four && mapped && cnet_range_check(list, CNET_TREE_MIXED, host.ip);
}

bool cnet_block_list_check_address(const cnet_block_list_t *list, cnet_address_t host) {
  return cnet_net_check(list, host.ip) || check_ranges(list, host);
}

bool cnet_block_list_check(const cnet_block_list_t *list, const struct sockaddr_storage *address) {
  cnet_address_t host;
  return cnet_address_of_sockaddr(address, &host) && cnet_block_list_check_address(list, host);
}

void cnet_block_list_set_ask(cnet_block_list_t *list, cnet_ask_t ask, void *data, int32_t question) {
  list->ask = ask;
  list->ask_data = data;
  list->question = question;
}

bool cnet_block_list_holds(const cnet_block_list_t *list, const struct sockaddr_storage *address, bool otherwise) {
  if (cnet_block_list_check(list, address)) return true;
  return list->question > 0 && list->ask(list->ask_data, list->question, address, otherwise);
}
