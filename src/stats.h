/*
 * stats.h: what one copy of the package in one environment has done, and has open: cnet.stats(). Who does something
 * adds to the numbers where he does it, which is one addition; nobody reads them but stats.c.
 */
#ifndef CNET_STATS_H
#define CNET_STATS_H

#include <stdint.h>
#include <stdlib.h>

/* The order is known to lib/stats.js. */
typedef enum cnet_count {
  CNET_COUNT_SOCKETS, /* open streams that do not listen: TCP, and by cnet_kind_t behind it pipes; then those that do */
  CNET_COUNT_SERVERS = 2,
  CNET_COUNT_BYTES_READ = 4,
  CNET_COUNT_BYTES_WRITTEN,
  CNET_COUNT_ACCEPTED,
  CNET_COUNT_DROPPED, /* by cnet_verdict_t from CNET_FULL on: four */
  CNET_COUNT_DROPPED_CREDENTIALS = CNET_COUNT_DROPPED + 4,
  CNET_COUNT_REFUSED_BLOCK_LIST,
  CNET_COUNT_REFUSED_PROXY,
  CNET_COUNT_REFUSED_RESOURCES,
  CNET_COUNT_STARTED, /* attempts to connect to an address, and what has become of them */
  CNET_COUNT_CONNECTED,
  CNET_COUNT_FAILED,
  CNET_COUNT_TIMED_OUT,
  CNET_COUNT_BLOCKED,
  CNET_COUNT_IDLE_TIMEOUTS,
  CNET_COUNT_CONNECT_TIMEOUTS,
  CNET_COUNT_PROXY_TIMEOUTS,
  CNET_COUNT_MEMORY_STREAMS, /* bytes that are allocated now */
  CNET_COUNT_MEMORY_WRITES,
  CNET_COUNTED,
  CNET_COUNT_MEMORY_READS = CNET_COUNTED, /* reckoned when they are asked for */
  CNET_COUNT_MEMORY_TABLES,
  CNET_COUNT_MEMORY_BLOCK_LISTS,
  CNET_COUNTS
} cnet_count_t;

/* Bytes that the block lists of an environment have. Its lists hold it too: a list may be freed when that is gone. */
typedef struct cnet_meter {
  uint32_t holders;
  uint64_t bytes;
} cnet_meter_t;

/* One with one holder; NULL: no memory. */
cnet_meter_t *cnet_meter_new(void);
static inline void cnet_meter_release(cnet_meter_t *meter) {
  if (meter != NULL && --meter->holders == 0) free(meter);
}

#endif
