/* listener.c: tests of listening, and of who may come in. */
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "block_list_internal.h"
#include "host.h"
#include "ip.h"

static cnet_block_list_t *blocking_all(void) {
  cnet_block_list_t *list = cnet_block_list_new();

  NEED(list != NULL && cnet_net_add(list, (cnet_address_t){{0, 0}, false}, 0, false) == 0);
  return list;
}

static void close_fds(const int *fds, int count) {
  for (int i = 0; i < count; i++) close(fds[i]);
}

static void accepts_with_what_the_listener_hands_on(void) {
  host_t host;

  host_start(&host);
  cnet_stream_t *listener = host_listen(&host);
  cnet_set_server(listener, 42);
  int fd = raw_connect(host_port(listener));
  AWAIT(&host, HOST_ACCEPTED, 1);
  CHECK(cnet_is_listener(listener) && !cnet_is_listener(host.other));
  CHECK(cnet_server_of(host.other) == 42 && cnet_kind_of(host.other) == CNET_TCP);
  close(fd);
  host_end(&host);
}

static void turns_away_who_has_no_room(void) {
  int fds[2];
  host_t host;

  host_start(&host);
  cnet_stream_t *listener = host_listen(&host);
  NEED(cnet_set_room(listener, 1) == 0);
  for (int i = 0; i < 2; i++) fds[i] = raw_connect(host_port(listener));
  AWAIT(&host, HOST_REJECTED, 1);
  CHECK(host.counts[HOST_ACCEPTED] == 1 && host.verdict == CNET_FULL);
  CHECK(host.ends.local.ss_family == AF_INET && host.ends.peer.ss_family == AF_INET);
  char byte;
  CHECK(recv(fds[1], &byte, 1, 0) == 0); /* closed */
  close_fds(fds, 2);
  host_end(&host);
}

static void turns_away_without_names_on_a_path(void) {
  const char *path = host_path();
  host_t host;

  host_start(&host);
  cnet_stream_t *listener = host_listen_path(&host, path);
  NEED(cnet_set_room(listener, 0) == 0);
  int fd = raw_connect_path(path);
  host.ends.peer.ss_family = 77; /* it is not written to */
  AWAIT(&host, HOST_REJECTED, 1);
  CHECK(host.verdict == CNET_FULL && host.ends.peer.ss_family == 77);
  close(fd);
  host_end(&host);
}

static void tells_nothing_of_who_is_blocked(void) {
  cnet_block_list_t *list = blocking_all();
  host_t host;
  char byte;

  host_start(&host);
  cnet_stream_t *listener = host_listen(&host);
  cnet_set_block_list(listener, list);
  cnet_block_list_release(list);
  int fd = raw_connect(host_port(listener));
  AWAIT(&host, HOST_CLOSED, 1);
  CHECK(host.counts[HOST_ACCEPTED] == 0 && host.counts[HOST_REJECTED] == 0);
  CHECK(recv(fd, &byte, 1, 0) == 0);
  cnet_set_block_list(listener, NULL);
  int other = raw_connect(host_port(listener));
  AWAIT(&host, HOST_ACCEPTED, 1);
  close(fd);
  close(other);
  host_end(&host);
}

/* Whoever goes through the streams of the loop finds the client too. */
static bool close_clients(void *data, int32_t question, const struct sockaddr_storage *address, bool otherwise) {
  cnet_loop_t *loop = ((host_t *)data)->loop;
  (void)question, (void)address, (void)otherwise;
  for (cnet_stream_t *stream = cnet_next(loop, NULL); stream != NULL; stream = cnet_next(loop, stream))
    if (!cnet_is_listener(stream)) cnet_close(stream, false);
  return false;
}

static void tells_nothing_of_who_is_closed_while_the_list_is_asked(void) {
  cnet_accept_limit_t *limit = cnet_accept_limit_new(7);
  cnet_block_list_t *list = cnet_block_list_new();
  host_t host;
  char byte;

  host_start(&host);
  cnet_stream_t *listener = host_listen(&host);
  cnet_block_list_set_ask(list, close_clients, &host, 1);
  cnet_set_block_list(listener, list);
  for (unsigned limited = 0; limited < 2; limited++) {
    if (limited) NEED(cnet_accept_limit_heed(limit, listener) == 0);
    int fd = raw_connect(host_port(listener));
    AWAIT(&host, HOST_CLOSED, limited + 1);
    CHECK(host.counts[HOST_ACCEPTED] == 0 && host.counts[HOST_ACCEPT_FAILED] == 0);
    CHECK(recv(fd, &byte, 1, 0) == 0);
    close(fd);
  }
  cnet_accept_limit_release(limit);
  cnet_block_list_release(list);
  host_end(&host);
}

static void accepts_nobody_while_it_is_paused(cnet_kind_t kind) {
  const char *path = host_path();
  int fds[3];
  host_t host;

  host_start(&host);
  cnet_stream_t *listener = kind == CNET_TCP ? host_listen(&host) : host_listen_path(&host, path);
  cnet_pause(listener, true);
  for (int i = 0; i < 3; i++) fds[i] = kind == CNET_TCP ? raw_connect(host_port(listener)) : raw_connect_path(path);
  host_turn(&host, 3);
  CHECK(host.counts[HOST_OPENED] == 1);        /* the listener */
  CHECK(cnet_listen(listener, 8) == UV_EBUSY); /* libuv holds one */
  cnet_pause(listener, false);
  CHECK(host.counts[HOST_ACCEPTED] == 1); /* before it returns */
  AWAIT(&host, HOST_ACCEPTED, 3);
  CHECK(cnet_listen(listener, 8) == 0);
  close_fds(fds, 3);
  host_end(&host);
}

static void accepts_no_tcp_while_paused(void) { accepts_nobody_while_it_is_paused(CNET_TCP); }

static void accepts_no_path_while_paused(void) { accepts_nobody_while_it_is_paused(CNET_PIPE); }

/* --- users -----------------------------------------------------------------------------------------------------------
 */

static void lets_in_the_users_that_it_is_told(void) {
  const char *path = host_path();
  uint32_t me = (uint32_t)getuid(), others[2] = {me + 1, me + 2};
  cnet_credentials_t peer;
  host_t host;

  host_start(&host);
  cnet_stream_t *listener = host_listen_path(&host, path);
  NEED(cnet_set_allowed_users(listener, others, 2) == 0);
  int first = raw_connect_path(path);
  AWAIT(&host, HOST_USER_REJECTED, 1);
  CHECK(host.peer.uid == me && host.peer.pid == getpid() && host.counts[HOST_ACCEPTED] == 0);
  others[1] = me;
  NEED(cnet_set_allowed_users(listener, others, 2) == 0);
  int second = raw_connect_path(path);
  AWAIT(&host, HOST_ACCEPTED, 1);
  CHECK(cnet_peer_credentials(host.other, &peer) == 0 && peer.uid == me && peer.gid == (uint32_t)getgid());
  cnet_stream_t *tcp = host_listen(&host);
  CHECK(cnet_set_allowed_users(tcp, others, 2) == UV_EBADF && cnet_peer_credentials(tcp, &peer) == UV_EBADF);
  fail_allocation(0);
  CHECK(cnet_set_allowed_users(listener, NULL, 0) == UV_ENOMEM && stop_failing());
  close(first);
  close(second);
  host_end(&host);
}

/* --- the end of memory and of descriptors ---------------------------------------------------------------------------
 */

static void refuses_where_there_is_no_memory_for_a_connection(void) {
  int fds[4];
  host_t host;

  host_start(&host);
  cnet_stream_t *listener = host_listen(&host);
  for (int i = 0; i < 3; i++) {
    fds[i] = raw_connect(host_port(listener));
    if (i == 0) fail_allocation(0);
    host.refuse_next = i > 0;
    AWAIT(&host, HOST_ACCEPT_FAILED, (unsigned)i + 1);
    CHECK(host.status == UV_ENOMEM);
    stop_failing();
    char byte;
    CHECK(recv(fds[i], &byte, 1, 0) == 0); /* closed, and not left to wait */
  }
  fds[3] = raw_connect(host_port(listener));
  AWAIT(&host, HOST_ACCEPTED, 1);
  close_fds(fds, 4);
  host_end(&host);
}

static void refuse_all(host_t *host, host_event_t event, cnet_stream_t *stream) {
  (void)stream;
  if (event == HOST_OPENED) host->refuse_next = true;
}

static void refuses_several_in_one_turn(void) {
  int fds[3];
  host_t host;

  host_start(&host);
  cnet_stream_t *listener = host_listen(&host);
  host.run = refuse_all;
  for (int i = 0; i < 3; i++) fds[i] = raw_connect(host_port(listener));
  AWAIT(&host, HOST_ACCEPT_FAILED, 3); /* there is one spare handle */
  for (int i = 0; i < 3; i++) {
    char byte;
    host_turn(&host, 2);
    CHECK(recv(fds[i], &byte, 1, 0) == 0);
  }
  close_fds(fds, 3);
  host_end(&host);
}

enum { UV_ONE_AT_A_TIME = 1 << 16 | 45 << 8 };

/*
 * The second connection waits for the spare handle, which the first one has; but not where it comes in a turn of its
 * own: since 1.45 libuv takes one connection of a server in each.
 */
static void listen_again(host_t *host, host_event_t event, cnet_stream_t *stream) {
  if (event == HOST_OPENED) host->refuse_next = true;
  if (event != HOST_ACCEPT_FAILED) return;
  bool waits = host->counts[HOST_ACCEPT_FAILED] == 2 && uv_version() < UV_ONE_AT_A_TIME;
  CHECK(cnet_listen(stream, 8) == (waits ? UV_EBUSY : 0));
}

static void does_not_listen_anew_while_a_connection_waits_to_be_refused(void) {
  int fds[2];
  host_t host;

  host_start(&host);
  cnet_stream_t *listener = host_listen(&host);
  host.run = listen_again;
  for (int i = 0; i < 2; i++) fds[i] = raw_connect(host_port(listener));
  AWAIT(&host, HOST_ACCEPT_FAILED, 2);
  host_turn(&host, 3);
  host.run = NULL;
  CHECK(cnet_listen(listener, 8) == 0);
  close_fds(fds, 2);
  host_end(&host);
}

#define ROOM 512

static void tells_that_the_last_descriptor_is_taken(void) {
  struct rlimit before, few;
  int fds[ROOM], count = 0, client;
  host_t host;

  host_start(&host);
  NEED(getrlimit(RLIMIT_NOFILE, &before) == 0);
  few = before;
  few.rlim_cur = ROOM;
  NEED(setrlimit(RLIMIT_NOFILE, &few) == 0);
  cnet_stream_t *listener = host_listen(&host);
  client = raw_connect(host_port(listener));
  while (count < ROOM && (fds[count] = dup(client)) >= 0) count++;
  close(fds[--count]);
  AWAIT(&host, HOST_EXHAUSTED, 1);
  CHECK(host.counts[HOST_ACCEPTED] == 1);
  close_fds(fds, count);
  close(client);
  NEED(setrlimit(RLIMIT_NOFILE, &before) == 0);
  host_end(&host);
}

static void refuses_to_listen_where_it_cannot(void) {
  cnet_stream_t *stream, *pair[2];
  host_t host;

  host_start(&host);
  host_pair(&host, CNET_TCP, pair);
  NEED(cnet_read_start(pair[0]) == 0);
  CHECK(cnet_listen(pair[0], 1) == UV_EINVAL);
  cnet_stream_t *first = host_listen(&host);
  NEED(cnet_open(host.loop, CNET_TCP, NULL, &stream) == 0);
  NEED(cnet_bind(stream, "127.0.0.1", 9, host_port(first), 4, 0) == 0); /* left to listen(), as libuv */
  CHECK(cnet_listen(stream, 1) == UV_EADDRINUSE && !cnet_is_listener(stream));
  CHECK(cnet_bind(stream, "localhost", 9, 0, 4, 0) == UV_EINVAL);
  for (unsigned skip = 0; skip < 2; skip++) {
    NEED(cnet_open(host.loop, CNET_TCP, NULL, &stream) == 0 && cnet_bind(stream, NULL, 0, 0, 4, 0) == 0);
    fail_allocation(skip);
    CHECK(cnet_listen(stream, 1) == UV_ENOMEM && stop_failing());
    CHECK(cnet_listen(stream, 1) == 0);
  }
  NEED(cnet_open(host.loop, CNET_TCP, NULL, &stream) == 0);
  fail_allocation(0);
  CHECK(cnet_set_room(stream, 1) == UV_ENOMEM && stop_failing());
  host_end(&host);
}

const test_t listener_tests[] = {
    {"listener: hands its number on", accepts_with_what_the_listener_hands_on},
    {"listener: turns away who has no room, with both names", turns_away_who_has_no_room},
    {"listener: turns away on a path, without names", turns_away_without_names_on_a_path},
    {"listener: tells nothing of who is blocked", tells_nothing_of_who_is_blocked},
    {"listener: tells nothing of who is closed while the list is asked",
     tells_nothing_of_who_is_closed_while_the_list_is_asked},
    {"listener: accepts nobody while it is paused", accepts_no_tcp_while_paused},
    {"listener: accepts nobody while it is paused, on a path", accepts_no_path_while_paused},
    {"listener: lets in the users that it is told", lets_in_the_users_that_it_is_told},
    {"listener: refuses who comes when there is no memory", refuses_where_there_is_no_memory_for_a_connection},
    {"listener: refuses several in one turn", refuses_several_in_one_turn},
    {"listener: does not listen anew while a connection waits to be refused",
     does_not_listen_anew_while_a_connection_waits_to_be_refused},
    {"listener: tells that the last descriptor is taken", tells_that_the_last_descriptor_is_taken},
    {"listener: refuses to listen where it cannot", refuses_to_listen_where_it_cannot},
    {NULL, NULL},
};
