/* admission.c: whether a connection that was accepted may come in, before anything of the host's exists for it. */
#include "admission.h"

#include "allowed_users.h"
#include "descriptor.h"
#include "internal.h"
#include "listening.h"
#include "proxy_internal.h"

static bool is_blocked(const cnet_stream_t *listener, const cnet_stream_t *client) {
  struct sockaddr_storage address;

  if (listener->block_list == NULL || client->kind != CNET_TCP) return false;
  if (cnet_tcp_peer(client, &address) != 0) return false;
  if (!cnet_block_list_holds(listener->block_list, &address, true)) return false;
  listener->loop->counts[CNET_COUNT_REFUSED_BLOCK_LIST]++;
  return true;
}

/* A limit turns the connection away: it is closed, and the host is told with both names when it is TCP. */
static void reject(cnet_stream_t *listener, cnet_stream_t *client, cnet_verdict_t verdict) {
  bool tcp = client->kind == CNET_TCP;
  cnet_ends_t ends = {0};

  assert(verdict >= CNET_FULL && verdict <= CNET_TOO_FAST);
  if (tcp) {
    if (cnet_tcp_name(client, false, &ends.local) != 0) ends.local.ss_family = AF_UNSPEC;
    if (cnet_tcp_peer(client, &ends.peer) != 0) ends.peer.ss_family = AF_UNSPEC;
  }
  cnet_close(client, false);
  listener->loop->counts[CNET_COUNT_DROPPED + verdict - CNET_FULL]++;
  if (cnet_may_tell(listener)) listener->loop->host->rejected(listener, verdict, tcp ? &ends : NULL);
}

/* The client is let in, and may have taken the last descriptor that there was. */
static void admit(cnet_stream_t *listener, cnet_stream_t *client) {
  cnet_listening_t *listening = cnet_listening_of(listener);

  assert(listening != NULL && listening->room != 0);
  if (listening->room > 0) listening->room--;
  bool exhausted = cnet_platform_exhausted(client->uv, listener->loop->descriptor_limit);
  cnet_tell_accepted(listener, client);
  if ((client->flags & CNET_AWAY) && !exhausted) /* who works for it has another one */
    exhausted = cnet_platform_exhausted(client->uv, listener->loop->descriptor_limit);
  if (exhausted && cnet_may_tell(listener) && !(listener->flags & CNET_CLOSING))
    listener->loop->host->exhausted(listener);
}

/* What nothing but the limits of the server could turn away. */
static void ask_limits(cnet_stream_t *listener, cnet_stream_t *client) {
  int verdict = cnet_accept_limit_ask(listener, client);

  if (verdict < 0) {
    cnet_close(client, false);
    cnet_tell_accept_failed(listener, verdict);
  } else if (verdict != CNET_ADMITTED) {
    reject(listener, client, (cnet_verdict_t)verdict);
  } else if (cnet_proxy_is_expected(listener)) {
    cnet_proxy_begin(listener, client);
  } else {
    admit(listener, client);
  }
}

void cnet_admit(cnet_stream_t *listener, cnet_stream_t *client) {
  bool blocked = cnet_room_of(listener) != 0 && is_blocked(listener, client);

  if (blocked || ((listener->flags | client->flags) & CNET_CLOSING)) /* by the list, or by what it ran */
    cnet_close(client, false);                                       /* nothing where it is being closed */
  else if (!cnet_users_admit(listener, client))
    return; /* it is closed, and that is told */
  else if (cnet_room_of(listener) == 0)
    reject(listener, client, CNET_FULL);
  else
    ask_limits(listener, client);
}
