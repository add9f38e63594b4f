/* handle.c: the one place where libuv handles are made, closed and freed; and what is open on a loop. */
#include "handle.h"

#include <stdlib.h>

#include "descriptor.h"
#include "internal.h"

void cnet_loop_hold(cnet_loop_t *loop) {
  loop->handles++;
  if (!loop->closing) loop->host->settle(loop);
}

void cnet_loop_release(cnet_loop_t *loop) {
  assert(loop->handles > 0);
  if (--loop->handles == 0 && loop->last_closed != NULL)
    loop->last_closed(loop);
  else if (!loop->closing)
    loop->host->settle(loop);
}

/* A handle that has been initialised belongs to the loop from now on. */
static void *enter(cnet_loop_t *loop, uv_handle_t *handle, void *data) {
  handle->data = data;
  cnet_loop_hold(loop);
  return handle;
}

int cnet_handle_stream_at(cnet_loop_t *loop, cnet_kind_t kind, void *data, uv_stream_t *uv) {
  int err = kind == CNET_TCP ? uv_tcp_init(loop->uv, (uv_tcp_t *)uv) : uv_pipe_init(loop->uv, (uv_pipe_t *)uv, 0);
  if (!err) enter(loop, (uv_handle_t *)uv, data);
  return err;
}

int cnet_handle_stream(cnet_loop_t *loop, cnet_kind_t kind, void *data, uv_stream_t **out) {
  uv_stream_t *uv = malloc(uv_handle_size(kind == CNET_TCP ? UV_TCP : UV_NAMED_PIPE));
  if (uv == NULL) return UV_ENOMEM;

  int err = cnet_handle_stream_at(loop, kind, data, uv);
  if (err) {
    free(uv);
    return err;
  }
  loop->counts[CNET_COUNT_MEMORY_STREAMS] += uv_handle_size(uv->type);
  *out = uv;
  return 0;
}

int cnet_handle_fd(const uv_stream_t *uv) { return cnet_platform_fd(uv); }

uv_timer_t *cnet_handle_timer(cnet_loop_t *loop, void *data) {
  uv_timer_t *timer = malloc(uv_handle_size(UV_TIMER));

  if (timer == NULL) return NULL;
  int err = uv_timer_init(loop->uv, timer);
  assert(err == 0);
  (void)err;
  return enter(loop, (uv_handle_t *)timer, data);
}

uv_check_t *cnet_handle_check(cnet_loop_t *loop, void *data) {
  uv_check_t *check = malloc(uv_handle_size(UV_CHECK));

  if (check == NULL) return NULL;
  int err = uv_check_init(loop->uv, check);
  assert(err == 0);
  (void)err;
  return enter(loop, (uv_handle_t *)check, data);
}

int cnet_handle_async(cnet_loop_t *loop, uv_async_cb callback, void *data, uv_async_t **out) {
  uv_async_t *async = malloc(uv_handle_size(UV_ASYNC));
  if (async == NULL) return UV_ENOMEM;

  int err = uv_async_init(loop->uv, async, callback);
  if (err) {
    free(async);
    return err;
  }
  *out = enter(loop, (uv_handle_t *)async, data);
  return 0;
}

int cnet_handle_poll(cnet_loop_t *loop, int fd, void *data, uv_poll_t **out) {
  uv_poll_t *poll = malloc(uv_handle_size(UV_POLL));
  if (poll == NULL) return UV_ENOMEM;

  int err = uv_poll_init(loop->uv, poll, fd);
  if (err) {
    free(poll);
    return err;
  }
  *out = enter(loop, (uv_handle_t *)poll, data);
  return 0;
}

int cnet_handle_poll_copy(cnet_loop_t *loop, int fd, void *data, uv_poll_t **out, int *own) {
  int copy = cnet_platform_dup(fd);
  int err = copy < 0 ? copy : cnet_handle_poll(loop, copy, data, out);

  if (err && copy >= 0) cnet_platform_close(copy);
  if (!err) *own = copy;
  return err;
}

void cnet_handle_is_spare(cnet_loop_t *loop, bool is) {
  if (is)
    loop->spare++;
  else
    loop->spare--;
  loop->host->settle(loop);
}

void cnet_handle_free(cnet_loop_t *loop, uv_handle_t *handle) {
  if (handle->type == UV_TCP || handle->type == UV_NAMED_PIPE)
    loop->counts[CNET_COUNT_MEMORY_STREAMS] -= uv_handle_size(handle->type);
  free(handle);
  cnet_loop_release(loop);
}

static void on_closed(uv_handle_t *handle) { cnet_handle_free(handle->data, handle); }

void cnet_handle_close(cnet_loop_t *loop, uv_handle_t *handle) {
  handle->data = loop;
  uv_close(handle, on_closed);
}

int cnet_handle_close_kept(uv_handle_t *handle, bool reset, uv_close_cb on_kept_closed) {
  int err = reset ? uv_tcp_close_reset((uv_tcp_t *)handle, on_kept_closed) : 0;
  if (!reset || err) uv_close(handle, on_kept_closed);
  return err;
}
