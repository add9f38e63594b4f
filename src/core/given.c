/*
 * given.c: gives the connection of a stream away.
 *
 * The descriptor goes to a handle of the host's, which closes it. What the stream counts for goes on until the host
 * closes it: the limits of a server may be set anew meanwhile, and count it by the peer's address, which is kept for
 * that.
 */
#include "given.h"

#include <stdlib.h>
#include <string.h>

#include "descriptor.h"
#include "internal.h"

typedef struct cnet_given {
  cnet_part_t part;
  struct sockaddr_in6 peer; /* as large as any of TCP */
} cnet_given_t;

static void freed(cnet_stream_t *stream, cnet_part_t *part) {
  (void)stream;
  free(part);
}

static const cnet_part_ops_t OPS = {.order = CNET_PART_GIVEN, .freed = freed};

bool cnet_given_peer(const cnet_stream_t *stream, struct sockaddr_storage *out) {
  const cnet_given_t *given = (const cnet_given_t *)cnet_part_of(stream, &OPS);

  if (given == NULL) return false;
  memcpy(out, &given->peer, sizeof given->peer);
  return true;
}

/* Keeps the peer's name where somebody counts by it. 0 or UV_ENOMEM. */
static int keep_peer(cnet_stream_t *stream) {
  struct sockaddr_storage peer;

  if (stream->server == 0 || cnet_tcp_peer(stream, &peer) != 0) return 0;
  cnet_given_t *given = malloc(sizeof *given);
  if (given == NULL) return UV_ENOMEM;
  memcpy(&given->peer, &peer, sizeof given->peer);
  cnet_part_attach(stream, &given->part, &OPS);
  return 0;
}

/* Whether nothing is on its way that would be lost, or that looks at the handle afterwards. */
static bool is_at_rest(const cnet_stream_t *stream) {
  const uint32_t engaged = CNET_LISTENER | CNET_CLOSING | CNET_BUSY | CNET_CONNECTING | CNET_SENDING | CNET_RELAYED |
                           CNET_PASSES | CNET_AWAY;
  return !(stream->flags & engaged) && stream->write == NULL && uv_is_writable(stream->uv) &&
         cnet_part_of(stream, &OPS) == NULL;
}

/*
 * The handle is closed, and the stream has a fresh one in its place: that may happen within a callback of the old one.
 * The part that watches an error queue has a duplicate of its own, and goes on.
 */
int cnet_give(cnet_stream_t *stream) {
  uv_stream_t *before = stream->uv, *fresh;

  if (!is_at_rest(stream)) return UV_EBUSY;
  int own = cnet_fd(stream);
  int fd = own < 0 ? own : cnet_platform_dup(own);
  if (fd < 0) return fd;
  int err = cnet_stream_handle(stream, &fresh);
  if (err) {
    cnet_platform_close(fd);
    return err;
  }
  err = keep_peer(stream);
  if (err) {
    cnet_handle_close(stream->loop, (uv_handle_t *)fresh);
    cnet_platform_close(fd);
    return err;
  }
  stream->uv = fresh;
  cnet_handle_close(stream->loop, (uv_handle_t *)before);
  return fd;
}

/* The connection has come back. */
void cnet_given_back(cnet_stream_t *stream) {
  cnet_part_t *part = cnet_part_of(stream, &OPS);

  if (part == NULL) return;
  cnet_part_detach(stream, part);
  free(part);
}
