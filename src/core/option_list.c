/* option_list.c: socket options that are set on every socket of a connection attempt before it connects. */
#include "socket_options.h"

#include <stdlib.h>
#include <string.h>

#include "options.h"

#if !defined(_WIN32)
#include <netinet/in.h>
#endif

/* Values are read one by one, so that nothing depends on how the bytes are aligned. */
typedef struct head {
  int32_t level, name;
  uint32_t size;
} head_t;

struct cnet_socket_options {
  size_t length;
  unsigned char bytes[];
};

/* The head at *at, which is moved to its value; false at the end, and where the bytes are no option. */
static bool next(const cnet_socket_options_t *options, size_t *at, head_t *head) {
  if (options->length - *at < sizeof *head) return false;
  memcpy(head, options->bytes + *at, sizeof *head);
  *at += sizeof *head;
  return head->size <= options->length - *at;
}

/* Where the value ends; the last one may lack what fills it up. */
static size_t after(const cnet_socket_options_t *options, size_t at, uint32_t size) {
  size_t end = at + size + (-size & 3u);
  return end < options->length ? end : options->length;
}

static bool is_valid(const cnet_socket_options_t *options) {
  size_t at = 0;
  head_t head;

  while (at < options->length) {
    if (!next(options, &at, &head)) return false;
    at = after(options, at, head.size);
  }
  return true;
}

int cnet_socket_options_new(const void *bytes, size_t size, cnet_socket_options_t **out) {
  cnet_socket_options_t *options = malloc(sizeof *options + size);

  if (options == NULL) return UV_ENOMEM;
  options->length = size;
  if (size > 0) memcpy(options->bytes, bytes, size);
  if (!is_valid(options)) {
    free(options);
    return UV_EINVAL;
  }
  *out = options;
  return 0;
}

int cnet_socket_options_set(const cnet_socket_options_t *options, uv_stream_t *uv, int family, uint32_t *index) {
  size_t at = 0;
  head_t head;

  for (*index = 0; next(options, &at, &head); (*index)++) {
    bool is_concerned = family == 6 || head.level != IPPROTO_IPV6;
    int err = is_concerned ? cnet_platform_set_option(uv, head.level, head.name, options->bytes + at, head.size) : 0;
    if (err) return err;
    at = after(options, at, head.size);
  }
  return 0;
}
