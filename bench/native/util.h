/*
 * util.h: what the load generator and the epoll server share: options, clocks, sockets, and one way to fail.
 */
#ifndef BENCH_UTIL_H
#define BENCH_UTIL_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define BENCH_BLOCK (64 * 1024) /* most bytes of one read(), as in libuv */

/* The payload repeats with this period, a prime: bytes that arrive shifted by any power of two are seen. */
#define BENCH_PERIOD 251
#define BENCH_PAYLOAD (256 * 1024) /* most bytes of one write() */

/* The value of `--name=value`, or `fallback`. */
const char *bench_option(int argc, char **argv, const char *name, const char *fallback);

/* The same as a number that is not negative; anything else ends the process. */
double bench_number(int argc, char **argv, const char *name, double fallback);

/* Prints {"error":"what: reason"} on standard output and ends the process. `err`: an errno, or 0 for none. */
_Noreturn void bench_fail(const char *what, int err);

/* Ends the process by SIGKILL with its parent, and by SIGALRM after `seconds` (0: never). Raises the limit of open
 * files. */
void bench_guard(unsigned seconds);

/* Nanoseconds of a clock that only goes forward. */
uint64_t bench_now(void);

/* CPU time of a process in nanoseconds: all of it, exact; and of it the part in user mode, which the kernel samples. */
typedef struct bench_cpu {
  uint64_t total, user;
} bench_cpu_t;

/* Reads the CPU time of `pid`, all threads. `ticks_user` and `ticks_system` are its raw samples. */
typedef struct bench_cpu_mark {
  uint64_t total, ticks_user, ticks_system;
} bench_cpu_mark_t;

bench_cpu_mark_t bench_cpu_mark(pid_t pid);
bench_cpu_t bench_cpu_between(bench_cpu_mark_t before, bench_cpu_mark_t after);

/* A listening socket, not blocking: `path`, or 127.0.0.1 with a port of the kernel's choice, which goes to `*port`. */
int bench_listen(const char *path, int *port);

/*
 * A socket that is connected, or (`wait` false) still connecting and not blocking. `source`: a number of an address of
 * 127.0.0.0/8 to come from, so that many connections in TIME_WAIT do not use up the ports; 0: the kernel's choice.
 */
int bench_connect(const char *path, int port, uint32_t source, int wait);

void bench_set_blocking(int fd, int blocking);

/* BENCH_PAYLOAD + BENCH_PERIOD bytes of the pattern; byte n of a stream is payload[n % BENCH_PERIOD]. Static. */
const char *bench_payload(void);

#endif
