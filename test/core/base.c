/* base.c: tests of the floors below the core: heap, table, addresses, block lists, headers of the PROXY protocol. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "block_list_internal.h"
#include "heap.h"
#include "host.h"
#include "ip.h"
#include "proxy_protocol.h"
#include "table.h"
#include "zeroed.h"

/* The top of the heap, taken out. */
static cnet_heap_node_t *pop(cnet_heap_t *heap) {
  cnet_heap_node_t *top = heap->nodes[0];

  cnet_heap_remove(heap, top);
  return top;
}

static void gives_the_nodes_of_a_heap_in_order(void) {
  cnet_heap_node_t nodes[200];
  cnet_heap_t heap = {0};
  uint64_t last = 0;

  NEED(cnet_heap_reserve(&heap, 200));
  for (uint32_t i = 0; i < 200; i++) {
    nodes[i] = (cnet_heap_node_t){.due = (i * 7919u) % 101, .order = i};
    cnet_heap_add(&heap, &nodes[i]);
  }
  for (uint32_t i = 0; i < 200; i += 3) { /* some of them later, and some not at all */
    nodes[i].due += 50;
    cnet_heap_down(&heap, &nodes[i]);
  }
  for (uint32_t i = 1; i < 200; i += 10) cnet_heap_remove(&heap, &nodes[i]);
  CHECK(heap.count == 180);
  while (heap.count > 0) {
    const cnet_heap_node_t *top = pop(&heap);
    CHECK(top->due >= last);
    last = top->due;
  }
  cnet_heap_free(&heap);
}

static void gives_what_is_due_together_in_the_order_of_its_numbers(void) {
  cnet_heap_node_t nodes[20];
  cnet_heap_t heap = {0};

  NEED(cnet_heap_reserve(&heap, 20));
  for (uint32_t i = 0; i < 20; i++) {
    nodes[i] = (cnet_heap_node_t){.due = 5, .order = (i * 7) % 20};
    cnet_heap_add(&heap, &nodes[i]);
  }
  for (uint64_t i = 0; i < 20; i++) CHECK(pop(&heap)->order == i);
  cnet_heap_free(&heap);
}

static void gives_memory_of_zeros_where_other_bytes_were(void) {
  enum { SIZE = 240 };
  static const char zeros[SIZE];

  for (int i = 0; i < 20; i++) {
    char *memory = cnet_zeroed(SIZE);
    NEED(memory != NULL);
    CHECK(memcmp(memory, zeros, SIZE) == 0);
    memset(memory, 'x', SIZE);
    free(memory);
  }
}

static void has_numbers_in_a_table_until_they_are_given_back(void) {
  cnet_table_t table = {0};
  int items[100];

  for (int32_t i = 0; i < 100; i++) CHECK(cnet_table_add(&table, &items[i]) == i);
  cnet_table_remove(&table, 41);
  CHECK(cnet_table_get(&table, 41) == NULL);
  CHECK(cnet_table_get(&table, 42) == &items[42]);
  CHECK(cnet_table_get(&table, -1) == NULL && cnet_table_get(&table, 1 << 30) == NULL);
  CHECK(cnet_table_add(&table, &items[0]) == 41);
  cnet_table_free(&table);
}

static void has_no_number_and_no_room_without_memory(void) {
  cnet_table_t table = {0};
  cnet_heap_t heap = {0};

  for (unsigned skip = 0; skip < 2; skip++) {
    fail_allocation(skip);
    CHECK(cnet_table_add(&table, &table) == -1);
    CHECK(stop_failing());
  }
  CHECK(cnet_table_add(&table, &table) == 0);
  fail_allocation(0);
  CHECK(!cnet_heap_reserve(&heap, 1));
  CHECK(stop_failing());
  cnet_table_free(&table);
  cnet_heap_free(&heap);
}

static bool comes_back(const char *in, const char *out, int family) {
  struct sockaddr_storage address;
  char text[CNET_ADDRESS_TEXT];
  int32_t port, got;

  if (cnet_address_family(in, strlen(in)) != family) return false;
  if (cnet_address_parse(in, strlen(in), 4711, &address) != 0) return family == 0;
  cnet_address_text(&address, text, &port, &got);
  return strcmp(text, out) == 0 && port == 4711 && got == family;
}

static void reads_and_writes_addresses(void) {
  unsigned char bytes[16];

  CHECK(comes_back("127.0.0.1", "127.0.0.1", 4));
  CHECK(comes_back("::1", "::1", 6));
  CHECK(comes_back("2001:DB8:0:0:0:0:0:1", "2001:db8::1", 6));
  CHECK(comes_back("fe80::1%lo", "fe80::1%lo", 6));
  CHECK(comes_back("fe80::1%nosuchzone", "fe80::1", 6));
  CHECK(comes_back("127.0.0.256", "", 0));
  CHECK(comes_back("127.1", "", 0));
  CHECK(comes_back("", "", 0));
  CHECK(cnet_address_family("::1\0", 4) == 0);
  CHECK(cnet_address_bytes("1.2.3.4", 7, 4, bytes) == 0 && memcmp(bytes, "\1\2\3\4", 4) == 0);
  CHECK(cnet_address_bytes("::1%lo", 6, 6, bytes) == 0 && bytes[15] == 1);
  CHECK(cnet_address_bytes("1.2.3.4", 7, 6, bytes) == UV_EINVAL);
}

static void writes_no_text_of_what_is_no_address(void) {
  struct sockaddr_storage address = {.ss_family = AF_UNIX};
  char text[CNET_ADDRESS_TEXT] = "x";
  int32_t family = 1;

  cnet_address_text(&address, text, NULL, &family);
  CHECK(text[0] == '\0' && family == 0);
}

/* --- block lists -------------------------------------------------------------------------------------------------- */

static cnet_address_t ip(const char *text) {
  struct sockaddr_storage address = host_address(text, 0);
  cnet_address_t out = {0};

  NEED(cnet_address_of_sockaddr(&address, &out));
  return out;
}

static bool holds(const cnet_block_list_t *list, const char *text) {
  struct sockaddr_storage address = host_address(text, 0);
  return cnet_block_list_check(list, &address);
}

static void blocks_addresses_subnets_and_ranges(void) {
  cnet_block_list_t *list = cnet_block_list_new();

  NEED(cnet_net_add(list, ip("10.0.0.1"), 128, true) == 0);
  NEED(cnet_net_add(list, ip("192.168.0.0"), 96 + 16, false) == 0);
  NEED(cnet_net_add(list, ip("2001:db8::"), 32, false) == 0);
  NEED(cnet_range_add(list, ip("172.16.0.5"), ip("172.16.0.9")) == 0);
  CHECK(cnet_range_add(list, ip("172.16.0.9"), ip("172.16.0.5")) == CNET_START_AFTER_END);
  CHECK(list->size == 4);
  CHECK(holds(list, "10.0.0.1") && holds(list, "::ffff:10.0.0.1") && !holds(list, "10.0.0.2"));
  CHECK(holds(list, "192.168.255.255") && !holds(list, "192.169.0.0"));
  CHECK(holds(list, "2001:db8:ffff::1") && !holds(list, "2001:db9::"));
  CHECK(!holds(list, "172.16.0.4") && holds(list, "172.16.0.5") && holds(list, "172.16.0.9") &&
        !holds(list, "172.16.0.10"));
  cnet_net_remove(list, ip("10.0.0.1"), 128, true);
  cnet_range_remove(list, ip("172.16.0.5"), ip("172.16.0.9"));
  CHECK(!holds(list, "10.0.0.1") && !holds(list, "172.16.0.7") && list->size == 2);
  cnet_block_list_clear(list);
  CHECK(list->size == 0 && !holds(list, "192.168.0.1"));
  cnet_block_list_release(list);
}

static bool is_four(void *data, int32_t question, const struct sockaddr_storage *address, bool otherwise) {
  (void)otherwise;
  *(int32_t *)data = question;
  return address->ss_family == AF_INET;
}

static void asks_for_what_no_rule_of_the_list_matches(void) {
  cnet_block_list_t *list = cnet_block_list_new();
  struct sockaddr_storage one = host_address("10.0.0.1", 0), other = host_address("::1", 0);
  int32_t asked = 0;

  NEED(cnet_net_add(list, ip("10.0.0.1"), 128, true) == 0);
  cnet_block_list_set_ask(list, is_four, &asked, 7);
  CHECK(cnet_block_list_holds(list, &one, false) && asked == 0);
  CHECK(!cnet_block_list_holds(list, &other, true) && asked == 7);
  one = host_address("10.0.0.2", 0);
  CHECK(cnet_block_list_holds(list, &one, false));
  cnet_block_list_release(list);
}

static void keeps_thousands_of_rules_apart(void) {
  cnet_block_list_t *list = cnet_block_list_new();
  cnet_address_t host = ip("10.0.0.0");

  for (uint32_t i = 0; i < 3000; i++) {
    cnet_address_t it = {{host.ip.high, host.ip.low + 2 * (uint64_t)i}, true};
    NEED(cnet_net_add(list, it, 128, true) == 0);
  }
  for (uint32_t i = 0; i < 6000; i++) {
    cnet_address_t it = {{host.ip.high, host.ip.low + i}, true};
    CHECK(cnet_block_list_check_address(list, it) == (i % 2 == 0));
  }
  cnet_block_list_release(list);
}

/* --- the PROXY protocol ------------------------------------------------------------------------------------------- */

static void reads_headers_of_both_versions(void) {
  static const char one[] = "PROXY TCP4 1.2.3.4 5.6.7.8 9 10\r\n";
  static const char two[] = "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\1\2\3\4\5\6\7\10\0\11\0\12";
  const struct {
    const char *bytes;
    size_t length;
  } headers[] = {{one, sizeof one - 1}, {two, sizeof two - 1}};

  for (int i = 0; i < 2; i++) {
    const uint8_t *bytes = (const uint8_t *)headers[i].bytes;
    cnet_proxy_header_t header;
    CHECK(cnet_proxy_need(bytes, headers[i].length) == 0);
    CHECK(cnet_proxy_parse(bytes, headers[i].length, &header) == 0);
    CHECK(header.version == i + 1 && header.family == CNET_PROXY_INET && !header.local);
    CHECK(memcmp(header.source, "\1\2\3\4", 4) == 0 && memcmp(header.destination, "\5\6\7\10", 4) == 0);
    CHECK(header.source_port == 9 && header.destination_port == 10);
  }
  CHECK(cnet_proxy_crc32c(0, (const uint8_t *)"123456789", 9) ==
        0xe3069283u); /* RFC 9260's polynomial, its check value */
}

const test_t base_tests[] = {
    {"heap: gives its nodes in order", gives_the_nodes_of_a_heap_in_order},
    {"heap: gives what is due together in the order of its numbers",
     gives_what_is_due_together_in_the_order_of_its_numbers},
    {"gives memory of zeros where other bytes were", gives_memory_of_zeros_where_other_bytes_were},
    {"table: has numbers until they are given back", has_numbers_in_a_table_until_they_are_given_back},
    {"heap, table: have no room without memory, and stay sound", has_no_number_and_no_room_without_memory},
    {"addresses: are read and written", reads_and_writes_addresses},
    {"addresses: what is none has no text", writes_no_text_of_what_is_no_address},
    {"block list: blocks addresses, subnets and ranges, until they are taken out", blocks_addresses_subnets_and_ranges},
    {"block list: asks for what no rule of it matches", asks_for_what_no_rule_of_the_list_matches},
    {"block list: keeps thousands of rules apart", keeps_thousands_of_rules_apart},
    {"PROXY: reads headers of both versions", reads_headers_of_both_versions},
    {NULL, NULL},
};
