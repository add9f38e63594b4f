/*
 * address_units.c: IP addresses in the UTF-16 units of JavaScript's strings, read in one pass and without a copy in
 * another encoding, and their texts. Both mean the same as inet_pton(3) and inet_ntop(3).
 */
#include "address_units.h"

#include <string.h>

/* The place after the last group of an IPv6 address, where no '::' was. */
#define NO_GAP 17

/* --- units to bytes ---------------------------------------------------------------------------------------------- */

bool cnet_units_four(const char16_t *units, size_t length, unsigned char out[4]) {
  unsigned value = 0, digits = 0, octets = 0;

  for (size_t i = 0; i <= length; i++) {
    if (i == length || units[i] == '.') {
      if (digits == 0 || octets == 4) return false;
      out[octets++] = (unsigned char)value;
      value = digits = 0;
      continue;
    }
    unsigned digit = (unsigned)units[i] - '0';
    if (digit > 9 || (digits > 0 && value == 0)) return false; /* no zeros before a number */
    value = value * 10 + digit;
    if (value > 255) return false;
    digits++;
  }
  return octets == 4;
}

/* The value of a hexadecimal digit; 16: it is none. */
static unsigned hex_of(char16_t unit) {
  unsigned digit = (unsigned)unit - '0';

  if (digit < 10) return digit;
  digit = (unsigned)(unit | 0x20) - 'a';
  return digit < 6 ? digit + 10 : 16;
}

/* Reads up to 4 hexadecimal digits from *i on. False: there are more. */
static bool read_group(const char16_t *units, size_t length, size_t *i, unsigned *value) {
  size_t start = *i;
  unsigned digit;

  *value = 0;
  for (; *i < length && (digit = hex_of(units[*i])) < 16; ++*i) {
    if (*i - start == 4) return false;
    *value = *value << 4 | digit;
  }
  return true;
}

/* Moves what was read behind the gap to the end. False: there are too many or too few groups. */
static bool fill_gap(unsigned char out[16], size_t used, size_t gap) {
  if (gap == NO_GAP || used == 16) return gap == NO_GAP && used == 16;
  memmove(out + 16 - (used - gap), out + gap, used - gap);
  memset(out + gap, 0, 16 - used);
  return true;
}

bool cnet_units_six(const char16_t *units, size_t length, unsigned char out[16]) {
  size_t used = 0, gap = NO_GAP, i = 0;

  if (length > 0 && units[0] == ':' && (++i == length || units[1] != ':')) return false;
  while (i < length) {
    size_t start = i;
    unsigned value;
    if (!read_group(units, length, &i, &value)) return false;
    if (i == start) { /* the second ':' of '::' */
      if (units[i] != ':' || gap != NO_GAP) return false;
      gap = used;
      i++;
      continue;
    }
    if (i < length && units[i] == '.') {
      if (used > 12 || !cnet_units_four(units + start, length - start, out + used)) return false;
      return fill_gap(out, used + 4, gap);
    }
    if (used > 14) return false;
    out[used++] = (unsigned char)(value >> 8);
    out[used++] = (unsigned char)value;
    if (i < length && (units[i++] != ':' || i == length)) return false;
  }
  return fill_gap(out, used, gap);
}

/* The index of the first such unit, or `length`. */
static size_t find_unit(const char16_t *units, size_t length, char16_t wanted) {
  size_t i = 0;
  while (i < length && units[i] != wanted) i++;
  return i;
}

bool cnet_units_address(const char16_t *units, size_t length, int family, unsigned char *out) {
  if (family != 6) return cnet_units_four(units, length, out);
  size_t plain = find_unit(units, length, '%');
  return cnet_units_six(units, plain, out) && find_unit(units + plain, length - plain, 0) == length - plain;
}

/* Node's net.isIP() takes letters, digits, '-', '.' and ':' in a zone, and at least one of them. */
static bool zone_is_valid(const char16_t *zone, size_t length) {
  for (size_t i = 0; i < length; i++) {
    char16_t c = zone[i];
    bool alphanumeric = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!alphanumeric && c != '-' && c != '.' && c != ':') return false;
  }
  return length > 0;
}

int cnet_units_family(const char16_t *units, size_t length) {
  unsigned char bytes[16];
  size_t plain = find_unit(units, length, '%');

  if (cnet_units_four(units, length, bytes)) return 4;
  if (!cnet_units_six(units, plain, bytes)) return 0;
  return plain == length || zone_is_valid(units + plain + 1, length - plain - 1) ? 6 : 0;
}

/* --- bytes to text ------------------------------------------------------------------------------------------------ */

size_t cnet_four_text(const unsigned char bytes[4], char out[CNET_PLAIN_TEXT]) {
  char *at = out;

  for (int i = 0; i < 4; i++) {
    unsigned value = bytes[i];
    if (value >= 100) *at++ = (char)('0' + value / 100);
    if (value >= 10) *at++ = (char)('0' + value / 10 % 10);
    *at++ = (char)('0' + value % 10);
    *at++ = '.';
  }
  *--at = '\0';
  return (size_t)(at - out);
}

static unsigned group_of(const unsigned char bytes[16], size_t i) {
  return (unsigned)bytes[2 * i] << 8 | bytes[2 * i + 1];
}

/* The first of the longest rows of at least two groups of zeros, which '::' stands for; its length, or 0. */
static size_t find_zeros(const unsigned char bytes[16], size_t *start) {
  size_t longest = 1, row = 0;

  *start = 8;
  for (size_t i = 0; i < 8; i++) {
    row = group_of(bytes, i) == 0 ? row + 1 : 0;
    if (row <= longest) continue;
    longest = row;
    *start = i + 1 - row;
  }
  return *start == 8 ? 0 : longest;
}

static char *write_group(char *at, unsigned value) {
  static const char digits[] = "0123456789abcdef";

  if (value >= 0x1000) *at++ = digits[value >> 12];
  if (value >= 0x100) *at++ = digits[value >> 8 & 15];
  if (value >= 0x10) *at++ = digits[value >> 4 & 15];
  *at++ = digits[value & 15];
  return at;
}

size_t cnet_six_text(const unsigned char bytes[16], char out[CNET_PLAIN_TEXT]) {
  size_t start, zeros = find_zeros(bytes, &start);
  char *at = out;

  for (size_t i = 0; i < 8; i++) {
    if (i == start) {
      *at++ = ':';
      if (i + zeros == 8) *at++ = ':';
      i += zeros - 1;
      continue;
    }
    if (i > 0) *at++ = ':';
    /* an IPv4 address in it: compatible, or mapped */
    if (i == 6 && start == 0 && (zeros == 6 || (zeros == 5 && group_of(bytes, 5) == 0xffff)))
      return (size_t)(at - out) + cnet_four_text(bytes + 12, at);
    at = write_group(at, group_of(bytes, i));
  }
  *at = '\0';
  return (size_t)(at - out);
}
