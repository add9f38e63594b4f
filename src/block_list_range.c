/* block_list_range.c: ranges, in AVL trees by their start, each node with the greatest end below it. */
#include <stdlib.h>

#include "block_list_rules.h"

/* --- the tree ------------------------------------------------------------------------------------------- */

static cnet_ip_t later(cnet_ip_t a, cnet_ip_t b) { return cnet_ip_compare(a, b) < 0 ? b : a; }

static cnet_ip_t max_of(const cnet_range_t *ranges, uint32_t index) {
  const cnet_range_t *range = &ranges[index];

  if (index == 0) return (cnet_ip_t){0, 0};
  return later(range->end, later(range->left_max, range->right_max));
}

static int height_of(const cnet_range_t *ranges, uint32_t index) { return index == 0 ? 0 : ranges[index].height; }

static void refresh(cnet_range_t *ranges, uint32_t index) {
  cnet_range_t *range = &ranges[index];
  int left = height_of(ranges, range->left), right = height_of(ranges, range->right);

  range->height = (uint8_t)(1 + (left > right ? left : right));
  range->left_max = max_of(ranges, range->left);
  range->right_max = max_of(ranges, range->right);
}

static uint32_t rotate_right(cnet_range_t *ranges, uint32_t index) {
  uint32_t top = ranges[index].left;

  ranges[index].left = ranges[top].right;
  ranges[top].right = index;
  refresh(ranges, index);
  refresh(ranges, top);
  return top;
}

static uint32_t rotate_left(cnet_range_t *ranges, uint32_t index) {
  uint32_t top = ranges[index].right;

  ranges[index].right = ranges[top].left;
  ranges[top].left = index;
  refresh(ranges, index);
  refresh(ranges, top);
  return top;
}

static int lean(const cnet_range_t *ranges, uint32_t index) {
  return height_of(ranges, ranges[index].left) - height_of(ranges, ranges[index].right);
}

/* Makes the heights of the children differ by one at most; the new top. */
static uint32_t balance(cnet_range_t *ranges, uint32_t index) {
  int leaning = lean(ranges, index);

  refresh(ranges, index);
  if (leaning > 1) {
    if (lean(ranges, ranges[index].left) < 0) ranges[index].left = rotate_left(ranges, ranges[index].left);
    return rotate_right(ranges, index);
  }
  if (leaning < -1) {
    if (lean(ranges, ranges[index].right) > 0) ranges[index].right = rotate_right(ranges, ranges[index].right);
    return rotate_left(ranges, index);
  }
  return index;
}

static int compare_ends(const cnet_range_t *a, const cnet_range_t *b) {
  int order = cnet_ip_compare(a->start, b->start);

  if (order == 0) order = cnet_ip_compare(a->end, b->end);
  if (order == 0) order = (int)a->start_four - (int)b->start_four;
  if (order == 0) order = (int)a->end_four - (int)b->end_four;
  return order;
}

/* The whole order of a tree: of equal ranges the newest comes first. */
static bool before(const cnet_range_t *a, const cnet_range_t *b) {
  int order = compare_ends(a, b);
  return order != 0 ? order < 0 : a->age > b->age;
}

/* The recursions go as deep as the tree is high: at most 45 for 2^32 ranges. */
static uint32_t insert(cnet_range_t *ranges, uint32_t top, uint32_t index) {
  if (top == 0) return index;
  if (before(&ranges[index], &ranges[top]))
    ranges[top].left = insert(ranges, ranges[top].left, index);
  else
    ranges[top].right = insert(ranges, ranges[top].right, index);
  return balance(ranges, top);
}

static uint32_t detach_first(cnet_range_t *ranges, uint32_t top, uint32_t *first) {
  if (ranges[top].left == 0) {
    *first = top;
    return ranges[top].right;
  }
  ranges[top].left = detach_first(ranges, ranges[top].left, first);
  return balance(ranges, top);
}

static uint32_t detach(cnet_range_t *ranges, uint32_t top, uint32_t index) {
  if (top != index) {
    if (before(&ranges[index], &ranges[top]))
      ranges[top].left = detach(ranges, ranges[top].left, index);
    else
      ranges[top].right = detach(ranges, ranges[top].right, index);
    return balance(ranges, top);
  }
  if (ranges[index].right == 0) return ranges[index].left;

  uint32_t next;
  uint32_t right = detach_first(ranges, ranges[index].right, &next);
  ranges[next].right = right;
  ranges[next].left = ranges[index].left;
  return balance(ranges, next);
}

/* The newest range with the ends of `wanted`; 0: none. */
static uint32_t find(const cnet_range_t *ranges, uint32_t top, const cnet_range_t *wanted) {
  uint32_t found = 0;

  while (top != 0) {
    int order = compare_ends(wanted, &ranges[top]);
    if (order == 0) found = top;
    top = order <= 0 ? ranges[top].left : ranges[top].right;
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

/* A free entry; 0: no memory. */
static uint32_t take_entry(cnet_block_list_t *list) {
  uint32_t index = list->ranges_free;

  if (index != 0) {
    list->ranges_free = list->ranges[index].left;
    return index;
  }
  if (list->ranges_used + 1 >= list->ranges_size) {
    size_t size = list->ranges_size ? (size_t)list->ranges_size * 2 : 8;
    cnet_range_t *ranges;
    if (size > CNET_MAX_RULES) return 0;
    ranges = realloc(list->ranges, size * sizeof *ranges);
    if (ranges == NULL) return 0;
    list->ranges = ranges;
    list->ranges_size = (uint32_t)size;
  }
  return ++list->ranges_used;
}

/*
 * CNET_TREE_FOUR: both ends are IPv4 or mapped. CNET_TREE_SIX: both are written as IPv6. CNET_TREE_MIXED: an IPv4
 * end and an IPv6 one that is not mapped: Node takes such a range, and it holds mapped addresses only.
 */
static cnet_tree_t tree_of(cnet_host_t start, cnet_host_t end) {
  if (cnet_ip_is_mapped(start.ip) && cnet_ip_is_mapped(end.ip)) return CNET_TREE_FOUR;
  return start.four || end.four ? CNET_TREE_MIXED : CNET_TREE_SIX;
}

static cnet_range_t range_of(cnet_host_t start, cnet_host_t end) {
  return (cnet_range_t){.start = start.ip, .end = end.ip, .height = 1, .start_four = start.four, .end_four = end.four};
}

int cnet_range_add(cnet_block_list_t *list, cnet_host_t start, cnet_host_t end) {
  cnet_tree_t tree = tree_of(start, end);
  uint32_t index;

  if (tree != CNET_TREE_MIXED && cnet_ip_compare(start.ip, end.ip) > 0) return CNET_START_AFTER_END;
  index = take_entry(list);
  if (index == 0) return UV_ENOMEM;

  list->ranges[index] = range_of(start, end);
  list->ranges[index].age = ++list->ages;
  list->ranges[index].link.next = list->ranges_first;
  if (list->ranges_first != 0) list->ranges[list->ranges_first].link.previous = index;
  list->ranges_first = index;
  list->roots[tree] = insert(list->ranges, list->roots[tree], index);
  list->size++;
  return 0;
}

void cnet_range_remove(cnet_block_list_t *list, cnet_host_t start, cnet_host_t end) {
  cnet_tree_t tree = tree_of(start, end);
  cnet_range_t wanted = range_of(start, end);
  uint32_t index = find(list->ranges, list->roots[tree], &wanted);
  cnet_link_t link;

  if (index == 0) return;
  list->roots[tree] = detach(list->ranges, list->roots[tree], index);
  link = list->ranges[index].link;
  if (link.next != 0) list->ranges[link.next].link.previous = link.previous;
  if (link.previous != 0)
    list->ranges[link.previous].link.next = link.next;
  else
    list->ranges_first = link.next;
  list->ranges[index].left = list->ranges_free;
  list->ranges_free = index;
  list->size--;
}
