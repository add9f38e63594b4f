/* seat.h: what the files of the side of JavaScript's thread tell each other. For threads/ alone. */
#ifndef CNET_THREADS_SEAT_H
#define CNET_THREADS_SEAT_H

#include "thread_link.h"

/* Wakes the thread if it dozes, and something was posted meanwhile. */
void cnet_seat_pay(cnet_io_thread_t *thread);

/* Has the thread look at what is to be read. Not once the seat closes. */
void cnet_seat_post_read(cnet_link_t *link);

/* Frees a note of JavaScript's thread that lies elsewhere than in a link, and what it has. */
void cnet_seat_note_free(cnet_io_thread_t *thread, cnet_note_t *note);

/* Gives the seat the block of a note that holds it all. False: nothing has happened. */
bool cnet_seat_give_block(cnet_link_t *link, cnet_note_t *note);

/* The seat has had a large read: the thread is given memory for the next ones. */
void cnet_seat_supply(cnet_link_t *link, bool was_block);

/* What was kept for the seat is given to it when the loop turns next. */
void cnet_seat_resume(cnet_link_t *link);

/* Takes a link from the list of those that are read again. */
void cnet_seat_unlink_resumed(cnet_link_t *link);

/* Nobody knows of the link any more. */
void cnet_seat_link_free(cnet_link_t *link);

#endif
