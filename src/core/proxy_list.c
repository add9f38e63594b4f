/* proxy_list.c: the lists of a listener's connections that wait for their header. */
#include "proxy_list.h"

#include <stdlib.h>

#include "listening.h"

void cnet_proxy_arm(cnet_proxy_t *proxy) {
  cnet_proxy_wait_t *first = proxy->reading.first;
  uint64_t now = uv_now(proxy->listener->loop->uv);

  if (first == NULL)
    uv_timer_stop(proxy->timer);
  else
    uv_timer_start(proxy->timer, proxy->on_due, first->due > now ? first->due - now : 0, 0);
}

/* What the host has made room for, less those that wait. A stream that stands for a listener has no room of its own. */
void cnet_proxy_update_room(cnet_proxy_t *proxy) {
  cnet_listening_t *listening = cnet_listening_of(proxy->listener);
  int32_t left = proxy->room - proxy->waiting;

  if (listening != NULL) listening->room = !proxy->limited ? -1 : left > 0 ? left : 0;
}

static void append(cnet_proxy_list_t *list, cnet_proxy_wait_t *wait) {
  wait->previous = list->last;
  if (list->last != NULL)
    list->last->next = wait;
  else
    list->first = wait;
  list->last = wait;
}

static void take_out(cnet_proxy_list_t *list, cnet_proxy_wait_t *wait) {
  if (wait->previous != NULL)
    wait->previous->next = wait->next;
  else
    list->first = wait->next;
  if (wait->next != NULL)
    wait->next->previous = wait->previous;
  else
    list->last = wait->previous;
  wait->next = wait->previous = NULL;
}

void cnet_proxy_enlist(cnet_proxy_t *proxy, cnet_proxy_wait_t *wait, uv_timer_cb on_due) {
  proxy->on_due = on_due;
  wait->proxy = proxy;
  append(&proxy->reading, wait);
  proxy->waiting++;
  cnet_proxy_update_room(proxy);
  if (proxy->reading.first == wait) cnet_proxy_arm(proxy);
}

void cnet_proxy_strike(cnet_proxy_wait_t *wait) {
  cnet_proxy_t *proxy = wait->proxy;

  if (proxy == NULL) return;
  bool was_first = proxy->reading.first == wait;
  take_out(wait->state == CNET_PROXY_HELD ? &proxy->held : &proxy->reading, wait);
  wait->proxy = NULL;
  proxy->waiting--;
  cnet_proxy_update_room(proxy);
  if (was_first) cnet_proxy_arm(proxy);
}

/* It is done, and the listener is held. */
void cnet_proxy_set_aside(cnet_proxy_wait_t *wait) {
  cnet_proxy_t *proxy = wait->proxy;
  bool was_first = proxy->reading.first == wait;

  take_out(&proxy->reading, wait);
  wait->state = CNET_PROXY_HELD;
  append(&proxy->held, wait);
  if (was_first) cnet_proxy_arm(proxy);
}
