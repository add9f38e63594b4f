/*
 * at_exit.h: what is done when the process ends by exit(3), as by process.exit(), where no environment of Node is
 * cleaned up. It is done on the thread that ends the process, for what that thread has entered: what others have is in
 * use. A child that was forked does nothing: no other thread has come with it.
 */
#ifndef CNET_THREADS_AT_EXIT_H
#define CNET_THREADS_AT_EXIT_H

#include <uv.h>

typedef struct cnet_at_exit {
  struct cnet_at_exit *next, *previous;
  uv_thread_t owner;
  void (*work)(void *data);
  void *data;
} cnet_at_exit_t;

/* `entry` is in use until it is taken out again. Nothing is done at the end where the system gives no place for it. */
void cnet_at_exit_enter(cnet_at_exit_t *entry, void (*work)(void *data), void *data);

/* Nothing if it was not entered. */
void cnet_at_exit_leave(cnet_at_exit_t *entry);

#endif
