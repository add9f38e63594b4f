/* ranges.c: ranges, in AVL trees by their start, each node with the greatest end below it. */
#include "block_list_internal.h"

#include <stdlib.h>

/* --- the tree ------------------------------------------------------------------------------------------- */

static cnet_ip_t later(cnet_ip_t a, cnet_ip_t b) { return cnet_ip_compare(a, b) < 0 ? b : a; }

static cnet_ip_t max_of(const cnet_block_list_t *list, uint32_t index) {
  const cnet_range_t *range = &list->ranges[index];

  if (index == 0) return (cnet_ip_t){0, 0};
  return later(range->end, later(range->left_max, list->rests[index].right_max));
}

static int height_of(const cnet_block_list_t *list, uint32_t index) {
  return index == 0 ? 0 : list->rests[index].height;
}

void cnet_range_refresh(cnet_block_list_t *list, uint32_t index) {
  cnet_range_t *range = &list->ranges[index];
  int left = height_of(list, range->left), right = height_of(list, range->right);

  list->rests[index].height = (uint8_t)(1 + (left > right ? left : right));
  range->left_max = max_of(list, range->left);
  list->rests[index].right_max = max_of(list, range->right);
}

static uint32_t rotate_right(cnet_block_list_t *list, uint32_t index) {
  uint32_t top = list->ranges[index].left;

  list->ranges[index].left = list->ranges[top].right;
  list->ranges[top].right = index;
  cnet_range_refresh(list, index);
  cnet_range_refresh(list, top);
  return top;
}

static uint32_t rotate_left(cnet_block_list_t *list, uint32_t index) {
  uint32_t top = list->ranges[index].right;

  list->ranges[index].right = list->ranges[top].left;
  list->ranges[top].left = index;
  cnet_range_refresh(list, index);
  cnet_range_refresh(list, top);
  return top;
}

static int lean(const cnet_block_list_t *list, uint32_t index) {
  return height_of(list, list->ranges[index].left) - height_of(list, list->ranges[index].right);
}

/* Makes the heights of the children differ by one at most; the new top. */
static uint32_t balance(cnet_block_list_t *list, uint32_t index) {
  int leaning = lean(list, index);

  cnet_range_refresh(list, index);
  if (leaning > 1) {
    if (lean(list, list->ranges[index].left) < 0)
      list->ranges[index].left = rotate_left(list, list->ranges[index].left);
    return rotate_right(list, index);
  }
  if (leaning < -1) {
    if (lean(list, list->ranges[index].right) > 0)
      list->ranges[index].right = rotate_right(list, list->ranges[index].right);
    return rotate_left(list, index);
  }
  return index;
}

static int compare_ends(const cnet_block_list_t *list, uint32_t a, uint32_t b) {
  const cnet_range_rest_t *rest_a = &list->rests[a], *rest_b = &list->rests[b];
  int order = cnet_ip_compare(list->ranges[a].start, list->ranges[b].start);

  if (order == 0) order = cnet_ip_compare(list->ranges[a].end, list->ranges[b].end);
  if (order == 0) order = (int)rest_a->start_four - (int)rest_b->start_four;
  if (order == 0) order = (int)rest_a->end_four - (int)rest_b->end_four;
  return order;
}

bool cnet_range_before(const cnet_block_list_t *list, uint32_t a, uint32_t b) {
  int order = compare_ends(list, a, b);
  return order != 0 ? order < 0 : list->rests[a].age > list->rests[b].age;
}

/* The recursions go as deep as the tree is high: at most 45 for 2^32 ranges. */
static uint32_t insert(cnet_block_list_t *list, uint32_t top, uint32_t index) {
  if (top == 0) return index;
  if (cnet_range_before(list, index, top))
    list->ranges[top].left = insert(list, list->ranges[top].left, index);
  else
    list->ranges[top].right = insert(list, list->ranges[top].right, index);
  return balance(list, top);
}

static uint32_t detach_first(cnet_block_list_t *list, uint32_t top, uint32_t *first) {
  if (list->ranges[top].left == 0) {
    *first = top;
    return list->ranges[top].right;
  }
  list->ranges[top].left = detach_first(list, list->ranges[top].left, first);
  return balance(list, top);
}

static uint32_t detach(cnet_block_list_t *list, uint32_t top, uint32_t index) {
  if (top != index) {
    if (cnet_range_before(list, index, top))
      list->ranges[top].left = detach(list, list->ranges[top].left, index);
    else
      list->ranges[top].right = detach(list, list->ranges[top].right, index);
    return balance(list, top);
  }
  if (list->ranges[index].right == 0) return list->ranges[index].left;

  uint32_t next;
  uint32_t right = detach_first(list, list->ranges[index].right, &next);
  list->ranges[next].right = right;
  list->ranges[next].left = list->ranges[index].left;
  return balance(list, next);
}

/* The newest range with the ends of `wanted`, an entry that is in no tree; 0: none. */
static uint32_t find(const cnet_block_list_t *list, uint32_t top, uint32_t wanted) {
  uint32_t found = 0;

  while (top != 0) {
    int order = compare_ends(list, wanted, top);
    if (order == 0) found = top;
    top = order <= 0 ? list->ranges[top].left : list->ranges[top].right;
  }
  return found;
}

bool cnet_range_check(const cnet_block_list_t *list, cnet_tree_t tree, cnet_ip_t ip) {
  uint32_t index = list->roots[tree];

  while (index != 0) {
    const cnet_range_t *range = &list->ranges[index];
    if (cnet_ip_compare(range->start, ip) > 0) {
      index = range->left;
      continue;
    }
    /* All on the left start before `ip` too: one that ends after it is enough. */
    if (cnet_ip_compare(range->end, ip) >= 0) return true;
    if (range->left != 0 && cnet_ip_compare(range->left_max, ip) >= 0) return true;
    index = range->right;
  }
  return false;
}

/* --- rules --------------------------------------------------------------------------------------------------- */

/* Makes both arrays longer. When only the first could be, it is longer than it says: no harm. */
static bool grow(cnet_block_list_t *list, size_t size) {
  cnet_range_t *ranges;
  cnet_range_rest_t *rests;

  if (size > CNET_MAX_RULES) return false;
  ranges = realloc(list->ranges, size * sizeof *ranges);
  if (ranges == NULL) return false;
  list->ranges = ranges;
  rests = realloc(list->rests, size * sizeof *rests);
  if (rests == NULL) return false;
  list->rests = rests;
  list->ranges_size = (uint32_t)size;
  return true;
}

bool cnet_range_reserve(cnet_block_list_t *list, size_t more) {
  size_t size = list->ranges_size;

  if (more > CNET_MAX_RULES) return false;
  while (size < (size_t)list->ranges_used + 1 + more) size = size ? size * 2 : 8;
  return size == list->ranges_size || grow(list, size);
}

/* A free entry; 0: no memory. */
static uint32_t take_entry(cnet_block_list_t *list) {
  uint32_t index = list->ranges_free;

  if (index != 0) {
    list->ranges_free = list->ranges[index].left;
    return index;
  }
  return cnet_range_reserve(list, 1) ? ++list->ranges_used : 0;
}

/*
 * CNET_TREE_FOUR: both ends are IPv4 or mapped. CNET_TREE_SIX: both are written as IPv6. CNET_TREE_MIXED: an IPv4
 * end and an IPv6 one that is not mapped: Node takes such a range, and it holds mapped addresses only.
 */
static cnet_tree_t tree_of(cnet_address_t start, cnet_address_t end) {
  if (cnet_ip_is_mapped(start.ip) && cnet_ip_is_mapped(end.ip)) return CNET_TREE_FOUR;
  return start.four || end.four ? CNET_TREE_MIXED : CNET_TREE_SIX;
}

/* Makes entry `index` a range that is in no tree and no list. */
static void set_range(cnet_block_list_t *list, uint32_t index, cnet_address_t start, cnet_address_t end) {
  list->ranges[index] = (cnet_range_t){.start = start.ip, .end = end.ip};
  list->rests[index] = (cnet_range_rest_t){.height = 1, .start_four = start.four, .end_four = end.four};
}

bool cnet_range_is_reversed(cnet_address_t start, cnet_address_t end) {
  return tree_of(start, end) != CNET_TREE_MIXED && cnet_ip_compare(start.ip, end.ip) > 0;
}

uint32_t cnet_range_enter(cnet_block_list_t *list, cnet_address_t start, cnet_address_t end, cnet_tree_t *tree) {
  uint32_t index = take_entry(list);

  if (index == 0) return 0;
  *tree = tree_of(start, end);
  set_range(list, index, start, end);
  list->rests[index].age = ++list->ages;
  list->rests[index].link.next = list->ranges_first;
  if (list->ranges_first != 0) list->rests[list->ranges_first].link.previous = index;
  list->ranges_first = index;
  list->size++;
  return index;
}

void cnet_range_plant(cnet_block_list_t *list, cnet_tree_t tree, uint32_t index) {
  list->roots[tree] = insert(list, list->roots[tree], index);
  list->tree_sizes[tree]++;
}

int cnet_range_add(cnet_block_list_t *list, cnet_address_t start, cnet_address_t end) {
  cnet_tree_t tree;

  if (cnet_range_is_reversed(start, end)) return CNET_START_AFTER_END;
  uint32_t index = cnet_range_enter(list, start, end, &tree);
  if (index == 0) return UV_ENOMEM;
  cnet_range_plant(list, tree, index);
  return 0;
}

void cnet_range_remove(cnet_block_list_t *list, cnet_address_t start, cnet_address_t end) {
  cnet_tree_t tree = tree_of(start, end);
  uint32_t index;
  cnet_link_t link;

  if (list->roots[tree] == 0) return;
  set_range(list, 0, start, end); /* entry 0 is no rule's: it holds what is sought */
  index = find(list, list->roots[tree], 0);
  if (index == 0) return;

  list->roots[tree] = detach(list, list->roots[tree], index);
  list->tree_sizes[tree]--;
  link = list->rests[index].link;
  if (link.next != 0) list->rests[link.next].link.previous = link.previous;
  if (link.previous != 0)
    list->rests[link.previous].link.next = link.next;
  else
    list->ranges_first = link.next;
  list->ranges[index].left = list->ranges_free;
  list->ranges_free = index;
  list->size--;
}
