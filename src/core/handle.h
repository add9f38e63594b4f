/*
 * handle.h: libuv handles of the core: each is allocated, initialised, closed and freed here, and nowhere else. A
 * handle counts as open on its loop until its close callback has run.
 */
#ifndef CNET_CORE_HANDLE_H
#define CNET_CORE_HANDLE_H

#include "host.h"

/* A handle of a stream of `kind`, without a descriptor; handle->data is `data`. 0 and *out, or a negative code. */
int cnet_handle_stream(cnet_loop_t *loop, cnet_kind_t kind, void *data, uv_stream_t **out);

/* The same in memory of the caller's, of uv_handle_size() bytes. */
int cnet_handle_stream_at(cnet_loop_t *loop, cnet_kind_t kind, void *data, uv_stream_t *uv);

/* Its descriptor, or a negative code. */
int cnet_handle_fd(const uv_stream_t *uv);

/* A timer that is not started; NULL: no memory. */
uv_timer_t *cnet_handle_timer(cnet_loop_t *loop, void *data);

/* What is called once after each question to the kernel; not started; NULL: no memory. */
uv_check_t *cnet_handle_check(cnet_loop_t *loop, void *data);

/* What another thread can wake the loop by. 0 and *out, or a negative code. */
int cnet_handle_async(cnet_loop_t *loop, uv_async_cb callback, void *data, uv_async_t **out);

/* Watches a descriptor, which is nobody's else to watch; not started. 0 and *out, or a negative code. */
int cnet_handle_poll(cnet_loop_t *loop, int fd, void *data, uv_poll_t **out);

/*
 * Watches a duplicate of the descriptor `fd`, in *own, as epoll(7) knows each number once, and libuv's stream has that
 * one; the caller closes it behind the handle. Not started. 0 and *out, or a negative code.
 */
int cnet_handle_poll_copy(cnet_loop_t *loop, int fd, void *data, uv_poll_t **out, int *own);

/* By such a handle nothing is open: it stays while the loop is there, or until this is taken back. */
void cnet_handle_is_spare(cnet_loop_t *loop, bool is);

/* Closes a handle that belongs to no stream (any more), and frees it. */
void cnet_handle_close(cnet_loop_t *loop, uv_handle_t *handle);

/*
 * Closes a handle that somebody else frees, when `on_closed` is called: by cnet_handle_free(), or, where it is part of
 * a struct, with that. `reset`: a TCP connection ends by a RST. 0, or the code of a reset that could not be made.
 */
int cnet_handle_close_kept(uv_handle_t *handle, bool reset, uv_close_cb on_closed);
void cnet_handle_free(cnet_loop_t *loop, uv_handle_t *handle);

/* Counts something that is open and is no handle: work on the thread pool. */
void cnet_loop_hold(cnet_loop_t *loop);
void cnet_loop_release(cnet_loop_t *loop);

/* Sets whether a handle keeps the loop going. */
static inline void cnet_handle_ref(uv_handle_t *handle, bool ref) {
  if (ref)
    uv_ref(handle);
  else
    uv_unref(handle);
}

#endif
