/* address.c: IP addresses as text and in binary. */
#include "address.h"

#include <stdlib.h>
#include <string.h>

#ifndef _WIN32
#include <net/if.h>
#endif

/* Longest IPv6 text without a zone: 8 groups, the last two as dotted decimal. */
#define MAX_PLAIN 45

/* --- what a text is ------------------------------------------------------------------------------------- */

/* Copies the part before '%' with a final zero. False: it is too long for an address, or holds a zero byte. */
static bool copy_plain(const char *text, size_t length, char plain[MAX_PLAIN + 1]) {
  const char *percent = memchr(text, '%', length);
  size_t size = percent == NULL ? length : (size_t)(percent - text);

  if (size > MAX_PLAIN || memchr(text, '\0', length) != NULL) return false;
  memcpy(plain, text, size);
  plain[size] = '\0';
  return true;
}

/* Node's net.isIP() takes letters, digits, '-', '.' and ':' in a zone, and at least one of them. */
static bool zone_is_valid(const char *zone, size_t length) {
  for (size_t i = 0; i < length; i++) {
    char c = zone[i];
    bool alphanumeric = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!alphanumeric && c != '-' && c != '.' && c != ':') return false;
  }
  return length > 0;
}

int cnet_address_family(const char *text, size_t length) {
  const char *percent = memchr(text, '%', length);
  char plain[MAX_PLAIN + 1];
  unsigned char bytes[16];

  if (!copy_plain(text, length, plain)) return 0;
  if (percent == NULL && uv_inet_pton(AF_INET, plain, bytes) == 0) return 4;
  if (uv_inet_pton(AF_INET6, plain, bytes) != 0) return 0;
  if (percent == NULL) return 6;
  return zone_is_valid(percent + 1, length - (size_t)(percent + 1 - text)) ? 6 : 0;
}

int cnet_address_bytes(const char *text, size_t length, int family, unsigned char out[16]) {
  char plain[MAX_PLAIN + 1];

  if (!copy_plain(text, length, plain)) return UV_EINVAL;
  if (family == 6) return uv_inet_pton(AF_INET6, plain, out);
  return memchr(text, '%', length) != NULL ? UV_EINVAL : uv_inet_pton(AF_INET, plain, out);
}

/* --- socket addresses ----------------------------------------------------------------------------------- */

/* The index of a zone; 0 when there is no such interface: the kernel then says what it thinks of the address. */
static uint32_t zone_index(const char *zone) {
  char *end;
#ifndef _WIN32
  unsigned index = if_nametoindex(zone);
  if (index != 0) return index;
#endif
  if (*zone < '0' || *zone > '9') return 0;
  unsigned long number = strtoul(zone, &end, 10);
  return *end == '\0' && number <= UINT32_MAX ? (uint32_t)number : 0;
}

int cnet_address_parse(const char *text, size_t length, uint16_t port, struct sockaddr_storage *out) {
  struct sockaddr_in *four = (struct sockaddr_in *)out;
  struct sockaddr_in6 *six = (struct sockaddr_in6 *)out;
  const char *percent = memchr(text, '%', length);
  char plain[MAX_PLAIN + 1], zone[CNET_ADDRESS_TEXT];

  memset(out, 0, sizeof *out);
  if (length >= sizeof zone || !copy_plain(text, length, plain)) return UV_EINVAL;
  if (percent == NULL && uv_ip4_addr(plain, port, four) == 0) return 0;
  if (uv_ip6_addr(plain, port, six) != 0) return UV_EINVAL;
  if (percent == NULL) return 0;
  size_t zone_length = length - (size_t)(percent + 1 - text);
  memcpy(zone, percent + 1, zone_length);
  zone[zone_length] = '\0';
  six->sin6_scope_id = zone_index(zone);
  return 0;
}

/* Appends '%' and the name of the interface, as Node does for link-local addresses. */
static void append_zone(const struct sockaddr_in6 *six, char out[CNET_ADDRESS_TEXT]) {
  size_t used = strlen(out);
  size_t size = CNET_ADDRESS_TEXT - used - 1;

  if (six->sin6_scope_id == 0 || !IN6_IS_ADDR_LINKLOCAL(&six->sin6_addr)) return;
  if (uv_if_indextoiid(six->sin6_scope_id, out + used + 1, &size) == 0) out[used] = '%';
}

void cnet_address_text(const struct sockaddr_storage *address, char out[CNET_ADDRESS_TEXT], int32_t *port,
                       int32_t *family) {
  const struct sockaddr_in *four = (const struct sockaddr_in *)address;
  const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)address;
  int32_t number = 0, kind = 0;

  memset(out, 0, CNET_ADDRESS_TEXT);
  if (address->ss_family == AF_INET && uv_ip4_name(four, out, CNET_ADDRESS_TEXT) == 0) {
    kind = 4;
    number = ntohs(four->sin_port);
  } else if (address->ss_family == AF_INET6 && uv_ip6_name(six, out, CNET_ADDRESS_TEXT) == 0) {
    kind = 6;
    number = ntohs(six->sin6_port);
    append_zone(six, out);
  }
  if (port != NULL) *port = number;
  if (family != NULL) *family = kind;
}
