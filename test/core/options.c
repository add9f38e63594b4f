/* options.c: tests of socket options, of what the kernel knows, of names, and of the files of paths. */
#include <fcntl.h>
#include <linux/net_tstamp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "host.h"

static void sets_and_gets_options_by_name(void) {
  const cnet_option_t *option = cnet_option_find("SO_RCVBUF");
  int value = 65536;
  uint32_t size = sizeof value;
  cnet_stream_t *pair[2], *fresh;
  host_t host;

  host_start(&host);
  host_pair(&host, CNET_TCP, pair);
  NEED(option != NULL && option->kind == CNET_OPTION_INT && cnet_option_find("SO_NONSENSE") == NULL);
  CHECK(cnet_set_option(pair[0], option->level, option->number, &value, sizeof value) == 0);
  value = 0;
  CHECK(cnet_get_option(pair[0], option->level, option->number, &value, &size) == 0 && value == 131072);
  CHECK(cnet_set_option(pair[0], option->level, 12345, &value, sizeof value) == UV_ENOPROTOOPT);
  NEED(cnet_open(host.loop, CNET_TCP, NULL, &fresh) == 0);
  CHECK(cnet_set_option(fresh, option->level, option->number, &value, sizeof value) == UV_EBADF);
  CHECK(cnet_make_socket(fresh, 6, true) == 0 && cnet_make_socket(fresh, 6, false) == 0 && cnet_fd(fresh) >= 0);
  CHECK(cnet_set_option(fresh, option->level, option->number, &value, sizeof value) == 0);
  host_end(&host);
}

static void reads_a_list_of_options_only_where_it_is_whole(void) {
  struct {
    int32_t level, number;
    uint32_t size;
    char text[3];
  } one = {IPPROTO_TCP, 13, 3, "abc"};
  cnet_socket_options_t *options;

  CHECK(cnet_socket_options_new(&one, 15, &options) == 0); /* what fills it up may be missing */
  free(options);
  CHECK(cnet_socket_options_new(NULL, 0, &options) == 0);
  free(options);
  CHECK(cnet_socket_options_new(&one, 14, &options) == UV_EINVAL);
  CHECK(cnet_socket_options_new(&one, 11, &options) == UV_EINVAL);
  fail_allocation(0);
  CHECK(cnet_socket_options_new(&one, 15, &options) == UV_ENOMEM && stop_failing());
}

static void has_functions_for_options_of_tcp(void) {
  cnet_stream_t *pair[2], *path;
  host_t host;

  host_start(&host);
  host_pair(&host, CNET_TCP, pair);
  CHECK(cnet_set_no_delay(pair[0], true) == 0 && cnet_set_keep_alive(pair[0], true, 60, 1, 10) == 0);
  CHECK(cnet_set_type_of_service(pair[0], 16) == 0 && cnet_get_type_of_service(pair[0]) == 16);
  CHECK(cnet_set_user_timeout(pair[0], 5000) == 0 && cnet_get_user_timeout(pair[0]) == 5000);
  CHECK(cnet_used_fast_open(pair[0]) == 0 && cnet_is_multipath(pair[0]) == 0);
  NEED(cnet_open(host.loop, CNET_PIPE, NULL, &path) == 0);
  CHECK(cnet_set_no_delay(path, true) == UV_EBADF && cnet_set_keep_alive(path, true, 1, 1, 1) == UV_EBADF);
  CHECK(cnet_set_type_of_service(path, 16) == UV_EBADF && cnet_get_type_of_service(path) == UV_EBADF);
  CHECK(cnet_set_user_timeout(path, 1) == UV_EBADF && cnet_get_user_timeout(path) == UV_EBADF);
  CHECK(cnet_used_fast_open(path) == UV_EBADF && cnet_is_multipath(path) == UV_EBADF);
  CHECK(cnet_set_fast_open_queue(path, 1) == UV_EBADF && cnet_reset_on_close(path) == UV_ENOTSUP);
  host_end(&host);
}

static void tells_what_the_kernel_knows_of_a_connection(void) {
  cnet_field_t fields[CNET_TCP_FIELDS_MAX];
  cnet_stream_t *pair[2], *path;
  bool established = false;
  host_t host;

  host_start(&host);
  host_pair(&host, CNET_TCP, pair);
  int count = cnet_tcp_info(pair[0], fields);
  CHECK(count > 30 && count <= CNET_TCP_FIELDS_MAX);
  for (int i = 0; i < count; i++)
    if (strcmp(fields[i].name, "state") == 0) established = strcmp(fields[i].text, "ESTABLISHED") == 0;
  CHECK(established);
  NEED(cnet_open(host.loop, CNET_PIPE, NULL, &path) == 0);
  CHECK(cnet_tcp_info(path, fields) == UV_EBADF);
  NEED(cnet_open(host.loop, CNET_TCP, NULL, &path) == 0);
  CHECK(cnet_tcp_info(path, fields) == UV_EBADF);
  host_end(&host);
}

/* qemu-user does not hand them on. */
static bool has_timestamps(void) {
  int flags = SOF_TIMESTAMPING_SOFTWARE;
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  NEED(fd >= 0);
  bool has = setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, &flags, sizeof flags) == 0;
  close(fd);
  if (!has) leave_out("there is no SO_TIMESTAMPING");
  return has;
}

/* A timestamp of each packet sent waits in the error queue: libuv would wake without end. */
static void keeps_the_error_queue_empty(void) {
  int flags = SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE;
  cnet_stream_t *pair[2];
  host_t host;
  char byte;

  if (!has_timestamps()) return;
  host_start(&host);
  host_pair(&host, CNET_TCP, pair);
  NEED(cnet_read_start(pair[0]) == 0 && cnet_read_start(pair[1]) == 0);
  NEED(cnet_set_option(pair[0], SOL_SOCKET, SO_TIMESTAMPING, &flags, sizeof flags) == 0);
  NEED(cnet_set_option(pair[0], SOL_SOCKET, SO_TIMESTAMPING, &flags, sizeof flags) == 0); /* watched already */
  for (int i = 0; i < 5; i++) {
    CHECK(host_write(pair[0], "x", 1) == 0);
    AWAIT_BYTES(&host, pair[1], (size_t)i + 1);
    host_turn(&host, 3);
    struct msghdr message = {.msg_iov = &(struct iovec){&byte, 1}, .msg_iovlen = 1};
    CHECK(recvmsg(cnet_fd(pair[0]), &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0);
  }
  NEED(cnet_shutdown(pair[1], NULL) == 0);
  host_run(&host, is_at_end, pair[0]);
  for (int i = 0; i < 3; i++) { /* behind the end too */
    CHECK(host_write(pair[0], "x", 1) == 0);
    AWAIT_BYTES(&host, pair[1], (size_t)i + 6);
    host_turn(&host, 3);
  }
  NEED(cnet_close(pair[1], true) == 0);
  host_turn(&host, 4); /* an error that is the stream's own */
  host_end(&host);
}

static void hands_the_error_queue_on_to_who_is_accepted(void) {
  int flags = SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE;
  host_t host;
  char byte;

  if (!has_timestamps()) return;
  host_start(&host);
  cnet_stream_t *listener = host_listen(&host);
  NEED(cnet_set_option(listener, SOL_SOCKET, SO_TIMESTAMPING, &flags, sizeof flags) == 0);
  int fd = raw_connect(host_port(listener));
  AWAIT(&host, HOST_ACCEPTED, 1);
  NEED(host_write(host.other, "x", 1) == 0);
  NEED(recv(fd, &byte, 1, 0) == 1);
  host_turn(&host, 3);
  struct msghdr message = {.msg_iov = &(struct iovec){&byte, 1}, .msg_iovlen = 1};
  CHECK(recvmsg(cnet_fd(host.other), &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0);
  close(fd);
  host_end(&host);
}

/* --- names, descriptors ---------------------------------------------------------------------------------------------
 */

static void knows_its_names_and_those_of_who_is_gone(void) {
  struct sockaddr_storage name;
  char text[8];
  size_t size = sizeof text;
  cnet_stream_t *pair[2], *path[2];
  host_t host;

  host_start(&host);
  host_pair(&host, CNET_TCP, pair);
  host_pair(&host, CNET_PIPE, path);
  CHECK(cnet_tcp_name(pair[0], false, &name) == 0 && name.ss_family == AF_INET);
  CHECK(cnet_tcp_name(path[0], false, &name) == UV_EBADF && cnet_pipe_name(pair[0], true, text, &size) == UV_EBADF);
  CHECK(cnet_pipe_name(path[0], false, text, &size) == 0 && size == 0); /* a client has no path */
  NEED(cnet_reset_on_close(pair[1]) == 0 && cnet_close(pair[1], false) == 0);
  host_turn(&host, 2);
  CHECK(cnet_tcp_name(pair[0], true, &name) == UV_ENOTCONN); /* it was reset */
  bool has_name = cnet_tcp_peer(pair[0], &name) == 0 && name.ss_family == AF_INET;
  CHECK(has_name || !has_option(SOL_SOCKET, SO_PEERNAME, 0));
  cnet_set_ref(pair[0], false);
  CHECK(!cnet_has_ref(pair[0]) && cnet_has_ref(path[0]));
  host_end(&host);
}

static void adopts_only_a_descriptor_of_its_kind(void) {
  int fds[2], port;
  cnet_stream_t *stream, *other;
  host_t host;

  host_start(&host);
  NEED(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
  NEED(cnet_open(host.loop, CNET_TCP, NULL, &stream) == 0);
  CHECK(cnet_adopt(stream, fds[0]) == UV_EINVAL && cnet_adopt(stream, -1) == UV_EINVAL);
  int tcp = raw_listen("127.0.0.1", &port);
  CHECK(cnet_adopt(stream, tcp) == 0 && cnet_fd(stream) == tcp && cnet_listen(stream, 8) == 0);
  CHECK(cnet_adopt(stream, fds[0]) == UV_EINVAL);
  NEED(cnet_open(host.loop, CNET_PIPE, NULL, &other) == 0);
  CHECK(cnet_adopt(other, fds[0]) == 0);
  raw_send(fds[1], "hi", 2);
  NEED(cnet_read_start(other) == 0);
  AWAIT_BYTES(&host, other, 2);
  close(fds[1]);
  host_end(&host);
}

const test_t option_tests[] = {
    {"options: are set and got by name", sets_and_gets_options_by_name},
    {"options: a list is read only where it is whole", reads_a_list_of_options_only_where_it_is_whole},
    {"options: of TCP that have a function", has_functions_for_options_of_tcp},
    {"options: what the kernel knows of a connection", tells_what_the_kernel_knows_of_a_connection},
    {"options: the error queue is kept empty, also behind the peer's end", keeps_the_error_queue_empty},
    {"options: the error queue of who is accepted is kept empty", hands_the_error_queue_on_to_who_is_accepted},
    {"names: are known, also of who is gone", knows_its_names_and_those_of_who_is_gone},
    {"names: a descriptor is adopted only where it is of the stream's kind", adopts_only_a_descriptor_of_its_kind},
    {NULL, NULL},
};
