/*
 * histogram.h: latencies, 64 buckets for each doubling: a percentile is within 1.6% of the truth.
 */
#ifndef BENCH_HISTOGRAM_H
#define BENCH_HISTOGRAM_H

#include <stdint.h>
#include <string.h>

#define HISTOGRAM_BITS 6
#define HISTOGRAM_SUB (1u << HISTOGRAM_BITS)
#define HISTOGRAM_SIZE (64 * HISTOGRAM_SUB)

typedef struct histogram {
  uint64_t count;
  uint64_t buckets[HISTOGRAM_SIZE];
} histogram_t;

static inline void histogram_clear(histogram_t *histogram) { memset(histogram, 0, sizeof *histogram); }

static inline void histogram_add(histogram_t *histogram, uint64_t ns) {
  int shift = 63 - __builtin_clzll(ns | HISTOGRAM_SUB) - HISTOGRAM_BITS;

  histogram->buckets[(unsigned)shift * HISTOGRAM_SUB + (unsigned)(ns >> shift)]++;
  histogram->count++;
}

/* The least value of the bucket that holds part `share` (0 to 1) of all values; 0 when there are none. */
static inline uint64_t histogram_at(const histogram_t *histogram, double share) {
  uint64_t wanted = (uint64_t)(share * (double)histogram->count), seen = 0;

  for (unsigned i = 0; i < HISTOGRAM_SIZE; i++) {
    seen += histogram->buckets[i];
    if (seen > wanted) {
      unsigned shift = i < 2 * HISTOGRAM_SUB ? 0 : i / HISTOGRAM_SUB - 1;
      return (uint64_t)(i - shift * HISTOGRAM_SUB) << shift;
    }
  }
  return 0;
}

#endif
