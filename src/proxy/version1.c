/* version1.c: version 1 of the PROXY protocol, a line of text (section 2.1 of its specification). */
#include "proxy_protocol.h"

#include <string.h>

#include "address.h"

#define PREFIX 6u    /* 'PROXY ' */
#define SHORTEST 15u /* 'PROXY UNKNOWN' CRLF */

/* A part of the line. */
typedef struct cnet_span {
  const char *text;
  size_t length;
} cnet_span_t;

enum { PROTOCOL, SOURCE, DESTINATION, SOURCE_PORT, DESTINATION_PORT, FIELDS };

static bool is(cnet_span_t span, const char *text) {
  return span.length == strlen(text) && memcmp(span.text, text, span.length) == 0;
}

/* Splits at spaces, the last of `out` with all the rest. How many there are: 1 to FIELDS. */
static size_t split(const char *text, size_t length, cnet_span_t out[FIELDS]) {
  size_t count = 0;

  for (;;) {
    const char *space = count + 1 < FIELDS ? memchr(text, ' ', length) : NULL;
    out[count].text = text;
    out[count].length = space == NULL ? length : (size_t)(space - text);
    count++;
    if (space == NULL) return count;
    length -= out[count - 1].length + 1;
    text = space + 1;
  }
}

/* --- how much is missing ------------------------------------------------------------------------------------- */

/* Bytes that a field has at least. */
static size_t least(size_t field, bool inet) {
  if (field == SOURCE || field == DESTINATION) return inet ? strlen("0.0.0.0") : strlen("::");
  return 1;
}

/* What the line without its end lacks, of which `fields` are known: the rest of the fields, each behind a space. */
static size_t missing(const cnet_span_t fields[FIELDS], size_t count, bool inet) {
  size_t current = count - 1;
  size_t sum = fields[current].length < least(current, inet) ? least(current, inet) - fields[current].length : 0;

  for (size_t field = count; field < FIELDS; field++) sum += 1 + least(field, inet);
  return sum;
}

/* Everything but the final CRLF is printable. */
static int check_characters(const uint8_t *bytes, size_t length) {
  for (size_t i = 0; i < length; i++) {
    if (bytes[i] >= ' ' && bytes[i] <= '~') continue;
    if (bytes[i] == '\r' && (i + 1 == length || (i + 2 == length && bytes[i + 1] == '\n'))) continue;
    if (bytes[i] == '\n' && i + 1 == length && bytes[i - 1] == '\r') continue;
    return CNET_PROXY_CHARACTER;
  }
  return 0;
}

/* True when these may be the first bytes of the name of a protocol, or all of it. */
static bool may_be_protocol(cnet_span_t name, bool is_whole) {
  static const char *const names[] = {"TCP4", "TCP6", "UNKNOWN"};

  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (is_whole ? is(name, names[i])
                 : name.length <= strlen(names[i]) && memcmp(name.text, names[i], name.length) == 0)
      return true;
  }
  return false;
}

int32_t cnet_proxy_line_need(const uint8_t *bytes, size_t length) {
  const char *text = (const char *)bytes;
  cnet_span_t fields[FIELDS];
  size_t need = length < SHORTEST ? SHORTEST - length : 0;

  if (length <= PREFIX) return (int32_t)need;
  int err = check_characters(bytes, length);
  if (err) return -err;
  bool has_end = text[length - 1] == '\n', has_return = text[length - 1] == '\r';
  size_t count = split(text + PREFIX, length - PREFIX - (has_end ? 2 : has_return), fields);
  if (!may_be_protocol(fields[PROTOCOL], count > 1 || has_end || has_return)) return -CNET_PROXY_FAMILY;
  if (has_end) return 0;
  size_t rest = has_return ? 1 : 2;
  if (count > 1 && !has_return && !is(fields[PROTOCOL], "UNKNOWN"))
    rest += missing(fields, count, is(fields[0], "TCP4"));
  if (rest > need || has_return) need = rest;
  return length + need > CNET_PROXY_LINE_MAX ? -CNET_PROXY_TOO_LONG : (int32_t)need;
}

/* --- addresses ----------------------------------------------------------------------------------------------- */

/* A decimal number without leading zeroes. -1: it is none, or beyond `max`. */
static int32_t read_number(const char *text, size_t length, int32_t max) {
  int32_t number = 0;

  if (length == 0 || (text[0] == '0' && length > 1)) return -1;
  for (size_t i = 0; i < length; i++) {
    if (text[i] < '0' || text[i] > '9') return -1;
    number = number * 10 + (text[i] - '0');
    if (number > max) return -1;
  }
  return number;
}

/* An address of `family`, 4 or 6, which has no zone: the rest is as inet_pton(3) has it. */
static bool read_address(cnet_span_t span, int family, uint8_t *out) {
  if (memchr(span.text, '%', span.length) != NULL) return false;
  return cnet_address_bytes(span.text, span.length, family, out) == 0;
}

/* --- the whole line ------------------------------------------------------------------------------------------ */

int cnet_proxy_line_parse(const uint8_t *bytes, size_t length, cnet_proxy_header_t *out) {
  cnet_span_t fields[FIELDS];
  size_t count = split((const char *)bytes + PREFIX, length - PREFIX - 2, fields);

  out->version = 1;
  out->tlvs = length;
  if (is(fields[PROTOCOL], "UNKNOWN")) return 0;
  if (count < FIELDS) return CNET_PROXY_LENGTH;
  bool inet = is(fields[PROTOCOL], "TCP4");
  int family = inet ? 4 : 6;
  if (!read_address(fields[SOURCE], family, out->source) ||
      !read_address(fields[DESTINATION], family, out->destination))
    return CNET_PROXY_ADDRESSES;
  int32_t source_port = read_number(fields[SOURCE_PORT].text, fields[SOURCE_PORT].length, UINT16_MAX);
  int32_t destination_port = read_number(fields[DESTINATION_PORT].text, fields[DESTINATION_PORT].length, UINT16_MAX);
  if (source_port < 0 || destination_port < 0) return CNET_PROXY_PORT;
  out->family = inet ? CNET_PROXY_INET : CNET_PROXY_INET6;
  out->protocol = CNET_PROXY_STREAM;
  out->source_port = (uint16_t)source_port;
  out->destination_port = (uint16_t)destination_port;
  return 0;
}
