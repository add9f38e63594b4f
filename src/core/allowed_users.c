/* allowed_users.c: whose process is at the other end of a Unix socket, and whose may be. */
#include "allowed_users.h"

#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "listener.h"

typedef struct cnet_users {
  cnet_part_t part;
  size_t count;
  uint32_t numbers[];
} cnet_users_t;

static void on_listener_freed(cnet_stream_t *listener, cnet_part_t *part) {
  (void)listener;
  free(part);
}

static const cnet_part_ops_t OPS = {.order = CNET_PART_ALLOWED_USERS, .freed = on_listener_freed};

static bool is_allowed(const cnet_users_t *allowed, int64_t user) {
  for (size_t i = 0; i < allowed->count; i++)
    if (allowed->numbers[i] == user) return true;
  return false;
}

bool cnet_users_admit(cnet_stream_t *listener, cnet_stream_t *client) {
  const cnet_users_t *allowed = (const cnet_users_t *)cnet_part_of(listener, &OPS);
  cnet_credentials_t peer;

  if (allowed == NULL) return true;
  int err = cnet_platform_credentials(client->uv, false, &peer);
  if (!err && is_allowed(allowed, peer.uid)) return true;
  cnet_close(client, false);
  if (err) return false;
  listener->loop->counts[CNET_COUNT_DROPPED_CREDENTIALS]++;
  if (cnet_may_tell(listener)) listener->loop->host->user_rejected(listener, &peer);
  return false;
}

int cnet_set_allowed_users(cnet_stream_t *listener, const uint32_t *users, size_t count) {
  if (listener->kind != CNET_PIPE || (listener->flags & CNET_CLOSING)) return UV_EBADF;
  cnet_users_t *allowed = malloc(sizeof *allowed + count * sizeof *users);
  if (allowed == NULL) return UV_ENOMEM;
  allowed->count = count;
  if (count > 0) memcpy(allowed->numbers, users, count * sizeof *users);
  cnet_part_t *before = cnet_part_of(listener, &OPS);
  if (before != NULL) cnet_part_detach(listener, before);
  free(before);
  cnet_part_attach(listener, &allowed->part, &OPS);
  return 0;
}

int cnet_peer_credentials(const cnet_stream_t *stream, cnet_credentials_t *out) {
  if (stream->kind != CNET_PIPE) return UV_EBADF;
  return cnet_platform_credentials(stream->uv, (stream->flags & CNET_OPENED) != 0, out);
}
