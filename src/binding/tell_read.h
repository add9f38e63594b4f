/* tell_read.h: tells JavaScript of a read. */
#ifndef CNET_BINDING_TELL_READ_H
#define CNET_BINDING_TELL_READ_H

#include "environment.h"

/* Bytes in memory of cnet_memory_lend(), which ends with that. Call it with a handle scope open, as the next one. */
void cnet_tell_data(cnet_stream_t *stream, int32_t got, const uv_buf_t *lent);

/* Bytes in the buffer of the user, or a negative code. */
void cnet_tell_status(cnet_stream_t *stream, int32_t got);

/* Bytes at the start of a block, which ends with that. */
void cnet_tell_block(cnet_stream_t *stream, cnet_block_t *block, size_t got);

#endif
