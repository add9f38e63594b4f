/* store.c: notes that one thread keeps to use them again. */
#include "store.h"

#include <stdlib.h>

#include "poison.h"
#include "thread_link.h"

/* From so many bytes on a note has room for a whole piece. */
#define LARGE (CNET_PIECE / 4)

/* Which notes have room for so many bytes; CNET_STORE_SIZES: they are not kept. */
static unsigned size_of(size_t room) {
  if (room > LARGE) return room <= CNET_PIECE ? CNET_STORE_SMALL : CNET_STORE_SIZES;
  for (unsigned i = 0; i < CNET_STORE_SMALL; i++)
    if (room <= CNET_STORE_SMALLEST << i) return i;
  return CNET_STORE_SIZES;
}

static size_t room_of(unsigned size) { return size < CNET_STORE_SMALL ? CNET_STORE_SMALLEST << size : CNET_PIECE; }

void cnet_store_init(cnet_store_t *store, cnet_mailbox_t *gives, cnet_mailbox_t *takes) {
  *store = (cnet_store_t){.gives = gives, .takes = takes};
}

static void keep(cnet_store_t *store, cnet_note_t *note) {
  store->bytes += room_of(note->size);
  note->next = store->kept[note->size];
  store->kept[note->size] = note;
}

static cnet_note_t *kept(cnet_store_t *store, unsigned size) {
  cnet_note_t *note = store->kept[size];

  if (note == NULL) return NULL;
  store->kept[size] = note->next;
  store->bytes -= room_of(size);
  return note;
}

static void free_all(cnet_chain_t *chain) {
  for (cnet_note_t *note; (note = cnet_chain_take(chain)) != NULL;) free(note);
}

/*
 * What the other one had too many of. More than CNET_KEPT is kept of one size alone, of which there is none: those of
 * the others may never be asked for, and come with each batch.
 */
static void take_given(cnet_store_t *store, unsigned wanted) {
  cnet_chain_t given = {0};

  if (!cnet_mailbox_has(store->takes)) return;
  cnet_mailbox_take(store->takes, &given);
  for (cnet_note_t *note; (note = cnet_chain_take(&given)) != NULL;) {
    size_t most = note->size == wanted ? CNET_KEPT + CNET_WAITING : CNET_KEPT;
    if (store->bytes + room_of(note->size) <= most)
      keep(store, note);
    else
      free(note);
  }
}

cnet_note_t *cnet_store_take(cnet_store_t *store, cnet_note_kind_t kind, cnet_link_t *link, size_t room) {
  unsigned size = size_of(room);

  if (size < CNET_STORE_SIZES) {
    if (store->kept[size] == NULL) take_given(store, size);
    cnet_note_t *note = kept(store, size);
    if (note != NULL) {
      cnet_note_init(note, kind, link);
      note->size = (uint8_t)size;
      return note;
    }
    room = room_of(size);
  }
  cnet_note_t *note = cnet_note_new(kind, link, room);
  if (note != NULL) note->size = (uint8_t)size;
  return note;
}

/* What the other one does not take is no use to it. */
static void give(cnet_store_t *store) {
  if (!cnet_mailbox_has(store->gives)) store->waiting = 0;
  store->waiting += store->surplus_bytes;
  if (store->waiting <= CNET_WAITING) {
    cnet_mailbox_post(store->gives, &store->surplus);
  } else {
    store->waiting -= store->surplus_bytes;
    free_all(&store->surplus);
  }
  store->surplus_bytes = 0;
}

void cnet_store_put(cnet_store_t *store, cnet_note_t *note) {
  if (note->size >= CNET_STORE_SIZES) {
    free(note);
    return;
  }
  size_t room = room_of(note->size);
  cnet_poison(note->bytes, room);
  if (store->bytes + room <= CNET_KEPT) {
    keep(store, note);
    return;
  }
  cnet_chain_add(&store->surplus, note);
  store->surplus_bytes += room;
  if (store->surplus_bytes >= CNET_GIVEN) give(store);
}

void cnet_store_end(cnet_store_t *store) {
  for (unsigned size = 0; size < CNET_STORE_SIZES; size++)
    for (cnet_note_t *note; (note = kept(store, size)) != NULL;) free(note);
  free_all(&store->surplus);
}
