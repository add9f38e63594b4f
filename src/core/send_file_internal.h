/* send_file_internal.h: what write.c asks of a file that is sent in the place of a write. */
#ifndef CNET_CORE_SEND_FILE_INTERNAL_H
#define CNET_CORE_SEND_FILE_INTERNAL_H

#include "host.h"

/* Where its context is kept; NULL: no file is sent. */
void **cnet_send_file_context(const cnet_stream_t *stream);

#endif
