/* proxy_line.c: version 1 of the PROXY protocol, a line of text (section 2.1 of its specification). */
#include <string.h>

#include "proxy_protocol.h"

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

bool cnet_proxy_read_inet(const char *text, size_t length, uint8_t out[4]) {
  for (int i = 0; i < 4; i++) {
    const char *dot = i < 3 ? memchr(text, '.', length) : text + length;
    if (dot == NULL) return false;
    int32_t number = read_number(text, (size_t)(dot - text), 255);
    if (number < 0) return false;
    out[i] = (uint8_t)number;
    if (i == 3) break;
    length -= (size_t)(dot - text) + 1;
    text = dot + 1;
  }
  return true;
}

static int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* A group of 1 to 4 hexadecimal digits. -1: it is none. */
static int32_t read_group(const char *text, size_t length) {
  int32_t number = 0;

  if (length == 0 || length > 4) return -1;
  for (size_t i = 0; i < length; i++) {
    int value = hex_value(text[i]);
    if (value < 0) return -1;
    number = number << 4 | value;
  }
  return number;
}

/*
 * Groups between colons, the last of which may be dotted: bytes written to `out`, of `room` bytes; -1: they are none.
 * No text is no groups.
 */
static int read_groups(const char *text, size_t length, uint8_t *out, size_t room) {
  size_t used = 0;

  while (length > 0) {
    const char *colon = memchr(text, ':', length);
    size_t size = colon == NULL ? length : (size_t)(colon - text);
    if (colon == NULL && memchr(text, '.', length) != NULL) {
      return room - used >= 4 && cnet_proxy_read_inet(text, length, out + used) ? (int)used + 4 : -1;
    }
    int32_t group = read_group(text, size);
    if (group < 0 || room - used < 2) return -1;
    out[used++] = (uint8_t)(group >> 8);
    out[used++] = (uint8_t)(group & 0xff);
    if (colon == NULL) return (int)used;
    text = colon + 1;
    length -= size + 1;
    if (length == 0) return -1; /* a colon at the end */
  }
  return (int)used;
}

/* Where '::' is; NULL: nowhere. */
static const char *find_gap(const char *text, size_t length) {
  for (size_t i = 0; i + 1 < length; i++)
    if (text[i] == ':' && text[i + 1] == ':') return text + i;
  return NULL;
}

bool cnet_proxy_read_inet6(const char *text, size_t length, uint8_t out[16]) {
  const char *gap = find_gap(text, length);
  uint8_t tail[16];

  memset(out, 0, 16);
  if (gap == NULL) return read_groups(text, length, out, 16) == 16;
  size_t before = (size_t)(gap - text);
  if (memchr(text, '.', before) != NULL) return false; /* the dotted part is the last one */
  int head_size = read_groups(text, before, out, 14);
  int tail_size = read_groups(gap + 2, length - before - 2, tail, 14);
  if (head_size < 0 || tail_size < 0 || head_size + tail_size > 14) return false;
  memcpy(out + 16 - tail_size, tail, (size_t)tail_size);
  return true;
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
  bool (*read)(const char *, size_t, uint8_t *) = inet ? cnet_proxy_read_inet : cnet_proxy_read_inet6;
  if (!read(fields[SOURCE].text, fields[SOURCE].length, out->source) ||
      !read(fields[DESTINATION].text, fields[DESTINATION].length, out->destination))
    return CNET_PROXY_ADDRESSES;
  int32_t source_port = read_number(fields[SOURCE_PORT].text, fields[SOURCE_PORT].length, UINT16_MAX);
  int32_t destination_port = read_number(fields[DESTINATION_PORT].text, fields[DESTINATION_PORT].length, UINT16_MAX);
  if (source_port < 0 || destination_port < 0) return CNET_PROXY_PORT;
  out->family = inet ? CNET_PROXY_INET : CNET_PROXY_INET6;
  out->protocol = 1;
  out->source_port = (uint16_t)source_port;
  out->destination_port = (uint16_t)destination_port;
  return 0;
}
