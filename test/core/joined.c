/* joined.c: scenarios of streams that are connected already: relays, files, idle timeouts, tickets. */
#include <fcntl.h>
#include <unistd.h>

#include "scenarios.h"

#define FILE_SIZE (6 * SIZE)
#define SIZE ((size_t)512 * 1024)

static bool is_open(cnet_stream_t *stream) { return stream != NULL && !cnet_is_closing(stream); }

/* Nothing of the test's runs while the pairs are made, and no memory fails. */
static void make_pair(host_t *host, cnet_kind_t kind, cnet_stream_t *pair[2]) {
  host_code_t run = host->run;

  host->run = NULL;
  fail_not_yet();
  host_pair(host, kind, pair);
  host->run = run;
}

/* --- a relay -------------------------------------------------------------------------------------------------------
 */

static cnet_stream_t *outer[2], *inner[2];

static void begin_relay(host_t *host) {
  cnet_stream_t *pair[2];

  for (int i = 0; i < 2; i++) {
    make_pair(host, CNET_TCP, pair);
    outer[i] = pair[0];
    inner[i] = pair[1];
  }
  fail_from_here();
  if (cnet_relay(inner[0], inner[1], 65536) != 0) return;
  for (int i = 0; i < 2; i++) {
    cnet_relay_start(inner[i]);
    cnet_read_start(outer[i]);
    if (host_write(outer[i], pattern(), SIZE) == 0) cnet_shutdown(outer[i], NULL);
  }
}

/* A test may have closed it, and then it may be freed. */
static bool is_there(host_t *host, const cnet_stream_t *wanted) {
  cnet_stream_t *stream = cnet_next(host->loop, NULL);

  while (stream != NULL && stream != wanted) stream = cnet_next(host->loop, stream);
  return stream != NULL && !cnet_is_closing(stream);
}

static void on_relay(host_t *host, host_event_t event, cnet_stream_t *stream) {
  if (event == HOST_ENDED && is_open(stream) && state_of(stream)->shutdown_status == 1) cnet_shutdown(stream, NULL);
  if (event != HOST_READ || !state_of(stream)->at_end) return;
  for (int i = 0; i < 2; i++)
    if (stream == inner[i] && is_there(host, inner[1 - i])) cnet_shutdown(inner[1 - i], NULL);
}

static bool is_relayed(host_t *host, void *nothing) {
  (void)host, (void)nothing;
  return state_of(outer[0])->at_end && state_of(outer[1])->at_end;
}

/* --- a file, from which a peer reads only when the kernel is full ----------------------------------------------------
 */

static cnet_stream_t *reader;

static void begin_file(host_t *host) {
  char path[] = "/tmp/cnet-core-file-XXXXXX";
  int fd = mkostemp(path, O_CLOEXEC);
  cnet_stream_t *pair[2];

  NEED(fd >= 0 && unlink(path) == 0 && ftruncate(fd, (off_t)FILE_SIZE) == 0);
  make_pair(host, CNET_TCP, pair);
  reader = pair[1];
  cnet_read_start(reader);
  fail_from_here();
  cnet_send_file(pair[0], fd, 0, FILE_SIZE);
  close(fd);
}

static bool is_sent(host_t *host, void *nothing) {
  (void)nothing;
  return host->counts[HOST_ENDED] == 1 && state_of(reader)->length == FILE_SIZE;
}

/* --- an idle timeout, and a write that waits
 * -------------------------------------------------------------------------- */

static int fired;

static void begin_idle(host_t *host) {
  cnet_idle_t *idles[3];
  cnet_stream_t *pair[2];

  fired = 0;
  make_pair(host, CNET_PIPE, pair);
  host_fill(pair[0]);
  fail_from_here();
  for (int i = 0; i < 3; i++) {
    if (cnet_idle_start(host->loop, 1, &fired, &idles[i]) != 0) return;
    if (i < 2) cnet_idle_attach(pair[i], idles[i]);
  }
}

static bool has_fired(host_t *host, void *nothing) {
  (void)host, (void)nothing;
  return fired == 3;
}

/* --- a ticket, that another stream of the loop takes
 * ------------------------------------------------------------------- */

static char ticket[CNET_TICKET_TEXT + 1];

static void begin_ticket(host_t *host) {
  cnet_stream_t *pair[2];

  make_pair(host, CNET_TCP, pair);
  ticket[0] = '\0';
  fail_from_here();
  if (cnet_ticket_new(pair[1], 0, "x", 1, true, ticket) != 0) return;
  cnet_close(pair[1], false);
  host_write(pair[0], "hello", 5);
}

static void on_ticket(host_t *host, host_event_t event, cnet_stream_t *stream) {
  cnet_stream_t *taken;

  (void)stream;
  if (event != HOST_CLOSED || !cnet_ticket_waits(ticket, CNET_TICKET_TEXT)) return;
  if (cnet_open(host->loop, CNET_TCP, NULL, &taken) != 0 || !is_open(taken)) return;
  if (cnet_ticket_take(taken, ticket, CNET_TICKET_TEXT) == 0) cnet_read_start(taken);
}

static bool has_read(host_t *host, void *nothing) {
  (void)nothing;
  return host->counts[HOST_READ] >= 1;
}

const scenario_t joined_scenarios[] = {
    {"a relay", begin_relay, on_relay, is_relayed},
    {"a file", begin_file, NULL, is_sent},
    {"idle timeouts", begin_idle, NULL, has_fired},
    {"a ticket", begin_ticket, on_ticket, has_read},
    {NULL, NULL, NULL, NULL},
};
