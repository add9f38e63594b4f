/* rules_text.c: the rules of a block list as text. */
#include "rules_text.h"

#include <stdlib.h>

#include "address_units.h"
#include "block_list_internal.h"

/* Longest rule: 'Range: IPv6 ' and two addresses. */
#define MAX_RULE 128

/* --- one rule; each function gives the place after what it has written -------------------------------------------- */

static char *write_word(char *at, const char *word) {
  while (*word != '\0') *at++ = *word++;
  return at;
}

static char *write_host(char *at, cnet_ip_t ip, bool four) {
  unsigned char bytes[16];

  for (int i = 0; i < 8; i++) {
    bytes[i] = (unsigned char)(ip.high >> (56 - 8 * i));
    bytes[8 + i] = (unsigned char)(ip.low >> (56 - 8 * i));
  }
  return at + (four ? cnet_four_text(bytes + 12, at) : cnet_six_text(bytes, at));
}

static char *write_family(char *at, bool four) { return write_word(at, four ? "IPv4 " : "IPv6 "); }

static char *write_net(char *at, const cnet_net_t *net) {
  unsigned prefix = net->prefix - (net->four ? 96u : 0u);

  at = write_family(write_word(at, net->single ? "Address: " : "Subnet: "), net->four);
  at = write_host(at, net->ip, net->four);
  if (net->single) return at;
  *at++ = '/';
  if (prefix >= 100) *at++ = (char)('0' + prefix / 100);
  if (prefix >= 10) *at++ = (char)('0' + prefix / 10 % 10);
  *at++ = (char)('0' + prefix % 10);
  return at;
}

static char *write_range(char *at, const cnet_block_list_t *list, uint32_t index) {
  const cnet_range_t *range = &list->ranges[index];
  const cnet_range_rest_t *rest = &list->rests[index];

  at = write_host(write_family(write_word(at, "Range: "), rest->start_four), range->start, rest->start_four);
  *at++ = '-';
  return write_host(at, range->end, rest->end_four);
}

/* --- all rules ------------------------------------------------------------------------------------------------------
 */

/* Makes room for one more rule, behind the others. False: no memory. */
static bool reserve(cnet_texts_t *texts) {
  if (texts->size - texts->length >= MAX_RULE) return true;
  size_t size = texts->size * 2 + MAX_RULE;
  char *bytes = realloc(texts->bytes, size);
  if (bytes == NULL) return false;
  texts->bytes = bytes;
  texts->size = size;
  return true;
}

/* Ends the text that was written up to `at`. */
static void end_text(cnet_texts_t *texts, char *at) {
  *at = '\0';
  texts->length = (size_t)(at + 1 - texts->bytes);
}

bool cnet_rules_text(const cnet_block_list_t *list, cnet_texts_t *texts) {
  for (int kind = 0; kind < 2; kind++) {
    uint32_t i = kind == 0 ? list->singles_first : list->subnets_first;
    for (; i != 0; i = list->nets[i].link.next) {
      if (!reserve(texts)) return false;
      end_text(texts, write_net(texts->bytes + texts->length, &list->nets[i]));
    }
  }
  for (uint32_t i = list->ranges_first; i != 0; i = list->rests[i].link.next) {
    if (!reserve(texts)) return false;
    end_text(texts, write_range(texts->bytes + texts->length, list, i));
  }
  return true;
}
