/* connect.c: tests of connecting. */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "block_list_internal.h"
#include "host.h"
#include "ip.h"

#define MOST 4

/* Begins to connect to the ports of these addresses, with all else as it is in `options`. */
static cnet_stream_t *connect_to(host_t *host, cnet_connect_options_t options, unsigned count, const char *const *texts,
                                 const int *ports) {
  struct sockaddr_storage addresses[MOST];
  cnet_stream_t *stream;

  for (unsigned i = 0; i < count; i++) addresses[i] = host_address(texts[i], ports[i]);
  options.addresses = addresses;
  options.count = count;
  NEED(cnet_open(host->loop, CNET_TCP, "client", &stream) == 0);
  NEED(cnet_connect(stream, &options) == 0);
  return stream;
}

static const char *const LOCAL[MOST] = {"127.0.0.1", "127.0.0.1", "127.0.0.1", "127.0.0.1"};

static bool is_step(const host_t *host, unsigned at, uint32_t address, cnet_phase_t phase, int status) {
  const cnet_step_t *step = &host->steps[at];
  return at < host->step_count && step->address == address && step->phase == phase && step->status == status;
}

static cnet_block_list_t *blocking(const char *text) {
  cnet_block_list_t *list = cnet_block_list_new();
  struct sockaddr_storage address = host_address(text, 0);
  cnet_address_t known;

  NEED(list != NULL && cnet_address_of_sockaddr(&address, &known));
  NEED(cnet_net_add(list, known, 128, true) == 0);
  return list;
}

/* --- one after the other ---------------------------------------------------------------------------------------- */

static void tries_the_next_address_after_one_that_refuses(void) {
  host_t host;
  int dead;

  host_start(&host);
  int fd = raw_bind("127.0.0.1", &dead);
  int port = host_port(host_listen(&host));
  cnet_stream_t *stream = connect_to(&host, (cnet_connect_options_t){.delay = 60000}, 2, LOCAL, (int[]){dead, port});
  CHECK(is_step(&host, 0, 0, CNET_ATTEMPT_START, 0)); /* before it returns */
  host_run(&host, is_connected, stream);
  CHECK(is_step(&host, 1, 0, CNET_ATTEMPT_FAILED, UV_ECONNREFUSED));
  CHECK(is_step(&host, 2, 1, CNET_ATTEMPT_START, 0) && host.step_count == 3);
  struct sockaddr_storage peer;
  char text[CNET_ADDRESS_TEXT];
  int32_t at = 0;
  NEED(cnet_tcp_name(stream, true, &peer) == 0);
  cnet_address_text(&peer, text, &at, NULL);
  CHECK(at == port && !cnet_connect_is_settled(stream));
  close(fd);
  host_end(&host);
}

static void ends_after_the_last_address(void) {
  cnet_connect_options_t options = {.delay = 60000};
  host_t host;
  int dead;

  host_start(&host);
  int fd = raw_bind("127.0.0.1", &dead);
  cnet_stream_t *stream = connect_to(&host, options, 2, LOCAL, (int[]){dead, dead});
  AWAIT(&host, HOST_ATTEMPT, 4);
  CHECK(is_step(&host, 3, 1, CNET_ATTEMPT_FAILED, UV_ECONNREFUSED));
  CHECK(!state_of(stream)->connected && cnet_connectable(stream, CNET_TCP) == 0); /* it may be tried again */
  close(fd);
  host_end(&host);
}

static void gives_up_an_address_whose_time_is_up(void) {
  host_t host;
  int full[2];

  host_start(&host);
  int hanging = raw_full(full);
  int port = host_port(host_listen(&host));
  cnet_stream_t *stream = connect_to(&host, (cnet_connect_options_t){.delay = 20}, 2, LOCAL, (int[]){hanging, port});
  CHECK(cnet_connectable(stream, CNET_TCP) == UV_EALREADY && !cnet_connect_is_settled(stream));
  host_run(&host, is_connected, stream);
  CHECK(is_step(&host, 1, 0, CNET_ATTEMPT_TIMEOUT, UV_ETIMEDOUT));
  close(full[0]);
  close(full[1]);
  host_end(&host);
}

/* The loop is busy for longer than the limit: what the kernel has by then counts. */
static void waits_for_an_answer_that_is_there_when_the_time_is_up(void) {
  host_t host;
  int dead;

  host_start(&host);
  int fd = raw_bind("127.0.0.1", &dead);
  int port = host_port(host_listen(&host));
  cnet_stream_t *stream = connect_to(&host, (cnet_connect_options_t){.delay = 1}, 2, LOCAL, (int[]){port, dead});
  CHECK(cnet_connect_is_settled(stream));
  for (uint64_t until = uv_hrtime() + 5000000; uv_hrtime() < until;) continue;
  host_run(&host, is_connected, stream);
  CHECK(host.step_count == 1);
  close(fd);
  host_end(&host);
}

static void leaves_out_what_its_block_list_has(void) {
  cnet_block_list_t *list = blocking("127.0.0.2");
  const char *const texts[] = {"127.0.0.2", "127.0.0.1"};
  struct sockaddr_storage addresses[2];
  cnet_stream_t *stream;
  host_t host;

  host_start(&host);
  int port = host_port(host_listen(&host));
  for (int race = 0; race < 2; race++) {
    host.step_count = 0;
    for (int i = 0; i < 2; i++) addresses[i] = host_address(texts[i], port);
    cnet_connect_options_t options = {.addresses = addresses, .count = 2, .delay = 60000, .race = race == 1};
    NEED(cnet_open(host.loop, CNET_TCP, "client", &stream) == 0);
    cnet_set_block_list(stream, list);
    NEED(cnet_connect(stream, &options) == 0);
    host_run(&host, is_connected, stream);
    CHECK(is_step(&host, 0, 0, CNET_ATTEMPT_BLOCKED, 0) && is_step(&host, 1, 1, CNET_ATTEMPT_START, 0));
  }
  cnet_connect_options_t alone = {.addresses = addresses, .count = 1};
  host.step_count = 0;
  NEED(cnet_open(host.loop, CNET_TCP, "client", &stream) == 0);
  cnet_set_block_list(stream, list);
  CHECK(cnet_connect(stream, &alone) == 0);
  CHECK(is_step(&host, 0, 0, CNET_ATTEMPT_START, 0) && is_step(&host, 1, 0, CNET_ATTEMPT_BLOCKED, 0));
  cnet_block_list_release(list);
  host_end(&host);
}

static bool close_all(void *data, int32_t question, const struct sockaddr_storage *address, bool otherwise) {
  (void)question, (void)address, (void)otherwise;
  for (cnet_stream_t *stream = cnet_next(((host_t *)data)->loop, NULL); stream != NULL;
       stream = cnet_next(((host_t *)data)->loop, stream))
    if (!cnet_is_closing(stream)) cnet_close(stream, false);
  return false;
}

static void ends_when_its_block_list_closes_it(void) {
  struct sockaddr_storage addresses[2] = {host_address("127.0.0.1", 1), host_address("127.0.0.1", 1)};
  host_t host;

  host_start(&host);
  for (int kind = 0; kind < 3; kind++) { /* one address, two, a race of two */
    cnet_connect_options_t options = {
        .addresses = addresses, .count = kind == 0 ? 1 : 2, .delay = 60000, .race = kind == 2};
    cnet_block_list_t *list = cnet_block_list_new();
    cnet_stream_t *stream;
    cnet_block_list_set_ask(list, close_all, &host, 1);
    NEED(cnet_open(host.loop, CNET_TCP, "client", &stream) == 0);
    cnet_set_block_list(stream, list);
    cnet_block_list_release(list);
    CHECK(cnet_connect(stream, &options) == 0);
    CHECK(cnet_is_closing(stream) && !state_of(stream)->connected);
    host_turn(&host, 2);
  }
  CHECK(host.counts[HOST_CLOSED] == 3);
  host_end(&host);
}

static void binds_to_the_local_address_and_port(void) {
  struct sockaddr_storage name;
  char text[CNET_ADDRESS_TEXT];
  int32_t got;
  int local;
  host_t host;

  host_start(&host);
  int port = host_port(host_listen(&host));
  close(raw_bind("127.0.0.9", &local));
  cnet_connect_options_t options = {.local_address = "127.0.0.9", .local_port = local};
  cnet_stream_t *stream = connect_to(&host, options, 1, LOCAL, &port);
  host_run(&host, is_connected, stream);
  NEED(cnet_tcp_name(stream, false, &name) == 0);
  cnet_address_text(&name, text, &got, NULL);
  CHECK(strcmp(text, "127.0.0.9") == 0 && got == local);
  host_end(&host);
}

static void tells_of_a_local_end_that_cannot_be_bound(void) {
  int taken;
  host_t host;

  host_start(&host);
  int port = host_port(host_listen(&host));
  int fd = raw_listen("127.0.0.1", &taken);
  const cnet_connect_options_t bad[] = {
      {.local_address = "::1", .delay = 60000},                            /* another family */
      {.local_address = "127.0.0.1", .local_port = taken, .delay = 60000}, /* in use */
      {.local_address = "8.8.8.8", .delay = 60000},                        /* none of ours */
      {.local_port = 70000, .delay = 60000},                               /* no port */
  };
  const int codes[] = {UV_EINVAL, UV_EADDRINUSE, UV_EADDRNOTAVAIL, UV_EADDRINUSE};
  for (int i = 0; i < 4; i++) {
    host.step_count = 0;
    connect_to(&host, bad[i], 2, LOCAL, (int[]){port, port});
    CHECK(is_step(&host, 0, 0, CNET_ATTEMPT_BIND, codes[i]) && is_step(&host, 1, 1, CNET_ATTEMPT_BIND, codes[i]));
    CHECK(host.step_count == 2);
  }
  close(fd);
  host_end(&host);
}

/* The bytes of two options, the second of which there is not, or is of IPv6. */
static cnet_socket_options_t *two_options(int level, int number) {
  struct {
    int32_t level, number;
    uint32_t size;
    int32_t value;
  } list[2] = {{SOL_SOCKET, SO_SNDBUF, 4, 32768}, {level, number, 4, 1}};
  cnet_socket_options_t *options;

  NEED(cnet_socket_options_new(list, sizeof list, &options) == 0);
  return options;
}

static void sets_socket_options_before_it_connects(void) {
  uint32_t size = sizeof(int);
  int value = 0;
  host_t host;

  host_start(&host);
  int port = host_port(host_listen(&host));
  cnet_connect_options_t options = {.socket_options = two_options(IPPROTO_IPV6, 12345)}; /* left out for IPv4 */
  cnet_stream_t *stream = connect_to(&host, options, 1, LOCAL, &port);
  host_run(&host, is_connected, stream);
  CHECK(cnet_get_option(stream, SOL_SOCKET, SO_SNDBUF, &value, &size) == 0 && value == 65536); /* socket(7): doubled */
  host_end(&host);
}

static void tells_of_an_option_that_cannot_be_set(void) {
  host_t host;

  host_start(&host);
  int port = host_port(host_listen(&host));
  for (int race = 0; race < 2; race++) {
    cnet_connect_options_t options = {.socket_options = two_options(SOL_SOCKET, 12345), .race = race == 1};
    host.step_count = 0;
    connect_to(&host, options, 1, LOCAL, &port);
    CHECK(is_step(&host, 0, 0, CNET_ATTEMPT_OPTION, UV_ENOPROTOOPT) && host.steps[0].option == 1);
  }
  host_end(&host);
}

static void fails_at_once_without_a_context(void) {
  struct sockaddr_storage address = host_address("127.0.0.1", 1);
  host_t host;

  host_start(&host);
  host.no_context = true;
  for (int race = 0; race < 2; race++) {
    cnet_connect_options_t options = {.addresses = &address, .count = 1, .race = race == 1};
    cnet_stream_t *stream;
    host.step_count = 0;
    NEED(cnet_open(host.loop, CNET_TCP, NULL, &stream) == 0 && cnet_connect(stream, &options) == 0);
    CHECK(is_step(&host, 1, 0, CNET_ATTEMPT_UNSENT, UV_ENOMEM) && host.step_count == 2);
  }
  host_end(&host);
}

const test_t connect_tests[] = {
    {"connect: the next address is tried after one that refuses", tries_the_next_address_after_one_that_refuses},
    {"connect: ends after the last address", ends_after_the_last_address},
    {"connect: an address is given up when its time is up", gives_up_an_address_whose_time_is_up},
    {"connect: an answer that is there when the time is up counts",
     waits_for_an_answer_that_is_there_when_the_time_is_up},
    {"connect: leaves out what its block list has, one after the other and in a race",
     leaves_out_what_its_block_list_has},
    {"connect: ends when its block list closes it", ends_when_its_block_list_closes_it},
    {"connect: binds to the local address and port", binds_to_the_local_address_and_port},
    {"connect: tells of a local end that cannot be bound", tells_of_a_local_end_that_cannot_be_bound},
    {"connect: sets socket options before", sets_socket_options_before_it_connects},
    {"connect: tells which option could not be set", tells_of_an_option_that_cannot_be_set},
    {"connect: fails at once where there is no context", fails_at_once_without_a_context},
    {NULL, NULL},
};
