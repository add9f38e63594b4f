/* idle_internal.h: the end of the idle timeouts of a loop, for loop.c. */
#ifndef CNET_CORE_IDLE_INTERNAL_H
#define CNET_CORE_IDLE_INTERNAL_H

#include "host.h"

/* Frees every idle timeout of the loop, when it ends. */
void cnet_idle_end(cnet_loop_t *loop);

#endif
