/*
 * ip.c: fuzzes the reading and writing of IP addresses (src/address). What inet_pton(3) says is what has to come out,
 * and what is written has to read as the same address.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "address.h"
#include "address_units.h"

#define CHECK(condition) \
  do { \
    if (!(condition)) abort(); \
  } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int is_zone(const char *zone) {
  static const char allowed[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-.:";
  return *zone != '\0' && strspn(zone, allowed) == strlen(zone);
}

/* The slow way: `text` ends with a zero. */
static int reference_family(char *text, unsigned char bytes[16]) {
  char *percent = strchr(text, '%');

  if (percent == NULL && inet_pton(AF_INET, text, bytes) == 1) return 4;
  if (percent != NULL) *percent = '\0';
  if (inet_pton(AF_INET6, text, bytes) != 1) return 0;
  return percent == NULL || is_zone(percent + 1) ? 6 : 0;
}

/* Text of the address, read again, is the address; and the same text comes of it. */
static void check_round_trip(const struct sockaddr_storage *address, uint16_t port) {
  struct sockaddr_storage again;
  char text[CNET_ADDRESS_TEXT], second[CNET_ADDRESS_TEXT];
  int32_t port_out, family;

  cnet_address_text(address, text, &port_out, &family);
  CHECK(port_out == port && strlen(text) < CNET_ADDRESS_TEXT);
  CHECK(cnet_address_family(text, strlen(text)) == family);
  CHECK(cnet_address_parse(text, strlen(text), port, &again) == 0);
  cnet_address_text(&again, second, NULL, NULL);
  CHECK(strcmp(text, second) == 0);
}

static void check_parse(const char *text, int family, const unsigned char bytes[16], uint16_t port) {
  struct sockaddr_storage address;
  int err = cnet_address_parse(text, strlen(text), port, &address);

  if (family == 0) return; /* a zone of other letters is not looked at here: isIP() has been asked before */
  if (strlen(text) >= CNET_ADDRESS_TEXT) return; /* no name of an interface is that long */
  CHECK(err == 0);
  if (family == 4)
    CHECK(memcmp(&((struct sockaddr_in *)&address)->sin_addr, bytes, 4) == 0);
  else
    CHECK(memcmp(&((struct sockaddr_in6 *)&address)->sin6_addr, bytes, 16) == 0);
  check_round_trip(&address, port);
}

/* The bytes of an address, which has no zero byte in it; a zone is left out, whatever it is. `text` ends with a zero. */
static void check_bytes(const char *exact, size_t size, const char *text, int family) {
  unsigned char expected[16], got[16];
  char *plain = strdup(text);

  CHECK(plain != NULL);
  if (family == 6) plain[strcspn(plain, "%")] = '\0';
  bool has_zero = strlen(text) != size;
  bool is_valid = !has_zero && inet_pton(family == 6 ? AF_INET6 : AF_INET, plain, expected) == 1;
  CHECK((cnet_address_bytes(exact, size, family, got) == 0) == is_valid);
  if (is_valid) CHECK(memcmp(got, expected, family == 6 ? 16 : 4) == 0);
  free(plain);
}

/* A copy of exactly its size, without a final zero: what is read behind it shows. */
static char *copy_of(const uint8_t *data, size_t size, size_t more) {
  char *copy = malloc(size + more + !size);
  CHECK(copy != NULL);
  if (size > 0) memcpy(copy, data, size);
  if (more) copy[size] = '\0';
  return copy;
}

/* The same text as UTF-16 units, of exactly its size; and the shortest text of the address. */
static void check_units(const char *exact, size_t size, int family) {
  char16_t *units = malloc(size * sizeof *units + 1);
  unsigned char expected[16], got[16];
  char text[CNET_PLAIN_TEXT], plain[CNET_PLAIN_TEXT];

  CHECK(units != NULL);
  for (size_t i = 0; i < size; i++) units[i] = (unsigned char)exact[i];
  CHECK(cnet_units_family(units, size) == family);
  for (int wanted = 4; wanted <= 6; wanted += 2) {
    bool is_valid = cnet_address_bytes(exact, size, wanted, expected) == 0;
    CHECK(cnet_units_address(units, size, wanted, got) == is_valid);
    if (!is_valid) continue;
    CHECK(memcmp(got, expected, wanted == 6 ? 16 : 4) == 0);
    size_t length = wanted == 6 ? cnet_six_text(got, text) : cnet_four_text(got, text);
    CHECK(uv_inet_ntop(wanted == 6 ? AF_INET6 : AF_INET, got, plain, sizeof plain) == 0);
    CHECK(strcmp(text, plain) == 0 && strlen(text) == length);
  }
  for (size_t i = 0; i < size; i++) units[i] |= 0x100; /* no letter of an address */
  if (size > 0) CHECK(cnet_units_family(units, size) == 0 && !cnet_units_address(units, size, 6, got));
  free(units);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char *exact = copy_of(data, size, 0), *text = copy_of(data, size, 1), *spoiled = copy_of(data, size, 1);
  unsigned char expected[16] = {0};
  bool has_zero = size > 0 && memchr(data, '\0', size) != NULL;
  int family = has_zero ? 0 : reference_family(spoiled, expected);

  CHECK(cnet_address_family(exact, size) == family);
  for (int wanted = 4; wanted <= 6; wanted += 2) check_bytes(exact, size, text, wanted);
  check_units(exact, size, family);
  struct sockaddr_storage address;
  if (!has_zero)
    check_parse(text, family, expected, (uint16_t)(size * 257));
  else
    CHECK(cnet_address_parse(exact, size, 1, &address) != 0);
  free(exact);
  free(text);
  free(spoiled);
  return 0;
}
