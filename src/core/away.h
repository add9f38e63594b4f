/*
 * away.h: a stream whose bytes somebody else reads and writes, on a thread of its own, say. The stream keeps its
 * descriptor, by which it is asked for names and options, its place in all that is counted, and its host: what is told
 * of it is what is told of any other one. Who works for it has a duplicate of the descriptor, and is called by a table.
 *
 * All of it is used on the thread of the stream's loop.
 */
#ifndef CNET_CORE_AWAY_H
#define CNET_CORE_AWAY_H

#include "stream.h"

/* Who works for a stream: each is given `data`. None of them calls the core. */
typedef struct cnet_away_ops {
  /* Is to read from now on, or no more: what is given by cnet_away_give() from then on is not taken. */
  void (*read)(void *data, bool start);
  /* Takes bytes, which it copies: how many, as it has room for; 0: none; or a negative code. */
  ssize_t (*write)(void *data, const uv_buf_t *bufs, unsigned count);
  /* Takes all of them, whatever its room: cnet_away_written() when they are with the kernel. 0 or a negative code. */
  int (*park)(void *data, const char *bytes, size_t length);
  /* Is to end the writing behind all that it has taken: cnet_away_shut(). */
  void (*shutdown)(void *data);
  /* Whether the kernel has not had all that it has taken, or it has read something that the stream was not given. */
  bool (*is_busy)(void *data);
  /* The stream is to keep its loop going by what it waits for, or not. */
  void (*hold)(void *data, bool hold);
  /* The stream closes: is to offer the kernel what it has taken, and to close its duplicate: cnet_away_closed(). */
  void (*close)(void *data);
} cnet_away_ops_t;

/*
 * From now on `ops` works for the stream. 0; UV_EBUSY: something is on its way; UV_ENOTCONN: it listens or connects;
 * UV_ENOMEM. What was read before is with the host; until cnet_away_go_on() nothing more is read.
 */
int cnet_away_begin(cnet_stream_t *stream, const cnet_away_ops_t *ops, void *data);

/* Has `ops` read the stream when it was read until it was moved. To be called once, when `ops` can do so. */
void cnet_away_go_on(cnet_stream_t *stream);

/*
 * Nobody works for it any more: it writes to its own descriptor. It is not read, as what was read for it may be lost,
 * and what waits is not told of until it closes: this is for the end of the program.
 */
void cnet_away_end(cnet_stream_t *stream);

/*
 * Gives the stream bytes that were read: how many it has taken, which is all unless it is to read no more, or closes
 * meanwhile. The caller looks at it no more.
 */
size_t cnet_away_give(cnet_stream_t *stream, const char *bytes, size_t length);

/*
 * Of the bytes of the cnet_away_give() that has not come back yet: how many the host has not been given. 0 without one.
 */
size_t cnet_away_left(const cnet_stream_t *stream);

/*
 * Memory of the host for a large read of the stream, to be filled on any thread: cnet_host_t.block_new(). NULL: none.
 */
void *cnet_away_block(cnet_stream_t *stream, uv_buf_t *out);

/*
 * As cnet_away_give(), of a read that lies at the start of a block with zeroes behind it, which is the host's then.
 * False: nothing has happened, and the block is still the caller's.
 */
bool cnet_away_give_block(cnet_stream_t *stream, void *block, size_t length);

/* The block is the host's again. */
void cnet_away_block_free(cnet_loop_t *loop, void *block);

/* The end of what is read: UV_EOF or another code. */
void cnet_away_read_ended(cnet_stream_t *stream, int status);

/* What was parked is with the kernel, or `status` says why not. While the stream closes it is told too, until the end.
 */
void cnet_away_written(cnet_stream_t *stream, int status);

/* What was taken by write() could not be given to the kernel; told unless a write waits, which fails by itself. */
void cnet_away_failed(cnet_stream_t *stream, int status);

/* The end of cnet_away_ops_t.shutdown(). */
void cnet_away_shut(cnet_stream_t *stream, int status);

/*
 * The duplicate is closed: so is the stream, once its own descriptor is, and that is told, perhaps at once. Nothing
 * else may be told of it afterwards, and it may be freed.
 */
void cnet_away_closed(cnet_stream_t *stream);

/* Whether somebody works for the stream. And whether it is read. */
bool cnet_is_away(const cnet_stream_t *stream);
bool cnet_away_is_read(const cnet_stream_t *stream);

#endif
