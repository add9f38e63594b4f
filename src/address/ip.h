/* ip.h: IP addresses as 128-bit numbers: IPv4 is ::ffff:0:0/96. Networks, and a keyed hash of them. */
#ifndef CNET_ADDRESS_IP_H
#define CNET_ADDRESS_IP_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

typedef struct cnet_ip {
  uint64_t high, low;
} cnet_ip_t;

/* An address and the notation in which it came. */
typedef struct cnet_address {
  cnet_ip_t ip;
  bool four;
} cnet_address_t;

/* The number of a.b.c.d is that of ::ffff:a.b.c.d. */
static inline bool cnet_ip_is_mapped(cnet_ip_t ip) { return ip.high == 0 && ip.low >> 32 == 0xffff; }

static inline int cnet_ip_compare(cnet_ip_t a, cnet_ip_t b) {
  if (a.high != b.high) return a.high < b.high ? -1 : 1;
  return a.low == b.low ? 0 : a.low < b.low ? -1 : 1;
}

/* The network of `ip` with a prefix of 0 to 128 bits. */
static inline cnet_ip_t cnet_ip_network(cnet_ip_t ip, unsigned prefix) {
  cnet_ip_t network = {0, 0};

  if (prefix > 64) {
    network.high = ip.high;
    network.low = ip.low & ~(uint64_t)0 << (128 - prefix);
  } else if (prefix > 0) {
    network.high = ip.high & ~(uint64_t)0 << (64 - prefix);
  }
  return network;
}

static inline uint64_t cnet_mix(uint64_t x) {
  x ^= x >> 32;
  x *= 0xd6e8feb86659fd93u;
  x ^= x >> 32;
  x *= 0xd6e8feb86659fd93u;
  return x ^ x >> 32;
}

/* The hash of a network, or of what else is told by a `prefix` of up to 255, keyed by `seed`. */
static inline uint64_t cnet_ip_hash(cnet_ip_t network, unsigned prefix, uint64_t seed) {
  return cnet_mix(cnet_mix(network.high ^ seed) ^ network.low ^ (uint64_t)prefix << 56);
}

/* A random key for a hash; without a source of random numbers one by time and `address`, which is better than none. */
uint64_t cnet_hash_seed(const void *address);

/* The address in a socket address. False: it is no IP address. */
bool cnet_address_of_sockaddr(const struct sockaddr_storage *address, cnet_address_t *out);

/* The 4 or 16 bytes of an address in network order. */
cnet_address_t cnet_address_of_bytes(const unsigned char *bytes, bool four);

#endif
