/* paths.c: tests of the files of paths that are bound, and of what cannot connect. */
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "host.h"

static cnet_stream_t *open_path(host_t *host) {
  cnet_stream_t *stream;

  NEED(cnet_open(host->loop, CNET_PIPE, NULL, &stream) == 0);
  return stream;
}

/* A socket's file that nobody has bound any more. */
static void leave_dead(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  memcpy(address.sun_path, path, strlen(path));
  NEED(fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0);
  close(fd);
}

static int mode_of(const char *path) {
  struct stat info;
  return stat(path, &info) == 0 ? (int)(info.st_mode & 0777) : -1;
}

static void binds_with_a_mode_and_takes_its_file_with_it(void) {
  const char *path = host_path();
  host_t host;

  host_start(&host);
  cnet_stream_t *stream = open_path(&host);
  CHECK(cnet_chmod(stream, true, true) == UV_EINVAL); /* nothing is bound */
  CHECK(cnet_bind_file(stream, path, 0640, false) == 0 && mode_of(path) == 0640);
  CHECK(cnet_chmod(stream, true, true) == 0 && mode_of(path) == 0666);
  CHECK(cnet_bind_file(stream, path, 0640, false) == UV_EINVAL); /* it has one */
  CHECK(cnet_listen(stream, 8) == 0);
  CHECK(cnet_bind_file(open_path(&host), path, 0640, false) == UV_EADDRINUSE);
  NEED(cnet_close(stream, false) == 0);
  CHECK(mode_of(path) == -1);
  host_end(&host);
}

static void leaves_a_file_that_is_another_one_by_then(void) {
  const char *path = host_path();
  host_t host;

  host_start(&host);
  cnet_stream_t *stream = open_path(&host);
  NEED(cnet_bind_file(stream, path, -1, false) == 0);
  NEED(unlink(path) == 0);
  leave_dead(path);
  NEED(cnet_close(stream, false) == 0);
  CHECK(mode_of(path) >= 0);
  unlink(path);
  host_end(&host);
}

static void replaces_the_file_of_a_dead_server(void) {
  const char *path = host_path();
  host_t host;

  host_start(&host);
  leave_dead(path);
  cnet_stream_t *stream = open_path(&host);
  CHECK(cnet_bind_file(stream, path, 0600, true) == CNET_BIND_WAITS);
  CHECK(cnet_bind_file(stream, path, 0600, true) == UV_EINVAL); /* it is at it */
  CHECK(cnet_loop_is_busy(host.loop));
  AWAIT(&host, HOST_BOUND, 1);
  CHECK(host.status == 0 && mode_of(path) == 0600 && cnet_listen(stream, 8) == 0);
  int fd = raw_connect_path(path);
  AWAIT(&host, HOST_ACCEPTED, 1);
  close(fd);
  CHECK(cnet_bind_file(open_path(&host), path, 0600, true) == CNET_BIND_WAITS);
  AWAIT(&host, HOST_BOUND, 2);
  CHECK(host.status == UV_EADDRINUSE); /* this one is alive */
  host_end(&host);
  CHECK(mode_of(path) == -1);
}

/* Several may be at it when each is closed: what has been made is gone, whoever was first. */
static void undoes_a_replacement_whose_stream_is_closed(void) {
  host_t host;

  host_start(&host);
  for (int turns = 0; turns < 20; turns++) {
    const char *path = host_path();
    leave_dead(path);
    cnet_stream_t *stream = open_path(&host);
    NEED(cnet_bind_file(stream, path, 0600, true) == CNET_BIND_WAITS);
    for (uint64_t until = uv_hrtime() + (uint64_t)turns * 20000; uv_hrtime() < until;) continue;
    NEED(cnet_close(stream, false) == 0);
    uv_run(&host.uv, UV_RUN_DEFAULT);
    CHECK(host.counts[HOST_BOUND] == 0);
    cnet_stream_t *next = open_path(&host); /* the place is free, or has what was there before */
    int err = cnet_bind_file(next, path, 0600, true);
    if (err == CNET_BIND_WAITS) {
      AWAIT(&host, HOST_BOUND, 1);
      err = host.status;
      host.counts[HOST_BOUND] = 0;
    }
    CHECK(err == 0);
    NEED(cnet_close(next, false) == 0);
  }
  host_end(&host);
}

static void set_true(uv_work_t *req) { atomic_store((atomic_bool *)req->data, true); }
static void say_nothing(uv_work_t *req, int status) { (void)req, (void)status; }

static void touches_nothing_when_the_stream_was_closed_during_the_wait(void) {
  char directory[] = "/tmp/cnet-core-XXXXXX", path[40];
  atomic_bool has_begun = false;
  uv_work_t behind = {.data = &has_begun};
  struct stat before, after;
  host_t host;

  host_start(&host);
  NEED(mkdtemp(directory) != NULL);
  snprintf(path, sizeof path, "%s/s", directory);
  leave_dead(path);
  NEED(stat(path, &before) == 0);
  int lock = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  NEED(lock >= 0 && flock(lock, LOCK_EX) == 0);
  cnet_stream_t *stream = open_path(&host);
  CHECK(cnet_bind_file(stream, path, 0600, true) == CNET_BIND_WAITS);
  NEED(uv_queue_work(&host.uv, &behind, set_true, say_nothing) == 0);
  while (!atomic_load(&has_begun)) continue; /* so has the one before, on another thread of the pool */
  for (uint64_t until = uv_hrtime() + 2000000; uv_hrtime() < until;) continue; /* it waits for the lock */
  NEED(cnet_close(stream, false) == 0);
  close(lock);
  uv_run(&host.uv, UV_RUN_DEFAULT);
  CHECK(stat(path, &after) == 0 && after.st_ino == before.st_ino && after.st_ctime == before.st_ctime);
  host_end(&host);
  unlink(path);
  rmdir(directory);
}

static void binds_no_path_that_cannot_be_one(void) {
  char path[5000];
  host_t host;

  host_start(&host);
  memset(path, 'x', sizeof path - 1);
  path[sizeof path - 1] = '\0';
  cnet_stream_t *stream = open_path(&host);
  CHECK(cnet_bind_file(stream, path, 0600, true) == UV_EINVAL && cnet_bind_file(stream, "", 0600, true) == UV_EINVAL);
  CHECK(cnet_bind_file(stream, "/tmp/x", 01000, true) == UV_EINVAL);
  CHECK(cnet_bind_file(stream, "/nowhere/at/all", 0600, false) == UV_EACCES); /* as libuv has it */
  CHECK(cnet_bind_path(stream, path, 200) == UV_EINVAL);
  cnet_stream_t *tcp = host_listen(&host);
  CHECK(cnet_bind_file(tcp, "/tmp/x", 0600, true) == UV_EBADF && cnet_bind_path(tcp, "/tmp/x", 6) == UV_EBADF);
  CHECK(cnet_chmod(tcp, true, true) == UV_EBADF && cnet_bind(stream, "127.0.0.1", 9, 0, 4, 0) == UV_EBADF);
  CHECK(cnet_bind_path(stream, "", 0) == 0); /* the kernel makes up a name */
  host_end(&host);
}

static void binds_a_relative_path_where_the_call_was(void) {
  char before[4096], name[80];
  host_t host;

  host_start(&host);
  NEED(getcwd(before, sizeof before) != NULL && chdir("/tmp") == 0);
  const char *path = host_path();
  snprintf(name, sizeof name, "%s", path + strlen("/tmp/"));
  leave_dead(path);
  cnet_stream_t *stream = open_path(&host);
  CHECK(cnet_bind_file(stream, name, -1, true) == CNET_BIND_WAITS);
  NEED(chdir("/") == 0);
  AWAIT(&host, HOST_BOUND, 1);
  CHECK(host.status == 0 && mode_of(path) >= 0);
  NEED(cnet_close(stream, false) == 0);
  CHECK(mode_of(path) == -1);
  NEED(chdir(before) == 0);
  host_end(&host);
}

static void binds_nothing_without_memory(void) {
  const char *path = host_path();
  host_t host;

  host_start(&host);
  cnet_stream_t *stream = open_path(&host);
  fail_allocation(0);
  CHECK(cnet_bind_file(stream, path, -1, false) == UV_ENOMEM && stop_failing());
  CHECK(mode_of(path) == -1);
  fail_allocation(0);
  CHECK(cnet_bind_path(stream, path, strlen(path)) == UV_ENOMEM && stop_failing());
  leave_dead(path);
  fail_allocation(0);
  CHECK(cnet_bind_file(stream, path, -1, true) == UV_ENOMEM && stop_failing());
  unlink(path);
  host_end(&host);
}

static void refuses_what_cannot_connect(void) {
  struct sockaddr_storage address = host_address("127.0.0.1", 1);
  cnet_connect_options_t options = {.addresses = &address, .count = 1};
  char text[CNET_ADDRESS_TEXT + 1];
  cnet_stream_t *stream, *pair[2];
  host_t host;

  host_start(&host);
  CHECK(cnet_connect(host_listen(&host), &options) == UV_EINVAL);
  NEED(cnet_open(host.loop, CNET_PIPE, NULL, &stream) == 0);
  CHECK(cnet_connect(stream, &options) == UV_EBADF);
  NEED(cnet_open(host.loop, CNET_TCP, NULL, &stream) == 0);
  CHECK(cnet_connect_path(stream, "/x", 2) == UV_EBADF);
  memset(text, '1', sizeof text);
  text[CNET_ADDRESS_TEXT] = '\0';
  options.local_address = text;
  NEED(cnet_socket_options_new(NULL, 0, &options.socket_options) == 0); /* freed all the same */
  CHECK(cnet_connect(stream, &options) == UV_EINVAL);
  options.local_address = NULL;
  options.socket_options = NULL;
  options.count = (1u << 24) + 1;
  CHECK(cnet_connect(stream, &options) == UV_ENOMEM);
  host_pair(&host, CNET_TCP, pair);
  NEED(cnet_read_start(pair[0]) == 0);
  options.count = 2;
  CHECK(cnet_connect(pair[0], &options) == UV_EISCONN);
  CHECK(cnet_close(stream, false) == 0 && cnet_connectable(stream, CNET_TCP) == UV_EBADF);
  host_end(&host);
}

/* libuv tells of the attempt in the next turn, and would take the stream for a listener that has nothing to accept. */
static void refuses_to_listen_behind_an_attempt_that_was_given_up(void) {
  host_t host;

  host_start(&host);
  cnet_stream_t *stream = open_path(&host);
  CHECK(cnet_bind_path(stream, "", 0) == 0);
  CHECK(cnet_connect_path(stream, "/nowhere/at/all", 15) == 0);
  cnet_abandon(stream);
  CHECK(cnet_listen(stream, 1) == UV_EINVAL);
  host_turn(&host, 2);
  CHECK(cnet_close(stream, false) == 0);
  host_end(&host);
}

const test_t path_tests[] = {
    {"file of a path: has its mode, and goes with the stream", binds_with_a_mode_and_takes_its_file_with_it},
    {"file of a path: stays where it is another one by then", leaves_a_file_that_is_another_one_by_then},
    {"file of a path: that of a dead server is replaced, no other", replaces_the_file_of_a_dead_server},
    {"file of a path: a close undoes the replacement at any moment", undoes_a_replacement_whose_stream_is_closed},
    {"file of a path: a close during the wait for the directory leaves the dead one as it is",
     touches_nothing_when_the_stream_was_closed_during_the_wait},
    {"file of a path: no path that cannot be one", binds_no_path_that_cannot_be_one},
    {"file of a path: a relative one is that of the call", binds_a_relative_path_where_the_call_was},
    {"file of a path: nothing is left without memory", binds_nothing_without_memory},
    {"connect: is refused to who cannot", refuses_what_cannot_connect},
    {"connect: an attempt that was given up leaves no listener",
     refuses_to_listen_behind_an_attempt_that_was_given_up},
    {NULL, NULL},
};
