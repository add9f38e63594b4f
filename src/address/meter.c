/* meter.c: bytes that the block lists of somebody have. */
#include "meter.h"

#include <stdlib.h>

cnet_meter_t *cnet_meter_new(void) {
  cnet_meter_t *meter = calloc(1, sizeof *meter);
  if (meter != NULL) meter->holders = 1;
  return meter;
}

void cnet_meter_release(cnet_meter_t *meter) {
  if (meter != NULL && --meter->holders == 0) free(meter);
}
