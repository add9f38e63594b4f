/* bind.c: where a stream is to be found: an address and a port, or a path, whose file goes with the stream. */
#include "bind.h"

#include <stdlib.h>
#include <string.h>

#include "address.h"
#include "bound_path.h"
#include "descriptor.h"
#include "internal.h"
#include "listener.h"
#include "options.h"
#include "tcp.h"

int cnet_handle_bind(uv_stream_t *uv, const char *address, size_t length, int32_t port, int family, unsigned flags) {
  uv_tcp_t *tcp = (uv_tcp_t *)uv;
  struct sockaddr_storage sockaddr;

  if (address == NULL) {
    address = family == 6 ? "::" : "0.0.0.0";
    length = strlen(address);
  }
  int err = cnet_address_parse(address, length, (uint16_t)port, &sockaddr);
  if (err) return err;
  if (flags & CNET_BIND_MULTIPATH) err = cnet_platform_tcp_open(tcp, family, true);
  if (!err && (flags & CNET_BIND_REUSEPORT)) err = cnet_platform_reuse_port(tcp, family);
  if (err) return err;
  return uv_tcp_bind(tcp, (struct sockaddr *)&sockaddr, flags & CNET_BIND_IPV6ONLY ? UV_TCP_IPV6ONLY : 0);
}

int cnet_bind(cnet_stream_t *stream, const char *address, size_t length, int32_t port, int family, unsigned flags) {
  if (stream->kind != CNET_TCP) return UV_EBADF;
  return cnet_handle_bind(stream->uv, address, length, port, family, flags);
}

/* --- paths ---------------------------------------------------------------------------------------------------- */

struct cnet_bound_path {
  cnet_part_t part;
  bool is_known; /* by `id`: else the file is removed whatever it is */
  cnet_file_id_t id;
  char path[]; /* ends with a zero */
};

static void on_stream_close(cnet_stream_t *stream, cnet_part_t *part) {
  const cnet_bound_path_t *bound = (const cnet_bound_path_t *)part;

  if (bound->is_known)
    cnet_platform_file_remove(bound->path, &bound->id);
  else
    cnet_platform_unlink(bound->path);
  cnet_part_detach(stream, part);
  free(part);
}

static const cnet_part_ops_t OPS = {.order = CNET_PART_PATH, .close = on_stream_close};

cnet_bound_path_t *cnet_bound_path_new(const char *path, size_t length) {
  cnet_bound_path_t *bound = calloc(1, sizeof *bound + length + 1);

  if (bound != NULL) memcpy(bound->path, path, length);
  return bound;
}

void cnet_bound_path_free(cnet_bound_path_t *bound) { free(bound); }

void cnet_bound_path_attach(cnet_stream_t *stream, cnet_bound_path_t *bound, const cnet_file_id_t *id) {
  cnet_part_t *before = cnet_part_of(stream, &OPS);

  if (before != NULL) cnet_part_detach(stream, before);
  free(before);
  bound->is_known = id != NULL;
  if (id != NULL) bound->id = *id;
  cnet_part_attach(stream, &bound->part, &OPS);
}

const char *cnet_bound_path_of(const cnet_stream_t *stream) {
  const cnet_bound_path_t *bound = (const cnet_bound_path_t *)cnet_part_of(stream, &OPS);
  return bound == NULL ? NULL : bound->path;
}

int cnet_bind_path(cnet_stream_t *stream, const char *path, size_t length) {
  bool made = false;

  if (stream->kind != CNET_PIPE || (stream->flags & CNET_CLOSING)) return UV_EBADF;
  if ((stream->flags & CNET_CLIENT) && cnet_platform_has_one_role()) return UV_EINVAL;
  cnet_bound_path_t *bound = cnet_bound_path_new(path, length);
  if (bound == NULL) return UV_ENOMEM;
  int err = cnet_platform_pipe_bind((uv_pipe_t *)stream->uv, path, length, &made);
  if (err || !made)
    cnet_bound_path_free(bound);
  else
    cnet_bound_path_attach(stream, bound, NULL);
  return err;
}

int cnet_chmod(cnet_stream_t *stream, bool readable, bool writable) {
  if (stream->kind != CNET_PIPE) return UV_EBADF;
  return cnet_platform_pipe_chmod((uv_pipe_t *)stream->uv, cnet_bound_path_of(stream), readable, writable);
}
