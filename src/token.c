/*
 * token.c: descriptors on their way from one environment to another (lib/transfer.js).
 *
 * What is on its way is in a table of the process, under a number and a random key of 128 bits. Both together, as text,
 * are the token: who knows it can take what is there, once. A text that was made up or damaged names nothing, so it can
 * neither take nor close a descriptor. Beside the descriptor the table has what it is, and what the receiver is to know of
 * it, as bytes that only this process has written.
 *
 * The table is the one mutable thing at file scope (see architecture.md, "Threads and teardown"): environments come and go
 * in any order, and what they pass to each other has to be somewhere. The mutex guards all of it, and of each environment
 * `tokens_held` and `token_async`. An entry belongs to the environment that made it, where that is to end before the
 * process does: it closes at its own end what nobody has taken.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exports.h"
#include "napi_util.h"

#define KEY_BYTES 16
#define TEXT_BYTES (8 + 2 * KEY_BYTES) /* the number and the key, in hexadecimal */

/* Bytes of our own; NULL: none. */
typedef struct cnet_bytes {
  void *memory;
  size_t length;
} cnet_bytes_t;

typedef struct cnet_entry {
  bool used;
  uint8_t key[KEY_BYTES];
  cnet_env_t *owner; /* that closes it at its end; NULL: the process does */
  int fd;
  int32_t type; /* what lib/transfer.js says that it is */
  uint8_t kind; /* cnet_kind_t */
  cnet_bytes_t notes, data; /* for the receiver: what it is to be set to, and what was read of it already */
  uint32_t next_free; /* of one that is not used: the next such; UINT32_MAX: none */
} cnet_entry_t;

/* --- the table --------------------------------------------------------------------------------------------------- */

static uv_once_t once = UV_ONCE_INIT;
static struct {
  uv_mutex_t mutex;
  bool usable;
  cnet_entry_t *entries; /* NULL while none is used */
  uint32_t size, count;  /* `count`: used ones */
  uint32_t first_free;   /* UINT32_MAX: none */
} table = {.first_free = UINT32_MAX};

static void init(void) { table.usable = uv_mutex_init(&table.mutex) == 0; }

static bool lock(void) {
  uv_once(&once, init);
  if (table.usable) uv_mutex_lock(&table.mutex);
  return table.usable;
}

static void unlock(void) { uv_mutex_unlock(&table.mutex); }

static void set_free(uint32_t index) {
  table.entries[index] = (cnet_entry_t){.next_free = table.first_free};
  table.first_free = index;
}

/* Makes sure that there is a free entry. 0 or UV_ENOMEM. */
static int reserve(void) {
  uint32_t size = table.size ? table.size * 2 : 16;

  if (table.first_free != UINT32_MAX) return 0;
  if (size > INT32_MAX / sizeof *table.entries) return UV_ENOMEM;
  cnet_entry_t *entries = realloc(table.entries, size * sizeof *entries);
  if (entries == NULL) return UV_ENOMEM;
  table.entries = entries;
  for (uint32_t i = size; i-- > table.size;) set_free(i);
  table.size = size;
  return 0;
}

/* Empties an entry; its descriptor and its notes are the caller's. The last one takes the table with it. */
static void clear(cnet_entry_t *entry) {
  cnet_env_t *owner = entry->owner;

  set_free((uint32_t)(entry - table.entries));
  if (owner != NULL && --owner->tokens_held == 0 && owner->token_async != NULL) uv_async_send(owner->token_async);
  if (--table.count > 0) return;
  free(table.entries);
  table.entries = NULL;
  table.size = 0;
  table.first_free = UINT32_MAX;
}

static void free_bytes(const cnet_entry_t *entry) {
  free(entry->notes.memory);
  free(entry->data.memory);
}

static void discard(cnet_entry_t *entry) {
  cnet_platform_close(entry->fd);
  free_bytes(entry);
  clear(entry);
}

/* --- the text ---------------------------------------------------------------------------------------------------- */

static void write_text(uint32_t index, const uint8_t key[KEY_BYTES], char out[TEXT_BYTES + 1]) {
  snprintf(out, 9, "%08x", (unsigned)index);
  for (size_t i = 0; i < KEY_BYTES; i++) snprintf(out + 8 + 2 * i, 3, "%02x", key[i]);
}

/* The value of `count` hexadecimal digits, in small letters; -1: they are none. */
static int64_t read_hex(const char *text, size_t count) {
  int64_t value = 0;

  for (size_t i = 0; i < count; i++) {
    char c = text[i];
    int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    if (digit < 0) return -1;
    value = value << 4 | digit;
  }
  return value;
}

/* A token as it came: what it names, if it names anything. */
typedef struct cnet_name {
  uint32_t index;
  uint8_t key[KEY_BYTES];
} cnet_name_t;

/* False: argument `i` is no such text. */
static bool arg_name(const cnet_call_t *call, size_t i, cnet_name_t *out) {
  char text[TEXT_BYTES + 8];

  if (cnet_arg_string(call, i, text, sizeof text) != TEXT_BYTES) return false;
  int64_t index = read_hex(text, 8);
  if (index < 0) return false;
  out->index = (uint32_t)index;
  for (size_t k = 0; k < KEY_BYTES; k++) {
    int64_t byte = read_hex(text + 8 + 2 * k, 2);
    if (byte < 0) return false;
    out->key[k] = (uint8_t)byte;
  }
  return true;
}

/* The entry of that name, with the table locked; NULL: there is none. How long it takes says nothing of the key. */
static cnet_entry_t *find(const cnet_name_t *name) {
  uint8_t difference = 0;

  if (name->index >= table.size || !table.entries[name->index].used) return NULL;
  cnet_entry_t *entry = &table.entries[name->index];
  for (size_t i = 0; i < KEY_BYTES; i++) difference |= (uint8_t)(entry->key[i] ^ name->key[i]);
  return difference == 0 ? entry : NULL;
}

/* --- the environment ----------------------------------------------------------------------------------------------- */

/* Somebody has taken the last one: nothing keeps the thread any more. */
static void on_taken(uv_async_t *async) {
  cnet_env_t *env = async->data;

  if (!lock()) return;
  uint32_t held = env->tokens_held;
  unlock();
  if (held == 0) uv_unref((uv_handle_t *)async);
}

/* Lets the loop of the environment go on until its tokens are taken. 0 or a negative code. */
static int hold_loop(cnet_env_t *env) {
  if (env->token_async == NULL) {
    uv_async_t *async = malloc(uv_handle_size(UV_ASYNC));
    if (async == NULL) return UV_ENOMEM;
    int err = uv_async_init(env->loop, async, on_taken);
    if (err) {
      free(async);
      return err;
    }
    async->data = env;
    cnet_env_hold(env);
    env->token_async = async; /* no entry names this environment yet: nobody else looks at it */
  }
  uv_ref((uv_handle_t *)env->token_async);
  return 0;
}

void cnet_tokens_close(cnet_env_t *env) {
  uv_async_t *async = env->token_async;

  if (lock()) {
    env->token_async = NULL;
    for (uint32_t i = 0; i < table.size; i++)
      if (table.entries[i].used && table.entries[i].owner == env) discard(&table.entries[i]);
    unlock();
  }
  if (async != NULL) cnet_uv_close(env, (uv_handle_t *)async);
}

/* --- from JavaScript -------------------------------------------------------------------------------------- */

/* Puts `entry` into the table, and writes its name. 0, or a negative code: what it has stays the caller's. */
static int enter(cnet_entry_t *entry, char text[TEXT_BYTES + 1]) {
  int err = uv_random(NULL, NULL, entry->key, sizeof entry->key, 0, NULL);

  if (err) return err;
  if (!lock()) return UV_ENOMEM;
  err = reserve();
  if (!err) {
    uint32_t index = table.first_free;
    table.first_free = table.entries[index].next_free;
    entry->used = true;
    table.entries[index] = *entry;
    table.count++;
    if (entry->owner != NULL) entry->owner->tokens_held++;
    write_text(index, entry->key, text);
  }
  unlock();
  return err;
}

/* A copy of `length` bytes. 0 or UV_ENOMEM. */
static int copy_bytes(const void *bytes, size_t length, cnet_bytes_t *out) {
  out->memory = malloc(length + 1);
  if (out->memory == NULL) return UV_ENOMEM;
  if (length > 0) memcpy(out->memory, bytes, length);
  out->length = length;
  return 0;
}

/* A copy of the Buffer that is argument `i`. 0 or a negative code. */
static int arg_bytes(const cnet_call_t *call, size_t i, cnet_bytes_t *out) {
  size_t length = 0;
  void *bytes = NULL;
  return cnet_bytes(call->napi, call->argv[i], &bytes, &length) ? copy_bytes(bytes, length, out) : UV_EINVAL;
}

/*
 * tokenNew(id, type from 0, Buffer, held): the text of a token for a duplicate of the stream's descriptor, and a copy of
 * these notes; or a negative code. `held`: this environment lives until somebody has taken it, and closes it at
 * its own end
 */
napi_value cnet_js_token_new(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  cnet_entry_t entry = {.type = cnet_arg_int(&call, 1, 0)};
  char text[TEXT_BYTES + 1];
  uv_os_fd_t own;

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  entry.kind = stream->kind;
  int err = uv_fileno((uv_handle_t *)stream->uv, &own);
  if (!err) err = arg_bytes(&call, 2, &entry.notes);
  if (!err && cnet_arg_bool(&call, 3)) {
    entry.owner = call.env;
    err = hold_loop(call.env);
  }
  entry.fd = err ? err : cnet_platform_dup((int)(intptr_t)own);
  err = entry.fd < 0 ? entry.fd : enter(&entry, text);
  if (!err) return cnet_string(napi, text, TEXT_BYTES);
  if (entry.fd >= 0) cnet_platform_close(entry.fd);
  free_bytes(&entry);
  if (entry.owner != NULL && call.env->token_async != NULL) uv_async_send(call.env->token_async); /* as it was before */
  return cnet_int(napi, err);
}

/* tokenData(text, Buffer): what was read already goes with the token, which nobody else has been given yet */
napi_value cnet_js_token_data(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_bytes_t data = {0};
  cnet_name_t name;

  int err = arg_name(&call, 0, &name) ? arg_bytes(&call, 1, &data) : UV_EINVAL;
  if (err) return cnet_int(napi, err);
  if (!lock()) {
    free(data.memory);
    return cnet_int(napi, UV_ENOMEM);
  }
  cnet_entry_t *entry = find(&name);
  err = entry == NULL ? UV_ENOENT : entry->data.memory != NULL ? UV_EALREADY : 0;
  if (!err) entry->data = data;
  unlock();
  if (err) free(data.memory);
  return cnet_int(napi, err);
}

/* A copy of the entry of that name, with its bytes. 0 or a negative code. */
static int look_up(const cnet_name_t *name, cnet_entry_t *out) {
  if (!lock()) return UV_ENOMEM;
  const cnet_entry_t *entry = find(name);
  int err = entry == NULL ? UV_ENOENT : 0;
  if (!err) {
    out->type = entry->type;
    out->kind = entry->kind;
    err = copy_bytes(entry->notes.memory, entry->notes.length, &out->notes);
  }
  if (!err && entry->data.memory != NULL) err = copy_bytes(entry->data.memory, entry->data.length, &out->data);
  unlock();
  return err;
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

/*
 * tokenLook(text): [type, kind of the stream, notes, data | undefined] of what the token names, which stays there;
 * UV_ENOENT: it names nothing, perhaps not any more; UV_EINVAL: it is no such text
 */
napi_value cnet_js_token_look(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  napi_value array = NULL;
  cnet_entry_t copy = {0};
  cnet_name_t name;

  int err = arg_name(&call, 0, &name) ? look_up(&name, &copy) : UV_EINVAL;
  if (!err && napi_create_array_with_length(napi, 4, &array) != napi_ok) err = UV_ENOMEM;
  if (!err) {
    const napi_value values[] = {cnet_int(napi, copy.type), cnet_int(napi, copy.kind), buffer_of(napi, &copy.notes),
                                 buffer_of(napi, &copy.data)};
    for (uint32_t i = 0; i < 4 && !err; i++)
      if (values[i] == NULL || napi_set_element(napi, array, i, values[i]) != napi_ok) err = UV_ENOMEM;
  }
  free_bytes(&copy);
  return err ? cnet_int(napi, err) : array;
}

/*
 * tokenTake(id, text): the stream takes over the descriptor that the token names. UV_ENOENT: it names nothing, perhaps
 * not any more; UV_EINVAL: it is no such text, or the stream is of another kind, or not a fresh one: it stays where it is.
 * On any other error it is closed. One call, as a thread can be ended between two.
 */
napi_value cnet_js_token_take(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  cnet_name_t name;
  uv_os_fd_t known;
  int fd = -1;

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  if (!arg_name(&call, 1, &name) || stream->attempt != NULL || (stream->flags & (CNET_LISTENER | CNET_USED)) ||
      uv_fileno((uv_handle_t *)stream->uv, &known) == 0)
    return cnet_int(napi, UV_EINVAL);
  if (!lock()) return cnet_int(napi, UV_ENOMEM);
  cnet_entry_t *entry = find(&name);
  int err = entry == NULL ? UV_ENOENT : entry->kind != stream->kind ? UV_EINVAL : 0;
  if (!err) {
    fd = entry->fd;
    free_bytes(entry);
    clear(entry);
  }
  unlock();
  if (err) return cnet_int(napi, err);
  err = cnet_stream_adopt(stream, fd);
  if (err) cnet_platform_close(fd);
  return cnet_int(napi, err);
}

/* tokenDrop(text): closes the descriptor that the token names, if it still does: 0; UV_ENOENT or UV_EINVAL if not */
napi_value cnet_js_token_drop(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_name_t name;

  if (!arg_name(&call, 0, &name)) return cnet_int(napi, UV_EINVAL);
  if (!lock()) return cnet_int(napi, UV_ENOMEM);
  cnet_entry_t *entry = find(&name);
  if (entry != NULL) discard(entry);
  unlock();
  return cnet_int(napi, entry == NULL ? UV_ENOENT : 0);
}

/* tokenWaits(text): whether nobody has taken what the token names */
napi_value cnet_js_token_waits(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_name_t name;

  if (!arg_name(&call, 0, &name) || !lock()) return cnet_bool(napi, false);
  bool waits = find(&name) != NULL;
  unlock();
  return cnet_bool(napi, waits);
}
