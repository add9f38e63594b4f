/* zero_copy.h: bytes that go from descriptor to descriptor within the kernel: sendfile(2), splice(2). */
#ifndef CNET_PLATFORM_ZERO_COPY_H
#define CNET_PLATFORM_ZERO_COPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

/* Whether bytes can be sent from it by cnet_platform_sendfile(): a regular file, or a block device. */
bool cnet_platform_is_file(int fd);

/*
 * Sends from `file`, at *offset, which moves on, or where it is negative at the file's own position. Bytes sent, 0 at
 * the end of the file, or a negative code: UV_EAGAIN when the socket is full. It waits for the disk.
 */
int64_t cnet_platform_sendfile(int socket, int file, int64_t *offset, size_t count);

/* A pipe whose ends do not wait, of `size` bytes at most, or a page: those it has, or a negative code. */
int cnet_platform_make_pipe(int fds[2], size_t size);

/* Makes it of `size` bytes or more: those it has, or a negative code, and it is as it was. */
int cnet_platform_size_pipe(int fd, size_t size);

/* Moves bytes from or to a pipe without waiting. Bytes moved, 0 at the end, or a negative code. */
int64_t cnet_platform_splice(int from, int to, size_t count);

#endif
