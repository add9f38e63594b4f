/* host.c: a small host of the core. */
#include "host.h"

#include <string.h>

#define MEMORY ((size_t)64 * 1024)
#define PATIENCE 10000 /* ms */

static host_t *of(cnet_stream_t *stream) { return cnet_loop_data(cnet_loop_of(stream)); }

/* What is promised of every callback: the loop does not end, and its stream has not been told of for the last time. */
static void note(host_t *host, host_event_t event, cnet_stream_t *stream) {
  CHECK(!cnet_loop_is_closing(host->loop));
  CHECK(stream == NULL || event == HOST_CLOSED || !state_of(stream)->closed);
  host->counts[event]++;
  if (host->run != NULL) host->run(host, event, stream);
}

static int opened(cnet_stream_t *stream, const void *argument) {
  host_t *host = of(stream);

  host->streams++;
  state_of(stream)->write_status = state_of(stream)->shutdown_status = 1;
  note(host, HOST_OPENED, stream);
  bool refused = host->refuse_next || (argument != NULL && strcmp(argument, "none") == 0);
  host->refuse_next = false;
  return refused ? UV_ENOMEM : 0;
}

static void stream_closed(cnet_stream_t *stream) {
  CHECK(!state_of(stream)->closed);
  state_of(stream)->closed = true;
  note(of(stream), HOST_CLOSED, stream);
}

static void stream_freed(cnet_stream_t *stream) {
  host_state_t *state = state_of(stream);

  of(stream)->streams--;
  if (state->gone != NULL) *state->gone = true;
  free(state->bytes);
}

static void settle(cnet_loop_t *loop) {
  CHECK(!cnet_loop_is_closing(loop));
  ((host_t *)cnet_loop_data(loop))->busy = cnet_loop_is_busy(loop);
}

static void accepted(cnet_stream_t *listener, cnet_stream_t *client) {
  of(listener)->other = client;
  note(of(listener), HOST_ACCEPTED, listener);
}

static void accept_failed(cnet_stream_t *listener, int status) {
  of(listener)->status = status;
  note(of(listener), HOST_ACCEPT_FAILED, listener);
}

static void rejected(cnet_stream_t *listener, cnet_verdict_t verdict, const cnet_ends_t *ends) {
  of(listener)->verdict = verdict;
  if (ends != NULL) of(listener)->ends = *ends;
  note(of(listener), HOST_REJECTED, listener);
}

static void user_rejected(cnet_stream_t *listener, const cnet_credentials_t *peer) {
  of(listener)->peer = *peer;
  note(of(listener), HOST_USER_REJECTED, listener);
}

static void header_rejected(cnet_stream_t *listener, cnet_stream_t *client, int reason) {
  of(listener)->other = client;
  of(listener)->status = reason;
  note(of(listener), HOST_HEADER_REJECTED, listener);
}

static void exhausted(cnet_stream_t *listener) { note(of(listener), HOST_EXHAUSTED, listener); }

static void bound(cnet_stream_t *stream, int status) {
  of(stream)->status = status;
  note(of(stream), HOST_BOUND, stream);
}

static void attempt(cnet_stream_t *stream, const cnet_step_t *step) {
  host_t *host = of(stream);

  if (host->step_count < sizeof host->steps / sizeof *host->steps) host->steps[host->step_count++] = *step;
  host->status = step->status;
  note(host, HOST_ATTEMPT, stream);
}

static void connected(cnet_stream_t *stream, void *context) {
  (void)context;
  state_of(stream)->connected = true;
  note(of(stream), HOST_CONNECTED, stream);
}

static void *context_new(cnet_loop_t *loop, cnet_purpose_t purpose) {
  host_t *host = cnet_loop_data(loop);
  (void)purpose;

  note(host, HOST_CONTEXT, NULL);
  if (host->no_context) return NULL;
  host->contexts++;
  return host_alloc(1);
}

static void context_free(cnet_loop_t *loop, void *context) {
  CHECK(context != NULL);
  ((host_t *)cnet_loop_data(loop))->contexts--;
  free(context);
}

static void run_in(cnet_loop_t *loop, void *context, void (*work)(void *data), void *data) {
  (void)loop;
  (void)context;
  work(data);
}

static void allocate(cnet_stream_t *stream, uv_buf_t *out) {
  if (of(stream)->no_memory) return;
  *out = uv_buf_init(host_alloc(MEMORY), (unsigned)MEMORY);
}

static void grow(host_state_t *state, size_t room) {
  char *bytes = host_alloc(room);

  if (state->length > 0) memcpy(bytes, state->bytes, state->length);
  free(state->bytes);
  state->bytes = bytes;
  state->room = room;
}

static void received(cnet_stream_t *stream, ssize_t got, const uv_buf_t *memory) {
  host_state_t *state = state_of(stream);

  if (got > 0) {
    size_t needed = state->length + (size_t)got;
    if (needed > state->room) grow(state, needed * 2);
    memcpy(state->bytes + state->length, memory->base, (size_t)got);
    state->length += (size_t)got;
  } else if (got < 0) {
    CHECK(state->read_status != UV_EOF); /* it is told once */
    state->read_status = (int)got;
    state->at_end = true;
  }
  free(memory->base);
  if (got != 0 && !cnet_loop_is_closing(cnet_loop_of(stream))) note(of(stream), HOST_READ, stream);
}

/* Blocks may not be had, and each must come back. */
static void *block_new(cnet_stream_t *stream, uv_buf_t *out) {
  if (of(stream)->no_memory) return NULL;
  of(stream)->blocks++;
  *out = uv_buf_init(host_alloc(MEMORY), (unsigned)MEMORY);
  memset(out->base, 0x5a, MEMORY);
  return out->base;
}

static bool block_takes(cnet_stream_t *stream, size_t got) {
  (void)stream;
  return got > MEMORY / 2;
}

static void block_read(cnet_stream_t *stream, void *block, size_t got) {
  const uv_buf_t memory = uv_buf_init(block, (unsigned)MEMORY);

  of(stream)->blocks--;
  of(stream)->blocks_read++;
  for (size_t i = got; i < MEMORY; i++) CHECK(memory.base[i] == 0); /* whoever has filled it has cleared the rest */
  received(stream, (ssize_t)got, &memory);
}

static void block_free(cnet_loop_t *loop, void *block) {
  ((host_t *)cnet_loop_data(loop))->blocks--;
  free(block);
}

static void descriptors(cnet_stream_t *stream, const int *fds, int *count, size_t bytes) {
  host_t *host = of(stream);

  CHECK(*count > 0 && bytes > 0);
  host->taken_count = *count;
  memcpy(host->taken, fds, (size_t)*count * sizeof *fds);
  if (host->take) *count = 0;
  note(host, HOST_DESCRIPTORS, stream);
}

static void ended(cnet_stream_t *stream, cnet_operation_t operation, void *context, int status) {
  (void)context;
  of(stream)->ended_with[operation] = status;
  if (operation == CNET_SHUTDOWN) {
    state_of(stream)->shutdown_status = status;
  } else {
    state_of(stream)->write_status = status;
    state_of(stream)->written++;
  }
  note(of(stream), HOST_ENDED, stream);
}

static void idle(cnet_idle_t *timeout) {
  host_t *host = cnet_loop_data(cnet_idle_loop(timeout));

  ++*(int *)cnet_idle_data(timeout);
  note(host, HOST_IDLE, NULL);
}

static const cnet_host_t CALLBACKS = CNET_HOST(sizeof(host_state_t));

/* --- beginning and end ------------------------------------------------------------------------------------------ */

void host_start(host_t *host) {
  memset(host, 0, sizeof *host);
  NEED(uv_loop_init(&host->uv) == 0);
  NEED(cnet_loop_new(&host->uv, &CALLBACKS, host, &host->loop) == 0);
}

static void on_loop_ended(void *data) { ((host_t *)data)->ended = true; }

void host_end(host_t *host) {
  CHECK(host->busy == cnet_loop_is_busy(host->loop)); /* whenever it changes, the host is told to look */
  cnet_loop_close(host->loop, on_loop_ended);
  uv_run(&host->uv, UV_RUN_DEFAULT);
  CHECK(host->ended);
  CHECK(host->streams == 0);
  CHECK(host->contexts == 0);
  CHECK(host->blocks == 0);
  CHECK(uv_loop_close(&host->uv) == 0);
}

static void on_patience(uv_timer_t *timer) { *(bool *)timer->data = true; }

void host_run(host_t *host, bool (*done)(host_t *host, void *data), void *data) {
  bool over = false;
  uv_timer_t timer = {.data = &over};

  uv_timer_init(&host->uv, &timer);
  uv_timer_start(&timer, on_patience, PATIENCE, 0);
  while (!over && !done(host, data)) uv_run(&host->uv, UV_RUN_ONCE);
  CHECK(!over);
  uv_close((uv_handle_t *)&timer, NULL);
  uv_run(&host->uv, UV_RUN_NOWAIT);
}

void host_turn(host_t *host, int turns) {
  while (turns-- > 0) uv_run(&host->uv, UV_RUN_NOWAIT);
}
