/* mailbox.c: notes on their way from one thread to another. */
#include "mailbox.h"

#include <stdlib.h>

void cnet_note_init(cnet_note_t *note, cnet_note_kind_t kind, cnet_link_t *link) {
  *note = (cnet_note_t){.kind = (uint8_t)kind, .link = link, .bytes = (char *)(note + 1)};
}

cnet_note_t *cnet_note_new(cnet_note_kind_t kind, cnet_link_t *link, size_t room) {
  cnet_note_t *note = malloc(sizeof *note + room);

  if (note == NULL) return NULL;
  cnet_note_init(note, kind, link);
  return note;
}

void cnet_chain_add(cnet_chain_t *chain, cnet_note_t *note) {
  note->next = NULL;
  if (chain->first == NULL)
    chain->first = note;
  else
    chain->last->next = note;
  chain->last = note;
  chain->count++;
}

cnet_note_t *cnet_chain_take(cnet_chain_t *chain) {
  cnet_note_t *note = chain->first;

  if (note == NULL) return NULL;
  chain->first = note->next;
  chain->count--;
  note->next = NULL;
  return note;
}

void cnet_mailbox_init(cnet_mailbox_t *box, uv_async_t *wake) {
  atomic_init(&box->first, NULL);
  atomic_init(&box->sleep, CNET_AWAKE);
  box->wake = wake;
}

/* The word is NULL from the exchange to the store, whatever the other thread does: it never puts anything there. */
static void put(cnet_mailbox_t *box, cnet_chain_t *chain) {
  cnet_note_t *first = chain->first;

  first->last = chain->last;
  cnet_note_t *before = atomic_exchange(&box->first, NULL);
  if (before != NULL) {
    before->last->next = first;
    before->last = chain->last;
    first = before;
  }
  *chain = (cnet_chain_t){0};
  atomic_store(&box->first, first);
}

void cnet_mailbox_wake(cnet_mailbox_t *box) {
  if (atomic_load(&box->sleep) != CNET_AWAKE && atomic_exchange(&box->sleep, CNET_AWAKE) != CNET_AWAKE)
    uv_async_send(box->wake);
}

void cnet_mailbox_post(cnet_mailbox_t *box, cnet_chain_t *chain) {
  if (chain->first == NULL) return;
  put(box, chain);
  cnet_mailbox_wake(box);
}

bool cnet_mailbox_post_quietly(cnet_mailbox_t *box, cnet_chain_t *chain) {
  put(box, chain);
  if (atomic_load(&box->sleep) == CNET_DOZES) return true;
  cnet_mailbox_wake(box);
  return false;
}

bool cnet_mailbox_take(cnet_mailbox_t *box, cnet_chain_t *chain) {
  cnet_note_t *first = atomic_exchange(&box->first, NULL);

  if (first == NULL) return false;
  if (chain->first == NULL)
    chain->first = first;
  else
    chain->last->next = first;
  chain->last = first->last;
  for (cnet_note_t *note = first; note != NULL; note = note->next) chain->count++;
  return true;
}

bool cnet_mailbox_has(cnet_mailbox_t *box) { return atomic_load(&box->first) != NULL; }

/* Who posts stores first and asks then whether somebody sleeps; here it is the other way round: one of the two sees. */
bool cnet_mailbox_sleep(cnet_mailbox_t *box, cnet_sleep_t how) {
  atomic_store(&box->sleep, how);
  if (atomic_load(&box->first) == NULL) return true;
  return atomic_exchange(&box->sleep, CNET_AWAKE) == CNET_AWAKE; /* the other one has seen it too, and wakes */
}
