/* seat.h: what the files of the side of JavaScript's thread tell each other. For threads/ alone. */
#ifndef CNET_THREADS_SEAT_H
#define CNET_THREADS_SEAT_H

#include "thread_link.h"

/* Has the thread look at what is to be read. Not once the seat closes. */
void cnet_seat_post_read(cnet_link_t *link);

/* Takes a link from the list of those that are read again. */
void cnet_seat_unlink_resumed(cnet_link_t *link);

/* Nobody knows of the link any more. */
void cnet_seat_link_free(cnet_link_t *link);

#endif
