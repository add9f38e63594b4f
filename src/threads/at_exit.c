/*
 * at_exit.c: what is done when the process ends by exit(3): a list for the process, with its mutex.
 *
 * The system calls back when this library is unloaded too, as Node does it at the end of a worker that alone has loaded
 * it: the list is empty then.
 */
#include "at_exit.h"

#include <stdbool.h>
#include <stdlib.h>

static uv_once_t once = UV_ONCE_INIT;
static struct {
  uv_mutex_t mutex;
  uv_pid_t process;
  cnet_at_exit_t *first;
  bool usable;
} list;

static void at_exit(void) {
  const uv_thread_t self = uv_thread_self();

  if (uv_os_getpid() != list.process) return;
  uv_mutex_lock(&list.mutex);
  for (const cnet_at_exit_t *entry = list.first; entry != NULL; entry = entry->next)
    if (uv_thread_equal(&entry->owner, &self)) entry->work(entry->data);
  uv_mutex_unlock(&list.mutex);
}

static void init(void) {
  list.process = uv_os_getpid();
  list.usable = uv_mutex_init(&list.mutex) == 0 && atexit(at_exit) == 0;
}

void cnet_at_exit_enter(cnet_at_exit_t *entry, void (*work)(void *data), void *data) {
  uv_once(&once, init);
  if (!list.usable) return;
  *entry = (cnet_at_exit_t){.owner = uv_thread_self(), .work = work, .data = data};
  uv_mutex_lock(&list.mutex);
  entry->next = list.first;
  if (entry->next != NULL) entry->next->previous = entry;
  list.first = entry;
  uv_mutex_unlock(&list.mutex);
}

void cnet_at_exit_leave(cnet_at_exit_t *entry) {
  if (entry->work == NULL) return;
  uv_mutex_lock(&list.mutex);
  if (entry->previous != NULL)
    entry->previous->next = entry->next;
  else
    list.first = entry->next;
  if (entry->next != NULL) entry->next->previous = entry->previous;
  uv_mutex_unlock(&list.mutex);
  entry->work = NULL;
}
