/*
 * proxy_protocol.h: headers of the PROXY protocol, versions 1 and 2 (haproxy's doc/proxy-protocol.txt), as bytes.
 * Nothing here knows of Node-API or of sockets.
 *
 * A header is read in steps: cnet_proxy_need() says how many bytes more are part of it in any case. Who reads no more
 * than that never has a byte of what comes behind.
 */
#ifndef CNET_PROXY_PROTOCOL_H
#define CNET_PROXY_PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CNET_PROXY_LINE_MAX 107    /* bytes of a header of version 1, its CRLF included (section 2.1) */
#define CNET_PROXY_FIXED 16        /* bytes of version 2 that are always there (section 2.2) */
#define CNET_PROXY_MAX (16 * 1024) /* longest header that is taken: room for a client's certificate */
#define CNET_PROXY_ADDRESS 108     /* longest address: the path of a Unix socket */

/* Why a header is refused. The texts are in lib/server/proxy-protocol.js. */
typedef enum cnet_proxy_error {
  CNET_PROXY_NO_SIGNATURE = 1, /* it is no header, from its first bytes on */
  CNET_PROXY_TOO_LONG,
  CNET_PROXY_CHARACTER, /* version 1: what is neither printable nor the final CRLF */
  CNET_PROXY_FAMILY,    /* no such protocol or family */
  CNET_PROXY_ADDRESSES, /* version 1: addresses that are none of their family */
  CNET_PROXY_PORT,      /* version 1 */
  CNET_PROXY_VERSION,   /* version 2: another version */
  CNET_PROXY_COMMAND,   /* version 2: neither LOCAL nor PROXY */
  CNET_PROXY_LENGTH,    /* version 2: too short for its addresses */
  CNET_PROXY_TLV,       /* version 2: a TLV that does not end where it should */
  CNET_PROXY_CHECKSUM,  /* version 2: the CRC32c is another one */
  CNET_PROXY_CHECKSUMS, /* version 2: there are two of them */
  CNET_PROXY_ENDED,     /* of proxy_handshake.c: the connection has ended before its header */
  CNET_PROXY_TIMEOUT,   /* likewise: it took too long */
  CNET_PROXY_UNTRUSTED, /* likewise: the peer may send none */
  CNET_PROXY_RESET,     /* likewise: the peer has reset the connection */
} cnet_proxy_error_t;

typedef enum cnet_proxy_family {
  CNET_PROXY_UNSPEC = 0, /* the addresses are not told */
  CNET_PROXY_INET = 1,
  CNET_PROXY_INET6 = 2,
  CNET_PROXY_UNIX = 3,
} cnet_proxy_family_t;

/* What goes over the connection of the client. */
typedef enum cnet_proxy_transport { CNET_PROXY_STREAM = 1, CNET_PROXY_DGRAM = 2 } cnet_proxy_transport_t;

typedef struct cnet_proxy_header {
  uint8_t version;  /* 1 or 2 */
  bool local;       /* the connection is the proxy's own: nothing else is told */
  uint8_t family;   /* cnet_proxy_family_t */
  uint8_t protocol; /* cnet_proxy_transport_t; 0: not told */
  uint8_t source[CNET_PROXY_ADDRESS], destination[CNET_PROXY_ADDRESS]; /* network order; paths padded by zeroes */
  uint16_t source_port, destination_port;
  size_t tlvs; /* where the TLVs begin, which are sound and go to the header's end; that end when there are none */
} cnet_proxy_header_t;

/*
 * How many bytes of the header that begins with these are missing, at least; 0: it is there, and all of `bytes` is; or
 * the negative of a cnet_proxy_error_t. `bytes` must have come by such steps, or byte by byte.
 */
int32_t cnet_proxy_need(const uint8_t *bytes, size_t length);

/* True when these bytes are the beginning of a header for sure: the whole signature of a version is there. */
bool cnet_proxy_is_header(const uint8_t *bytes, size_t length);

/* Reads a header of which cnet_proxy_need() has said 0. 0 and *out, or a cnet_proxy_error_t. */
int cnet_proxy_parse(const uint8_t *bytes, size_t length, cnet_proxy_header_t *out);

/* CRC32c (RFC 9260, appendix A) of some more bytes; begin with 0. It is in crc32c.c. */
uint32_t cnet_proxy_crc32c(uint32_t crc, const uint8_t *bytes, size_t length);

/* --- version1.c: version 1, for the functions above --------------------------------------------------------- */

int32_t cnet_proxy_line_need(const uint8_t *bytes, size_t length);
int cnet_proxy_line_parse(const uint8_t *bytes, size_t length, cnet_proxy_header_t *out);

#endif
