/* admission.h: who may come in through a listener, for listener.c and proxy_handshake.c. */
#ifndef CNET_CORE_ADMISSION_H
#define CNET_CORE_ADMISSION_H

#include "host.h"

/* Whether the limits that the listener heeds let the client in: as cnet_accept_limit_enter(). */
int cnet_accept_limit_ask(const cnet_stream_t *listener, cnet_stream_t *client);

/*
 * Goes on with a connection that has been accepted: it is let in, has to send a header of the PROXY protocol first, or
 * is turned away and closed; and the host is told. Both are pinned, as that may run any code.
 */
void cnet_admit(cnet_stream_t *listener, cnet_stream_t *client);

#endif
