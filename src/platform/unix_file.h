/* unix_file.h: the files of Unix domain sockets: bound with a mode, replaced where they are dead, removed by their
 * maker. */
#ifndef CNET_PLATFORM_UNIX_FILE_H
#define CNET_PLATFORM_UNIX_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

/* Which file it is (stat(2), st_dev and st_ino). */
typedef struct cnet_file_id {
  uint64_t device, inode;
} cnet_file_id_t;

/*
 * A socket that is bound to a path as by cnet_platform_pipe_bind(), with permissions of 0 to 0777 (negative: the
 * umask's) that the file never exceeds; and which file it is, in *made. The descriptor, or a negative code. It does not
 * wait.
 */
int cnet_platform_file_bind(const char *name, size_t length, int mode, cnet_file_id_t *made);

/*
 * The same where there is a file: a socket that nobody has bound any more is removed before; of several who try, one
 * succeeds, and the others are told UV_EADDRINUSE. UV_EBUSY: the directory stays locked. It may wait for more than a
 * second. `keep` is asked twice, each time while nobody else can have the place: before anything is removed or made,
 * with -1 and NULL, and when all is done. False, and all is as it was before, but for a dead one that is gone the
 * second time; and the result is UV_ECANCELED.
 */
typedef bool (*cnet_keep_t)(void *data, int fd, const cnet_file_id_t *made);
int cnet_platform_file_replace(const char *name, size_t length, int mode, cnet_keep_t keep, void *data);

/* Removes the socket at `path` if it is `made`. */
void cnet_platform_file_remove(const char *path, const cnet_file_id_t *made);

#endif
