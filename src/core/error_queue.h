/* error_queue.h: keeps the kernel's error queue of a socket empty (recvmsg(2), MSG_ERRQUEUE; Linux). */
#ifndef CNET_CORE_ERROR_QUEUE_H
#define CNET_CORE_ERROR_QUEUE_H

#include "host.h"

/*
 * Sees to it that the queue is emptied, if the stream may have one: to be called when it has got a descriptor, or a
 * socket option, that may bring one about.
 */
void cnet_error_queue_watch(cnet_stream_t *stream);

/* Whether the queue of the stream is watched: who it accepts has its options. */
bool cnet_error_queue_is_watched(const cnet_stream_t *stream);

#endif
