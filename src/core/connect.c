/* connect.c: connecting: what is asked for becomes an attempt, which begins. */
#include "connect.h"

#include <stdlib.h>
#include <string.h>

#include "connect_internal.h"
#include "descriptor.h"
#include "queue.h"

int cnet_connectable(const cnet_stream_t *stream, cnet_kind_t kind) {
  if (stream->kind != kind || (stream->flags & CNET_CLOSING)) return UV_EBADF;
  if (stream->flags & CNET_LISTENER) return UV_EINVAL;
  if (stream->flags & CNET_BUSY) return UV_EBUSY;
  return stream->flags & CNET_CONNECTING ? cnet_platform_connecting(stream->uv) : 0;
}

/* The attempt that the options ask for. A stream that was used keeps its handle: it cannot go to a second address. */
static int begin(cnet_stream_t *stream, const cnet_connect_options_t *options) {
  const char *local = options->local_address;
  int err = cnet_connectable(stream, CNET_TCP);

  if (!err && options->count > 1 && (stream->flags & CNET_USED)) err = UV_EISCONN;
  if (!err && local != NULL && strlen(local) >= CNET_ADDRESS_TEXT) err = UV_EINVAL;
  cnet_attempt_t *attempt = err ? NULL : cnet_attempt_new(stream, options->count);
  if (attempt == NULL) {
    free(options->socket_options);
    return err ? err : UV_ENOMEM;
  }
  attempt->timeout = options->delay;
  attempt->told = options->told;
  attempt->local_port = options->local_port;
  attempt->socket_options = options->socket_options;
  if (local != NULL) memcpy(attempt->local_address, local, strlen(local) + 1);
  memcpy(attempt->addresses, options->addresses, options->count * sizeof *options->addresses);
  err = options->count > 1 ? cnet_attempt_timer_new(stream, attempt) : 0;
  if (err) cnet_attempt_end(stream);
  return err;
}

int cnet_connect(cnet_stream_t *stream, const cnet_connect_options_t *options) {
  int err = begin(stream, options);

  if (err) return err;
  cnet_note_activity(stream);
  cnet_pin(stream);
  if (options->race)
    cnet_race_begin(stream);
  else
    cnet_serial_begin(stream);
  cnet_unpin(stream);
  return 0;
}

/* libuv is yet to tell of what was dialled: were the stream a listener then, libuv would end the process. */
void cnet_abandon(cnet_stream_t *stream) {
  const cnet_attempt_t *attempt = cnet_attempt_of(stream);

  if (attempt != NULL && ((attempt->dial != NULL && attempt->dial->dialled) || cnet_race_dials(attempt, stream->uv)))
    stream->flags |= CNET_USED;
  cnet_attempt_end(stream);
}

bool cnet_connect_is_settled(const cnet_stream_t *stream) {
  const cnet_attempt_t *attempt = cnet_attempt_of(stream);

  if (attempt == NULL) return false;
  if (stream->kind == CNET_PIPE) return true; /* it is settled at once */
  if (cnet_race_is_settled(attempt)) return true;
  return attempt->dial != NULL && cnet_platform_ready(stream->uv, true) > 0;
}
