/*
 * ticket.h: descriptors on their way from one loop to another, of this process. What is on its way is in a table of the
 * process, under a number and a random key of 128 bits; both together, as text, are the ticket. Who knows it can take
 * what is there, once; a text that was made up names nothing.
 */
#ifndef CNET_CORE_TICKET_H
#define CNET_CORE_TICKET_H

#include "stream.h"

#define CNET_TICKET_TEXT (8 + 2 * 16) /* characters of a ticket, without a final zero */

/* Bytes of our own; `memory` NULL: none. */
typedef struct cnet_bytes {
  void *memory;
  size_t length;
} cnet_bytes_t;

/* What a ticket names. */
typedef struct cnet_ticket {
  int32_t type; /* the host's */
  cnet_kind_t kind;
  cnet_bytes_t notes, data; /* for the receiver: what it is to be set to, and what was read of it already */
} cnet_ticket_t;

/*
 * A ticket for a duplicate of the stream's descriptor, with a copy of the notes. `held`: the loop goes on until
 * somebody has taken it, and closes it at its own end. 0 or a negative code.
 */
int cnet_ticket_new(cnet_stream_t *stream, int32_t type, const void *notes, size_t length, bool held,
                    char out[CNET_TICKET_TEXT + 1]);

/* What was read already goes with it: copied. 0, UV_ENOENT, UV_EALREADY, UV_EINVAL (it is no such text), UV_ENOMEM. */
int cnet_ticket_add_data(const char *text, size_t size, const void *data, size_t length);

/* A copy of what it names, which stays there, in *out: to be freed by cnet_ticket_free(). 0 or a code as above. */
int cnet_ticket_look(const char *text, size_t size, cnet_ticket_t *out);
void cnet_ticket_free(cnet_ticket_t *ticket);

/*
 * The stream, a fresh one, takes over the descriptor. UV_ENOENT, or UV_EINVAL: it is no such text, or a stream of
 * another kind, or not a fresh one: what it names stays where it is. On any other error that is closed.
 */
int cnet_ticket_take(cnet_stream_t *stream, const char *text, size_t size);

/* Closes what it names, if it still does. 0, UV_ENOENT or UV_EINVAL. */
int cnet_ticket_drop(const char *text, size_t size);

/* Whether nobody has taken what it names. */
bool cnet_ticket_waits(const char *text, size_t size);

#endif
