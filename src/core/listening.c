/* listening.c: the part of a stream that listens, or that is to; and what is told of those who come. */
#include "listening.h"

#include <stdlib.h>

static void on_listener_freed(cnet_stream_t *listener, cnet_part_t *part) {
  (void)listener;
  cnet_refusal_end(((cnet_listening_t *)part)->refusal);
  free(part);
}

static const cnet_part_ops_t OPS = {.order = CNET_PART_LISTENER, .freed = on_listener_freed};

cnet_listening_t *cnet_listening_of(const cnet_stream_t *stream) {
  return (cnet_listening_t *)cnet_part_of(stream, &OPS);
}

int32_t cnet_room_of(const cnet_stream_t *listener) {
  const cnet_listening_t *listening = cnet_listening_of(listener);
  return listening == NULL ? -1 : listening->room;
}

cnet_listening_t *cnet_listening_ready(cnet_stream_t *stream) {
  cnet_listening_t *listening = cnet_listening_of(stream);

  if (listening != NULL) return listening;
  listening = calloc(1, sizeof *listening);
  if (listening == NULL) return NULL;
  listening->room = -1;
  cnet_part_attach(stream, &listening->part, &OPS);
  return listening;
}

void cnet_tell_accepted(cnet_stream_t *listener, cnet_stream_t *client) {
  listener->loop->counts[CNET_COUNT_ACCEPTED]++;
  if (cnet_may_tell(listener)) listener->loop->host->accepted(listener, client);
}

void cnet_tell_accept_failed(cnet_stream_t *listener, int status) {
  listener->loop->counts[CNET_COUNT_REFUSED_RESOURCES]++;
  if (cnet_may_tell(listener)) listener->loop->host->accept_failed(listener, status);
}
