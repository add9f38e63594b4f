/* bind.h: binding of handles that need not be a stream's yet, for connect.c. */
#ifndef CNET_CORE_BIND_H
#define CNET_CORE_BIND_H

#include "host.h"

/* As cnet_bind(), of a handle of TCP. */
int cnet_handle_bind(uv_stream_t *uv, const char *address, size_t length, int32_t port, int family, unsigned flags);

#endif
