/* again.c: tests of attempts to connect that are abandoned in a callback of their own, and begun anew there. */
#include <string.h>
#include <unistd.h>

#include "block_list_internal.h"
#include "host.h"

/* What an attempt is to be, and the step of it in which another one takes its place. */
typedef struct again {
  cnet_stream_t *stream;
  unsigned count; /* addresses */
  bool race;
  int dead, port;
  unsigned moment; /* the number of the callback, from 1 */
  unsigned callbacks;
} again_t;

static void connect_to(cnet_stream_t *stream, const again_t *again, int port) {
  struct sockaddr_storage addresses[2] = {host_address("127.0.0.1", port), host_address("127.0.0.1", again->port)};
  cnet_connect_options_t options = {
      .addresses = addresses, .count = again->count, .delay = 60000, .race = again->race};

  NEED(cnet_connect(stream, &options) == 0);
}

static void begin_anew(again_t *again) {
  if (++again->callbacks != again->moment) return;
  cnet_abandon(again->stream);
  connect_to(again->stream, again, again->port);
}

/* In each step, and while a context is made. */
static void on_event(host_t *host, host_event_t event, cnet_stream_t *stream) {
  (void)stream;
  if (event == HOST_ATTEMPT || event == HOST_CONTEXT) begin_anew(host->data);
}

static bool ask(void *data, int32_t question, const struct sockaddr_storage *address, bool otherwise) {
  (void)question, (void)address, (void)otherwise;
  begin_anew(data);
  return false;
}

/* The attempt that is there at last connects, and is told of once. True: another one has been put in its place. */
static bool play(again_t again, bool listed) {
  cnet_block_list_t *list = cnet_block_list_new();
  host_t host;

  host_start(&host);
  int fd = raw_bind("127.0.0.1", &again.dead);
  again.port = host_port(host_listen(&host));
  NEED(cnet_open(host.loop, CNET_TCP, "client", &again.stream) == 0);
  cnet_block_list_set_ask(list, ask, &again, 1);
  if (listed) cnet_set_block_list(again.stream, list);
  host.data = &again;
  host.run = on_event;
  connect_to(again.stream, &again, again.count == 1 ? again.port : again.dead);
  host_run(&host, is_connected, again.stream);
  host_turn(&host, 3);
  CHECK(host.counts[HOST_CONNECTED] == 1 && cnet_connectable(again.stream, CNET_TCP) == 0);
  cnet_block_list_release(list);
  close(fd);
  host_end(&host);
  return again.callbacks >= again.moment;
}

static void is_another_one_that_was_begun_in_its_place(void) {
  for (unsigned kind = 0; kind < 8; kind++) {
    unsigned moment = 1;
    again_t again = {.count = 1 + (kind & 1), .race = (kind & 2) != 0};
    while (again.moment = moment, play(again, (kind & 4) != 0)) moment++;
    CHECK(moment > 2);
  }
}

const test_t again_tests[] = {
    {"connect: an attempt that takes the place of one in its callback is another one",
     is_another_one_that_was_begun_in_its_place},
    {NULL, NULL},
};
