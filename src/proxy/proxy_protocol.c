/* proxy_protocol.c: headers of the PROXY protocol: which version, and version 2. */
#include "proxy_protocol.h"

#include <string.h>

/* Version 2: the fields behind the signature (section 2.2). */
enum { VERSION_COMMAND = 12, FAMILY = 13, LENGTH = 14 };

/* Bytes of both addresses and their ports, by cnet_proxy_family_t. */
static const uint8_t ADDRESS_BYTES[] = {0, 12, 36, 216};

/* Types of TLVs (section 2.2). */
enum { TLV_CRC32C = 0x03 };

#define TLV_HEAD 3u
#define CRC_BYTES 4u

static const uint8_t LINE_SIGNATURE[] = {'P', 'R', 'O', 'X', 'Y', ' '};
static const uint8_t BINARY_SIGNATURE[] = {'\r', '\n', '\r', '\n', 0, '\r', '\n', 'Q', 'U', 'I', 'T', '\n'};

/* Both have `length` bytes in common, or all of the signature. */
static bool begins(const uint8_t *bytes, size_t length, const uint8_t *signature, size_t size) {
  return length == 0 || memcmp(bytes, signature, length < size ? length : size) == 0;
}

static bool may_be_line(const uint8_t *bytes, size_t length) {
  return begins(bytes, length, LINE_SIGNATURE, sizeof LINE_SIGNATURE);
}

static bool may_be_binary(const uint8_t *bytes, size_t length) {
  return begins(bytes, length, BINARY_SIGNATURE, sizeof BINARY_SIGNATURE);
}

static unsigned read_16(const uint8_t *bytes) { return (unsigned)bytes[0] << 8 | bytes[1]; }

static uint32_t read_32(const uint8_t *bytes) { return (uint32_t)read_16(bytes) << 16 | read_16(bytes + 2); }

bool cnet_proxy_is_header(const uint8_t *bytes, size_t length) {
  return (length >= sizeof LINE_SIGNATURE && may_be_line(bytes, length)) ||
         (length >= sizeof BINARY_SIGNATURE && may_be_binary(bytes, length));
}

/* The fixed part is refused as soon as it is there: nobody waits for, or makes room for, what it announces. */
static int check_fixed(const uint8_t *bytes) {
  unsigned command = bytes[VERSION_COMMAND] & 0xf, family = bytes[FAMILY] >> 4, protocol = bytes[FAMILY] & 0xf;

  if (bytes[VERSION_COMMAND] >> 4 != 2) return CNET_PROXY_VERSION;
  if (command > 1) return CNET_PROXY_COMMAND;
  if (CNET_PROXY_FIXED + read_16(bytes + LENGTH) > CNET_PROXY_MAX) return CNET_PROXY_TOO_LONG;
  if (command == 0) return 0; /* LOCAL: the rest is of no meaning, the family included */
  if (family > CNET_PROXY_UNIX || protocol > 2 || (family == CNET_PROXY_UNSPEC) != (protocol == 0))
    return CNET_PROXY_FAMILY;
  return read_16(bytes + LENGTH) < ADDRESS_BYTES[family] ? CNET_PROXY_LENGTH : 0;
}

static int32_t binary_need(const uint8_t *bytes, size_t length) {
  if (length < CNET_PROXY_FIXED) return (int32_t)(CNET_PROXY_FIXED - length);
  int err = check_fixed(bytes);
  if (err) return -err;
  return (int32_t)(CNET_PROXY_FIXED + read_16(bytes + LENGTH) - length);
}

int32_t cnet_proxy_need(const uint8_t *bytes, size_t length) {
  if (length > 0 && may_be_binary(bytes, length)) return binary_need(bytes, length);
  if (may_be_line(bytes, length)) return cnet_proxy_line_need(bytes, length);
  return -CNET_PROXY_NO_SIGNATURE;
}

/* --- version 2 -------------------------------------------------------------------------------------------- */

/* The checksum is that of the whole header with zeroes in its own place. */
static bool checksum_is_right(const uint8_t *bytes, size_t length, size_t place) {
  static const uint8_t zeroes[CRC_BYTES] = {0};
  uint32_t crc = cnet_proxy_crc32c(0, bytes, place);

  crc = cnet_proxy_crc32c(crc, zeroes, CRC_BYTES);
  crc = cnet_proxy_crc32c(crc, bytes + place + CRC_BYTES, length - place - CRC_BYTES);
  return crc == read_32(bytes + place);
}

/*
 * A second checksum is refused before it is looked at: each is over the whole header, so that many of them would make
 * it cost the square of its length.
 */
static int check_tlvs(const uint8_t *bytes, size_t length, size_t at) {
  bool has_checksum = false;

  while (at < length) {
    if (length - at < TLV_HEAD) return CNET_PROXY_TLV;
    uint8_t type = bytes[at];
    size_t size = read_16(bytes + at + 1);
    at += TLV_HEAD;
    if (length - at < size) return CNET_PROXY_TLV;
    if (type == TLV_CRC32C) {
      if (has_checksum) return CNET_PROXY_CHECKSUMS;
      has_checksum = true;
      if (size != CRC_BYTES) return CNET_PROXY_TLV;
      if (!checksum_is_right(bytes, length, at)) return CNET_PROXY_CHECKSUM;
    }
    at += size;
  }
  return 0;
}

static void read_addresses(const uint8_t *at, cnet_proxy_header_t *out) {
  size_t size = out->family == CNET_PROXY_INET ? 4 : out->family == CNET_PROXY_INET6 ? 16 : CNET_PROXY_ADDRESS;

  if (out->family == CNET_PROXY_UNSPEC) return;
  memcpy(out->source, at, size);
  memcpy(out->destination, at + size, size);
  if (out->family == CNET_PROXY_UNIX) return;
  out->source_port = (uint16_t)read_16(at + 2 * size);
  out->destination_port = (uint16_t)read_16(at + 2 * size + 2);
}

static int parse_binary(const uint8_t *bytes, size_t length, cnet_proxy_header_t *out) {
  out->version = 2;
  out->local = (bytes[VERSION_COMMAND] & 0xf) == 0;
  out->tlvs = length;
  if (out->local) return 0;
  out->family = bytes[FAMILY] >> 4;
  out->protocol = bytes[FAMILY] & 0xf;
  out->tlvs = CNET_PROXY_FIXED + (size_t)ADDRESS_BYTES[out->family];
  read_addresses(bytes + CNET_PROXY_FIXED, out);
  return check_tlvs(bytes, length, out->tlvs);
}

int cnet_proxy_parse(const uint8_t *bytes, size_t length, cnet_proxy_header_t *out) {
  memset(out, 0, sizeof *out);
  if (bytes[0] == LINE_SIGNATURE[0]) return cnet_proxy_line_parse(bytes, length, out);
  return parse_binary(bytes, length, out);
}
