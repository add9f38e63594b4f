/* winsock.h: what the files of this folder have in common. */
#ifndef CNET_PLATFORM_WINSOCK_H
#define CNET_PLATFORM_WINSOCK_H

#include <uv.h>

/* The socket of a TCP handle that has one, else INVALID_SOCKET. It stays the handle's. */
SOCKET cnet_windows_socket(const uv_stream_t *uv);

/* The negative code of the last call of Winsock that has failed. */
int cnet_windows_error(void);

#endif
