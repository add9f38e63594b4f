/*
 * environment.h: one copy of the package in a Node environment (the main thread, a worker): what binds the core to it.
 *
 * Ownership rules
 * ---------------
 * 1. A cnet_environment_t is made when the addon is loaded. It ends with its environment, or before, when nothing is
 *    open and JavaScript can reach no function of the addon any more; it is freed when its loop has ended (loop.h).
 * 2. JavaScript knows a stream by its number, `id`, which it has in a table from opening on until it is freed.
 * 3. JavaScript's memory is read or written only inside the call that brought it. A write that has to wait keeps a
 *    reference to its Buffers and asks for the pointers anew (buffers.c).
 * 4. Every call into JavaScript goes through call.h. It may run any code: streams are looked up again afterwards, or
 *    pinned by the core. Other functions of Node-API run code of the user's too: napi_async_init() calls the hooks of
 *    async_hooks, and reading or setting an element or a property calls accessors. A context is made either before
 *    anything has changed, and the stream then looked up by its mark; or last of all, when everything is in its place.
 * 5. C never throws: functions return 0 or more, or a negative libuv code; lib/ makes the Error.
 */
#ifndef CNET_BINDING_ENVIRONMENT_H
#define CNET_BINDING_ENVIRONMENT_H

#include <node_api.h>

#include "cnet.h"
#include "events.h"
#include "io_threads.h"
#include "meter.h"
#include "read_memory.h"
#include "table.h"

typedef struct cnet_keeper cnet_keeper_t;

/* Descriptors that have come on a stream: who takes them sets *count to 0. */
typedef struct cnet_offer {
  cnet_stream_t *stream;
  const int *fds;
  int *count;
} cnet_offer_t;

struct cnet_environment {
  napi_env napi;
  cnet_loop_t *loop;
  cnet_threads_t *threads; /* NULL until a stream is to be on one */
  napi_async_cleanup_hook_handle cleanup;
  cnet_keeper_t *keeper;            /* NULL: no function of ours can be called any more */
  napi_ref keeper_ref;              /* strong while `busy`, else weak */
  napi_ref handlers[CNET_HANDLERS]; /* weak: the keeper has them, and what follows */
  napi_async_context outer;         /* around each call into JavaScript, from the first on: see call.c */
  napi_ref runner;                  /* a function that does `work`: see cnet_run_in() */
  const struct cnet_work *work;     /* NULL but while that is on its way */
  uint32_t reported;                /* exceptions that were handed to Node: see call.c */
  bool handing_on;                  /* while 'uncaughtException' hears of one */
  int32_t *event;                   /* of CNET_ON_READ: see CNET_EVENT_LENGTH; lib/ shares the memory */
  cnet_table_t streams;             /* by id */
  cnet_table_t idles;               /* cnet_idle_state_t, by id */
  cnet_memory_t memory;             /* for reads */
  cnet_meter_t *list_meter;         /* bytes of its block lists; NULL until the first */
  const struct cnet_offer *offer;   /* descriptors that JavaScript may take now; NULL: none */
  napi_value dial_name;             /* "TCPCONNECTWRAP", while a call has it among its arguments; else NULL */
  uint64_t serial;                  /* of the newest stream */
  bool calls;                       /* JavaScript has called what accepts connections: see is_outside */
  bool scopes_suffice;              /* AsyncLocalStorage goes by the resource of a callback scope: see call.c */
  bool busy;                        /* the keeper is held: something is open that may call a handler */
  bool closing;                     /* teardown has begun: no JavaScript any more */
};

/* What the binding has in each stream. */
typedef struct cnet_stream_state {
  cnet_environment_t *env;
  napi_async_context context; /* async_hooks and AsyncLocalStorage of the events of the stream */
  napi_ref read_buffer;       /* that reads go into (onread); NULL: none */
  uint64_t serial;            /* no other stream of the environment has it, or had it; see cnet_mark_t */
  int32_t id;
  bool is_shared;  /* what is read lies in the shared memory: see read_memory.c */
  bool is_outside; /* the loop has accepted it: its context was made outside of any JavaScript */
} cnet_stream_state_t;

static inline cnet_stream_state_t *cnet_state_of(cnet_stream_t *stream) { return cnet_host_of(stream); }

/* What the binding has of an idle timeout. */
typedef struct cnet_idle_state {
  cnet_idle_t *idle;
  int32_t id;
} cnet_idle_state_t;

/* Makes the state of one copy and its cleanup hook, whose streams are told of by `host`. NULL: memory or Node-API
 * fails. */
cnet_environment_t *cnet_environment_new(napi_env napi, const cnet_host_t *host);

/*
 * Makes the keeper: an object that every function of the addon has, and that has the handlers, so that these are there
 * as long as a function can be called or something is open. Without both it is collected, and `env` ends. False: no
 * memory.
 */
bool cnet_environment_make_keeper(cnet_environment_t *env, napi_value *keeper);

/* Holds the keeper, or lets it go, by what is open. */
void cnet_environment_settle(cnet_environment_t *env);

#endif
