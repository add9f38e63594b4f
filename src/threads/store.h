/*
 * store.h: notes that one thread keeps to use them again: to get memory that another thread has made costs locks of the
 * allocator, and pages that it has given back to the kernel meanwhile. What one thread has too many of it gives to the
 * other, in batches, which takes it when it has none.
 */
#ifndef CNET_THREADS_STORE_H
#define CNET_THREADS_STORE_H

#include "mailbox.h"

/*
 * Bytes that a store keeps, at most, of a batch for the other one, and of those that wait there. A store keeps little,
 * so that those who write have back what they have used last, which is in the caches yet.
 */
#define CNET_KEPT ((size_t)128 * 1024)
#define CNET_GIVEN ((size_t)64 * 1024)
#define CNET_WAITING ((size_t)1024 * 1024)

/* Room of the notes that are kept: the smallest has SMALLEST, each further one twice as much, the last a piece. */
#define CNET_STORE_SMALLEST ((size_t)128)
#define CNET_STORE_SMALL 5
#define CNET_STORE_SIZES (CNET_STORE_SMALL + 1)

typedef struct cnet_store {
  cnet_note_t *kept[CNET_STORE_SIZES];
  size_t bytes; /* of them */
  cnet_chain_t surplus;
  size_t surplus_bytes;
  size_t waiting;                /* bytes that the other one has been given since it has taken all */
  cnet_mailbox_t *gives, *takes; /* to the other store, and from it */
} cnet_store_t;

/* Both mailboxes are of this and the other store alone, and nobody sleeps at them. */
void cnet_store_init(cnet_store_t *store, cnet_mailbox_t *gives, cnet_mailbox_t *takes);

/* A note with room for so many bytes, all else of it as cnet_note_new() has it; NULL: no memory. */
cnet_note_t *cnet_store_take(cnet_store_t *store, cnet_note_kind_t kind, cnet_link_t *link, size_t room);

/* Keeps a note, gives it away or frees it. Nobody looks at it any more. */
void cnet_store_put(cnet_store_t *store, cnet_note_t *note);

/* Frees all. What is in the mailboxes is for who ends them. */
void cnet_store_end(cnet_store_t *store);

#endif
