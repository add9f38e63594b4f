/* address.h: IP addresses as text and in binary. */
#ifndef CNET_ADDRESS_H
#define CNET_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

/* Room for any address text: IPv6 in full, '%', a zone, a final zero. */
#define CNET_ADDRESS_TEXT 128

/* 4, 6 or 0: what `text` is, by Node's rules of net.isIP() (a zone is allowed on IPv6). */
int cnet_address_family(const char *text, size_t length);

/*
 * Parses `text` (IPv4 dotted decimal, or IPv6 with an optional %zone, an interface name or number) with `port`
 * in host order. 0 and *out, or UV_EINVAL. A zone that does not exist is no zone, as in uv_ip6_addr(): whether
 * the address can be used without one, the kernel knows. A text with a zero byte in it is no address.
 */
int cnet_address_parse(const char *text, size_t length, uint16_t port, struct sockaddr_storage *out);

/*
 * The address in `text` as 4 (`family` is 4) or 16 (`family` is 6) bytes in network order, its zone left out, whatever
 * that is. 0, or UV_EINVAL when it is not of that family (inet_pton(3)), or has a zero byte anywhere.
 */
int cnet_address_bytes(const char *text, size_t length, int family, unsigned char out[16]);

/*
 * The text of `address` in `out` (the shortest form; a link-local one with the %zone of its scope), the port in host
 * order and the family (4 or 6; 0 when it is neither, with empty text). `port` and `family` may be NULL.
 */
void cnet_address_text(const struct sockaddr_storage *address, char out[CNET_ADDRESS_TEXT], int32_t *port,
                       int32_t *family);

#endif
