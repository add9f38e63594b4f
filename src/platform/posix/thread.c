/* thread.c: threads of POSIX. */
#include "thread.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <time.h>

/*
 * The mask of the calling thread. glibc's pthread_sigmask() would ask for glibc 2.32 or newer; on Linux sigprocmask()
 * does the same (sigprocmask(2)).
 */
static int set_mask(const sigset_t *set, sigset_t *before) {
#ifdef __linux__
  return sigprocmask(SIG_SETMASK, set, before);
#else
  return pthread_sigmask(SIG_SETMASK, set, before);
#endif
}

/* A thread begins with the mask of whoever makes it. */
int cnet_platform_thread(uv_thread_t *out, void (*run)(void *data), void *data) {
  sigset_t all, before;

  sigfillset(&all);
  int failed = set_mask(&all, &before);
  int err = uv_thread_create(out, run, data);
  if (!failed) set_mask(&before, NULL);
  return err;
}

typedef int (*clock_of_thread_t)(pthread_t thread, clockid_t *clock);

/* Which clock a thread has: looked for at run time, as macOS has no such function, and a link to it asks for
 * glibc 2.34. */
static int clock_of(pthread_t thread, clockid_t *clock) {
  uv_lib_t process;
  void *found = NULL;

  int err = uv_dlopen(NULL, &process);
  if (err == 0) err = uv_dlsym(&process, "pthread_getcpuclockid", &found);
  if (err == 0) {
    clock_of_thread_t ask;
    memcpy(&ask, &found, sizeof ask); /* ISO C knows no conversion from an object to a function */
    err = ask(thread, clock);
  }
  uv_dlclose(&process);
  return err;
}

int64_t cnet_platform_thread_cpu(const uv_thread_t *thread) {
  clockid_t clock;
  struct timespec used;

  if (clock_of(*thread, &clock) != 0 || clock_gettime(clock, &used) != 0) return UV_ENOTSUP;
  return (int64_t)used.tv_sec * 1000000000 + used.tv_nsec;
}
