/*
 * connect_serial.c: connection attempts over an address list, one after the other.
 *
 *   start --> [blocked] ------------------------------> failed --+
 *     |                                                          |
 *     +-----> [bind, connect refuse at once] ---------> failed --+--> next address, or the end
 *     +-----> connecting --> [error] -----------------> failed --+
 *                |------> [time is up, and there is a next] -> timeout --+
 *                +------> [connected] ----------------> the end
 *
 * Each step is told to the host, which may close the stream: so it is pinned, and asked after each one whether the
 * attempt is over.
 * Every address but the first has a libuv handle of its own, as a socket that failed to connect cannot be used again.
 * Each has a context of its own, too, in which its end is told, and what comes of that: so nothing of it is left in the
 * stream's later events.
 * (nodejs.org net.md, "socket.connect(options)", autoSelectFamily; loosely RFC 8305, section 5.)
 */
#include "connect_internal.h"
#include "queue.h"
#include "turn.h"

/* The stream is pinned in all that follows. */

/* Reports that this address failed. True: another address remains. The host closes the stream after the last one. */
static bool failed(cnet_stream_t *stream, const cnet_step_t *failure) {
  cnet_attempt_t *attempt = cnet_attempt_of(stream);
  uint64_t number = attempt->number;

  if (attempt->timer != NULL) uv_timer_stop(attempt->timer);
  cnet_dial_drop(attempt);
  cnet_attempt_tell_failure(stream, attempt->index, failure);
  if (cnet_attempt_is_over(stream, number)) return false;
  if (++attempt->index < attempt->count) return true;
  cnet_attempt_end(stream);
  return false;
}

static void try_addresses(cnet_stream_t *stream);

static void fail(cnet_stream_t *stream, cnet_phase_t phase, int status) {
  if (failed(stream, &(cnet_step_t){.phase = phase, .status = status})) try_addresses(stream);
}

/* The address has failed; in its context, on the way into which the host may have closed the stream. */
static void settle_failure(void *data) {
  cnet_dial_t *dial = data;
  cnet_stream_t *stream = dial->stream;

  if (stream == NULL) return;
  cnet_attempt_of(stream)->dial = NULL;
  cnet_pin(stream);
  fail(stream, CNET_ATTEMPT_FAILED, dial->status);
  cnet_unpin(stream);
}

/* There is a connection. The host alone has anything to do in the context. */
static void settle_success(cnet_dial_t *dial) {
  cnet_stream_t *stream = dial->stream;

  cnet_attempt_of(stream)->dial = NULL;
  cnet_pin(stream);
  cnet_attempt_connected(stream, dial->context);
  cnet_unpin(stream);
}

void cnet_dial_ended(cnet_dial_t *dial, int status) {
  if (status == 0 && dial->stream != NULL && cnet_early_data_sent(dial->stream) < 0)
    status = cnet_early_data_sent(dial->stream);
  dial->status = status;
  dial->dialled = true; /* it is ours to free */
  if (dial->stream != NULL && status == 0)
    settle_success(dial);
  else if (dial->stream != NULL)
    dial->loop->host->run_in(dial->loop, dial->context, settle_failure, dial);
  cnet_dial_free(dial);
}

void cnet_dial_on_connect(uv_connect_t *req, int status) { cnet_dial_ended((cnet_dial_t *)req, status); }

/* Whether the kernel has an answer to the connection attempt that libuv has not told of yet. */
static bool is_settled(const cnet_stream_t *stream) { return cnet_platform_ready(stream->uv, true) != 0; }

static void give_up(void *data) {
  cnet_stream_t *stream = ((cnet_dial_t *)data)->stream;

  if (stream == NULL) return;
  cnet_pin(stream);
  fail(stream, CNET_ATTEMPT_TIMEOUT, UV_ETIMEDOUT);
  cnet_unpin(stream);
}

static void on_time_up(uv_timer_t *timer) {
  cnet_stream_t *stream = timer->data;
  cnet_loop_t *loop = stream->loop;
  cnet_attempt_t *attempt = cnet_attempt_of(stream);

  if (cnet_turn_waits(loop, &attempt->asked, attempt->asked != 0 || is_settled(stream)))
    uv_timer_start(timer, on_time_up, CNET_TURN_PAUSE, 0);
  else /* the dial lives until its callback */
    loop->host->run_in(loop, attempt->dial->context, give_up, attempt->dial);
}

/* Gives the stream a fresh handle, in the place of the one whose attempt failed. */
static int renew_handle(cnet_stream_t *stream) {
  uv_stream_t *fresh;

  int err = cnet_stream_handle(stream, &fresh);
  if (err) return err;
  cnet_handle_close(stream->loop, (uv_handle_t *)stream->uv);
  stream->uv = fresh;
  return 0;
}

static int dial(cnet_stream_t *stream, cnet_attempt_t *attempt) {
  const struct sockaddr *address = (const struct sockaddr *)&attempt->addresses[attempt->index];

  int err = uv_tcp_connect(&attempt->dial->req, (uv_tcp_t *)stream->uv, address, cnet_dial_on_connect);
  if (err) {
    cnet_dial_drop(attempt);
    return err;
  }
  attempt->dial->dialled = true;
  cnet_early_data_note(stream, cnet_early_data_send(stream, stream->uv));
  if (attempt->timer == NULL || attempt->index + 1 == attempt->count) return 0;
  attempt->asked = 0;
  uv_update_time(stream->loop->uv); /* or what the host took would be taken off the limit */
  return uv_timer_start(attempt->timer, on_time_up, attempt->timeout, 0);
}

/* Makes a fresh handle ready for the address whose turn it is. 0, or a code, and at what it has failed. */
static int prepare(cnet_stream_t *stream, cnet_attempt_t *attempt, cnet_step_t *failure) {
  *failure = (cnet_step_t){.phase = CNET_ATTEMPT_BIND};
  int err = attempt->index > 0 ? renew_handle(stream) : 0;
  if (!err) err = cnet_attempt_prepare(stream, attempt, stream->uv, &attempt->addresses[attempt->index], failure);
  failure->status = err;
  return err;
}

/* Whether the stream may connect to the address whose turn it is. As try_address(). */
static bool is_forbidden(cnet_stream_t *stream, const struct sockaddr_storage *address, bool *next) {
  int err = cnet_attempt_permit(stream, address);

  *next = err == UV_EACCES && failed(stream, &(cnet_step_t){.phase = CNET_ATTEMPT_BLOCKED});
  return err != 0;
}

static void tell_start(cnet_stream_t *stream, const cnet_attempt_t *attempt) {
  if (attempt->told && attempt->index == 0)
    stream->loop->counts[CNET_COUNT_STARTED]++;
  else
    cnet_attempt_tell(stream, attempt->index, CNET_ATTEMPT_START, 0);
}

/* Tries the address whose turn it is. True: that one has failed at once, and there is a next one. */
static bool try_address(cnet_stream_t *stream) {
  cnet_attempt_t *attempt = cnet_attempt_of(stream);
  const struct sockaddr_storage *address = &attempt->addresses[attempt->index];
  uint64_t number = attempt->number;
  bool is_only = attempt->count == 1; /* as in Node: told before it is found to be blocked; several are not */
  cnet_step_t failure;
  bool next;

  if (prepare(stream, attempt, &failure) != 0) return failed(stream, &failure);
  if (!is_only && is_forbidden(stream, address, &next)) return next;
  tell_start(stream, attempt);
  if (cnet_attempt_is_over(stream, number)) return false;
  if (is_only && is_forbidden(stream, address, &next)) return next;
  int err = cnet_dial_new(stream, CNET_FOR_CONNECT_TCP);
  if (err == UV_ECANCELED) return false;
  if (!err) err = dial(stream, attempt);
  return err != 0 && failed(stream, &(cnet_step_t){.phase = CNET_ATTEMPT_UNSENT, .status = err});
}

static void try_addresses(cnet_stream_t *stream) {
  while (try_address(stream)) continue;
}

void cnet_serial_begin(cnet_stream_t *stream) { try_addresses(stream); }
