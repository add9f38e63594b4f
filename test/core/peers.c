/* peers.c: bytes to write, and peers that are plain sockets. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "host.h"

/* --- bytes to write --------------------------------------------------------------------------------------------- */

static unsigned peek(cnet_source_t *source, uv_buf_t *out) {
  const source_t *own = (const source_t *)source;
  size_t half = source->left / 2;

  if (source->left == 0 || (own->gone != NULL && *own->gone)) return 0;
  if (half == 0) {
    out[0] = uv_buf_init((char *)own->bytes, (unsigned)source->left);
    return 1;
  }
  out[0] = uv_buf_init((char *)own->bytes, (unsigned)half);
  out[1] = uv_buf_init((char *)own->bytes + half, (unsigned)(source->left - half));
  return 2;
}

static void advance(cnet_source_t *source, size_t bytes) {
  CHECK(bytes <= source->left);
  ((source_t *)source)->bytes += bytes;
  source->left -= bytes;
}

static cnet_source_t *retain(const cnet_source_t *source) {
  const source_t *own = (const source_t *)source;

  if (own->no_copy) return NULL;
  if (own->grows) return (cnet_source_t *)source;
  source_t *copy = host_alloc(sizeof *copy);
  *copy = *own;
  if (own->retained != NULL) ++*own->retained;
  return &copy->source;
}

static void release(cnet_source_t *source) {
  const source_t *own = (const source_t *)source;

  if (own->retained != NULL) --*own->retained;
  if (!own->grows) free(source);
}

static const cnet_source_ops_t OPS = {.peek = peek, .advance = advance, .retain = retain, .release = release};

source_t source_of(const char *bytes, size_t length) {
  return (source_t){.source = {.ops = &OPS, .left = length}, .bytes = bytes};
}

int host_write(cnet_stream_t *stream, const char *bytes, size_t length) {
  source_t source = source_of(bytes, length);
  int err = cnet_writable(stream);

  if (err) return err;
  int waits = cnet_write(stream, &source.source, true);
  if (waits == 1) state_of(stream)->write_status = 1;
  return waits;
}

static char pattern_bytes[PATTERN_SIZE];

static void make_pattern(void) {
  for (size_t i = 0; i < PATTERN_SIZE; i++) pattern_bytes[i] = (char)(i % 251 ^ i >> 12);
}

const char *pattern(void) {
  static uv_once_t once = UV_ONCE_INIT;

  uv_once(&once, make_pattern);
  return pattern_bytes;
}

size_t host_fill(cnet_stream_t *stream) {
  size_t total = 0;
  int waits = 0;

  while (waits == 0) {
    waits = host_write(stream, pattern(), PATTERN_SIZE);
    total += PATTERN_SIZE;
  }
  NEED(waits == 1);
  return total;
}

/* --- plain sockets ---------------------------------------------------------------------------------------------- */

struct sockaddr_storage host_address(const char *text, int port) {
  struct sockaddr_storage address;

  NEED(cnet_address_parse(text, strlen(text), (uint16_t)port, &address) == 0);
  return address;
}

static socklen_t size_of(const struct sockaddr_storage *address) {
  return address->ss_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
}

bool has_option(int level, int name, size_t size) {
  char value[512];
  socklen_t length = sizeof value;
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  NEED(fd >= 0);
  int err = getsockopt(fd, level, name, value, &length) == 0 ? 0 : errno;
  close(fd);
  return err == 0 ? length >= size : err != ENOPROTOOPT && err != EOPNOTSUPP;
}

int raw_connect(int port) {
  struct sockaddr_storage address = host_address("127.0.0.1", port);
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  NEED(fd >= 0);
  NEED(connect(fd, (struct sockaddr *)&address, size_of(&address)) == 0);
  return fd;
}

int raw_connect_path(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  NEED(fd >= 0 && strlen(path) < sizeof address.sun_path);
  memcpy(address.sun_path, path, strlen(path));
  NEED(connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
  return fd;
}

int raw_bind(const char *text, int *port) {
  struct sockaddr_storage address = host_address(text, 0);
  int fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  socklen_t size = sizeof address;
  char ignored[CNET_ADDRESS_TEXT];
  int32_t number;

  NEED(fd >= 0);
  NEED(bind(fd, (struct sockaddr *)&address, size_of(&address)) == 0);
  NEED(getsockname(fd, (struct sockaddr *)&address, &size) == 0);
  cnet_address_text(&address, ignored, &number, NULL);
  *port = number;
  return fd;
}

int raw_listen(const char *text, int *port) {
  int fd = raw_bind(text, port);

  NEED(listen(fd, 16) == 0);
  return fd;
}

void raw_send(int fd, const void *bytes, size_t length) {
  NEED(send(fd, bytes, length, MSG_NOSIGNAL) == (ssize_t)length);
}

size_t raw_read(int fd, char *out, size_t size) {
  size_t total = 0;
  ssize_t got = 1;

  while (total < size && got > 0) {
    got = recv(fd, out + total, size - total, 0);
    if (got > 0) total += (size_t)got;
  }
  return total;
}

void raw_reset(int fd) {
  struct linger linger = {.l_onoff = 1};

  NEED(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger) == 0);
  close(fd);
}

int raw_full(int fds[2]) {
  struct sockaddr_storage address;
  int port;

  fds[0] = raw_bind("127.0.0.1", &port);
  NEED(listen(fds[0], 0) == 0);
  address = host_address("127.0.0.1", port);
  fds[1] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  NEED(fds[1] >= 0 && connect(fds[1], (struct sockaddr *)&address, size_of(&address)) == 0);
  return port;
}
