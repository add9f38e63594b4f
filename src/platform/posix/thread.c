/* thread.c: threads of POSIX. */
#include "thread.h"

#include <pthread.h>
#include <signal.h>
#include <time.h>

/* A thread begins with the mask of whoever makes it. */
int cnet_platform_thread(uv_thread_t *out, void (*run)(void *data), void *data) {
  sigset_t all, before;

  sigfillset(&all);
  int failed = pthread_sigmask(SIG_SETMASK, &all, &before);
  int err = uv_thread_create(out, run, data);
  if (!failed) pthread_sigmask(SIG_SETMASK, &before, NULL);
  return err;
}

#ifdef __APPLE__
int64_t cnet_platform_thread_cpu(const uv_thread_t *thread) {
  (void)thread;
  return UV_ENOTSUP;
}
#else
int64_t cnet_platform_thread_cpu(const uv_thread_t *thread) {
  clockid_t clock;
  struct timespec used;

  if (pthread_getcpuclockid(*thread, &clock) != 0 || clock_gettime(clock, &used) != 0) return UV_ENOTSUP;
  return (int64_t)used.tv_sec * 1000000000 + used.tv_nsec;
}
#endif
