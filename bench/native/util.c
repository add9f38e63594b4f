/* util.c: see util.h. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "util.h"

#define NS 1000000000ull

const char *bench_option(int argc, char **argv, const char *name, const char *fallback) {
  size_t length = strlen(name);

  for (int i = 1; i < argc; i++) {
    const char *arg = argv[i];
    if (strncmp(arg, "--", 2) == 0 && strncmp(arg + 2, name, length) == 0 && arg[2 + length] == '=')
      return arg + 3 + length;
  }
  return fallback;
}

double bench_number(int argc, char **argv, const char *name, double fallback) {
  const char *text = bench_option(argc, argv, name, NULL);
  char *end;

  if (text == NULL) return fallback;
  double value = strtod(text, &end);
  if (end == text || *end != '\0' || !(value >= 0)) bench_fail(name, EINVAL);
  return value;
}

_Noreturn void bench_fail(const char *what, int err) {
  printf("{\"error\":\"%s%s%s\"}\n", what, err == 0 ? "" : ": ", err == 0 ? "" : strerror(err));
  fflush(stdout);
  _exit(1);
}

static void on_alarm(int signal) {
  static const char text[] = "{\"error\":\"the deadline has passed\"}\n";
  (void)signal;
  if (write(STDOUT_FILENO, text, sizeof text - 1) < 0) _exit(2);
  _exit(1);
}

void bench_guard(unsigned seconds) {
  struct rlimit limit;

  prctl(PR_SET_PDEATHSIG, SIGKILL);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGALRM, on_alarm);
  alarm(seconds);
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
  }
}

static uint64_t nanoseconds(struct timespec time) { return (uint64_t)time.tv_sec * NS + (uint64_t)time.tv_nsec; }

uint64_t bench_now(void) {
  struct timespec now;

  clock_gettime(CLOCK_MONOTONIC, &now);
  return nanoseconds(now);
}

bench_cpu_mark_t bench_cpu_mark(pid_t pid) {
  bench_cpu_mark_t mark = {0};
  char name[64], text[1024];
  clockid_t clock;
  struct timespec time;
  unsigned long user, system;

  int err = clock_getcpuclockid(pid, &clock);
  if (err != 0 || clock_gettime(clock, &time) != 0) bench_fail("CPU time of the server", err != 0 ? err : errno);
  mark.total = nanoseconds(time);

  snprintf(name, sizeof name, "/proc/%d/stat", (int)pid);
  FILE *file = fopen(name, "r");
  if (file == NULL) bench_fail(name, errno);
  size_t length = fread(text, 1, sizeof text - 1, file);
  fclose(file);
  text[length] = '\0';
  const char *fields = strrchr(text, ')'); /* the name before it may hold anything; then state and 10 numbers */
  if (fields == NULL || sscanf(fields, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) != 2)
    bench_fail(name, EINVAL);
  mark.ticks_user = user;
  mark.ticks_system = system;
  return mark;
}

bench_cpu_t bench_cpu_between(bench_cpu_mark_t before, bench_cpu_mark_t after) {
  bench_cpu_t cpu = {after.total - before.total, 0};
  double user = (double)(after.ticks_user - before.ticks_user);
  double system = (double)(after.ticks_system - before.ticks_system);

  if (user + system > 0) cpu.user = (uint64_t)((double)cpu.total * user / (user + system));
  return cpu;
}

static struct sockaddr_un unix_address(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};

  if (strlen(path) >= sizeof address.sun_path) bench_fail("path", ENAMETOOLONG);
  strcpy(address.sun_path, path);
  return address;
}

static struct sockaddr_in loopback(uint32_t last_bits, int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};

  address.sin_addr.s_addr = htonl((uint32_t)INADDR_LOOPBACK + last_bits);
  return address;
}

static int make_socket(int family) {
  int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (fd < 0) bench_fail("socket", errno);
  return fd;
}

int bench_listen(const char *path, int *port) {
  int fd = make_socket(path != NULL ? AF_UNIX : AF_INET);

  if (path != NULL) {
    struct sockaddr_un address = unix_address(path);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0) bench_fail("bind", errno);
  } else {
    struct sockaddr_in address = loopback(0, 0);
    socklen_t length = sizeof address;
    if (bind(fd, (struct sockaddr *)&address, length) != 0) bench_fail("bind", errno);
    if (getsockname(fd, (struct sockaddr *)&address, &length) != 0) bench_fail("getsockname", errno);
    *port = ntohs(address.sin_port);
  }
  if (listen(fd, 511) != 0) bench_fail("listen", errno); /* 511: Node's default */
  bench_set_blocking(fd, 0);
  return fd;
}

static void bind_source(int fd, uint32_t source) {
  int on = 1;
  /* 256 addresses on from 127.0.0.1 begins 127.0.1.1; 15 bits of them are 128 networks of 256. */
  struct sockaddr_in address = loopback(256 + (source & 0x7fff), 0);

  setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0) bench_fail("bind", errno);
}

int bench_connect(const char *path, int port, uint32_t source, int wait) {
  int fd = make_socket(path != NULL ? AF_UNIX : AF_INET);
  int result, on = 1;

  if (!wait) bench_set_blocking(fd, 0);
  if (path != NULL) {
    struct sockaddr_un address = unix_address(path);
    result = connect(fd, (struct sockaddr *)&address, sizeof address);
  } else {
    struct sockaddr_in address = loopback(0, port);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (source != 0) bind_source(fd, source);
    result = connect(fd, (struct sockaddr *)&address, sizeof address);
  }
  if (result != 0 && errno != EINPROGRESS) bench_fail("connect", errno);
  return fd;
}

void bench_set_blocking(int fd, int blocking) {
  int flags = fcntl(fd, F_GETFL);

  if (flags < 0 || fcntl(fd, F_SETFL, blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK) != 0)
    bench_fail("fcntl", errno);
}

const char *bench_payload(void) {
  static char payload[BENCH_PAYLOAD + BENCH_PERIOD];

  if (payload[1] == 0)
    for (size_t i = 0; i < sizeof payload; i++) payload[i] = (char)(i % BENCH_PERIOD);
  return payload;
}
