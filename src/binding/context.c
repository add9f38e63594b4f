/* context.c: makes async contexts, by which Node runs any code; and what has become of a stream meanwhile. */
#include "context.h"

#include "arguments.h"

cnet_stream_t *cnet_marked(const cnet_environment_t *env, cnet_mark_t mark) {
  cnet_stream_t *stream = cnet_table_get(&env->streams, mark.id);
  return stream != NULL && cnet_state_of(stream)->serial == mark.serial ? stream : NULL;
}

/* Node-API makes the resource, and keeps it alive, when it is given none. */
static napi_async_context make(const cnet_environment_t *env, napi_value name) {
  napi_async_context context = NULL;
  return napi_async_init(env->napi, NULL, name, &context) == napi_ok ? context : NULL;
}

napi_async_context cnet_context_new(const cnet_environment_t *env, const char *name) {
  napi_async_context context = NULL;
  napi_handle_scope scope;
  napi_value text;

  if (env->closing || napi_open_handle_scope(env->napi, &scope) != napi_ok) return NULL;
  if (napi_create_string_latin1(env->napi, name, NAPI_AUTO_LENGTH, &text) == napi_ok) context = make(env, text);
  napi_close_handle_scope(env->napi, scope);
  return context;
}

/* What is no string would be made one, by code of whoever it is of. */
napi_async_context cnet_context_named(const cnet_environment_t *env, napi_value name) {
  napi_valuetype type;

  if (env->closing || napi_typeof(env->napi, name, &type) != napi_ok || type != napi_string) return NULL;
  return make(env, name);
}

void cnet_context_free(const cnet_environment_t *env, napi_async_context context) {
  if (context != NULL) napi_async_destroy(env->napi, context);
}

/* What is on its way is told of in the context of the caller, whose hooks may do anything with the stream. */
bool cnet_enter_context(cnet_environment_t *env, cnet_stream_t *stream, const char *name) {
  cnet_mark_t mark = cnet_mark(stream);
  napi_async_context context = cnet_context_new(env, name);

  stream = cnet_marked(env, mark);
  void **place = stream == NULL ? NULL : cnet_waiting_context(stream);
  bool is_wanted = place != NULL && *place == NULL;
  if (is_wanted)
    *place = context;
  else
    cnet_context_free(env, context);
  return is_wanted;
}
