/* exchange.h: an integer that two threads exchange. Microsoft's C has C11's atomics since 2023 only, behind a switch.
 */
#ifndef CNET_BASE_EXCHANGE_H
#define CNET_BASE_EXCHANGE_H

#if defined(_MSC_VER) && !defined(__clang__)
#include <intrin.h>

typedef volatile long cnet_exchanged_t;

/* Puts `value` in the place of what is there, which is returned. All that was written before is seen by who reads it.
 */
static inline long cnet_exchange(cnet_exchanged_t *place, long value) { return _InterlockedExchange(place, value); }

/* What is there, without a change. */
static inline long cnet_exchanged(cnet_exchanged_t *place) { return _InterlockedOr(place, 0); }
#else
#include <stdatomic.h>

typedef atomic_long cnet_exchanged_t;

static inline long cnet_exchange(cnet_exchanged_t *place, long value) { return atomic_exchange(place, value); }

static inline long cnet_exchanged(cnet_exchanged_t *place) { return atomic_load(place); }
#endif

#endif
