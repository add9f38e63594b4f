/* address_units.h: IP addresses in the UTF-16 units of JavaScript's strings, and as text. */
#ifndef CNET_ADDRESS_UNITS_H
#define CNET_ADDRESS_UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint16_t char16_t; /* as in Node-API */

/* Room for the longest address, IPv6 with the last two groups as dotted decimal, and for a short zone. */
#define CNET_UNITS_ROOM 64

/* The 4 bytes of an IPv4 address in dotted decimal (inet_pton(3)). False: it is none. */
bool cnet_units_four(const char16_t *units, size_t length, unsigned char out[4]);

/* The 16 bytes of an IPv6 address without a zone (inet_pton(3)). False: it is none; `out` may be changed. */
bool cnet_units_six(const char16_t *units, size_t length, unsigned char out[16]);

/*
 * The address as 4 (`family` is 4) or 16 (`family` is 6) bytes in network order, its zone left out, whatever that is.
 * False: it is not of that family, or has a zero character anywhere.
 */
bool cnet_units_address(const char16_t *units, size_t length, int family, unsigned char *out);

/* 4, 6 or 0: what it is, by Node's rules of net.isIP(): a zone is allowed on IPv6. */
int cnet_units_family(const char16_t *units, size_t length);

/* Longest text of an address, with its final zero. */
#define CNET_PLAIN_TEXT 46

/* The shortest texts of 4 and of 16 bytes, as inet_ntop(3) writes them, with a final zero. Their length. */
size_t cnet_four_text(const unsigned char bytes[4], char out[CNET_PLAIN_TEXT]);
size_t cnet_six_text(const unsigned char bytes[16], char out[CNET_PLAIN_TEXT]);

#endif
