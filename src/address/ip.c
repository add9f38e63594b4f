/* ip.c: IP addresses as 128-bit numbers, out of what the system has. */
#include "ip.h"

uint64_t cnet_hash_seed(const void *address) {
  uint64_t seed;

  if (uv_random(NULL, NULL, &seed, sizeof seed, 0, NULL) == 0) return seed;
  return uv_hrtime() ^ (uint64_t)(uintptr_t)address;
}

static uint64_t read_big_endian(const unsigned char *bytes, size_t count) {
  uint64_t value = 0;
  for (size_t i = 0; i < count; i++) value = value << 8 | bytes[i];
  return value;
}

cnet_address_t cnet_address_of_bytes(const unsigned char *bytes, bool four) {
  cnet_address_t host = {.four = four};

  if (four) {
    host.ip.low = (uint64_t)0xffff << 32 | read_big_endian(bytes, 4);
  } else {
    host.ip.high = read_big_endian(bytes, 8);
    host.ip.low = read_big_endian(bytes + 8, 8);
  }
  return host;
}

bool cnet_address_of_sockaddr(const struct sockaddr_storage *address, cnet_address_t *out) {
  const struct sockaddr_in *four = (const struct sockaddr_in *)address;
  const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)address;

  if (address->ss_family == AF_INET)
    *out = cnet_address_of_bytes((const unsigned char *)&four->sin_addr, true);
  else if (address->ss_family == AF_INET6)
    *out = cnet_address_of_bytes((const unsigned char *)&six->sin6_addr, false);
  return address->ss_family == AF_INET || address->ss_family == AF_INET6;
}
