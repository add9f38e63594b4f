/* send_file.h: a part of a file goes to the peer without coming into this process (sendfile(2)). */
#ifndef CNET_CORE_SEND_FILE_H
#define CNET_CORE_SEND_FILE_H

#include "stream.h"

#define CNET_SAFE_INTEGER 9007199254740991u /* the largest size or offset, in bytes: 2^53 - 1 */

/*
 * Sends `count` bytes at most from `offset` on, or where that is negative from the file's own position, which moves.
 * 0, and host->ended() tells as of a write; or a negative code, and nothing has gone. `file` stays the caller's, who
 * may close it at once. UV_EINVAL: the kernel does not send from such a file.
 */
int cnet_send_file(cnet_stream_t *stream, int file, int64_t offset, uint64_t count);

/* Where the context of what waits (a file, or a write) is kept; NULL: nothing waits. */
void **cnet_waiting_context(cnet_stream_t *stream);

#endif
