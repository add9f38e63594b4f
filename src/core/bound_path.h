/* bound_path.h: the path that a stream has bound, for bind.c and socket_file.c. */
#ifndef CNET_CORE_BOUND_PATH_H
#define CNET_CORE_BOUND_PATH_H

#include "host.h"
#include "unix_file.h"

/* Room for a bound path, to be made before binding. NULL: no memory. `length` bytes are copied. */
typedef struct cnet_bound_path cnet_bound_path_t;
cnet_bound_path_t *cnet_bound_path_new(const char *path, size_t length);

/* Frees one that no stream has. */
void cnet_bound_path_free(cnet_bound_path_t *bound);

/*
 * The stream has bound it: the file goes when the stream closes; with `id`, where it still is that one then. It takes
 * the place of what the stream has had.
 */
void cnet_bound_path_attach(cnet_stream_t *stream, cnet_bound_path_t *bound, const cnet_file_id_t *id);

/* The path, with a final zero; NULL: the stream has bound none. */
const char *cnet_bound_path_of(const cnet_stream_t *stream);

#endif
