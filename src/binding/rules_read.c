/*
 * rules_read.c: rules read from the strings of a JavaScript array, all of them in one call: what addAddresses(),
 * addCIDRs() and fromJSON() are given. Only what is plainly a rule is read here. Where a text is anything else lib/
 * looks at it, and knows the error.
 */
#include "exports.h"

#include <stdlib.h>
#include <string.h>

#include "address_units.h"
#include "arguments.h"
#include "block_list_internal.h"
#include "block_list_object.h"
#include "constants.h"

/* No rule is longer: 'Range: IPv6 ' and two addresses. */
#define MAX_UNITS 128

/* Strings are taken from the array in groups of so many, each with a handle scope. */
#define GROUP 256

/* What was read so far. */
typedef struct cnet_reading {
  int32_t form;   /* a cnet_form_t; of addresses their family, 4 or 6 */
  int32_t family; /* of the addresses to come */
  cnet_rule_part_t *parts;
  size_t count, size;
} cnet_reading_t;

/* --- parts -------------------------------------------------------------------------------------------------------- */

static bool read_host(const char16_t *units, size_t length, int family, cnet_rule_part_t *part) {
  unsigned char bytes[16];

  if (!cnet_units_address(units, length, family, bytes)) return false;
  cnet_address_t host = cnet_address_of_bytes(bytes, family == 4);
  *part = (cnet_rule_part_t){.ip = host.ip, .four = host.four, .prefix = 128};
  return true;
}

/* The last such unit; `length`: there is none. */
static size_t find_last(const char16_t *units, size_t length, char16_t wanted) {
  for (size_t i = length; i-- > 0;)
    if (units[i] == wanted) return i;
  return length;
}

static bool read_prefix(const char16_t *units, size_t length, cnet_rule_part_t *part) {
  unsigned value = 0;

  if (length == 0 || length > 3 || (length > 1 && units[0] == '0')) return false;
  for (size_t i = 0; i < length; i++) {
    if (units[i] < '0' || units[i] > '9') return false;
    value = value * 10 + (units[i] - '0');
  }
  part->prefix = (uint8_t)(part->four ? value + 96 : value);
  part->kind = CNET_RULE_SUBNET;
  return value <= (part->four ? 32 : 128);
}

/* '10.0.0.0/8' */
static bool read_subnet(const char16_t *units, size_t length, int family, cnet_rule_part_t *part) {
  size_t slash = find_last(units, length, '/');
  return slash < length && read_host(units, slash, family, part) &&
         read_prefix(units + slash + 1, length - slash - 1, part);
}

/* The family of a text with ':' before the last '/', or without. */
static bool read_cidr(const char16_t *units, size_t length, cnet_rule_part_t *part) {
  size_t slash = find_last(units, length, '/');
  int family = find_last(units, slash, ':') < slash ? 6 : 4;
  return read_subnet(units, length, family, part);
}

/* '1.1.1.1-1.1.1.9' */
static bool read_range(const char16_t *units, size_t length, int family, cnet_rule_part_t parts[2]) {
  size_t dash = find_last(units, length, '-');

  if (dash == length || !read_host(units, dash, family, &parts[0])) return false;
  if (!read_host(units + dash + 1, length - dash - 1, family, &parts[1])) return false;
  parts[0].kind = CNET_RULE_START;
  parts[1].kind = CNET_RULE_END;
  return !cnet_range_is_reversed((cnet_address_t){parts[0].ip, parts[0].four},
                                 (cnet_address_t){parts[1].ip, parts[1].four});
}

/* Whether the text begins so; then `units` and `length` are what follows. */
static bool skip_word(const char16_t **units, size_t *length, const char *word) {
  size_t size = strlen(word);

  if (*length < size) return false;
  for (size_t i = 0; i < size; i++)
    if ((*units)[i] != (unsigned char)word[i]) return false;
  *units += size;
  *length -= size;
  return true;
}

/* 'Subnet: IPv4 10.0.0.0/8' and what else a list has among its rules; how many parts it is, 0: it is none of these. */
static size_t read_rule(const char16_t *units, size_t length, cnet_rule_part_t parts[2]) {
  static const char *const words[] = {"Address: IPv", "Subnet: IPv", "Range: IPv"};
  size_t kind = 0;

  while (kind < 3 && !skip_word(&units, &length, words[kind])) kind++;
  if (kind == 3 || length < 2 || (units[0] != '4' && units[0] != '6') || units[1] != ' ') return 0;
  int family = units[0] - '0';
  units += 2;
  length -= 2;
  if (find_last(units, length, '%') < length) return 0; /* a rule has no zone */
  if (kind == 0) return read_host(units, length, family, parts) ? 1 : 0;
  if (kind == 1) return read_subnet(units, length, family, parts) ? 1 : 0;
  return read_range(units, length, family, parts) ? 2 : 0;
}

/* --- the array ------------------------------------------------------------------------------------------------------
 */

/* Makes room for two parts. False: no memory. */
static bool reserve(cnet_reading_t *reading) {
  if (reading->size - reading->count >= 2) return true;
  size_t size = reading->size * 2 + GROUP;
  if (size > CNET_MAX_RULES) return false;
  cnet_rule_part_t *parts = realloc(reading->parts, size * sizeof *parts);
  if (parts == NULL) return false;
  reading->parts = parts;
  reading->size = size;
  return true;
}

/* Reads one text. UV_EINVAL: it is for lib/. */
static int read_text(napi_env napi, napi_value value, cnet_reading_t *reading) {
  char16_t units[MAX_UNITS];
  size_t length, count;

  if (napi_get_value_string_utf16(napi, value, units, MAX_UNITS, &length) != napi_ok) {
    double family; /* of the addresses that follow */
    if (reading->form <= CNET_FORM_SOME_RULES || napi_get_value_double(napi, value, &family) != napi_ok)
      return UV_EINVAL;
    reading->family = family == 6 ? 6 : 4;
    return 0;
  }
  if (length >= MAX_UNITS - 1) return UV_EINVAL; /* perhaps cut */
  if (!reserve(reading)) return UV_ENOMEM;
  cnet_rule_part_t *parts = reading->parts + reading->count;
  if (reading->form == CNET_FORM_RULES || reading->form == CNET_FORM_SOME_RULES)
    count = read_rule(units, length, parts);
  else if (reading->form == CNET_FORM_CIDRS)
    count = read_cidr(units, length, parts) ? 1 : 0;
  else
    count = read_host(units, length, reading->family, parts) ? 1 : 0;
  reading->count += count;
  return count > 0 ? 0 : UV_EINVAL;
}

/* Reads elements *i to `end` of the array, up to the first that is for lib/: *i. 0, UV_EINVAL or UV_ENOMEM. */
static int read_group(napi_env napi, napi_value array, uint32_t end, uint32_t *i, cnet_reading_t *reading) {
  napi_handle_scope scope;
  int err = 0;

  if (napi_open_handle_scope(napi, &scope) != napi_ok) return UV_ENOMEM;
  for (; *i < end; ++*i) {
    napi_value value;
    err = napi_get_element(napi, array, *i, &value) == napi_ok ? read_text(napi, value, reading) : UV_EINVAL;
    if (err) break;
  }
  napi_close_handle_scope(napi, scope);
  return err;
}

/*
 * blockListAddAll(list, array of strings, form, index): reads the texts from this index on, which are all of one form:
 * addresses (4 or 6, their family; a number in the array is the family of those behind it), or a cnet_form_t. The index
 * of the first text that it has not read, or the length of the array; UV_ENOMEM, and nothing was added. Only
 * CNET_FORM_SOME_RULES adds what was read although that is not all. The elements may be anything: nothing of the list
 * is looked at before the last was read.
 */
napi_value cnet_js_block_list_add_all(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_block_list_t *list = cnet_block_list_of(napi, call.argv[0]);
  cnet_reading_t reading = {.form = cnet_arg_int(&call, 2, CNET_FORM_CIDRS)};
  uint32_t length = 0, i = (uint32_t)cnet_arg_size(&call, 3, UINT32_MAX);
  napi_value result = NULL;
  int err = 0;

  if (list == NULL || napi_get_array_length(napi, call.argv[1], &length) != napi_ok) return cnet_int(napi, UV_EINVAL);
  reading.family = reading.form;
  while (i < length && !err)
    err = read_group(napi, call.argv[1], length - i > GROUP ? i + GROUP : length, &i, &reading);
  if (err != UV_ENOMEM && (i >= length || reading.form == CNET_FORM_SOME_RULES))
    err = cnet_rules_add(list, reading.parts, reading.count);
  cnet_block_list_measure(list);
  free(reading.parts);
  if (err == UV_ENOMEM) return cnet_int(napi, err);
  napi_create_double(napi, i, &result);
  return result;
}
