/* thread.c: threads of Windows, which have no signals. */
#include "thread.h"

int cnet_platform_thread(uv_thread_t *out, void (*run)(void *data), void *data) {
  return uv_thread_create(out, run, data);
}

int64_t cnet_platform_thread_cpu(const uv_thread_t *thread) {
  (void)thread;
  return UV_ENOTSUP;
}
