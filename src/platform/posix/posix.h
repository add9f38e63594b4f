/* posix.h: what the files of this folder have in common. */
#ifndef CNET_PLATFORM_POSIX_H
#define CNET_PLATFORM_POSIX_H

/* A close-on-exec, non-blocking stream socket of `domain`, or a negative code. The caller closes it. */
int cnet_posix_socket(int domain);

#endif
