/* thread.h: threads that hear no signals, and what they have used. */
#ifndef CNET_PLATFORM_THREAD_H
#define CNET_PLATFORM_THREAD_H

#include <stdint.h>
#include <uv.h>

/* As uv_thread_create(), of a thread to which no signal of the process is given. 0 or a negative code. */
int cnet_platform_thread(uv_thread_t *out, void (*run)(void *data), void *data);

/* Nanoseconds of CPU that a thread that runs has used; negative: the system does not tell. */
int64_t cnet_platform_thread_cpu(const uv_thread_t *thread);

#endif
