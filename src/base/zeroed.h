/*
 * zeroed.h: memory of zeros for what comes and goes with each connection. Until version 2.41 calloc() of the GNU C
 * library does not take what free() has kept for the thread, so calloc() and free() in turns cost several times as much
 * as malloc() and free(). Pages that nobody has touched yet are better asked of calloc().
 */
#ifndef CNET_BASE_ZEROED_H
#define CNET_BASE_ZEROED_H

#include <stddef.h>

/* For free(); NULL: no memory. */
void *cnet_zeroed(size_t size);

#endif
