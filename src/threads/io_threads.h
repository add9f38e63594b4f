/*
 * io_threads.h: I/O threads: each has a loop of its own, on which it reads and writes for streams of one other loop
 * (away.h). They are started when the first stream is moved to one, and belong to that loop's host. When the process
 * ends by exit(3) each offers the kernel what it was given, and ends.
 */
#ifndef CNET_THREADS_IO_THREADS_H
#define CNET_THREADS_IO_THREADS_H

#include "cnet.h"

#define CNET_THREADS_MOST 64

typedef struct cnet_threads cnet_threads_t;

/* What a thread has done, and has. */
typedef struct cnet_thread_stats {
  uint32_t sockets;  /* that it works for now */
  uint64_t messages; /* reads and writes */
  uint64_t bytes_read, bytes_written;
  uint64_t turns; /* of its loop: how often it has asked the kernel */
  int64_t cpu;    /* nanoseconds; negative: the system does not tell */
} cnet_thread_stats_t;

/* None is started yet; NULL: no memory. */
cnet_threads_t *cnet_threads_new(cnet_loop_t *loop);

/*
 * Moves a connected stream that was not read from yet to the one of the first `limit` threads that has the fewest,
 * which is started when all others have some. The number of the thread, from 0, or a negative code, and the stream
 * stays where it is: UV_EBUSY, UV_ENOTCONN (away.h), UV_EMFILE, UV_ENOMEM, UV_EAGAIN, UV_ECANCELED: they have ended.
 */
int cnet_threads_move(cnet_threads_t *threads, cnet_stream_t *stream, unsigned limit);

/* How many have been started. */
unsigned cnet_threads_count(const cnet_threads_t *threads);

void cnet_threads_stats(cnet_threads_t *threads, unsigned index, cnet_thread_stats_t *out);

/*
 * Ends all threads, once each has offered the kernel what it was given, and waits for that. Streams write
 * by themselves then, and are not read any more. None is started any more.
 */
void cnet_threads_stop(cnet_threads_t *threads);

/* The same, and frees all. To be called before the loop is freed, and at best when it closes: nothing is told then. */
void cnet_threads_free(cnet_threads_t *threads);

#endif
