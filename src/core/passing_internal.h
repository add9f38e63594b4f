/* passing_internal.h: what read.c asks of streams that receive descriptors. */
#ifndef CNET_CORE_PASSING_INTERNAL_H
#define CNET_CORE_PASSING_INTERNAL_H

#include "host.h"

/* Starts or stops to read a stream with CNET_PASSES. 0 or a negative code. */
int cnet_passing_read(cnet_stream_t *stream, bool start);

#endif
