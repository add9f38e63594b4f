/*
 * many_rules.c: many rules at once. Addresses and subnets are added one by one. Ranges are sorted, and where they
 * are not few beside those that are there the tree is made anew of all of them, which is far less work than as many
 * ways down a tree. With too little memory for that they are added one by one as well.
 */
#include "block_list_internal.h"

#include <stdlib.h>
#include <string.h>

/* A tree is made anew for so many new ranges of its own size at least: what that costs is theirs. */
#define NEW_PART 16

/* So many parts ahead of the one that is added, memory is asked for: there are too many rules for the caches. */
#define AHEAD 12

/* A range among those that are sorted, with what mostly tells which of two comes first. */
typedef struct cnet_key {
  cnet_ip_t start;
  uint32_t index;
} cnet_key_t;

/* What a new tree is made of: the ranges of the old one, in order, and the new ones, in order. */
typedef struct cnet_merging {
  const uint32_t *old;
  const cnet_key_t *keys;
  size_t old_left, keys_left;
} cnet_merging_t;

/* --- ranges in order ---------------------------------------------------------------------------------------------- */

static bool key_before(const cnet_block_list_t *list, const cnet_key_t *a, const cnet_key_t *b) {
  int order = cnet_ip_compare(a->start, b->start);
  return order != 0 ? order < 0 : cnet_range_before(list, a->index, b->index);
}

/* Sorts by merging, with room for half of the keys. The recursion goes 32 deep at most. */
static void sort(const cnet_block_list_t *list, cnet_key_t *keys, size_t count, cnet_key_t *room) {
  size_t half = count / 2, i = 0, j = half, at = 0;

  if (count < 2) return;
  sort(list, keys, half, room);
  sort(list, keys + half, count - half, room);
  if (!key_before(list, &keys[half], &keys[half - 1])) return;
  memcpy(room, keys, half * sizeof *keys);
  while (i < half) {
    bool second = j < count && key_before(list, &keys[j], &room[i]);
    keys[at++] = second ? keys[j++] : room[i++];
  }
}

/* Writes the numbers of a tree's ranges in order. The recursion goes as deep as the tree is high. */
static uint32_t *write_tree(const cnet_block_list_t *list, uint32_t top, uint32_t *out) {
  if (top == 0) return out;
  out = write_tree(list, list->ranges[top].left, out);
  *out++ = top;
  return write_tree(list, list->ranges[top].right, out);
}

static uint32_t take_next(const cnet_block_list_t *list, cnet_merging_t *source) {
  bool old =
      source->keys_left == 0 || (source->old_left > 0 && cnet_range_before(list, *source->old, source->keys->index));

  if (old) {
    source->old_left--;
    return *source->old++;
  }
  source->keys_left--;
  return source->keys++->index;
}

/* Makes a tree of the next `count` ranges, whose halves have the same height or differ by one. Its top. */
static uint32_t build(cnet_block_list_t *list, cnet_merging_t *source, size_t count) {
  if (count == 0) return 0;
  uint32_t left = build(list, source, count / 2);
  uint32_t index = take_next(list, source);
  uint32_t right = build(list, source, count - count / 2 - 1);

  list->ranges[index].left = left;
  list->ranges[index].right = right;
  cnet_range_refresh(list, index);
  return index;
}

/* --- ranges to be planted, which are linked by `left` ------------------------------------------------------------- */

typedef struct cnet_planting {
  cnet_tree_t tree;
  uint32_t first;
  size_t count;
} cnet_planting_t;

static void plant_each(cnet_block_list_t *list, const cnet_planting_t *planting) {
  for (uint32_t index = planting->first; index != 0;) {
    uint32_t next = list->ranges[index].left;
    list->ranges[index].left = 0;
    cnet_range_plant(list, planting->tree, index);
    index = next;
  }
}

static void fill_keys(const cnet_block_list_t *list, uint32_t first, cnet_key_t *keys) {
  for (uint32_t index = first; index != 0; index = list->ranges[index].left)
    *keys++ = (cnet_key_t){list->ranges[index].start, index};
}

/* Makes the tree anew. False: there is no memory, and nothing was done. */
static bool plant_all(cnet_block_list_t *list, const cnet_planting_t *planting) {
  size_t old_count = list->tree_sizes[planting->tree], count = planting->count;
  cnet_key_t *keys = malloc((count + count / 2 + 1) * sizeof *keys);
  uint32_t *old = malloc((old_count + 1) * sizeof *old);
  bool ok = keys != NULL && old != NULL;

  if (ok) {
    fill_keys(list, planting->first, keys);
    sort(list, keys, count, keys + count);
    write_tree(list, list->roots[planting->tree], old);
    cnet_merging_t source = {old, keys, old_count, count};
    list->roots[planting->tree] = build(list, &source, old_count + count);
    list->tree_sizes[planting->tree] = (uint32_t)(old_count + count);
  }
  free(keys);
  free(old);
  return ok;
}

static void plant(cnet_block_list_t *list, const cnet_planting_t *planting) {
  bool few = planting->count < list->tree_sizes[planting->tree] / NEW_PART;
  if (planting->count > 0 && (few || !plant_all(list, planting))) plant_each(list, planting);
}

/* --- rules ----------------------------------------------------------------------------------------------------------
 */

static cnet_address_t host_of(const cnet_rule_part_t *part) { return (cnet_address_t){part->ip, part->four}; }

/* For ranges that entries are there for. */
static void add_ranges(cnet_block_list_t *list, const cnet_rule_part_t *parts, size_t count) {
  cnet_planting_t plantings[CNET_TREES] = {{CNET_TREE_FOUR, 0, 0}, {CNET_TREE_SIX, 0, 0}, {CNET_TREE_MIXED, 0, 0}};

  for (size_t i = 0; i < count; i++) {
    cnet_tree_t tree;
    if (parts[i].kind != CNET_RULE_START) continue;
    uint32_t index = cnet_range_enter(list, host_of(&parts[i]), host_of(&parts[i + 1]), &tree);
    list->ranges[index].left = plantings[tree].first;
    plantings[tree].first = index;
    plantings[tree].count++;
  }
  for (int tree = 0; tree < CNET_TREES; tree++) plant(list, &plantings[tree]);
}

static bool is_net(const cnet_rule_part_t *part) { return part->kind <= CNET_RULE_SUBNET; }

/* Has the memory for part `i`, if it is an address or a subnet, on its way. */
static void expect(const cnet_block_list_t *list, const cnet_rule_part_t *parts, size_t count, size_t i, bool soon) {
  if (i < count && is_net(&parts[i]))
    cnet_net_expect(list, host_of(&parts[i]), parts[i].prefix, parts[i].kind == CNET_RULE_SINGLE, soon);
}

/* For addresses and subnets that entries are there for. */
static void add_nets(cnet_block_list_t *list, const cnet_rule_part_t *parts, size_t count) {
  for (size_t i = 0; i < count; i++) {
    expect(list, parts, count, i + 2 * AHEAD, false);
    expect(list, parts, count, i + AHEAD, true);
    if (is_net(&parts[i])) cnet_net_add(list, host_of(&parts[i]), parts[i].prefix, parts[i].kind == CNET_RULE_SINGLE);
  }
}

int cnet_rules_add(cnet_block_list_t *list, const cnet_rule_part_t *parts, size_t count) {
  size_t nets = 0, ranges = 0;

  for (size_t i = 0; i < count; i++) {
    if (parts[i].kind == CNET_RULE_START) ranges++;
    if (parts[i].kind == CNET_RULE_SINGLE) nets++;
    if (parts[i].kind == CNET_RULE_SUBNET) nets += cnet_net_entries(host_of(&parts[i]), parts[i].prefix);
  }
  if (nets > 0 && !cnet_net_reserve(list, nets)) return UV_ENOMEM;
  if (ranges > 0 && !cnet_range_reserve(list, ranges)) return UV_ENOMEM;
  if (nets > 0) add_nets(list, parts, count);
  if (ranges > 0) add_ranges(list, parts, count);
  return 0;
}
