/*
 * ticket_table.c: what is on its way from one loop to another: the table of the process, under a number and a
 * random key of 128 bits (ticket.c).
 *
 * It is the one mutable thing at file scope (see architecture.md, "Threads and teardown"): loops come and go in
 * any order, and what they pass to each other has to be somewhere. The mutex guards all of it, and of each loop
 * `tickets_held` and `ticket_async`. An entry belongs to the loop that made it, where that is to end before the
 * process does: it closes at its own end what nobody has taken.
 */
#include "ticket_table.h"

#include <stdlib.h>
#include <string.h>

#include "descriptor.h"

static uv_once_t once = UV_ONCE_INIT;
static struct {
  uv_mutex_t mutex;
  bool usable;
  cnet_entry_t *entries; /* NULL while none is used */
  uint32_t size, count;  /* `count`: used ones */
  uint32_t first_free;   /* UINT32_MAX: none */
} table = {.first_free = UINT32_MAX};

static void init(void) { table.usable = uv_mutex_init(&table.mutex) == 0; }

bool cnet_tickets_lock(void) {
  uv_once(&once, init);
  if (table.usable) uv_mutex_lock(&table.mutex);
  return table.usable;
}

void cnet_tickets_unlock(void) { uv_mutex_unlock(&table.mutex); }

static void set_free(uint32_t index) {
  table.entries[index] = (cnet_entry_t){.next_free = table.first_free};
  table.first_free = index;
}

/* Makes sure that there is a free entry. 0 or UV_ENOMEM. */
static int reserve(void) {
  uint32_t size = table.size ? table.size * 2 : 16;

  if (table.first_free != UINT32_MAX) return 0;
  if (size > INT32_MAX / sizeof *table.entries) return UV_ENOMEM;
  cnet_entry_t *entries = realloc(table.entries, size * sizeof *entries);
  if (entries == NULL) return UV_ENOMEM;
  table.entries = entries;
  for (uint32_t i = size; i-- > table.size;) set_free(i);
  table.size = size;
  return 0;
}

/* Empties an entry; its descriptor and its notes are the caller's. The last one takes the table with it. */
static void clear(cnet_entry_t *entry) {
  cnet_loop_t *owner = entry->owner;

  assert(entry->used && table.count > 0);
  set_free((uint32_t)(entry - table.entries));
  if (owner != NULL && --owner->tickets_held == 0 && owner->ticket_async != NULL) uv_async_send(owner->ticket_async);
  if (--table.count > 0) return;
  free(table.entries);
  table.entries = NULL;
  table.size = 0;
  table.first_free = UINT32_MAX;
}

void cnet_tickets_free_bytes(const cnet_entry_t *entry) {
  free(entry->notes.memory);
  free(entry->data.memory);
}

void cnet_tickets_take_out(cnet_entry_t *entry) {
  cnet_tickets_free_bytes(entry);
  clear(entry);
}

void cnet_tickets_discard(cnet_entry_t *entry) {
  cnet_platform_close(entry->fd);
  cnet_tickets_take_out(entry);
}

cnet_entry_t *cnet_tickets_find(const cnet_name_t *name) {
  uint8_t difference = 0;

  if (name->index >= table.size || !table.entries[name->index].used) return NULL;
  cnet_entry_t *entry = &table.entries[name->index];
  for (size_t i = 0; i < CNET_KEY_BYTES; i++) difference |= (uint8_t)(entry->key[i] ^ name->key[i]);
  return difference == 0 ? entry : NULL;
}

int cnet_tickets_enter(cnet_entry_t *entry, cnet_name_t *name) {
  int err = uv_random(NULL, NULL, entry->key, sizeof entry->key, 0, NULL);

  if (err) return err;
  if (!cnet_tickets_lock()) return UV_ENOMEM;
  err = reserve();
  if (!err) {
    uint32_t index = table.first_free;
    table.first_free = table.entries[index].next_free;
    entry->used = true;
    table.entries[index] = *entry;
    table.count++;
    if (entry->owner != NULL) entry->owner->tickets_held++;
    name->index = index;
    memcpy(name->key, entry->key, sizeof name->key);
  }
  cnet_tickets_unlock();
  return err;
}

void cnet_tickets_close(cnet_loop_t *loop) {
  uv_async_t *async = loop->ticket_async;

  if (cnet_tickets_lock()) {
    loop->ticket_async = NULL;
    for (uint32_t i = 0; i < table.size; i++)
      if (table.entries[i].used && table.entries[i].owner == loop) cnet_tickets_discard(&table.entries[i]);
    cnet_tickets_unlock();
  }
  if (async != NULL) cnet_handle_close(loop, (uv_handle_t *)async);
}
