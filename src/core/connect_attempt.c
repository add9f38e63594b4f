/* connect_attempt.c: the part of a stream that connects: its dials, its end, and what is told of its steps. */
#include "connect_internal.h"

#include <stdlib.h>

#include "error_queue.h"
#include "turn.h"
#include "zeroed.h"

/* More than any lookup gives; and their size in bytes is a size_t of 32 bits. */
#define MAX_ADDRESSES (1u << 24)

void cnet_dial_free(cnet_dial_t *dial) {
  if (dial->context != NULL) dial->loop->host->context_free(dial->loop, dial->context);
  free(dial);
}

void cnet_dial_drop(cnet_attempt_t *attempt) {
  cnet_dial_t *dial = attempt->dial;

  attempt->dial = NULL;
  if (dial == NULL) return;
  dial->stream = NULL;
  if (!dial->dialled) cnet_dial_free(dial);
}

static void end(cnet_stream_t *stream, cnet_part_t *part) {
  cnet_attempt_t *attempt = (cnet_attempt_t *)part;

  cnet_part_detach(stream, part);
  stream->flags &= ~(uint32_t)CNET_CONNECTING;
  cnet_dial_drop(attempt);
  cnet_race_end(stream, attempt);
  if (attempt->timer != NULL) cnet_handle_close(stream->loop, (uv_handle_t *)attempt->timer);
  free(attempt->socket_options);
  free(attempt);
}

static void on_stream_ref(cnet_stream_t *stream, cnet_part_t *part, bool ref) {
  (void)stream;
  cnet_race_ref((cnet_attempt_t *)part, ref);
}

static const cnet_part_ops_t OPS = {.order = CNET_PART_CONNECT, .ref = on_stream_ref, .close = end};

cnet_attempt_t *cnet_attempt_of(const cnet_stream_t *stream) {
  return stream->flags & CNET_CONNECTING ? (cnet_attempt_t *)cnet_part_of(stream, &OPS) : NULL;
}

cnet_attempt_t *cnet_attempt_new(cnet_stream_t *stream, uint32_t count) {
  cnet_attempt_t *attempt;

  if (count > MAX_ADDRESSES) return NULL;
  attempt = cnet_zeroed(sizeof *attempt + count * sizeof attempt->addresses[0]);
  if (attempt == NULL) return NULL;
  attempt->count = count;
  assert(count > 0 && cnet_attempt_of(stream) == NULL);
  attempt->number = ++stream->loop->attempts;
  stream->flags |= CNET_CONNECTING | CNET_CLIENT;
  cnet_part_attach(stream, &attempt->part, &OPS);
  return attempt;
}

int cnet_attempt_timer_new(cnet_stream_t *stream, cnet_attempt_t *attempt) {
  int err = cnet_turn_ready(stream->loop);
  if (err) return err;
  attempt->timer = cnet_handle_timer(stream->loop, stream);
  return attempt->timer == NULL ? UV_ENOMEM : 0;
}

void cnet_attempt_end(cnet_stream_t *stream) {
  cnet_attempt_t *attempt = cnet_attempt_of(stream);
  if (attempt != NULL) end(stream, &attempt->part);
}

bool cnet_attempt_is_over(const cnet_stream_t *stream, uint64_t number) {
  const cnet_attempt_t *attempt = cnet_attempt_of(stream);
  return attempt == NULL || attempt->number != number || (stream->flags & CNET_CLOSING);
}

int cnet_attempt_permit(cnet_stream_t *stream, const struct sockaddr_storage *address) {
  uint64_t number = cnet_attempt_of(stream)->number;

  if (stream->block_list == NULL) return 0;
  bool blocked = cnet_block_list_holds(stream->block_list, address, true);
  if (cnet_attempt_is_over(stream, number)) return UV_ECANCELED;
  return blocked ? UV_EACCES : 0;
}

static cnet_count_t count_of(cnet_phase_t phase) {
  switch (phase) {
  case CNET_ATTEMPT_START:
    return CNET_COUNT_STARTED;
  case CNET_ATTEMPT_TIMEOUT:
    return CNET_COUNT_TIMED_OUT;
  case CNET_ATTEMPT_BLOCKED:
    return CNET_COUNT_BLOCKED;
  default:
    return CNET_COUNT_FAILED;
  }
}

void cnet_attempt_tell_failure(cnet_stream_t *stream, uint32_t index, const cnet_step_t *failure) {
  cnet_step_t step = *failure;

  step.address = index;
  stream->loop->counts[count_of(step.phase)]++;
  if (cnet_may_tell(stream)) stream->loop->host->attempt(stream, &step);
}

void cnet_attempt_tell(cnet_stream_t *stream, uint32_t index, cnet_phase_t phase, int status) {
  const cnet_step_t step = {.phase = phase, .status = status};
  cnet_attempt_tell_failure(stream, index, &step);
}

void cnet_attempt_connected(cnet_stream_t *stream, void *context) {
  bool has_options = cnet_attempt_of(stream)->socket_options != NULL;

  stream->loop->counts[CNET_COUNT_CONNECTED]++;
  cnet_attempt_end(stream);
  if (has_options) cnet_error_queue_watch(stream);
  cnet_note_activity(stream);
  if (cnet_may_tell(stream)) stream->loop->host->connected(stream, context);
}

int cnet_dial_new(cnet_stream_t *stream, cnet_purpose_t purpose) {
  uint64_t number = cnet_attempt_of(stream)->number;
  cnet_loop_t *loop = stream->loop;
  cnet_dial_t *dial = cnet_zeroed(sizeof *dial);
  if (dial == NULL) return UV_ENOMEM;

  dial->loop = loop;
  dial->context = loop->host->context_new(loop, purpose);
  int err = cnet_attempt_is_over(stream, number) ? UV_ECANCELED : dial->context == NULL ? UV_ENOMEM : 0;
  if (err) {
    cnet_dial_free(dial);
    return err;
  }
  dial->stream = stream;
  cnet_attempt_of(stream)->dial = dial;
  return 0;
}
