/* threads.c: tests of two loops on two threads at once. */
#include <string.h>
#include <unistd.h>

#include "host.h"

#define ROUNDS 100
#define SIZE 20000

/* Tickets on their way to a thread, which `wake` wakes. */
typedef struct mailbox {
  uv_mutex_t mutex;
  uv_async_t wake;
  char texts[ROUNDS][CNET_TICKET_TEXT + 1];
  int count;
} mailbox_t;

typedef struct side {
  host_t host;
  mailbox_t inbox;
  struct side *other;
  uv_barrier_t *barrier;
  cnet_stream_t *listener;
  int sent, taken, clients, read;
  unsigned failures;
} side_t;

static void send_ticket(side_t *side, cnet_stream_t *stream) {
  mailbox_t *mailbox = &side->other->inbox;

  uv_mutex_lock(&mailbox->mutex);
  CHECK(cnet_ticket_new(stream, side->sent, "notes", 5, true, mailbox->texts[mailbox->count]) == 0);
  mailbox->count++;
  uv_mutex_unlock(&mailbox->mutex);
  side->sent++;
  uv_async_send(&mailbox->wake);
}

static void connect_one(side_t *side) {
  if (side->clients < ROUNDS) {
    side->clients++;
    host_connect(&side->host, host_port(side->listener));
  }
}

/* Who is accepted goes to the other thread, where a stream reads all of it; who has connected writes. */
static void on_event(host_t *host, host_event_t event, cnet_stream_t *stream) {
  side_t *side = host->data;

  if (event == HOST_ACCEPTED) {
    send_ticket(side, host->other);
    NEED(cnet_close(host->other, false) == 0);
  } else if (event == HOST_CONNECTED) {
    NEED(host_write(stream, pattern(), SIZE) >= 0 && cnet_shutdown(stream, NULL) == 0);
    NEED(cnet_read_start(stream) == 0);
    connect_one(side);
  } else if (event == HOST_READ && state_of(stream)->at_end) {
    if (state_of(stream)->length == SIZE) side->read++;
    NEED(cnet_close(stream, false) == 0);
  }
}

static void on_wake(uv_async_t *wake) {
  side_t *side = wake->data;
  mailbox_t *mailbox = &side->inbox;

  for (;;) {
    char text[CNET_TICKET_TEXT + 1];
    cnet_ticket_t ticket;
    cnet_stream_t *stream;
    uv_mutex_lock(&mailbox->mutex);
    bool some = side->taken < mailbox->count;
    if (some) memcpy(text, mailbox->texts[side->taken], sizeof text);
    uv_mutex_unlock(&mailbox->mutex);
    if (!some) return;
    side->taken++;
    CHECK(cnet_ticket_waits(text, CNET_TICKET_TEXT) && cnet_ticket_look(text, CNET_TICKET_TEXT, &ticket) == 0);
    CHECK(ticket.notes.length == 5);
    cnet_ticket_free(&ticket);
    NEED(cnet_open(side->host.loop, CNET_TCP, NULL, &stream) == 0);
    CHECK(cnet_ticket_take(stream, text, CNET_TICKET_TEXT) == 0);
    NEED(cnet_read_start(stream) == 0);
  }
}

static bool is_done(host_t *host, void *data) {
  const side_t *side = data;
  (void)host;
  return side->read == ROUNDS && side->sent == ROUNDS;
}

static void play(void *data) {
  side_t *side = data;
  host_t *host = &side->host;

  host_start(host);
  host->run = on_event;
  host->data = side;
  uv_mutex_init(&side->inbox.mutex);
  uv_async_init(&host->uv, &side->inbox.wake, on_wake);
  side->inbox.wake.data = side;
  side->listener = host_listen(host);
  uv_barrier_wait(side->barrier); /* both can be woken */
  for (int i = 0; i < 4; i++) connect_one(side);
  host_run(host, is_done, side);
  uv_barrier_wait(side->barrier); /* nobody wakes the other any more */
  uv_close((uv_handle_t *)&side->inbox.wake, NULL);
  host_end(host);
  uv_mutex_destroy(&side->inbox.mutex);
  side->failures = test_failures;
}

static void exchanges_connections_between_threads(void) {
  static side_t sides[2];
  uv_barrier_t barrier;
  uv_thread_t threads[2];

  memset(sides, 0, sizeof sides);
  NEED(uv_barrier_init(&barrier, 2) == 0);
  for (int i = 0; i < 2; i++) {
    sides[i].other = &sides[1 - i];
    sides[i].barrier = &barrier;
    NEED(uv_thread_create(&threads[i], play, &sides[i]) == 0);
  }
  for (int i = 0; i < 2; i++) {
    uv_thread_join(&threads[i]);
    test_failures += sides[i].failures;
  }
  uv_barrier_destroy(&barrier);
}

/* --- the end of a loop while another one takes what it has sent ------------------------------------------------------
 */

typedef struct grab {
  char texts[ROUNDS][CNET_TICKET_TEXT + 1];
  uv_barrier_t barrier;
  int taken;
} grab_t;

static void take_all(void *data) {
  grab_t *grab = data;
  host_t host;

  host_start(&host);
  uv_barrier_wait(&grab->barrier);
  for (int i = ROUNDS - 1; i >= 0; i--) {
    cnet_stream_t *stream;
    NEED(cnet_open(host.loop, CNET_TCP, NULL, &stream) == 0);
    int err = cnet_ticket_take(stream, grab->texts[i], CNET_TICKET_TEXT);
    if (err == 0) grab->taken++;
    NEED(err == 0 || err == UV_ENOENT);
  }
  host_end(&host);
}

static void may_end_while_another_loop_takes_what_it_has_sent(void) {
  static grab_t grab;
  cnet_stream_t *pair[2];
  uv_thread_t thread;
  host_t host;

  grab.taken = 0;
  NEED(uv_barrier_init(&grab.barrier, 2) == 0);
  host_start(&host);
  host_pair(&host, CNET_TCP, pair);
  for (int i = 0; i < ROUNDS; i++) NEED(cnet_ticket_new(pair[0], 0, NULL, 0, true, grab.texts[i]) == 0);
  NEED(uv_thread_create(&thread, take_all, &grab) == 0);
  uv_barrier_wait(&grab.barrier);
  host_end(&host);
  uv_thread_join(&thread);
  for (int i = 0; i < ROUNDS; i++) CHECK(!cnet_ticket_waits(grab.texts[i], CNET_TICKET_TEXT)); /* taken or closed */
  uv_barrier_destroy(&grab.barrier);
}

const test_t thread_tests[] = {
    {"threads: two loops exchange connections, and all bytes arrive", exchanges_connections_between_threads},
    {"threads: a loop may end while another one takes what it has sent",
     may_end_while_another_loop_takes_what_it_has_sent},
    {NULL, NULL},
};
