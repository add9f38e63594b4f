/*
 * seat_blocks.c: memory of the host for large reads, on the side of JavaScript's thread. The I/O thread has the kernel
 * write into it, and what was read is given to the seat where it lies, without a copy.
 *
 * The thread is given blocks ahead, one for each that has come back, and one more each time that it had none left: so
 * those have none who read little at a time.
 */
#include "seat.h"

#include <stdlib.h>

void cnet_seat_note_free(cnet_io_thread_t *thread, cnet_note_t *note) {
  if (note->block != NULL) {
    thread->blocks--;
    cnet_away_block_free(thread->loop, note->block);
  }
  free(note);
}

/* Within the callback the loop may turn, and the thread be stopped: the note has no block any more then. */
bool cnet_seat_give_block(cnet_link_t *link, cnet_note_t *note) {
  void *block = note->block;

  if (block == NULL || note->offset > 0) return false;
  note->block = NULL;
  link->thread->blocks--;
  if (cnet_away_give_block(link->seat, block, note->length)) return true;
  note->block = block;
  link->thread->blocks++;
  return false;
}

static bool post_block(cnet_link_t *link) {
  cnet_io_thread_t *thread = link->thread;
  cnet_note_t *note = cnet_note_new(CNET_NOTE_DATA, NULL, 0);
  cnet_chain_t chain = {0};
  uv_buf_t memory;

  if (note == NULL) return false;
  note->size = CNET_STORE_SIZES;
  note->block = cnet_away_block(link->seat, &memory);
  if (note->block == NULL) {
    free(note);
    return false;
  }
  note->bytes = memory.base;
  thread->blocks++;
  cnet_chain_add(&chain, note);
  cnet_mailbox_post(&thread->empty, &chain);
  return true;
}

void cnet_seat_supply(cnet_link_t *link, bool was_block) {
  cnet_io_thread_t *thread = link->thread;

  if (!was_block && thread->blocks_wanted < CNET_BLOCKS_MOST) thread->blocks_wanted++;
  while (thread->blocks < thread->blocks_wanted)
    if (!post_block(link)) return;
}
