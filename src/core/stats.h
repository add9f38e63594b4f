/*
 * stats.h: what has been done on a loop, and what is open. Who does something adds to the numbers where he does it,
 * which is one addition; nobody in the core reads them.
 */
#ifndef CNET_CORE_STATS_H
#define CNET_CORE_STATS_H

#include <stdint.h>

/* A host may have numbers of its own behind them. */
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
  CNET_COUNTED
} cnet_count_t;

#endif
