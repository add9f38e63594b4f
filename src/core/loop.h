/* loop.h: the sockets of one event loop. A cnet_loop_t is used on the thread of its uv_loop_t only. */
#ifndef CNET_CORE_LOOP_H
#define CNET_CORE_LOOP_H

#include "host.h"
#include "stats.h"

/*
 * Begins to serve `uv`, which the host runs. `data` is the host's own. 0 and *out, or UV_ENOMEM.
 */
int cnet_loop_new(uv_loop_t *uv, const cnet_host_t *host, void *data, cnet_loop_t **out);

/*
 * Ends it: closes every stream and everything else that is open, without telling of it. `ended` is called with the data
 * of the loop when the last handle is closed, perhaps before this returns, and the loop is freed then.
 */
void cnet_loop_close(cnet_loop_t *loop, void (*ended)(void *data));

/* The host's own, as it was given to cnet_loop_new(). */
void *cnet_loop_data(const cnet_loop_t *loop);

/* Whether it ends. */
bool cnet_loop_is_closing(const cnet_loop_t *loop);

/* Whether anything is open of which the host may be told: streams, running idle timeouts, work on the thread pool. */
bool cnet_loop_is_busy(const cnet_loop_t *loop);

/* The CNET_COUNTED numbers of what has been done and is open, which the host may read, and add to, at any time. */
uint64_t *cnet_loop_counts(cnet_loop_t *loop);

/* Bytes of the idle timeouts, and of what orders them. */
uint64_t cnet_loop_idle_bytes(const cnet_loop_t *loop);

#endif
