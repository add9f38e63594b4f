/*
 * proxy.c: fuzzes the reading of PROXY protocol headers (src/proxy). The first byte of an input
 * says how the rest is split; the rest arrives so, and what is made of it is compared with a reading of the whole, written
 * another way, that leaves addresses to inet_pton(3).
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proxy_protocol.h"

#define CHECK(condition) \
  do { \
    if (!(condition)) abort(); \
  } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char BINARY[] = "\r\n\r\n\0\r\nQUIT\n";

/* --- the slow way: the bytes of the header that `data` begins with; 0: none, or not whole -------------------------- */

/* One field of a line, and the single character behind it. */
static const char *field(const char *text, char *out, size_t room, char end) {
  size_t length = strcspn(text, " \r");

  if (length == 0 || length >= room || text[length] != end) return NULL;
  memcpy(out, text, length);
  out[length] = '\0';
  return text + length + 1;
}

static int is_port(const char *text, uint16_t *out) {
  char again[8];
  unsigned long number = strtoul(text, NULL, 10);

  snprintf(again, sizeof again, "%lu", number % 1000000);
  *out = (uint16_t)number;
  return number <= 65535 && strcmp(again, text) == 0;
}

static int slow_addresses(const char *text, int family, cnet_proxy_header_t *out) {
  char source[64], destination[64], source_port[8], destination_port[8];

  if ((text = field(text, source, sizeof source, ' ')) == NULL) return 0;
  if ((text = field(text, destination, sizeof destination, ' ')) == NULL) return 0;
  if ((text = field(text, source_port, sizeof source_port, ' ')) == NULL) return 0;
  if ((text = field(text, destination_port, sizeof destination_port, '\r')) == NULL || *text != '\n') return 0;
  out->family = family == AF_INET ? CNET_PROXY_INET : CNET_PROXY_INET6;
  out->protocol = 1;
  return inet_pton(family, source, out->source) == 1 && inet_pton(family, destination, out->destination) == 1 &&
         is_port(source_port, &out->source_port) && is_port(destination_port, &out->destination_port);
}

static size_t slow_line(const uint8_t *data, size_t size, cnet_proxy_header_t *out) {
  char line[CNET_PROXY_LINE_MAX + 1];
  const uint8_t *end = memchr(data, '\n', size);
  size_t length = end == NULL ? 0 : (size_t)(end - data) + 1;

  if (length < 2 || length > CNET_PROXY_LINE_MAX || data[length - 2] != '\r') return 0;
  for (size_t i = 0; i < length - 2; i++)
    if (data[i] < 0x20 || data[i] > 0x7e) return 0;
  memcpy(line, data, length);
  line[length] = '\0';
  out->version = 1;
  out->tlvs = length;
  if (strncmp(line, "PROXY UNKNOWN", 13) == 0 && (line[13] == ' ' || line[13] == '\r')) return length;
  if (strncmp(line, "PROXY TCP4 ", 11) == 0) return slow_addresses(line + 11, AF_INET, out) ? length : 0;
  if (strncmp(line, "PROXY TCP6 ", 11) == 0) return slow_addresses(line + 11, AF_INET6, out) ? length : 0;
  return 0;
}

/* Bit by bit, as against by a table. */
static uint32_t slow_crc(const uint8_t *bytes, size_t length, size_t hole) {
  uint32_t crc = UINT32_MAX;

  for (size_t i = 0; i < length; i++) {
    crc ^= i >= hole && i < hole + 4 ? 0 : bytes[i];
    for (int bit = 0; bit < 8; bit++) crc = crc & 1 ? 0x82f63b78u ^ crc >> 1 : crc >> 1;
  }
  return ~crc;
}

static int slow_tlvs(const uint8_t *data, size_t at, size_t end) {
  uint32_t sum;
  int sums = 0;

  while (at + 3 <= end) {
    size_t next = at + 3 + (size_t)data[at + 1] * 256 + data[at + 2];
    if (next > end) return 0;
    if (data[at] == 3) {
      if (next != at + 7 || sums++ > 0) return 0;
      memcpy(&sum, data + at + 3, 4);
      if (ntohl(sum) != slow_crc(data, end, at + 3)) return 0;
    }
    at = next;
  }
  return at == end;
}

static void slow_ends(const uint8_t *data, size_t bytes, cnet_proxy_header_t *out) {
  memcpy(out->source, data + 16, bytes);
  memcpy(out->destination, data + 16 + bytes, bytes);
  if (bytes == 108) return;
  out->source_port = (uint16_t)(data[16 + 2 * bytes] * 256 + data[17 + 2 * bytes]);
  out->destination_port = (uint16_t)(data[18 + 2 * bytes] * 256 + data[19 + 2 * bytes]);
}

static size_t slow_binary(const uint8_t *data, size_t size, cnet_proxy_header_t *out) {
  if (size < 16 || (data[12] != 0x20 && data[12] != 0x21)) return 0;
  size_t end = 16 + (size_t)data[14] * 256 + data[15], bytes = 0;
  if (end > size || end > CNET_PROXY_MAX) return 0;
  out->version = 2;
  out->local = data[12] == 0x20;
  out->tlvs = end;
  if (out->local) return end;
  switch (data[13]) {
  case 0x00: break;
  case 0x11: case 0x12: bytes = 4; break;
  case 0x21: case 0x22: bytes = 16; break;
  case 0x31: case 0x32: bytes = 108; break;
  default: return 0;
  }
  out->tlvs = 16 + (bytes == 0 ? 0 : bytes == 108 ? 216 : 2 * bytes + 4);
  if (out->tlvs > end) return 0;
  out->family = data[13] >> 4;
  out->protocol = data[13] & 15;
  if (bytes > 0) slow_ends(data, bytes, out);
  return slow_tlvs(data, out->tlvs, end) ? end : 0;
}

static size_t slow_parse(const uint8_t *data, size_t size, cnet_proxy_header_t *out) {
  memset(out, 0, sizeof *out);
  if (size >= 12 && memcmp(data, BINARY, 12) == 0) return slow_binary(data, size, out);
  return size >= 6 && memcmp(data, "PROXY ", 6) == 0 ? slow_line(data, size, out) : 0;
}

/* --- the parser, fed in steps ------------------------------------------------------------------------------------- */

/* Bytes of the header; 0: refused, or it wants more than there is. No more is read than it asks for. */
static size_t fed(const uint8_t *data, size_t size, unsigned step, cnet_proxy_header_t *out) {
  size_t length = 0;

  for (;;) {
    uint8_t *exact = malloc(length + 1); /* what is read behind it shows */
    CHECK(exact != NULL);
    uint8_t *bytes = realloc(exact, length ? length : 1);
    CHECK(bytes != NULL);
    memcpy(bytes, data, length);
    int32_t need = cnet_proxy_need(bytes, length);
    int err = need == 0 ? cnet_proxy_parse(bytes, length, out) : 0;
    bool known = cnet_proxy_is_header(bytes, length);
    free(bytes);
    if (need == 0) CHECK(known);
    if (need < 0 || err) return 0;
    if (need == 0) return length;
    CHECK(length + (size_t)need <= CNET_PROXY_MAX);
    if (length == size) return 0;
    size_t more = (size_t)need < size - length ? (size_t)need : size - length;
    length += step > 0 && more > step ? step : more;
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  cnet_proxy_header_t expected, got;

  if (size == 0) return 0;
  size_t length = slow_parse(data + 1, size - 1, &expected);
  for (unsigned step = 0; step <= data[0] % 8u; step++) {
    CHECK(fed(data + 1, size - 1, step, &got) == length);
    if (length > 0) CHECK(memcmp(&expected, &got, sizeof got) == 0);
  }
  return 0;
}
