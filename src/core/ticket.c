/*
 * ticket.c: descriptors on their way from one loop to another.
 *
 * What is on its way is in a table of the process (ticket_table.c), under a number and a random key of 128 bits. Both
 * together, as text, are the ticket: who knows it can take what is there, once. A text that was made up or damaged
 * names nothing, so it can neither take nor close a descriptor. Beside the descriptor the table has what it is, and
 * what the receiver is to know of it, as bytes that only this process has written.
 */
#include "ticket.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "descriptor.h"
#include "internal.h"
#include "ticket_table.h"

/* --- the text: the number and the key, in hexadecimal ---------------------------------------------------------- */

static void write_text(const cnet_name_t *name, char out[CNET_TICKET_TEXT + 1]) {
  snprintf(out, 9, "%08x", (unsigned)name->index);
  for (size_t i = 0; i < CNET_KEY_BYTES; i++) snprintf(out + 8 + 2 * i, 3, "%02x", name->key[i]);
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

/* False: it is no such text. */
static bool read_text(const char *text, size_t size, cnet_name_t *out) {
  if (size != CNET_TICKET_TEXT) return false;
  int64_t index = read_hex(text, 8);
  if (index < 0) return false;
  out->index = (uint32_t)index;
  for (size_t k = 0; k < CNET_KEY_BYTES; k++) {
    int64_t byte = read_hex(text + 8 + 2 * k, 2);
    if (byte < 0) return false;
    out->key[k] = (uint8_t)byte;
  }
  return true;
}

/* --- the loop --------------------------------------------------------------------------------------------------- */

/* Somebody has taken the last one: nothing keeps the loop any more. */
static void on_taken(uv_async_t *async) {
  cnet_loop_t *loop = async->data;

  if (!cnet_tickets_lock()) return;
  uint32_t held = loop->tickets_held;
  cnet_tickets_unlock();
  if (held == 0) uv_unref((uv_handle_t *)async);
  loop->host->settle(loop);
}

/* Lets the loop go on until its tickets are taken. 0 or a negative code. */
static int hold_loop(cnet_loop_t *loop) {
  if (loop->ticket_async == NULL) {
    uv_async_t *async;
    int err = cnet_handle_async(loop, on_taken, loop, &async);
    if (err) return err;
    loop->ticket_async = async; /* no entry names this loop yet: nobody else looks at it */
  }
  uv_ref((uv_handle_t *)loop->ticket_async);
  loop->host->settle(loop);
  return 0;
}

/* --- the interface ------------------------------------------------------------------------------------------------ */

/* A copy of `length` bytes. 0 or UV_ENOMEM. */
static int copy_bytes(const void *bytes, size_t length, cnet_bytes_t *out) {
  out->memory = malloc(length + 1);
  if (out->memory == NULL) return UV_ENOMEM;
  if (length > 0) memcpy(out->memory, bytes, length);
  out->length = length;
  return 0;
}

int cnet_ticket_new(cnet_stream_t *stream, int32_t type, const void *notes, size_t length, bool held,
                    char out[CNET_TICKET_TEXT + 1]) {
  cnet_loop_t *loop = stream->loop;
  cnet_entry_t entry = {.type = type, .kind = stream->kind};
  cnet_name_t name;

  entry.fd = cnet_copy(stream);
  int err = entry.fd < 0 ? entry.fd : copy_bytes(notes, length, &entry.notes);
  if (!err && held) {
    entry.owner = loop;
    err = hold_loop(loop);
  }
  if (!err) err = cnet_tickets_enter(&entry, &name);
  if (!err) {
    write_text(&name, out);
    return 0;
  }
  if (entry.fd >= 0) cnet_platform_close(entry.fd);
  cnet_tickets_free_bytes(&entry);
  if (entry.owner != NULL && loop->ticket_async != NULL) uv_async_send(loop->ticket_async); /* as it was before */
  return err;
}

int cnet_ticket_add_data(const char *text, size_t size, const void *data, size_t length) {
  cnet_bytes_t copy = {0};
  cnet_name_t name;

  int err = read_text(text, size, &name) ? copy_bytes(data, length, &copy) : UV_EINVAL;
  if (err) return err;
  if (!cnet_tickets_lock()) {
    free(copy.memory);
    return UV_ENOMEM;
  }
  cnet_entry_t *entry = cnet_tickets_find(&name);
  err = entry == NULL ? UV_ENOENT : entry->data.memory != NULL ? UV_EALREADY : 0;
  if (!err) entry->data = copy;
  cnet_tickets_unlock();
  if (err) free(copy.memory);
  return err;
}

int cnet_ticket_look(const char *text, size_t size, cnet_ticket_t *out) {
  cnet_name_t name;

  *out = (cnet_ticket_t){0};
  if (!read_text(text, size, &name)) return UV_EINVAL;
  if (!cnet_tickets_lock()) return UV_ENOMEM;
  const cnet_entry_t *entry = cnet_tickets_find(&name);
  int err = entry == NULL ? UV_ENOENT : 0;
  if (!err) {
    out->type = entry->type;
    out->kind = (cnet_kind_t)entry->kind;
    err = copy_bytes(entry->notes.memory, entry->notes.length, &out->notes);
  }
  if (!err && entry->data.memory != NULL) err = copy_bytes(entry->data.memory, entry->data.length, &out->data);
  cnet_tickets_unlock();
  if (err) cnet_ticket_free(out);
  return err;
}

void cnet_ticket_free(cnet_ticket_t *ticket) {
  free(ticket->notes.memory);
  free(ticket->data.memory);
  *ticket = (cnet_ticket_t){0};
}

int cnet_ticket_take(cnet_stream_t *stream, const char *text, size_t size) {
  cnet_name_t name;
  int fd = -1;

  if (!read_text(text, size, &name) || (stream->flags & (CNET_CONNECTING | CNET_LISTENER | CNET_USED | CNET_CLOSING)) ||
      cnet_fd(stream) >= 0)
    return UV_EINVAL;
  if (!cnet_tickets_lock()) return UV_ENOMEM;
  cnet_entry_t *entry = cnet_tickets_find(&name);
  int err = entry == NULL ? UV_ENOENT : entry->kind != stream->kind ? UV_EINVAL : 0;
  if (!err) {
    fd = entry->fd;
    cnet_tickets_take_out(entry);
  }
  cnet_tickets_unlock();
  if (err) return err;
  err = cnet_stream_take(stream, fd);
  if (err) cnet_platform_close(fd);
  return err;
}

int cnet_ticket_drop(const char *text, size_t size) {
  cnet_name_t name;

  if (!read_text(text, size, &name)) return UV_EINVAL;
  if (!cnet_tickets_lock()) return UV_ENOMEM;
  cnet_entry_t *entry = cnet_tickets_find(&name);
  if (entry != NULL) cnet_tickets_discard(entry);
  cnet_tickets_unlock();
  return entry == NULL ? UV_ENOENT : 0;
}

bool cnet_ticket_waits(const char *text, size_t size) {
  cnet_name_t name;

  if (!read_text(text, size, &name) || !cnet_tickets_lock()) return false;
  bool waits = cnet_tickets_find(&name) != NULL;
  cnet_tickets_unlock();
  return waits;
}
