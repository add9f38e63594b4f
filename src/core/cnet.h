/*
 * cnet.h: TCP and Unix sockets over libuv, for any host: all that a host uses. C11 and uv.h, nothing else.
 *
 * A cnet_loop_t serves one uv_loop_t, on that loop's thread; there is no other state. A stream is valid from
 * cnet_open(), or host->accepted(), until the loop goes on after host->stream_closed(). Any callback may close any
 * stream. Functions return 0 or more, or a negative libuv code.
 */
#ifndef CNET_CORE_CNET_H
#define CNET_CORE_CNET_H

#include "accept_limit.h"
#include "away.h"
#include "connect.h"
#include "host.h"
#include "idle.h"
#include "listener.h"
#include "loop.h"
#include "passing.h"
#include "proxy_handshake.h"
#include "read.h"
#include "relay.h"
#include "send_file.h"
#include "socket_options.h"
#include "stream.h"
#include "tcp_info.h"
#include "ticket.h"
#include "write.h"

#endif
