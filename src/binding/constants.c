/* constants.c: the one place from which lib/ has the numbers of C: an object of objects, a table each. */
#include "constants.h"

#include "arguments.h"
#include "block_list_internal.h"
#include "environment.h"

typedef struct cnet_constant {
  const char *name;
  int32_t value;
} cnet_constant_t;

static const cnet_constant_t KIND[] = {{"TCP", CNET_TCP}, {"PIPE", CNET_PIPE}};

static const cnet_constant_t BIND[] = {
    {"IPV6_ONLY", CNET_BIND_IPV6ONLY}, {"REUSE_PORT", CNET_BIND_REUSEPORT}, {"MULTIPATH", CNET_BIND_MULTIPATH},
    {"WAITS", CNET_BIND_WAITS},        {"NO_MODE", CNET_BIND_NO_MODE},      {"READABLE", UV_READABLE},
    {"WRITABLE", UV_WRITABLE},
};

static const cnet_constant_t VERDICT[] = {
    {"ADMITTED", CNET_ADMITTED},       {"FULL", CNET_FULL},         {"FULL_ADDRESS", CNET_FULL_ADDRESS},
    {"FULL_PREFIX", CNET_FULL_PREFIX}, {"TOO_FAST", CNET_TOO_FAST},
};

static const cnet_constant_t PHASE[] = {
    {"START", CNET_ATTEMPT_START},     {"FAILED", CNET_ATTEMPT_FAILED}, {"BLOCKED", CNET_ATTEMPT_BLOCKED},
    {"TIMEOUT", CNET_ATTEMPT_TIMEOUT}, {"BIND", CNET_ATTEMPT_BIND},     {"UNSENT", CNET_ATTEMPT_UNSENT},
    {"OPTION", CNET_ATTEMPT_OPTION},
};

static const cnet_constant_t WRITE[] = {
    {"WAITS", CNET_WRITE_WAITS}, {"LONGEST_TEXT", CNET_TEXT}, {"LONGEST_HEAD", CNET_SHORT_TEXT},
    {"LATIN1", CNET_LATIN1},     {"UTF8", CNET_UTF8},         {"UTF16LE", CNET_UTF16LE},
};

static const cnet_constant_t EVENT[] = {
    {"STREAM", CNET_EVENT_STREAM},   {"STATUS", CNET_EVENT_STATUS}, {"READ", CNET_EVENT_READ},
    {"WRITE", CNET_EVENT_WRITE},     {"INLINE", CNET_INLINE},       {"OUTGOING", CNET_OUTGOING},
    {"WRITTEN", CNET_EVENT_WRITTEN}, {"CALL", CNET_EVENT_CALL},     {"RESULT", CNET_EVENT_RESULT},
    {"RESTS", CNET_EVENT_RESTS},     {"COUNT_RESTS", CNET_RESTS},   {"LENGTH", CNET_EVENT_LENGTH},
};

static const cnet_constant_t OPTION[] = {
    {"FLAG", CNET_OPTION_FLAG},     {"INT", CNET_OPTION_INT},       {"UINT", CNET_OPTION_UINT},
    {"TEXT", CNET_OPTION_TEXT},     {"LINGER", CNET_OPTION_LINGER}, {"LINGER16", CNET_OPTION_LINGER16},
    {"UINT64", CNET_OPTION_UINT64},
};

static const cnet_constant_t PROXY_FAMILY[] = {
    {"UNSPEC", CNET_PROXY_UNSPEC},
    {"INET", CNET_PROXY_INET},
    {"INET6", CNET_PROXY_INET6},
    {"UNIX", CNET_PROXY_UNIX},
};

static const cnet_constant_t PROXY_PROTOCOL[] = {{"STREAM", CNET_PROXY_STREAM}, {"DGRAM", CNET_PROXY_DGRAM}};

static const cnet_constant_t PROXY_ERROR[] = {
    {"NO_SIGNATURE", CNET_PROXY_NO_SIGNATURE},
    {"TOO_LONG", CNET_PROXY_TOO_LONG},
    {"CHARACTER", CNET_PROXY_CHARACTER},
    {"FAMILY", CNET_PROXY_FAMILY},
    {"ADDRESSES", CNET_PROXY_ADDRESSES},
    {"PORT", CNET_PROXY_PORT},
    {"VERSION", CNET_PROXY_VERSION},
    {"COMMAND", CNET_PROXY_COMMAND},
    {"LENGTH", CNET_PROXY_LENGTH},
    {"TLV", CNET_PROXY_TLV},
    {"CHECKSUM", CNET_PROXY_CHECKSUM},
    {"CHECKSUMS", CNET_PROXY_CHECKSUMS},
    {"ENDED", CNET_PROXY_ENDED},
    {"TIMEOUT", CNET_PROXY_TIMEOUT},
    {"UNTRUSTED", CNET_PROXY_UNTRUSTED},
    {"RESET", CNET_PROXY_RESET},
};

static const cnet_constant_t RULES[] = {
    {"CIDRS", CNET_FORM_CIDRS},
    {"TEXTS", CNET_FORM_RULES},
    {"SOME_TEXTS", CNET_FORM_SOME_RULES},
    {"START_AFTER_END", CNET_START_AFTER_END},
};

static const cnet_constant_t COUNT[] = {
    {"SOCKETS", CNET_COUNT_SOCKETS},
    {"SERVERS", CNET_COUNT_SERVERS},
    {"BYTES_READ", CNET_COUNT_BYTES_READ},
    {"BYTES_WRITTEN", CNET_COUNT_BYTES_WRITTEN},
    {"ACCEPTED", CNET_COUNT_ACCEPTED},
    {"DROPPED", CNET_COUNT_DROPPED},
    {"DROPPED_CREDENTIALS", CNET_COUNT_DROPPED_CREDENTIALS},
    {"REFUSED_BLOCK_LIST", CNET_COUNT_REFUSED_BLOCK_LIST},
    {"REFUSED_PROXY", CNET_COUNT_REFUSED_PROXY},
    {"REFUSED_RESOURCES", CNET_COUNT_REFUSED_RESOURCES},
    {"STARTED", CNET_COUNT_STARTED},
    {"CONNECTED", CNET_COUNT_CONNECTED},
    {"FAILED", CNET_COUNT_FAILED},
    {"TIMED_OUT", CNET_COUNT_TIMED_OUT},
    {"BLOCKED", CNET_COUNT_BLOCKED},
    {"IDLE_TIMEOUTS", CNET_COUNT_IDLE_TIMEOUTS},
    {"CONNECT_TIMEOUTS", CNET_COUNT_CONNECT_TIMEOUTS},
    {"PROXY_TIMEOUTS", CNET_COUNT_PROXY_TIMEOUTS},
    {"MEMORY_STREAMS", CNET_COUNT_MEMORY_STREAMS},
    {"MEMORY_WRITES", CNET_COUNT_MEMORY_WRITES},
    {"MEMORY_READS", CNET_COUNT_MEMORY_READS},
    {"MEMORY_TABLES", CNET_COUNT_MEMORY_TABLES},
    {"MEMORY_BLOCK_LISTS", CNET_COUNT_MEMORY_BLOCK_LISTS},
};

/* Of what programs may ask for. */
static const cnet_constant_t LIMIT[] = {
    {"CONNECTION_RATE", CNET_RATE_MAX},  {"DESCRIPTORS", CNET_FDS_MAX}, /* in one message */
    {"OPTION_BYTES", CNET_OPTION_BYTES}, {"SMALLEST_PIPE", CNET_PIPE_MIN}, {"LARGEST_PIPE", CNET_PIPE_MAX},
    {"PROXY_FIXED", CNET_PROXY_FIXED}, /* bytes of a header of version 2 that are always there */
    {"PROXY_PATH", CNET_PROXY_ADDRESS},
};

/* libuv's codes: they differ between systems. */
static const cnet_constant_t UV[] = {
#define ROW(name, text) {#name, UV_##name},
    UV_ERRNO_MAP(ROW)
#undef ROW
};

static const struct {
  const char *name;
  const cnet_constant_t *constants;
  size_t count;
} TABLES[] = {
#define TABLE(name) \
  { #name, (name), sizeof(name) / sizeof(*(name)) }
    TABLE(KIND),   TABLE(BIND),         TABLE(VERDICT),        TABLE(PHASE),       TABLE(WRITE), TABLE(EVENT),
    TABLE(OPTION), TABLE(PROXY_FAMILY), TABLE(PROXY_PROTOCOL), TABLE(PROXY_ERROR), TABLE(RULES), TABLE(COUNT),
    TABLE(LIMIT),  TABLE(UV),
#undef TABLE
};

/* The handlers by their names, in the order of setup(). */
static const char *const HANDLERS[] = {
#define ROW(handler, name) #name,
    CNET_HANDLER_LIST(ROW)
#undef ROW
};

static bool set(napi_env napi, napi_value object, const char *name, napi_value value) {
  return value != NULL && napi_set_named_property(napi, object, name, value) == napi_ok;
}

/* NULL: no memory. */
static napi_value table_of(napi_env napi, const cnet_constant_t *constants, size_t count) {
  napi_value object;

  if (napi_create_object(napi, &object) != napi_ok) return NULL;
  for (size_t i = 0; i < count; i++)
    if (!set(napi, object, constants[i].name, cnet_int(napi, constants[i].value))) return NULL;
  return napi_object_freeze(napi, object) == napi_ok ? object : NULL;
}

/* NULL: no memory. */
static napi_value handler_names(napi_env napi) {
  napi_value array;

  if (napi_create_array_with_length(napi, CNET_HANDLERS, &array) != napi_ok) return NULL;
  for (uint32_t i = 0; i < CNET_HANDLERS; i++) {
    napi_value name = cnet_string(napi, HANDLERS[i], NAPI_AUTO_LENGTH);
    if (name == NULL || napi_set_element(napi, array, i, name) != napi_ok) return NULL;
  }
  return napi_object_freeze(napi, array) == napi_ok ? array : NULL;
}

bool cnet_constants_export(napi_env napi, napi_value exports) {
  napi_value object;

  if (napi_create_object(napi, &object) != napi_ok ||
      !set(napi, object, "VERSION", cnet_string(napi, CNET_VERSION, NAPI_AUTO_LENGTH)) ||
      !set(napi, object, "STAMP", cnet_string(napi, CNET_STAMP, NAPI_AUTO_LENGTH)) ||
      !set(napi, object, "HANDLERS", handler_names(napi)))
    return false;
  for (size_t i = 0; i < sizeof TABLES / sizeof *TABLES; i++)
    if (!set(napi, object, TABLES[i].name, table_of(napi, TABLES[i].constants, TABLES[i].count))) return false;
  return napi_object_freeze(napi, object) == napi_ok && set(napi, exports, "constants", object);
}
