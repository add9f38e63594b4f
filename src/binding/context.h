/* context.h: async contexts, and streams that are looked up again after one was made. */
#ifndef CNET_BINDING_CONTEXT_H
#define CNET_BINDING_CONTEXT_H

#include "environment.h"

/* Names one stream for good, while its number may be given to another one. */
typedef struct cnet_mark {
  int32_t id;
  uint64_t serial;
} cnet_mark_t;

static inline cnet_mark_t cnet_mark(cnet_stream_t *stream) {
  const cnet_stream_state_t *state = cnet_state_of(stream);
  return (cnet_mark_t){state->id, state->serial};
}

/* The stream that was marked, also while it is being closed; NULL: it is no more. */
cnet_stream_t *cnet_marked(const cnet_environment_t *env, cnet_mark_t mark);

/*
 * An async context of its own for a request, in the one that there is; NULL: no memory. It calls init hooks of
 * async_hooks, which may run any code.
 */
napi_async_context cnet_context_new(const cnet_environment_t *env, const char *name);

/* The same with a name that JavaScript has, which need not be made then. NULL also where that is no string. */
napi_async_context cnet_context_named(const cnet_environment_t *env, napi_value name);

void cnet_context_free(const cnet_environment_t *env, napi_async_context context);

/*
 * Gives what waits on the stream (a write, a file) a context of its own, if it has none: as the last thing that a call
 * does. False: it waits no more.
 */
bool cnet_enter_context(cnet_environment_t *env, cnet_stream_t *stream, const char *name);

#endif
