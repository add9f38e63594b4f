/* read.h: reading: host->allocate() and host->read() have the bytes. */
#ifndef CNET_CORE_READ_H
#define CNET_CORE_READ_H

#include "stream.h"

/* Begins to read, or goes on. 0; UV_ENOTCONN: it listens; or another negative code. */
int cnet_read_start(cnet_stream_t *stream);

/* Reads no more until cnet_read_start(). 0 or a negative code. */
int cnet_read_stop(cnet_stream_t *stream);

#endif
