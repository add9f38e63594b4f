/* block_list.c: the life of a block list, and the check of one address against all kinds of rules. */
#include "block_list.h"

#include <stdlib.h>
#include <string.h>

#include "address.h"
#include "block_list_rules.h"

uint64_t cnet_hash_seed(const void *address) {
  uint64_t seed;

  if (uv_random(NULL, NULL, &seed, sizeof seed, 0, NULL) == 0) return seed;
  return uv_hrtime() ^ (uint64_t)(uintptr_t)address;
}

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

  free_rules(list);
  memset(list, 0, sizeof *list);
  list->holders = holders;
  list->meter = meter;
  list->metered = metered;
  list->seed = seed;
  list->question = question;
}

/*
 * Which ranges apply: to an IPv4 address, those with both ends in ::ffff:0:0/96; to an IPv6 address also those
 * with IPv6 ends; and to one that is IPv4-mapped also those with an end of either kind. (Node 26 compares an
 * IPv4 address with IPv4 and mapped ends only, and an IPv6 address with every end that has a number.)
 */
static bool check_ranges(const cnet_block_list_t *list, cnet_host_t host) {
  bool mapped = cnet_ip_is_mapped(host.ip);

  if (mapped && cnet_range_check(list, CNET_TREE_FOUR, host.ip)) return true;
  if (!host.four && cnet_range_check(list, CNET_TREE_SIX, host.ip)) return true;
  return !host.four && mapped && cnet_range_check(list, CNET_TREE_MIXED, host.ip);
}

bool cnet_block_list_check_host(const cnet_block_list_t *list, cnet_host_t host) {
  return cnet_net_check(list, host.ip) || check_ranges(list, host);
}

static uint64_t read_big_endian(const unsigned char *bytes, size_t count) {
  uint64_t value = 0;
  for (size_t i = 0; i < count; i++) value = value << 8 | bytes[i];
  return value;
}

cnet_host_t cnet_host_of_bytes(const unsigned char *bytes, bool four) {
  cnet_host_t host = {.four = four};

  if (four) {
    host.ip.low = (uint64_t)0xffff << 32 | read_big_endian(bytes, 4);
  } else {
    host.ip.high = read_big_endian(bytes, 8);
    host.ip.low = read_big_endian(bytes + 8, 8);
  }
  return host;
}

bool cnet_host_of_address(const struct sockaddr_storage *address, cnet_host_t *out) {
  const struct sockaddr_in *four = (const struct sockaddr_in *)address;
  const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)address;

  if (address->ss_family == AF_INET)
    *out = cnet_host_of_bytes((const unsigned char *)&four->sin_addr, true);
  else if (address->ss_family == AF_INET6)
    *out = cnet_host_of_bytes((const unsigned char *)&six->sin6_addr, false);
  return address->ss_family == AF_INET || address->ss_family == AF_INET6;
}

bool cnet_block_list_check(const cnet_block_list_t *list, const struct sockaddr_storage *address) {
  cnet_host_t host;
  return cnet_host_of_address(address, &host) && cnet_block_list_check_host(list, host);
}
