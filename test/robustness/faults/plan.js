'use strict';
// Which calls are made to fail, and how.

const { errno } = require('node:os').constants;

const codes = (...names) => names.map((name) => ({ label: name, error: errno[name] }));
const SHORT = { label: 'short', error: 'short' };
const uv = (...names) => names.map((name) => ({ label: name, error: -errno[name] }));

/** napi_generic_failure; and napi_pending_exception, with an exception. */
const NAPI = [{ label: 'fails', error: 9 }];
const NAPI_THROWS = [{ label: 'throws', error: 10 }, ...NAPI];

/** What a call can fail with, the likeliest first: the quick form takes the first two. */
const CALLS = {
  accept4: codes('EMFILE', 'ECONNABORTED', 'ENFILE', 'ENOMEM'),
  bind: codes('EADDRINUSE', 'EACCES', 'ENOMEM'),
  close: codes('EIO', 'EINTR'),
  connect: codes('ECONNREFUSED', 'EINTR', 'ENETUNREACH', 'EADDRNOTAVAIL', 'ETIMEDOUT', 'EAGAIN'),
  fcntl: codes('EMFILE'),
  getpeername: codes('ENOTCONN', 'ENOBUFS'),
  getsockname: codes('ENOBUFS'),
  ioctl: codes('EBADF'),
  listen: codes('EADDRINUSE', 'ENOBUFS'),
  read: [SHORT, ...codes('ECONNRESET', 'EAGAIN', 'EINTR', 'ETIMEDOUT', 'EIO')],
  sendmsg: [SHORT, ...codes('EPIPE', 'ECONNRESET', 'EAGAIN', 'ENOBUFS', 'EINTR')],
  setsockopt: codes('EINVAL', 'ENOMEM'),
  shutdown: codes('ENOTCONN', 'EIO'),
  socket: codes('EMFILE', 'ENFILE', 'ENOBUFS', 'EAFNOSUPPORT'),
  write: [SHORT, ...codes('EPIPE', 'ECONNRESET', 'EAGAIN', 'ENOBUFS', 'EINTR')],
  writev: [SHORT, ...codes('EPIPE', 'ECONNRESET', 'EAGAIN', 'ENOBUFS', 'EINTR')],

  /* of the addon alone: got.c */
  malloc: [{ label: 'ENOMEM', error: errno.ENOMEM }],
  napi_async_init: NAPI,
  napi_create_buffer: NAPI_THROWS,
  napi_create_reference: NAPI,
  napi_get_buffer_info: NAPI,
  napi_get_element: NAPI,
  napi_set_named_property: NAPI,
  napi_create_object: NAPI,
  napi_type_tag_object: NAPI,
  napi_wrap: NAPI,
  napi_get_uv_event_loop: NAPI,
  napi_add_async_cleanup_hook: NAPI,
  napi_create_function: NAPI,
  uv_tcp_init: uv('ENOMEM'),
  uv_pipe_init: uv('ENOMEM'),
  uv_tcp_bind: uv('EINVAL'),
  uv_tcp_connect: uv('ENOMEM'),
  uv_tcp_open: uv('EEXIST'),
  uv_pipe_open: uv('EINVAL'),
  uv_listen: uv('ENOTSUP'),
  uv_read_start: uv('ENOTCONN'),
  uv_write: uv('EPIPE'),
  uv_try_write: uv('EPIPE'),
  uv_shutdown: uv('EINVAL'),
  uv_fileno: uv('EBADF'),
};

/** Calls of which several in a row are made to fail too; 0: all that follow. */
const RUNS = { malloc: [1, 0, 3], accept4: [1, 3], write: [1, 5], writev: [1, 5], read: [1, 5] };

/**
 * Every fault of a sweep.
 * @param {boolean} quick the first two errors of each call, once
 * @returns {Array<{ name: string, label: string, error: number | 'short', times: number }>}
 */
function faults(quick) {
  return Object.entries(CALLS).flatMap(([name, errors]) =>
    (quick ? errors.slice(0, 2) : errors).flatMap((error) =>
      (quick ? [1] : (RUNS[name] ?? [1])).map((times) => ({ name, times, ...error }))));
}

module.exports = { faults };
