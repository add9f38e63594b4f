/* stream.c: makes streams, and finds out about them. */
#include "stream.h"

#include <stdlib.h>

#include "away_internal.h"
#include "descriptor.h"
#include "error_queue.h"
#include "given.h"
#include "internal.h"
#include "options.h"
#include "queue.h"
#include "tcp.h"
#include "zeroed.h"

static void link_in(cnet_stream_t *stream) {
  cnet_loop_t *loop = stream->loop;

  stream->next = loop->first;
  if (loop->first != NULL) loop->first->previous = stream;
  loop->first = stream;
}

/*
 * The host's part is made while nobody knows of the stream, as that may run any code; but for the loop, which may end
 * by it, and then must not be left with a handle.
 */
int cnet_open(cnet_loop_t *loop, cnet_kind_t kind, const void *argument, cnet_stream_t **out) {
  cnet_stream_t *stream = cnet_zeroed(sizeof *stream + loop->host->stream_size);
  if (stream == NULL) return UV_ENOMEM;

  stream->loop = loop;
  stream->kind = (uint8_t)kind;
  loop->handles++; /* so that it is there afterwards */
  int err = loop->host->opened(stream, argument);
  if (!err) err = loop->closing ? UV_ECANCELED : cnet_handle_stream(loop, kind, stream, &stream->uv);
  if (err) {
    loop->host->stream_freed(stream);
    free(stream);
    cnet_loop_release(loop);
    return err;
  }
  loop->handles--; /* there is the stream's own */
  loop->counts[CNET_COUNT_SOCKETS + kind]++;
  loop->counts[CNET_COUNT_MEMORY_STREAMS] += sizeof *stream + loop->host->stream_size;
  link_in(stream);
  *out = stream;
  return 0;
}

int cnet_stream_handle(cnet_stream_t *stream, uv_stream_t **out) {
  int err = cnet_handle_stream(stream->loop, (cnet_kind_t)stream->kind, stream, out);
  if (!err && (stream->flags & CNET_UNREF)) uv_unref((uv_handle_t *)*out);
  return err;
}

int cnet_adopt_copy(cnet_stream_t *stream, int fd, bool has_errors) {
  if (stream->flags & CNET_CLOSING) return UV_EBADF;
  cnet_given_back(stream);
  stream->flags |= CNET_CLIENT | CNET_OPENED;
  if (stream->kind != CNET_TCP) return uv_pipe_open((uv_pipe_t *)stream->uv, (uv_file)fd);
  int err = uv_tcp_open((uv_tcp_t *)stream->uv, (uv_os_sock_t)fd);
  if (err == 0 && has_errors) cnet_error_queue_watch(stream);
  return err;
}

int cnet_stream_take(cnet_stream_t *stream, int fd) { return cnet_adopt_copy(stream, fd, true); }

/* epoll(7) takes no files, and libuv would end the process: so what it is, is looked at before. */
int cnet_adopt(cnet_stream_t *stream, int fd) {
  if (stream->flags & (CNET_CONNECTING | CNET_AWAY)) return UV_EBUSY;
  if (uv_guess_handle((uv_file)fd) != (stream->kind == CNET_TCP ? UV_TCP : UV_NAMED_PIPE)) return UV_EINVAL;
  return cnet_stream_take(stream, fd);
}

bool cnet_is_closing(const cnet_stream_t *stream) { return (stream->flags & CNET_CLOSING) != 0; }

bool cnet_is_listener(const cnet_stream_t *stream) { return (stream->flags & CNET_LISTENER) != 0; }

void *cnet_host_of(cnet_stream_t *stream) { return stream->host; }

cnet_loop_t *cnet_loop_of(const cnet_stream_t *stream) { return stream->loop; }

cnet_kind_t cnet_kind_of(const cnet_stream_t *stream) { return (cnet_kind_t)stream->kind; }

cnet_stream_t *cnet_next(cnet_loop_t *loop, cnet_stream_t *after) { return after == NULL ? loop->first : after->next; }

void cnet_set_ref(cnet_stream_t *stream, bool ref) {
  if (ref)
    stream->flags &= ~(uint32_t)CNET_UNREF;
  else
    stream->flags |= CNET_UNREF;
  cnet_handle_ref((uv_handle_t *)stream->uv, ref);
  for (cnet_part_t *part = stream->parts; part != NULL; part = part->next)
    if (part->ops->ref != NULL) part->ops->ref(stream, part, ref);
}

bool cnet_has_ref(const cnet_stream_t *stream) { return uv_has_ref((const uv_handle_t *)stream->uv); }

int cnet_fd(const cnet_stream_t *stream) { return cnet_handle_fd(stream->uv); }

int cnet_copy(const cnet_stream_t *stream) {
  return stream->flags & CNET_AWAY ? UV_EBUSY : cnet_platform_copy(stream->uv);
}

uint64_t cnet_bytes_read(const cnet_stream_t *stream) { return stream->bytes_read; }

uint64_t cnet_bytes_sent(const cnet_stream_t *stream) { return stream->bytes_sent; }

void cnet_set_block_list(cnet_stream_t *stream, cnet_block_list_t *list) {
  if (list != NULL) cnet_block_list_hold(list);
  if (stream->block_list != NULL) cnet_block_list_release(stream->block_list);
  stream->block_list = list;
}

void cnet_set_server(cnet_stream_t *stream, int32_t server) { stream->server = server; }

int32_t cnet_server_of(const cnet_stream_t *stream) { return stream->server; }

/* The memory of a busy stream stays: the program's code that runs meanwhile may close it, and have the loop turn. */
void cnet_set_busy(cnet_stream_t *stream, bool busy) {
  if (busy == ((stream->flags & CNET_BUSY) != 0)) return;
  stream->flags ^= CNET_BUSY;
  if (busy)
    cnet_pin(stream);
  else
    cnet_unpin(stream);
}

int32_t cnet_quiet(cnet_stream_t *stream) {
  if ((stream->flags & CNET_CONNECTING) || stream->write != NULL || cnet_away_is_busy(stream)) return UV_EBUSY;
  if (cnet_platform_queued(stream->uv) > 0) return UV_EBUSY;
  int32_t quiet = stream->kind == CNET_TCP ? cnet_platform_quiet(stream->uv) : UV_ENOTSUP;
  return quiet < 0 ? cnet_idle_quiet(stream) : quiet;
}

int cnet_reset_on_close(cnet_stream_t *stream) {
  return stream->kind == CNET_TCP ? cnet_platform_reset_on_close(stream->uv) : UV_ENOTSUP;
}

/* --- names -------------------------------------------------------------------------------------------------- */

int cnet_handle_name(const uv_stream_t *uv, bool peer, struct sockaddr_storage *out) {
  int size = sizeof *out;

  if (peer) return uv_tcp_getpeername((const uv_tcp_t *)uv, (struct sockaddr *)out, &size);
  return uv_tcp_getsockname((const uv_tcp_t *)uv, (struct sockaddr *)out, &size);
}

int cnet_tcp_name(const cnet_stream_t *stream, bool peer, struct sockaddr_storage *out) {
  return stream->kind == CNET_TCP ? cnet_handle_name(stream->uv, peer, out) : UV_EBADF;
}

int cnet_tcp_peer(const cnet_stream_t *stream, struct sockaddr_storage *out) {
  if (cnet_given_peer(stream, out)) return 0;
  int err = cnet_tcp_name(stream, true, out);
  return err == UV_ENOTCONN ? cnet_platform_gone_peer(stream->uv, out) : err;
}

int cnet_pipe_name(const cnet_stream_t *stream, bool peer, char *out, size_t *size) {
  if (stream->kind != CNET_PIPE) return UV_EBADF;
  if (peer) return uv_pipe_getpeername((const uv_pipe_t *)stream->uv, out, size);
  return uv_pipe_getsockname((const uv_pipe_t *)stream->uv, out, size);
}
