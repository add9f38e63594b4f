/* allowed_users.h: whose processes may connect to a path, for admission.c. */
#ifndef CNET_CORE_ALLOWED_USERS_H
#define CNET_CORE_ALLOWED_USERS_H

#include "host.h"

/* Whether the user of `client` is one whom `listener` lets in; if not the client is closed, and that is told. */
bool cnet_users_admit(cnet_stream_t *listener, cnet_stream_t *client);

#endif
