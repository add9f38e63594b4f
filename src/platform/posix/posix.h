/* posix.h: what the files of this folder have in common. */
#ifndef CNET_PLATFORM_POSIX_H
#define CNET_PLATFORM_POSIX_H

#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

/* The address of `name`, and its *size. 0, or UV_EINVAL: it is empty, or longer than the kernel takes. */
int cnet_posix_address(const char *name, size_t length, struct sockaddr_un *out, socklen_t *size);

/* A close-on-exec, non-blocking stream socket of `domain`, or a negative code. The caller closes it. */
int cnet_posix_socket(int domain);

#endif
