/* meter.h: bytes that the block lists of somebody have. Its lists hold it too: a list may outlive him. */
#ifndef CNET_ADDRESS_METER_H
#define CNET_ADDRESS_METER_H

#include <stdint.h>

typedef struct cnet_meter {
  uint32_t holders;
  uint64_t bytes;
} cnet_meter_t;

/* One with one holder; NULL: no memory. */
cnet_meter_t *cnet_meter_new(void);

/* One holder less of what may be NULL; the last one frees it. */
void cnet_meter_release(cnet_meter_t *meter);

#endif
