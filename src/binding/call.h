/* call.h: the ways into JavaScript. Nothing else in C calls it. */
#ifndef CNET_BINDING_CALL_H
#define CNET_BINDING_CALL_H

#include "environment.h"

/*
 * Calls handler `which` with `argc` values in `context` (NULL: the context of the caller), draining ticks and
 * microtasks when it is the outermost call. An exception becomes 'uncaughtException'. Does nothing during teardown.
 * Call it with a handle scope open.
 */
void cnet_emit(cnet_environment_t *env, napi_async_context context, cnet_handler_t which, size_t argc,
               const napi_value *argv);

/* As cnet_emit(), which costs more, in a context that was made outside of any JavaScript. */
void cnet_emit_outside(cnet_environment_t *env, napi_async_context context, cnet_handler_t which, size_t argc,
                       const napi_value *argv);

/* Drains ticks and microtasks, as after a handler, when it is not within a call: for what cnet_ask() has caused. */
void cnet_drain(cnet_environment_t *env, napi_async_context context);

/* cnet_emit(), or cnet_emit_outside(), for handlers whose arguments are all integers; opens its own handle scope. */
void cnet_emit_ints(cnet_environment_t *env, napi_async_context context, cnet_handler_t which, size_t argc,
                    const int32_t *argv, bool outside);

/* As cnet_emit_ints(), in the context that there is: of the call from JavaScript, or of cnet_run_in(). */
void cnet_tell_ints(cnet_environment_t *env, cnet_handler_t which, size_t argc, const int32_t *argv);

/*
 * Calls handler `which` for an answer, without ticks or microtasks: what the answer is for goes on at once. `otherwise`
 * when there is none: during teardown, or after an exception, which becomes 'uncaughtException'. Call it with a handle
 * scope open.
 */
bool cnet_ask(cnet_environment_t *env, cnet_handler_t which, size_t argc, const napi_value *argv, bool otherwise);

/*
 * Calls `work` once, with `data`, in `context`: what is told by cnet_tell_ints(), and what is made, belongs to it; then
 * ticks and microtasks are drained. A store that a listener enters stays in the context, so one that is freed
 * afterwards takes it along. During teardown `work` is called and tells nothing.
 */
void cnet_run_in(cnet_environment_t *env, napi_async_context context, void (*work)(void *data), void *data);

/* What JavaScript calls for cnet_run_in(), which has left the work in the environment's state. */
napi_value cnet_js_run_work(napi_env napi, napi_callback_info info);

#endif
