/* constants.h: the numbers that JavaScript shares with C, which lib/native/constants.js has from here. */
#ifndef CNET_BINDING_CONSTANTS_H
#define CNET_BINDING_CONSTANTS_H

#include <node_api.h>
#include <stdbool.h>

#include "stats.h"
#include "target.h"

/* That of package.json: lib/ takes no native part of another version. */
#define CNET_VERSION "0.1.0"

/*
 * What lib/ compares before it uses a native part, and reads in the file of one that does not load, to tell of which
 * version and for which platform it is.
 */
#define CNET_STAMP "cnet " CNET_VERSION " for " CNET_TARGET

/* The longest text, in UTF-16 units, that writeString() and writeSmall() take. */
#define CNET_TEXT (16 * 1024)

/* The longest text of which the bytes are put together in a small frame, and which is the head of an answer. */
#define CNET_SHORT_TEXT 1024

/* The encodings of writeString(); what is none of these is UTF-8. */
typedef enum cnet_encoding { CNET_LATIN1, CNET_UTF8, CNET_UTF16LE } cnet_encoding_t;

/* Bytes of the longest value of a socket option that is read or set; none is known to have more. */
#define CNET_OPTION_BYTES (64 * 1024)

/* What the texts of blockListAddAll() are, where they are no addresses: their form is then the family, 4 or 6. */
typedef enum cnet_form {
  CNET_FORM_CIDRS,
  CNET_FORM_RULES,      /* as a list gives them: all are added, or none */
  CNET_FORM_SOME_RULES, /* those up to the first that is none */
} cnet_form_t;

/* The numbers of the binding in stats(), behind those of the core. */
typedef enum cnet_binding_count {
  CNET_COUNT_MEMORY_READS = CNET_COUNTED,
  CNET_COUNT_MEMORY_TABLES,
  CNET_COUNT_MEMORY_BLOCK_LISTS,
  CNET_COUNTS
} cnet_binding_count_t;

/* Gives `exports` the frozen object `constants`, with all that lib/ has to know of C. False: no memory. */
bool cnet_constants_export(napi_env napi, napi_value exports);

#endif
