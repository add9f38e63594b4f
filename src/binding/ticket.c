/* ticket.c: descriptors on their way to another thread, as JavaScript sees them: it calls a ticket a token. */
#include "ticket.h"

#include "arguments.h"
#include "exports.h"

/* The text of a ticket; `size` is 0 when the argument is none. */
typedef struct cnet_ticket_name {
  char text[CNET_TICKET_TEXT + 8];
  size_t size;
} cnet_ticket_name_t;

static cnet_ticket_name_t arg_name(const cnet_call_t *call, size_t i) {
  cnet_ticket_name_t name = {.size = 0};
  int length = cnet_arg_string(call, i, name.text, sizeof name.text);

  if (length == CNET_TICKET_TEXT) name.size = CNET_TICKET_TEXT;
  return name;
}

/*
 * tokenNew(id, type from 0, Buffer, held): the text of a token for a duplicate of the stream's descriptor, and a copy
 * of these notes; or a negative code. `held`: this environment lives until somebody has taken it, and closes it at its
 * own end
 */
napi_value cnet_js_token_new(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  char text[CNET_TICKET_TEXT + 1];
  size_t length = 0;
  void *notes = NULL;

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  if (!cnet_bytes(napi, call.argv[2], &notes, &length)) return cnet_int(napi, UV_EINVAL);
  bool held = cnet_arg_bool(&call, 3);
  int err = cnet_ticket_new(stream, cnet_arg_int(&call, 1, 0), notes, length, held, text);
  return err ? cnet_int(napi, err) : cnet_string(napi, text, CNET_TICKET_TEXT);
}

/* tokenData(text, Buffer): what was read already goes with the token, which nobody else has been given yet */
napi_value cnet_js_token_data(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  const cnet_ticket_name_t name = arg_name(&call, 0);
  size_t length = 0;
  void *data = NULL;

  if (!cnet_bytes(napi, call.argv[1], &data, &length)) return cnet_int(napi, UV_EINVAL);
  return cnet_int(napi, cnet_ticket_add_data(name.text, name.size, data, length));
}

/* A Buffer of them, or undefined; NULL: an exception is pending. */
static napi_value buffer_of(napi_env napi, const cnet_bytes_t *bytes) {
  napi_value result = NULL;

  if (bytes->memory == NULL)
    napi_get_undefined(napi, &result);
  else
    napi_create_buffer_copy(napi, bytes->length, bytes->memory, NULL, &result);
  return result;
}

/* NULL: no memory. */
static napi_value array_of(napi_env napi, const cnet_ticket_t *ticket) {
  const napi_value values[] = {cnet_int(napi, ticket->type), cnet_int(napi, ticket->kind),
                               buffer_of(napi, &ticket->notes), buffer_of(napi, &ticket->data)};
  napi_value array;

  if (napi_create_array_with_length(napi, 4, &array) != napi_ok) return NULL;
  for (uint32_t i = 0; i < 4; i++)
    if (values[i] == NULL || napi_set_element(napi, array, i, values[i]) != napi_ok) return NULL;
  return array;
}

/*
 * tokenLook(text): [type, kind of the stream, notes, data | undefined] of what the token names, which stays there;
 * UV_ENOENT: it names nothing, perhaps not any more; UV_EINVAL: it is no such text
 */
napi_value cnet_js_token_look(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  const cnet_ticket_name_t name = arg_name(&call, 0);
  cnet_ticket_t ticket;

  int err = cnet_ticket_look(name.text, name.size, &ticket);
  if (err) return cnet_int(napi, err);
  napi_value array = array_of(napi, &ticket);
  cnet_ticket_free(&ticket);
  return array == NULL ? cnet_int(napi, UV_ENOMEM) : array;
}

/*
 * tokenTake(id, text): the stream takes over the descriptor that the token names. UV_ENOENT: it names nothing, perhaps
 * not any more; UV_EINVAL: it is no such text, or the stream is of another kind, or not a fresh one: it stays where it
 * is. On any other error it is closed. One call, as a thread can be ended between two.
 */
napi_value cnet_js_token_take(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  const cnet_ticket_name_t name = arg_name(&call, 1);
  return cnet_int(napi, stream == NULL ? UV_EBADF : cnet_ticket_take(stream, name.text, name.size));
}

/* tokenDrop(text): closes the descriptor that the token names, if it still does: 0; UV_ENOENT or UV_EINVAL if not */
napi_value cnet_js_token_drop(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  const cnet_ticket_name_t name = arg_name(&call, 0);
  return cnet_int(napi, cnet_ticket_drop(name.text, name.size));
}

/* tokenWaits(text): whether nobody has taken what the token names */
napi_value cnet_js_token_waits(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  const cnet_ticket_name_t name = arg_name(&call, 0);
  return cnet_bool(napi, cnet_ticket_waits(name.text, name.size));
}
