/* ancillary.h: descriptors in the messages of Unix domain sockets (unix(7), SCM_RIGHTS). */
#ifndef CNET_PLATFORM_ANCILLARY_H
#define CNET_PLATFORM_ANCILLARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

/* Descriptors in one message: the kernel's limit (SCM_MAX_FD, unix(7)). */
#define CNET_FDS_MAX 253

/* Whether descriptors can go over the socket `fd`: it is one of the Unix domain. */
bool cnet_platform_passes(int fd);

/*
 * Reads once, without waiting: bytes, 0 at the end, or a negative code. The descriptors that came, close-on-exec, are
 * in fds[0 .. *count), and the caller's. When some could not be had (UV_EMFILE, UV_ENFILE, UV_EACCES) there are none.
 */
ssize_t cnet_platform_receive(int fd, const uv_buf_t *buf, int fds[CNET_FDS_MAX], int *count);

/* Sends bytes, of which there are some, and `count` descriptors with the first: bytes sent, or a negative code. */
ssize_t cnet_platform_send(int fd, const uv_buf_t *buf, const int *fds, int count);

#endif
