/* streams.c: streams for the tests, and what they wait for. */
#include <string.h>
#include <unistd.h>

#include "address.h"
#include "host.h"

cnet_stream_t *host_listen(host_t *host) {
  cnet_stream_t *listener;

  NEED(cnet_open(host->loop, CNET_TCP, NULL, &listener) == 0);
  NEED(cnet_bind(listener, "127.0.0.1", strlen("127.0.0.1"), 0, 4, 0) == 0);
  NEED(cnet_listen(listener, 128) == 0);
  return listener;
}

cnet_stream_t *host_listen_path(host_t *host, const char *path) {
  cnet_stream_t *listener;

  NEED(cnet_open(host->loop, CNET_PIPE, NULL, &listener) == 0);
  NEED(cnet_bind_path(listener, path, strlen(path)) == 0);
  NEED(cnet_listen(listener, 128) == 0);
  return listener;
}

int host_port(cnet_stream_t *listener) {
  struct sockaddr_storage name;
  char text[CNET_ADDRESS_TEXT];
  int32_t port = 0;

  NEED(cnet_tcp_name(listener, false, &name) == 0);
  cnet_address_text(&name, text, &port, NULL);
  return port;
}

cnet_stream_t *host_connect(host_t *host, int port) {
  struct sockaddr_storage address;
  cnet_connect_options_t options = {.addresses = &address, .count = 1};
  cnet_stream_t *stream;

  NEED(cnet_address_parse("127.0.0.1", strlen("127.0.0.1"), (uint16_t)port, &address) == 0);
  NEED(cnet_open(host->loop, CNET_TCP, "client", &stream) == 0);
  NEED(cnet_connect(stream, &options) == 0);
  return stream;
}

const char *host_path(void) {
  static _Thread_local char path[64];
  static _Thread_local unsigned count;

  snprintf(path, sizeof path, "/tmp/cnet-core-%d-%p-%u", (int)getpid(), (void *)&count, count++);
  return path;
}

bool has_come(host_t *host, void *want) {
  const host_want_t *wanted = want;
  return host->counts[wanted->event] >= wanted->count;
}

bool has_bytes(host_t *host, void *bytes) {
  const host_bytes_t *wanted = bytes;
  (void)host;
  return state_of(wanted->stream)->length >= wanted->length;
}

bool is_connected(host_t *host, void *stream) {
  (void)host;
  return state_of(stream)->connected;
}

bool is_true(host_t *host, void *flag) {
  (void)host;
  return *(bool *)flag;
}

bool is_at_end(host_t *host, void *stream) {
  (void)host;
  return state_of(stream)->at_end;
}

bool has_write_ended(host_t *host, void *stream) {
  (void)host;
  return state_of(stream)->write_status <= 0;
}

bool has_accepted(host_t *host, void *nothing) {
  (void)nothing;
  return host->counts[HOST_ACCEPTED] > 0;
}

static bool is_paired(host_t *host, void *client) { return host->other != NULL && state_of(client)->connected; }

void host_pair(host_t *host, cnet_kind_t kind, cnet_stream_t *pair[2]) {
  const char *path = host_path();
  cnet_stream_t *listener = kind == CNET_TCP ? host_listen(host) : host_listen_path(host, path);

  host->other = NULL;
  if (kind == CNET_TCP) {
    pair[0] = host_connect(host, host_port(listener));
  } else {
    NEED(cnet_open(host->loop, CNET_PIPE, "client", &pair[0]) == 0);
    NEED(cnet_connect_path(pair[0], path, strlen(path)) == 0);
  }
  host_run(host, is_paired, pair[0]);
  pair[1] = host->other;
  NEED(cnet_close(listener, false) == 0);
  host_turn(host, 3);
  memset(host->counts, 0, sizeof host->counts);
}
