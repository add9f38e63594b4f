/*
 * block-list.c: fuzzes block lists (src/address): rules come and go, and every check is compared with a list that is
 * gone through from one end to the other.
 *
 * An input is a sequence of operations, OPERATION bytes each: what to do, a prefix, and two addresses of few bits, so
 * that rules meet.
 */
#include <stdlib.h>
#include <string.h>

#include "block_list_internal.h"

#define CHECK(condition) \
  do { \
    if (!(condition)) abort(); \
  } while (0)

#define OPERATION 6
#define MAX_RULES 512

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef unsigned __int128 number_t;

typedef enum { ADDRESS, SUBNET, RANGE } rule_kind_t;

typedef struct {
  rule_kind_t kind;
  cnet_address_t start, end;
  unsigned prefix; /* of 128 */
} rule_t;

typedef struct {
  rule_t rules[MAX_RULES]; /* oldest first */
  size_t count;
} slow_list_t;

static number_t number_of(cnet_address_t host) { return (number_t)host.ip.high << 64 | host.ip.low; }

static bool is_mapped(cnet_address_t host) { return number_of(host) >> 32 == 0xffff; }

static bool range_holds(const rule_t *rule, cnet_address_t host) {
  number_t ip = number_of(host);
  bool between = number_of(rule->start) <= ip && ip <= number_of(rule->end);

  if (is_mapped(rule->start) && is_mapped(rule->end)) return between; /* a range of IPv4 */
  if (rule->start.four || rule->end.four) return between && !host.four && is_mapped(host);
  return between && !host.four;
}

static bool rule_holds(const rule_t *rule, cnet_address_t host) {
  if (rule->kind == RANGE) return range_holds(rule, host);
  unsigned rest = 128 - rule->prefix;
  number_t difference = number_of(rule->start) ^ number_of(host);
  return rest == 128 || difference >> rest == 0;
}

static bool slow_check(const slow_list_t *list, cnet_address_t host) {
  for (size_t i = 0; i < list->count; i++)
    if (rule_holds(&list->rules[i], host)) return true;
  return false;
}

static bool same_host(cnet_address_t a, cnet_address_t b, bool notation) {
  return number_of(a) == number_of(b) && (!notation || a.four == b.four);
}

/* The newest rule that is the same; `count` when there is none. */
static size_t slow_find(const slow_list_t *list, const rule_t *wanted) {
  for (size_t i = list->count; i-- > 0;) {
    const rule_t *rule = &list->rules[i];
    bool notation = rule->kind != ADDRESS;
    if (rule->kind == wanted->kind && rule->prefix == wanted->prefix && same_host(rule->start, wanted->start, notation) &&
        same_host(rule->end, wanted->end, notation))
      return i;
  }
  return list->count;
}

static void slow_remove(slow_list_t *list, const rule_t *rule) {
  size_t at = slow_find(list, rule);

  if (at == list->count) return;
  list->count--;
  memmove(&list->rules[at], &list->rules[at + 1], (list->count - at) * sizeof *list->rules);
}

static void slow_add(slow_list_t *list, const rule_t *rule) {
  size_t at = rule->kind == ADDRESS ? slow_find(list, rule) : list->count;

  if (at < list->count)
    list->rules[at].start.four = rule->start.four;
  else
    list->rules[list->count++] = *rule;
}

/* An address out of a byte: IPv4, IPv4-mapped, just outside of the mapped ones, or IPv6. */
static cnet_address_t host_of(uint8_t byte) {
  static const uint64_t lows[] = {0, 1, 2, 3, 7, 8, 0x80000000u, 0xffffffffu};
  cnet_address_t host = {.four = false};
  uint64_t low = lows[byte & 7];

  switch (byte >> 3 & 7) {
  case 0:
    host.four = true;
    host.ip.low = (uint64_t)0xffff << 32 | low;
    break;
  case 1:
    host.ip.low = (uint64_t)0xffff << 32 | low;
    break;
  case 2:
    host.ip.low = (uint64_t)0xfffe << 32 | low;
    break;
  case 3:
    host.ip.low = (uint64_t)0x10000 << 32 | low;
    break;
  case 4:
    host.ip.low = low;
    break;
  case 5:
    host.ip.low = UINT64_MAX - low;
    break;
  case 6:
    host.ip = (cnet_ip_t){1, low};
    break;
  default:
    host.ip = (cnet_ip_t){UINT64_MAX - low, UINT64_MAX};
  }
  return host;
}

static rule_t rule_of(const uint8_t *bytes) {
  rule_t rule = {.kind = bytes[0] >> 1 & 3, .start = host_of(bytes[2]), .end = host_of(bytes[3]), .prefix = 128};

  if (rule.kind > RANGE) rule.kind = SUBNET;
  if (rule.kind == SUBNET) rule.prefix = rule.start.four ? 96 + bytes[1] % 33 : bytes[1] % 129;
  if (rule.kind != RANGE) rule.end = rule.start;
  return rule;
}

static void add(cnet_block_list_t *list, slow_list_t *slow, const rule_t *rule) {
  if (slow->count == MAX_RULES) return;
  if (rule->kind != RANGE) {
    CHECK(cnet_net_add(list, rule->start, rule->prefix, rule->kind == ADDRESS) == 0);
    slow_add(slow, rule);
    return;
  }
  bool mapped = is_mapped(rule->start) && is_mapped(rule->end);
  bool comparable = mapped || (!rule->start.four && !rule->end.four);
  int result = cnet_range_add(list, rule->start, rule->end);
  if (comparable && number_of(rule->start) > number_of(rule->end)) {
    CHECK(result == CNET_START_AFTER_END);
  } else {
    CHECK(result == 0);
    slow_add(slow, rule);
  }
}

/* The rules of the next operations, all at once, but for ranges the wrong way round. How many operations these were. */
static size_t add_many(cnet_block_list_t *list, slow_list_t *slow, const uint8_t *data, size_t operations) {
  cnet_rule_part_t parts[2 * 256];
  size_t count = 0, wanted = 1 + (size_t)data[1], i = 0;

  for (; i < wanted && i < operations && slow->count < MAX_RULES; i++) {
    rule_t rule = rule_of(data + i * OPERATION);
    if (rule.kind == RANGE && cnet_range_is_reversed(rule.start, rule.end)) continue;
    parts[count] = (cnet_rule_part_t){.ip = rule.start.ip, .four = rule.start.four, .prefix = (uint8_t)rule.prefix};
    parts[count++].kind = rule.kind == RANGE ? CNET_RULE_START : rule.kind == ADDRESS ? CNET_RULE_SINGLE : CNET_RULE_SUBNET;
    if (rule.kind == RANGE) parts[count++] = (cnet_rule_part_t){.ip = rule.end.ip, .four = rule.end.four, .kind = CNET_RULE_END};
    slow_add(slow, &rule);
  }
  CHECK(cnet_rules_add(list, parts, count) == 0);
  return i == 0 ? 1 : i;
}

static void take_out(cnet_block_list_t *list, slow_list_t *slow, const rule_t *rule) {
  if (rule->kind == RANGE)
    cnet_range_remove(list, rule->start, rule->end);
  else
    cnet_net_remove(list, rule->start, rule->prefix, rule->kind == ADDRESS);
  slow_remove(slow, rule);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  cnet_block_list_t *list = cnet_block_list_new();
  slow_list_t *slow = calloc(1, sizeof *slow);

  CHECK(list != NULL && slow != NULL);
  for (size_t done = 1; size >= OPERATION; data += done * OPERATION, size -= done * OPERATION) {
    rule_t rule = rule_of(data);
    done = 1;
    if (data[0] >> 4 == 0xe) {
      done = add_many(list, slow, data, size / OPERATION);
    } else if (data[0] == 0xff) {
      cnet_block_list_clear(list);
      slow->count = 0;
    } else if (data[0] & 1) {
      take_out(list, slow, &rule);
    } else {
      add(list, slow, &rule);
    }
    CHECK(list->size == slow->count);
    for (int i = 4; i < OPERATION; i++) CHECK(cnet_block_list_check_address(list, host_of(data[i])) == slow_check(slow, host_of(data[i])));
    CHECK(cnet_block_list_check_address(list, rule.start) == slow_check(slow, rule.start));
  }
  for (int byte = 0; byte < 64; byte++)
    CHECK(cnet_block_list_check_address(list, host_of((uint8_t)byte)) == slow_check(slow, host_of((uint8_t)byte)));
  cnet_block_list_release(list);
  free(slow);
  return 0;
}
