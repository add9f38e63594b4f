/* scenarios.c: ways in which streams come and go. */
#include "scenarios.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* What a scenario has open besides the host's streams. */
static int peers[8], peer_count;
static const char *dead_path;

static void keep(int fd) { peers[peer_count++] = fd; }

void scenario_end(void) {
  while (peer_count > 0) close(peers[--peer_count]);
  if (dead_path != NULL) unlink(dead_path);
  dead_path = NULL;
}

/* Streams that a test has closed are left alone. */
static bool is_open(cnet_stream_t *stream) { return stream != NULL && !cnet_is_closing(stream); }

static cnet_stream_t *fresh(host_t *host, cnet_kind_t kind) {
  cnet_stream_t *stream = NULL;

  if (cnet_loop_is_closing(host->loop) || cnet_open(host->loop, kind, NULL, &stream) != 0) return NULL;
  return stream;
}

/* A listener, also where memory fails; NULL: there is none. */
static cnet_stream_t *listen_at(host_t *host, const char *path) {
  cnet_stream_t *listener = fresh(host, path == NULL ? CNET_TCP : CNET_PIPE);
  int err = listener == NULL ? UV_ENOMEM : 0;

  if (!err)
    err = path == NULL ? cnet_bind(listener, "127.0.0.1", 9, 0, 4, 0) : cnet_bind_path(listener, path, strlen(path));
  if (!err) err = cnet_listen(listener, 16);
  return err || !is_open(listener) ? NULL : listener;
}

static void connect_to(host_t *host, bool race, uint32_t count, const int *ports) {
  struct sockaddr_storage addresses[3];
  cnet_connect_options_t options = {.addresses = addresses, .count = count, .delay = 1, .race = race};
  cnet_stream_t *stream = fresh(host, CNET_TCP);

  for (uint32_t i = 0; i < count; i++) addresses[i] = host_address("127.0.0.1", ports[i]);
  if (stream == NULL) return;
  cnet_set_early_data(stream, false, true, "", 0);
  cnet_connect(stream, &options);
}

/* Reads all, and closes at the end. */
static void read_to_the_end(cnet_stream_t *stream) {
  if (state_of(stream)->at_end && is_open(stream)) cnet_close(stream, false);
}

/* --- TCP, and megabytes ------------------------------------------------------------------------------------------- */

#define SIZE ((size_t)3 * 1024 * 1024)

static void begin_tcp(host_t *host) {
  cnet_stream_t *listener = listen_at(host, NULL);
  if (listener == NULL) return;
  int port = host_port(listener);
  connect_to(host, false, 1, &port);
}

static void on_traffic(host_t *host, host_event_t event, cnet_stream_t *stream) {
  if (event == HOST_ACCEPTED && is_open(host->other)) {
    cnet_read_start(host->other);
  } else if (event == HOST_CONNECTED && is_open(stream)) {
    cnet_read_start(stream);
    if (host_write(stream, pattern(), SIZE) == 0) cnet_shutdown(stream, NULL);
  } else if (event == HOST_ENDED && is_open(stream) && state_of(stream)->shutdown_status == 1) {
    cnet_shutdown(stream, NULL);
  } else if (event == HOST_READ) {
    read_to_the_end(stream);
  }
}

static bool are_both_closed(host_t *host, void *nothing) {
  (void)nothing;
  return host->counts[HOST_CLOSED] >= 2;
}

/* --- connecting ----------------------------------------------------------------------------------------------------
 */

static void begin_attempts(host_t *host, bool race) {
  int full[2], dead;
  int hanging = raw_full(full);
  cnet_stream_t *listener = listen_at(host, NULL);

  keep(full[0]);
  keep(full[1]);
  keep(raw_bind("127.0.0.1", &dead));
  if (listener != NULL) connect_to(host, race, 3, (int[]){dead, hanging, host_port(listener)});
}

static void begin_serial(host_t *host) { begin_attempts(host, false); }

static void begin_race(host_t *host) { begin_attempts(host, true); }

/* --- paths and descriptors ------------------------------------------------------------------------------------------
 */

static void begin_path(host_t *host) {
  const char *path = host_path();
  cnet_stream_t *stream = listen_at(host, path) == NULL ? NULL : fresh(host, CNET_PIPE);
  if (stream != NULL) cnet_connect_path(stream, path, strlen(path));
}

static void begin_abstract(host_t *host) {
  cnet_stream_t *stream = fresh(host, CNET_PIPE);
  if (stream != NULL) cnet_connect_path(stream, "\0nobody is here", 15);
}

static bool has_failed(host_t *host, void *nothing) {
  (void)nothing;
  return host->counts[HOST_ATTEMPT] >= 2;
}

static void send_until_full(cnet_stream_t *stream) {
  uv_buf_t bytes = uv_buf_init((char *)pattern(), 65536);
  int fd = 0;

  while (is_open(stream) && cnet_send_descriptors(stream, &bytes, &fd, 1) > 0) continue;
}

static void on_descriptors(host_t *host, host_event_t event, cnet_stream_t *stream) {
  if (event == HOST_ACCEPTED && is_open(host->other)) {
    cnet_receive_descriptors(host->other);
    cnet_read_start(host->other);
  } else if (event == HOST_CONNECTED && is_open(stream)) {
    send_until_full(stream);
  } else if (event == HOST_ENDED && is_open(stream)) {
    cnet_close(stream, false);
  } else if (event == HOST_READ) {
    read_to_the_end(stream);
  }
}

/* --- those who are turned away ---------------------------------------------------------------------------------------
 */

/* A connection of nobody's on the host. */
static void knock(host_t *host, cnet_stream_t *listener, const char *bytes) {
  (void)host;
  int fd = raw_connect(host_port(listener));
  if (bytes != NULL) raw_send(fd, bytes, strlen(bytes));
  keep(fd);
}

static void begin_limit(host_t *host) {
  cnet_stream_t *listener = listen_at(host, NULL);
  cnet_accept_limit_t *limit = listener == NULL ? NULL : cnet_accept_limit_new(1);

  if (limit == NULL) return;
  cnet_accept_limit_set_quota(limit, &(cnet_quota_t){.per_address = 1, .per_prefix = 1, .prefix4 = 104});
  int err = cnet_accept_limit_heed(limit, listener);
  cnet_accept_limit_release(limit);
  for (int i = 0; i < 2 && !err; i++) knock(host, listener, NULL);
}

static bool are_turned_away(host_t *host, void *nothing) {
  (void)nothing;
  return host->counts[HOST_REJECTED] + host->counts[HOST_USER_REJECTED] >= 1 && host->counts[HOST_CLOSED] >= 1;
}

static void begin_users(host_t *host) {
  const char *path = host_path();
  uint32_t user = (uint32_t)getuid() + 1;
  cnet_stream_t *listener = listen_at(host, path);

  if (listener != NULL && cnet_set_allowed_users(listener, &user, 1) == 0) keep(raw_connect_path(path));
}

static void begin_proxy(host_t *host) {
  cnet_proxy_settings_t settings = {.timeout = 2};
  cnet_stream_t *listener = listen_at(host, NULL);

  if (listener == NULL || cnet_set_proxy(listener, &settings) != 0) return;
  knock(host, listener, "PROXY TCP4 1.2.3.4 5.6.7.8 9 10\r\nrest");
  knock(host, listener, "GET /");
  knock(host, listener, NULL); /* too slow */
}

static bool are_all_there(host_t *host, void *nothing) {
  (void)nothing;
  return host->counts[HOST_ACCEPTED] == 1 && host->counts[HOST_HEADER_REJECTED] == 2 && host->counts[HOST_CLOSED] == 2;
}

/* As many as come are refused, but for the listener. */
static void begin_refusal(host_t *host) {
  cnet_stream_t *listener = listen_at(host, NULL);
  for (int i = 0; i < 3 && listener != NULL; i++) knock(host, listener, NULL);
}

static void on_refusal(host_t *host, host_event_t event, cnet_stream_t *stream) {
  (void)stream;
  if (event == HOST_OPENED && host->counts[HOST_OPENED] > 1) host->refuse_next = true;
}

static bool are_all_refused(host_t *host, void *nothing) {
  (void)nothing;
  return host->counts[HOST_ACCEPT_FAILED] == 3;
}

/* --- the list -------------------------------------------------------------------------------------------------------
 */

/* A file of a socket that is dead, which is replaced on the thread pool. */
static void begin_bind(host_t *host) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  dead_path = host_path();
  memcpy(address.sun_path, dead_path, strlen(dead_path));
  NEED(fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0);
  close(fd);
  cnet_stream_t *stream = fresh(host, CNET_PIPE);
  if (stream != NULL) cnet_bind_file(stream, dead_path, 0600, true);
}

static bool is_bound(host_t *host, void *nothing) {
  (void)nothing;
  return host->counts[HOST_BOUND] == 1;
}

const scenario_t scenarios[] = {
    {"TCP", begin_tcp, on_traffic, are_both_closed},
    {"addresses one after the other", begin_serial, on_traffic, are_both_closed},
    {"a race", begin_race, on_traffic, are_both_closed},
    {"a path", begin_path, on_traffic, are_both_closed},
    {"an abstract name", begin_abstract, on_traffic, has_failed},
    {"descriptors", begin_path, on_descriptors, are_both_closed},
    {"a limit", begin_limit, on_traffic, are_turned_away},
    {"users", begin_users, on_traffic, are_turned_away},
    {"the PROXY protocol", begin_proxy, on_traffic, are_all_there},
    {"refusals", begin_refusal, on_refusal, are_all_refused},
    {"the file of a path", begin_bind, NULL, is_bound},
    {NULL, NULL, NULL, NULL},
};
