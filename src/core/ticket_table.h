/* ticket_table.h: the table of descriptors on their way between threads, for ticket.c. */
#ifndef CNET_CORE_TICKET_TABLE_H
#define CNET_CORE_TICKET_TABLE_H

#include "internal.h"
#include "ticket.h"

#define CNET_KEY_BYTES 16

typedef struct cnet_entry {
  bool used;
  uint8_t key[CNET_KEY_BYTES];
  cnet_loop_t *owner; /* that closes it at its end; NULL: the process does */
  int fd;
  int32_t type;             /* the host's */
  uint8_t kind;             /* cnet_kind_t */
  cnet_bytes_t notes, data; /* for the receiver: what it is to be set to, and what was read of it already */
  uint32_t next_free;       /* of one that is not used: the next such; UINT32_MAX: none */
} cnet_entry_t;

/* A token as it came: what it names, if it names anything. */
typedef struct cnet_name {
  uint32_t index;
  uint8_t key[CNET_KEY_BYTES];
} cnet_name_t;

/* Locks the table, for the functions below and for what they give. False: there is no mutex. */
bool cnet_tickets_lock(void);
void cnet_tickets_unlock(void);

/*
 * Puts `entry` into the table, under a new name. 0, or a negative code: what it has stays the caller's. It locks the
 * table by itself.
 */
int cnet_tickets_enter(cnet_entry_t *entry, cnet_name_t *name);

/* The entry of that name; NULL: there is none. How long it takes says nothing of the key. */
cnet_entry_t *cnet_tickets_find(const cnet_name_t *name);

/* Takes an entry out, whose descriptor is the caller's from now on. */
void cnet_tickets_take_out(cnet_entry_t *entry);

/* Takes an entry out, and closes its descriptor. */
void cnet_tickets_discard(cnet_entry_t *entry);

/* Frees the bytes of an entry that is in no table. */
void cnet_tickets_free_bytes(const cnet_entry_t *entry);

/* Closes what this loop has sent away and nobody has taken, when it ends. */
void cnet_tickets_close(cnet_loop_t *loop);

#endif
