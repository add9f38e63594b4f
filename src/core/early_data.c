/*
 * early_data.c: TCP Fast Open and multipath TCP, as a client.
 *
 * With TCP_FASTOPEN_CONNECT connect(2) to a server whose cookie the kernel knows sends nothing: the first send(2) does,
 * with its data in the SYN (tcp(7)). That send is made here, before libuv waits for the socket, so a connection is told
 * of when the server has answered, as without it. Where there is no cookie the SYN has gone out, asking for one, and
 * send(2) takes nothing.
 */
#include "connect_internal.h"

#include <stdlib.h>
#include <string.h>

#include "tcp.h"

/* More than a SYN can hold but on the loopback. */
#define MAX_EARLY ((size_t)16 * 1024)

typedef struct cnet_early_data {
  cnet_part_t part;
  int sent; /* what cnet_early_data_send() has said of the connection that came of it */
  size_t size;
  bool multipath, fast_open;
  char bytes[];
} cnet_early_data_t;

static void on_stream_freed(cnet_stream_t *stream, cnet_part_t *part) {
  (void)stream;
  free(part);
}

static const cnet_part_ops_t OPS = {.order = CNET_PART_EARLY_DATA, .freed = on_stream_freed};

static cnet_early_data_t *early_data_of(const cnet_stream_t *stream) {
  return (cnet_early_data_t *)cnet_part_of(stream, &OPS);
}

int cnet_early_data_prepare(const cnet_stream_t *stream, uv_stream_t *uv, int family) {
  const cnet_early_data_t *early = early_data_of(stream);

  if (early == NULL) return 0;
  int err = cnet_platform_tcp_open((uv_tcp_t *)uv, family, early->multipath);
  if (err == UV_ENOTSUP) return 0;
  if (!err && early->fast_open) cnet_platform_fast_open(uv, -1); /* a refusal: it is off */
  return err;
}

int cnet_early_data_send(const cnet_stream_t *stream, uv_stream_t *uv) {
  const cnet_early_data_t *early = early_data_of(stream);

  if (early == NULL || !early->fast_open) return 0;
  int sent = cnet_platform_send_early(uv, early->bytes, early->size);
  if (sent > 0) cnet_count_written(stream, (size_t)sent);
  return sent;
}

void cnet_early_data_note(cnet_stream_t *stream, int sent) {
  cnet_early_data_t *early = early_data_of(stream);
  if (early != NULL) early->sent = sent;
}

int cnet_early_data_sent(const cnet_stream_t *stream) {
  const cnet_early_data_t *early = early_data_of(stream);
  return early == NULL ? 0 : early->sent;
}

int cnet_set_early_data(cnet_stream_t *stream, bool multipath, bool fast_open, const void *bytes, size_t size) {
  if (stream->kind != CNET_TCP || (stream->flags & CNET_CLOSING)) return UV_EBADF;
  if (stream->flags & CNET_CONNECTING) return UV_EALREADY;
  if (size > MAX_EARLY) size = MAX_EARLY;
  cnet_early_data_t *early = calloc(1, sizeof *early + size);
  if (early == NULL) return UV_ENOMEM;
  early->multipath = multipath;
  early->fast_open = fast_open;
  early->size = size;
  if (size > 0) memcpy(early->bytes, bytes, size);
  cnet_part_t *before = cnet_part_of(stream, &OPS);
  if (before != NULL) cnet_part_detach(stream, before);
  free(before);
  cnet_part_attach(stream, &early->part, &OPS);
  return 0;
}
