/* descriptors.c: tests of descriptors that travel: with the bytes of a Unix socket, and from loop to loop. */
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host.h"

static void passes_descriptors_with_bytes(void) {
  cnet_stream_t *pair[2];
  int fds[2];
  char byte = 0;
  host_t host;

  host_start(&host);
  NEED(pipe2(fds, O_CLOEXEC) == 0);
  host_pair(&host, CNET_PIPE, pair);
  CHECK(cnet_receive_descriptors(pair[1]) == 0 && cnet_receive_descriptors(pair[1]) == 0);
  host.take = true;
  uv_buf_t bytes = uv_buf_init("abc", 3);
  CHECK(cnet_passing_ready(pair[0]) == 0);
  CHECK(cnet_send_descriptors(pair[0], &bytes, fds, 2) == 3);
  CHECK(host_write(pair[0], "def", 3) == 0);
  NEED(cnet_read_start(pair[1]) == 0);
  AWAIT_BYTES(&host, pair[1], 6);
  NEED(host.counts[HOST_DESCRIPTORS] == 1 && host.taken_count == 2);
  CHECK(write(host.taken[1], "!", 1) == 1 && read(fds[0], &byte, 1) == 1 && byte == '!');
  CHECK(fcntl(host.taken[0], F_GETFD) == FD_CLOEXEC);
  CHECK(memcmp(state_of(pair[1])->bytes, "abcdef", 6) == 0 && cnet_bytes_read(pair[1]) == 6);
  for (int i = 0; i < 2; i++) close(fds[i]);
  for (int i = 0; i < 2; i++) close(host.taken[i]);
  CHECK(cnet_read_stop(pair[1]) == 0);
  CHECK(host_write(pair[0], "more", 4) == 0);
  host_turn(&host, 3);
  CHECK(state_of(pair[1])->length == 6);
  NEED(cnet_read_start(pair[1]) == 0 && cnet_shutdown(pair[0], NULL) == 0);
  host_run(&host, is_at_end, pair[1]);
  CHECK(state_of(pair[1])->length == 10 && state_of(pair[1])->read_status == UV_EOF);
  host_end(&host);
}

static void closes_those_that_nobody_takes(void) {
  cnet_stream_t *pair[2];
  int fds[2];
  char byte;
  host_t host;

  host_start(&host);
  NEED(pipe2(fds, O_CLOEXEC) == 0);
  host_pair(&host, CNET_PIPE, pair);
  NEED(cnet_receive_descriptors(pair[1]) == 0 && cnet_read_start(pair[1]) == 0);
  uv_buf_t bytes = uv_buf_init("abc", 3);
  CHECK(cnet_send_descriptors(pair[0], &bytes, &fds[1], 1) == 3);
  close(fds[1]);
  AWAIT_BYTES(&host, pair[1], 3);
  CHECK(host.counts[HOST_DESCRIPTORS] == 1);
  CHECK(read(fds[0], &byte, 1) == 0); /* nobody has the other end any more */
  close(fds[0]);
  host_end(&host);
}

/* Sends until a message has to wait. */
static void fill_with_descriptors(cnet_stream_t *stream, int fd) {
  uv_buf_t bytes = uv_buf_init((char *)pattern(), 65536);
  ssize_t sent = 1;

  while (sent > 0) sent = cnet_send_descriptors(stream, &bytes, &fd, 1);
  NEED(sent == 0);
}

static void tells_when_a_message_that_waits_can_go(void) {
  cnet_stream_t *pair[2];
  host_t host;

  host_start(&host);
  host_pair(&host, CNET_PIPE, pair);
  fill_with_descriptors(pair[0], 0);
  CHECK(cnet_passing_ready(pair[0]) == UV_EBUSY);
  cnet_set_busy(pair[0], false);
  cnet_set_ref(pair[0], true);
  NEED(cnet_receive_descriptors(pair[1]) == 0 && cnet_read_start(pair[1]) == 0);
  AWAIT(&host, HOST_ENDED, 1);
  CHECK(state_of(pair[0])->write_status == 0 && cnet_passing_ready(pair[0]) == 0);
  fill_with_descriptors(pair[0], 0);
  NEED(cnet_close(pair[0], false) == 0);
  AWAIT(&host, HOST_ENDED, 2);
  CHECK(host.ended_with[CNET_WRITE] == UV_ECANCELED);
  host_end(&host);
}

static void tells_of_a_reader_that_is_gone(void) {
  cnet_stream_t *pair[2];
  uv_buf_t bytes = uv_buf_init("abc", 3);
  int fd = 0;
  host_t host;

  host_start(&host);
  host_pair(&host, CNET_PIPE, pair);
  NEED(cnet_receive_descriptors(pair[0]) == 0 && cnet_read_start(pair[0]) == 0);
  fill_with_descriptors(pair[0], 0);
  NEED(cnet_close(pair[1], false) == 0);
  host_run(&host, is_at_end, pair[0]);
  AWAIT(&host, HOST_ENDED, 1);
  CHECK(cnet_send_descriptors(pair[0], &bytes, &fd, 1) == UV_EPIPE);
  host_end(&host);
}

static void passes_none_where_they_cannot_be(void) {
  cnet_stream_t *tcp[2], *pair[2], *fresh;
  uv_buf_t bytes = uv_buf_init("abc", 3);
  int fd = 0;
  host_t host;

  host_start(&host);
  host_pair(&host, CNET_TCP, tcp);
  host_pair(&host, CNET_PIPE, pair);
  CHECK(cnet_receive_descriptors(tcp[0]) == UV_EBADF && cnet_send_descriptors(tcp[0], &bytes, &fd, 1) == UV_EBADF);
  fail_allocation(0);
  CHECK(cnet_receive_descriptors(pair[0]) == UV_ENOMEM && stop_failing());
  NEED(cnet_read_start(pair[0]) == 0);
  CHECK(cnet_receive_descriptors(pair[0]) == UV_EALREADY);
  cnet_set_busy(pair[0], true);
  CHECK(cnet_passing_ready(pair[0]) == UV_EBUSY);
  cnet_set_busy(pair[0], false);
  CHECK(cnet_passing_ready(host_listen_path(&host, host_path())) == UV_ENOTCONN);
  NEED(cnet_open(host.loop, CNET_PIPE, NULL, &fresh) == 0 && cnet_receive_descriptors(fresh) == 0);
  CHECK(cnet_read_start(fresh) == UV_EBADF && cnet_send_descriptors(fresh, &bytes, &fd, 1) == UV_EBADF);
  int fds[2];
  NEED(pipe2(fds, O_CLOEXEC | O_NONBLOCK) == 0 && cnet_adopt(fresh, fds[0]) == 0);
  CHECK(cnet_read_start(fresh) == UV_ENOTSOCK); /* a pipe has no messages */
  close(fds[1]);
  host_end(&host);
}

/* --- tickets ------------------------------------------------------------------------------------------------------ */

static void hands_a_connection_to_another_loop(void) {
  cnet_stream_t *pair[2], *taken;
  char text[CNET_TICKET_TEXT + 1];
  cnet_ticket_t ticket;
  host_t host, other;

  host_start(&host);
  host_start(&other);
  host_pair(&host, CNET_TCP, pair);
  CHECK(cnet_ticket_new(pair[1], 3, "notes", 5, true, text) == 0);
  CHECK(strlen(text) == CNET_TICKET_TEXT && cnet_ticket_waits(text, CNET_TICKET_TEXT));
  NEED(cnet_close(pair[1], false) == 0);
  host_turn(&host, 3);
  CHECK(cnet_loop_is_busy(host.loop)); /* the ticket holds it */
  CHECK(cnet_ticket_add_data(text, CNET_TICKET_TEXT, "data", 4) == 0);
  CHECK(cnet_ticket_add_data(text, CNET_TICKET_TEXT, "data", 4) == UV_EALREADY);
  NEED(cnet_ticket_look(text, CNET_TICKET_TEXT, &ticket) == 0);
  CHECK(ticket.type == 3 && ticket.kind == CNET_TCP && ticket.notes.length == 5 && ticket.data.length == 4);
  CHECK(memcmp(ticket.notes.memory, "notes", 5) == 0 && memcmp(ticket.data.memory, "data", 4) == 0);
  cnet_ticket_free(&ticket);
  NEED(cnet_open(other.loop, CNET_PIPE, NULL, &taken) == 0);
  CHECK(cnet_ticket_take(taken, text, CNET_TICKET_TEXT) == UV_EINVAL); /* another kind: it stays there */
  NEED(cnet_open(other.loop, CNET_TCP, NULL, &taken) == 0);
  CHECK(cnet_ticket_take(taken, text, CNET_TICKET_TEXT) == 0);
  CHECK(cnet_ticket_take(taken, text, CNET_TICKET_TEXT) == UV_EINVAL); /* it has one */
  CHECK(!cnet_ticket_waits(text, CNET_TICKET_TEXT) && cnet_ticket_drop(text, CNET_TICKET_TEXT) == UV_ENOENT);
  NEED(cnet_read_start(taken) == 0 && host_write(pair[0], "hello", 5) == 0);
  AWAIT_BYTES(&other, taken, 5);
  NEED(cnet_close(pair[0], false) == 0);
  CHECK(uv_run(&host.uv, UV_RUN_DEFAULT) == 0); /* nothing holds it any more */
  CHECK(!cnet_loop_is_busy(host.loop));
  host_end(&host);
  host_end(&other);
}

static void closes_at_its_end_what_nobody_has_taken(void) {
  cnet_stream_t *pair[2];
  char texts[20][CNET_TICKET_TEXT + 1];
  host_t host;

  host_start(&host);
  host_pair(&host, CNET_TCP, pair);
  for (int i = 0; i < 20; i++) NEED(cnet_ticket_new(pair[0], 0, NULL, 0, i != 7, texts[i]) == 0);
  CHECK(cnet_ticket_drop(texts[3], CNET_TICKET_TEXT) == 0 && cnet_ticket_drop(texts[3], CNET_TICKET_TEXT) == UV_ENOENT);
  host_end(&host);
  for (int i = 0; i < 20; i++) CHECK(cnet_ticket_waits(texts[i], CNET_TICKET_TEXT) == (i == 7)); /* the process' */
  CHECK(cnet_ticket_drop(texts[7], CNET_TICKET_TEXT) == 0);
}

static void names_nothing_by_a_text_that_was_made_up(void) {
  cnet_stream_t *pair[2], *stream;
  char text[CNET_TICKET_TEXT + 1], wrong[CNET_TICKET_TEXT + 1];
  cnet_ticket_t ticket;
  host_t host;

  host_start(&host);
  host_pair(&host, CNET_TCP, pair);
  NEED(cnet_open(host.loop, CNET_TCP, NULL, &stream) == 0);
  CHECK(cnet_ticket_new(stream, 0, NULL, 0, true, text) == UV_EBADF);
  NEED(cnet_ticket_new(pair[0], 0, NULL, 0, false, text) == 0);
  for (size_t i = 0; i < CNET_TICKET_TEXT; i++) { /* each digit of it counts */
    memcpy(wrong, text, sizeof wrong);
    wrong[i] = wrong[i] == '5' ? '6' : '5';
    CHECK(cnet_ticket_take(stream, wrong, CNET_TICKET_TEXT) == UV_ENOENT);
    CHECK(cnet_ticket_look(wrong, CNET_TICKET_TEXT, &ticket) == UV_ENOENT &&
          !cnet_ticket_waits(wrong, CNET_TICKET_TEXT));
    CHECK(cnet_ticket_add_data(wrong, CNET_TICKET_TEXT, "x", 1) == UV_ENOENT);
    wrong[i] = 'G';
    CHECK(cnet_ticket_take(stream, wrong, CNET_TICKET_TEXT) == UV_EINVAL);
    CHECK(cnet_ticket_drop(wrong, CNET_TICKET_TEXT) == UV_EINVAL && !cnet_ticket_waits(wrong, CNET_TICKET_TEXT));
    CHECK(cnet_ticket_look(wrong, CNET_TICKET_TEXT, &ticket) == UV_EINVAL);
  }
  CHECK(cnet_ticket_take(stream, text, 3) == UV_EINVAL && cnet_ticket_add_data(text, 3, "x", 1) == UV_EINVAL);
  CHECK(cnet_ticket_drop(text, CNET_TICKET_TEXT) == 0);
  host_end(&host);
}

static void keeps_nothing_of_a_ticket_that_fails(void) {
  cnet_stream_t *pair[2];
  char text[CNET_TICKET_TEXT + 1];
  cnet_ticket_t ticket;
  host_t host;

  host_start(&host);
  host_pair(&host, CNET_TCP, pair);
  for (unsigned skip = 0; skip < 3; skip++) {
    fail_allocation(skip);
    CHECK(cnet_ticket_new(pair[0], 0, "x", 1, true, text) == UV_ENOMEM);
    CHECK(stop_failing());
  }
  NEED(cnet_ticket_new(pair[0], 0, "x", 1, false, text) == 0);
  NEED(cnet_ticket_add_data(text, CNET_TICKET_TEXT, "y", 1) == 0);
  for (unsigned skip = 0; skip < 2; skip++) {
    fail_allocation(skip);
    CHECK(cnet_ticket_look(text, CNET_TICKET_TEXT, &ticket) == UV_ENOMEM && ticket.notes.memory == NULL);
    CHECK(stop_failing());
  }
  fail_allocation(0);
  CHECK(cnet_ticket_add_data(text, CNET_TICKET_TEXT, "z", 1) == UV_ENOMEM && stop_failing());
  CHECK(cnet_ticket_drop(text, CNET_TICKET_TEXT) == 0);
  NEED(cnet_close(pair[0], false) == 0 && cnet_close(pair[1], false) == 0);
  CHECK(uv_run(&host.uv, UV_RUN_DEFAULT) == 0); /* the failures hold nothing */
  host_end(&host);
}

const test_t descriptor_tests[] = {
    {"descriptors: pass with bytes, and belong to who takes them", passes_descriptors_with_bytes},
    {"descriptors: are closed when nobody takes them", closes_those_that_nobody_takes},
    {"descriptors: a message that waits is told when it can go, or is cancelled",
     tells_when_a_message_that_waits_can_go},
    {"descriptors: tells of a reader that is gone", tells_of_a_reader_that_is_gone},
    {"descriptors: pass only where they can", passes_none_where_they_cannot_be},
    {"ticket: hands a connection to another loop", hands_a_connection_to_another_loop},
    {"ticket: the end of a loop closes what nobody has taken", closes_at_its_end_what_nobody_has_taken},
    {"ticket: a text that was made up names nothing", names_nothing_by_a_text_that_was_made_up},
    {"ticket: keeps nothing where memory fails", keeps_nothing_of_a_ticket_that_fails},
    {NULL, NULL},
};
