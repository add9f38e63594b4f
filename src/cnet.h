/*
 * cnet.h: the structures of the socket core, who owns them, and what each file offers.
 *
 * Ownership rules
 * ---------------
 * 1. One cnet_env_t per copy of the package in a Node environment (the main thread, each worker). It is made by env.c
 *    when the addon is loaded. It ends with its environment, or before, when nothing is open and JavaScript can reach
 * no function of the addon any more; it is freed when the last of its libuv handles has been closed. There is no
 * mutable state outside of it, but for the table of descriptors between threads, with its mutex (token.c).
 * 2. A cnet_stream_t (a socket or a listener, TCP or pipe) is made by stream.c, is known to JavaScript by
 *    its integer `id` only, and lives until JavaScript or the teardown closes it. It is freed in one place:
 *    after the close callback of its libuv handle (close.c).
 * 3. A libuv handle is allocated by its uv_handle_size() and belongs to exactly one struct of ours, found in
 *    handle->data. It is closed and freed in close.c and nowhere else, the memory in the close callback. A
 *    connection attempt that is abandoned gives its handle up to cnet_uv_close(). The spare handle of a listener
 *    is part of its refusal, which is freed in refuse.c.
 * 4. JavaScript's memory is read or written only inside the call that brought it: no pointer into a Buffer
 *    is kept when a function returns to the event loop. A write that the kernel does not take whole keeps a
 *    reference to the Buffer and asks for the pointer anew when there is room (write.c).
 * 5. Every call into JavaScript goes through cnet_emit(), cnet_tell_ints(), cnet_ask() or cnet_run_in() (call.c). It
 * may run any code: afterwards the state is read again before the stream is touched, which is why streams are looked
 * up, not remembered. Other functions of Node-API run code of the user's too: napi_async_init() calls the hooks of
 *    async_hooks, and reading or setting an element or a property calls accessors. A context is made either before
 *    anything has changed, and the stream then looked up by its mark; or last of all, when everything is in its place
 *    (cnet_context_new()). Elements are read while the stream is CNET_BUSY, or before it is looked up.
 * 6. C never throws: functions return 0 or more, or a negative libuv code; lib/ makes the Error.
 */
#ifndef CNET_H
#define CNET_H

#include <node_api.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "accept_limit.h"
#include "address.h"
#include "block_list.h"
#include "stats.h"

typedef struct cnet_env cnet_env_t;
typedef struct cnet_stream cnet_stream_t;
typedef struct cnet_attempt cnet_attempt_t;
typedef struct cnet_write cnet_write_t;
typedef struct cnet_idle cnet_idle_t;
typedef struct cnet_refusal cnet_refusal_t;
typedef struct cnet_uids cnet_uids_t;
typedef struct cnet_proxy cnet_proxy_t;
typedef struct cnet_proxy_wait cnet_proxy_wait_t;
typedef struct cnet_passing cnet_passing_t;
typedef struct cnet_socket_file cnet_socket_file_t;
typedef struct cnet_binding cnet_binding_t;
typedef struct cnet_send cnet_send_t;
typedef struct cnet_relay cnet_relay_t;
typedef struct cnet_opening cnet_opening_t;
typedef struct cnet_keeper cnet_keeper_t;

/* The functions of lib/handlers.js, in the order in which setup() is given them. */
typedef enum cnet_handler {
  CNET_ON_ACCEPT,   /* (listener, status, socket); status above zero: CNET_EXHAUSTED, or a cnet_proxy_error_t, and the
                       socket is to be closed */
  CNET_ON_DROP,     /* (listener, cnet_verdict_t, local address, port, family, remote address, port, family); the
                       verdict is 0 where nothing but the room is limited; see also credentials.c */
  CNET_ON_ATTEMPT,  /* (socket, index of the address, cnet_phase_t, status) */
  CNET_ON_CONNECT,  /* (socket): it is connected; a failure is the last address' CNET_ON_ATTEMPT */
  CNET_ON_READ,     /* (ArrayBuffer, for more bytes than CNET_INLINE); all else is in `event` */
  CNET_ON_WRITE,    /* (socket, status): a write that had to wait has ended */
  CNET_ON_SHUTDOWN, /* (socket, status) */
  CNET_ON_CLOSE,    /* (socket or listener) */
  CNET_ON_TIMEOUT,  /* (idle id) */
  CNET_ON_DESCRIPTORS, /* (socket, bytes of the CNET_ON_READ that follows): takeDescriptors() gives them, or never */
  CNET_ON_BOUND,       /* (listener to be, status): a bindFile() that had to wait has ended */
  CNET_ON_QUESTION,    /* (number of a block list whose rules are JavaScript's, address, family): whether it holds it */
  CNET_HANDLERS
} cnet_handler_t;

/*
 * A read or a write of at most so many bytes lies in `event` itself: V8 keeps a Buffer of that size on its own heap,
 * and would have to move it out of there for us to see its memory.
 */
#define CNET_INLINE 64

/* Numbers in the array that is shared with JavaScript: the stream, bytes or a status; the bytes of such a read; and
 * those of such a write. */
#define CNET_EVENT_READ 2
#define CNET_EVENT_WRITE (CNET_EVENT_READ + CNET_INLINE / 4)
#define CNET_EVENT_LENGTH (CNET_EVENT_WRITE + CNET_INLINE / 4)

/* What happened to one address of a connection attempt. */
typedef enum cnet_phase {
  CNET_ATTEMPT_START,
  CNET_ATTEMPT_FAILED,
  CNET_ATTEMPT_TIMEOUT,
  CNET_ATTEMPT_BIND,   /* the local address could not be bound */
  CNET_ATTEMPT_UNSENT, /* connect(2) refused at once */
  CNET_ATTEMPT_OPTION, /* the first of its socket options could not be set; the numbers from here on: the next ones */
} cnet_phase_t;

/* Status of CNET_ON_ACCEPT outside of libuv's codes: the connection told of before has taken the last descriptor. */
#define CNET_EXHAUSTED 1000

/* Status of an attempt that a block list forbade; outside of libuv's range of codes. */
#define CNET_BLOCKED 1

typedef enum cnet_kind { CNET_TCP = 0, CNET_PIPE = 1 } cnet_kind_t;

/* Flags of a stream. Each names the duty that it brings. */
enum {
  CNET_LISTENER = 1u << 0,    /* counts its room on accept; connects, reads and writes are refused */
  CNET_CLOSING = 1u << 1,     /* the close has begun: no call but the close callback may follow */
  CNET_UNREF = 1u << 2,       /* a handle that replaces this one (attempt.c) must be unref'd too */
  CNET_UNLINK = 1u << 3,      /* `path` was bound by us: unlink it when closing */
  CNET_USER_BUFFER = 1u << 4, /* reads go into `user_buffer` */
  CNET_LARGE_READS = 1u << 5, /* the last read was a large one: see slab.c */
  CNET_HELD = 1u << 6,        /* listener: who comes is not accepted but counted in `waiting`, until it is let go */
  CNET_USED = 1u << 7,     /* was read from or written to: it must not become a listener, libuv would end the process */
  CNET_BUSY = 1u << 8,     /* a call that runs code of the user's has the writing side: others are told UV_EBUSY */
  CNET_STARTED = 1u << 9,  /* JavaScript has begun to read it: how it is read is settled */
  CNET_OUTSIDE = 1u << 10, /* the loop has accepted it: its context was made outside of any JavaScript */
};

/* A table of pointers by small integer, lowest free number first. */
typedef struct cnet_table {
  void **items;
  uint32_t *free_ids; /* a stack of free numbers */
  uint32_t size, free_count;
} cnet_table_t;

/* Warm memory for reads: see slab.c. */
typedef struct cnet_slab {
  napi_ref block_ref; /* the block's ArrayBuffer, which no JavaScript has seen; NULL: there is none */
  void *block;        /* its memory */
  void *scratch;      /* our own; NULL until the first read */
  void *lent;         /* which of them is with a read that has not ended; NULL: none */
} cnet_slab_t;

/* The idle timeouts of one environment: a binary heap by the time of the next look. See idle.c. */
typedef struct cnet_idle_heap {
  cnet_idle_t **items;
  uint32_t count, size;
  uv_timer_t *timer;  /* unref'd; NULL until the first timeout is asked for */
  uint64_t timer_due; /* loop time at which the timer fires; UINT64_MAX: not armed */
  uint64_t armed;     /* how often an entry was touched: the order of those that are due together */
} cnet_idle_heap_t;

struct cnet_env {
  napi_env napi;
  uv_loop_t *loop;
  napi_async_cleanup_hook_handle cleanup;
  cnet_keeper_t *keeper;            /* NULL: no function of ours can be called any more */
  napi_ref keeper_ref;              /* strong while `busy`, else weak */
  napi_ref handlers[CNET_HANDLERS]; /* weak: the keeper has them, and what follows */
  napi_ref runner;                  /* a function that does `work`: see cnet_run_in() */
  napi_async_context outer;         /* around each call into JavaScript: see call.c */
  struct cnet_work *work;           /* NULL but while that is on its way */
  int32_t *event;                   /* of CNET_ON_READ: see CNET_EVENT_LENGTH; lib/handlers.js shares the memory */
  cnet_table_t streams;
  cnet_table_t idles;
  cnet_slab_t slab;
  cnet_idle_heap_t idle_heap;
  uv_check_t *check;       /* unref'd, and stopped but for a while: see turn.h; NULL until somebody has a time limit */
  uint64_t turn;           /* counted by it */
  uint64_t serial;         /* of the newest stream */
  uv_async_t *token_async; /* ref'd while tokens of its own wait; NULL until the first one: see token.c */
  uint32_t tokens_held;    /* how many do; guarded by the mutex of token.c, as is the one above for other threads */
  int descriptor_limit;    /* asked for when a listener begins; 0: none */
  uint32_t uv_handles;     /* libuv handles not yet freed */
  uint64_t counts[CNET_COUNTED];
  cnet_meter_t *list_meter; /* NULL until the first block list */
  bool busy;                /* something is open that may call a handler: see cnet_env_settle() */
  bool closing;             /* teardown has begun: no JavaScript any more */
};

struct cnet_stream {
  cnet_env_t *env;
  uv_stream_t *uv;
  napi_async_context context; /* async_hooks and AsyncLocalStorage of this stream's events */
  cnet_attempt_t *attempt;    /* while connecting */
  cnet_opening_t *opening;    /* what connecting is to do besides, see opening.h; NULL: nothing */
  cnet_write_t *write;        /* while a write waits for room */
  cnet_send_t *send;          /* while a file is sent */
  cnet_relay_t *relay;        /* while it is spliced to another stream */
  cnet_idle_t *idle;          /* told of activity; owned by the idle table */
  cnet_block_list_t *block_list;
  cnet_uids_t *allowed_uids; /* listener on a path: whose processes may connect; NULL: all */
  cnet_refusal_t *refusal;   /* listener: what turns connections away when there is no memory */
  cnet_seat_t *seat;         /* of the limits of its server; NULL where there are none */
  cnet_proxy_t *proxy;       /* listener: connections begin with a header of the PROXY protocol: see proxy_accept.c */
  cnet_proxy_wait_t *proxy_wait; /* accepted: that header, until JavaScript takes it */
  napi_ref user_buffer;
  char *path;               /* bound path of a pipe, for unlink */
  cnet_socket_file_t *file; /* the file that was made there, if it is to be known again: see socket_file.c */
  cnet_binding_t *binding;  /* while the thread pool makes it */
  cnet_passing_t *passing;  /* descriptors among the bytes; NULL for those without: see descriptors.c */
  uint64_t serial;          /* no other stream of the environment has it, or had it; see cnet_mark_t */
  uv_poll_t *error_queue;   /* empties it; NULL for those without one: see error_queue.c */
  int error_queue_fd;       /* the duplicate that it watches */
  uint64_t bytes_read;
  uint64_t bytes_sent; /* by sendfile.c and splice.c; lib/ counts the writes */
  int32_t id;
  int32_t room; /* listener: connections that may still be accepted; negative: no limit */
  uint32_t flags;
  int32_t server;   /* number of the Server that listens by it, or to which it came; 0: none */
  uint16_t waiting; /* listener: connections that libuv has told of and that are not accepted yet */
  uint8_t kind;
};

/* Bytes that the kernel has given, or taken: of the environment. */
static inline void cnet_count_read(const cnet_stream_t *stream, size_t bytes) {
  stream->env->counts[CNET_COUNT_BYTES_READ] += bytes;
}
static inline void cnet_count_sent(const cnet_stream_t *stream, size_t bytes) {
  stream->env->counts[CNET_COUNT_BYTES_WRITTEN] += bytes;
}

/* --- env.c ------------------------------------------------------------------------------------------- */

/* Makes the state of one copy and its cleanup hook; NULL when memory or Node-API fails. */
cnet_env_t *cnet_env_new(napi_env napi);

/*
 * Makes the keeper: an object that every function of the addon has, and that has the handlers, so that these are there
 * as long as a function can be called or something is open. Without both it is collected, and `env` ends. False: no
 * memory.
 */
bool cnet_env_make_keeper(cnet_env_t *env, napi_value *keeper);

/*
 * Holds the keeper, or lets it go, by what is open: after the idle timeouts that run have become more or fewer, or
 * tokens have begun or ceased to wait.
 */
void cnet_env_settle(cnet_env_t *env);

/*
 * An async context of its own for a request, in the one that there is; NULL: no memory. It calls init hooks of
 * async_hooks, which may run any code.
 */
napi_async_context cnet_context_new(const cnet_env_t *env, const char *name);
void cnet_context_free(cnet_env_t *env, napi_async_context context);

/* One libuv handle more, or one less: teardown ends when none is left. */
void cnet_env_hold(cnet_env_t *env);
void cnet_env_release(cnet_env_t *env);

/* A number for `item`, or a negative libuv code. Removing gives the number back. */
int32_t cnet_table_add(cnet_table_t *table, void *item);
void *cnet_table_get(const cnet_table_t *table, int32_t id);
void cnet_table_remove(cnet_table_t *table, int32_t id);

/* --- call.c ------------------------------------------------------------------------------------------ */

/*
 * Calls handler `which` with `argc` values in `context` (NULL: the context of the caller), draining ticks
 * and microtasks when it is the outermost call. An exception becomes 'uncaughtException'. Does nothing
 * during teardown. Call it with a handle scope open.
 */
void cnet_emit(cnet_env_t *env, napi_async_context context, cnet_handler_t which, size_t argc, const napi_value *argv);

/* As cnet_emit(), which costs more, in a context that was made outside of any JavaScript: CNET_OUTSIDE. */
void cnet_emit_outside(cnet_env_t *env, napi_async_context context, cnet_handler_t which, size_t argc,
                       const napi_value *argv);

/*
 * Calls handler `which` for an answer, without ticks or microtasks: what the answer is for goes on at once. `otherwise`
 * when there is none: during teardown, or after an exception, which becomes 'uncaughtException'. Call it with a handle
 * scope open.
 */
bool cnet_ask(cnet_env_t *env, cnet_handler_t which, size_t argc, const napi_value *argv, bool otherwise);

/* cnet_emit() for handlers whose arguments are all integers; opens its own handle scope. */
void cnet_emit_ints(cnet_env_t *env, napi_async_context context, cnet_handler_t which, size_t argc,
                    const int32_t *argv);

/*
 * Calls `work` once, with `data`, in `context`: what is told by cnet_tell_ints(), and what is made, belongs to it; then
 * ticks and microtasks are drained. A store that a listener enters stays in the context, so one that is freed
 * afterwards takes it along. During teardown `work` is called and tells nothing.
 */
void cnet_run_in(cnet_env_t *env, napi_async_context context, void (*work)(void *data), void *data);

/* As cnet_emit_ints(), in the context that there is: of the call from JavaScript, or of cnet_run_in(). */
void cnet_tell_ints(cnet_env_t *env, cnet_handler_t which, size_t argc, const int32_t *argv);

/* What JavaScript calls for cnet_run_in(), which has left the work in the environment's state. */
napi_value cnet_js_run_work(napi_env napi, napi_callback_info info);

/* --- stream.c: making and finding streams --------------------------------------------------------------- */

/*
 * A new stream of `kind` with an initialised libuv handle, in the current async context under `async_name`.
 * Returns 0 and *out, or a negative libuv code.
 */
int cnet_stream_new(cnet_env_t *env, cnet_kind_t kind, const char *async_name, cnet_stream_t **out);

/* Allocates and initialises a libuv handle for `stream` (its first one, or one more attempt's). */
int cnet_stream_init_uv(cnet_stream_t *stream, uv_stream_t **out);

/* Names one stream for good, while its number may be given to another one. */
typedef struct cnet_mark {
  int32_t id;
  uint64_t serial;
} cnet_mark_t;

static inline cnet_mark_t cnet_mark(const cnet_stream_t *stream) { return (cnet_mark_t){stream->id, stream->serial}; }

/* The stream that was marked, also while it is being closed; NULL: it is no more. */
cnet_stream_t *cnet_marked(const cnet_env_t *env, cnet_mark_t mark);

/* Frees all that a stream holds, and the stream. Only after its libuv handle is closed, or was never made. */
void cnet_stream_free(cnet_stream_t *stream);

/* Gives `stream` an open descriptor, 0; on an error, a negative code, it stays the caller's. */
int cnet_stream_adopt(cnet_stream_t *stream, int fd);

/* --- block_list_ask.c ------------------------------------------------------------------------------------- */

/*
 * Whether a rule of `list` matches. A list whose rules are JavaScript's is asked for by a call into it: look the stream
 * up again afterwards. `otherwise` when it has no answer.
 */
bool cnet_block_list_holds(cnet_env_t *env, const cnet_block_list_t *list, const struct sockaddr_storage *address,
                           bool otherwise);

/* --- close.c ---------------------------------------------------------------------------------------------- */

/* Closes and frees a libuv handle that has no stream (any more): a timer, an abandoned attempt's. */
void cnet_uv_close(cnet_env_t *env, uv_handle_t *handle);

/*
 * Begins to close `stream` and ends what hangs on it; `reset`: by a TCP RST. 0, or the code of a reset that could
 * not be made: the stream is then closed all the same.
 */
int cnet_stream_close(cnet_stream_t *stream, bool reset);

/* Closes a libuv handle whose memory is not freed: it is part of a struct that `on_closed` knows by handle->data. */
void cnet_uv_close_kept(uv_handle_t *handle, uv_close_cb on_closed);

/* --- refuse.c --------------------------------------------------------------------------------------------- */

/* Makes what cnet_refuse() needs, when a stream begins to listen; it may be there already. 0 or UV_ENOMEM. */
int cnet_refusal_new(cnet_stream_t *listener);

/* Frees it, when the listener is freed. */
void cnet_refusal_end(cnet_stream_t *listener);

/* Accepts the connection that libuv holds and closes it, now or once the last one is closed. Allocates nothing. */
void cnet_refuse(cnet_stream_t *listener);

/* --- tcp.c, pipe.c: what differs ---------------------------------------------------------------------------- */

int cnet_tcp_init(uv_loop_t *loop, uv_stream_t *uv);
int cnet_pipe_init(uv_loop_t *loop, uv_stream_t *uv);

/* The two ends' names, 0 or a negative code. `size` as for getsockname(2). */
int cnet_tcp_name(const uv_stream_t *uv, bool peer, struct sockaddr_storage *out);
int cnet_pipe_name(const uv_stream_t *uv, bool peer, char *out, size_t *size);

/* Who a connection that was accepted is from, also when it has been reset since, where the system still tells. */
int cnet_tcp_peer(const uv_stream_t *uv, struct sockaddr_storage *out);

/*
 * Binds to a local address (NULL: the any address of `family`) and port, 0 to 65535. As uv_tcp_bind(), it leaves
 * EADDRINUSE to the next call on the handle.
 */
int cnet_tcp_bind(uv_tcp_t *tcp, const char *address, size_t length, int32_t port, int family, unsigned flags);

/* Flags of bind(), as in libuv. */
#define CNET_BIND_IPV6ONLY 1u
#define CNET_BIND_REUSEPORT 2u
#define CNET_BIND_MULTIPATH 4u /* our own: a socket of multipath TCP, where the kernel has it */

/* --- credentials.c ------------------------------------------------------------------------------------------ */

/* Who is at the other end of a Unix socket. */
typedef struct cnet_credentials {
  int64_t pid; /* negative: the system does not tell */
  uint32_t uid, gid;
} cnet_credentials_t;

/* Whether `listener`, which has `allowed_uids`, lets `client` in; if not it is told, and the client closed. */
bool cnet_credentials_admit(cnet_stream_t *listener, cnet_stream_t *client);

/* --- attempt.c -------------------------------------------------------------------------------------------- */

/* Ends the attempt of a stream that is being closed: timer, list; its libuv handle stays with the stream. */
void cnet_attempt_end(cnet_stream_t *stream);

/* --- listen.c ----------------------------------------------------------------------------------------------- */

/* Tells of a connection that was let in, or why there is none. It calls into JavaScript. */
void cnet_tell_accepted(cnet_stream_t *listener, int status, int32_t client);

/* --- proxy_accept.c ----------------------------------------------------------------------------------------- */

/*
 * Goes on with a connection of a listener that has `proxy`: it is told of once its header is there, or at once when it
 * may send none. It calls into JavaScript.
 */
void cnet_proxy_accept(cnet_stream_t *listener, cnet_stream_t *client);

/* As setRoom() of a listener with `proxy`: those that wait for their header count. */
void cnet_proxy_set_room(cnet_stream_t *listener, int32_t room);

/* Tells of those whose header has come while the listener was held; likewise. */
void cnet_proxy_let_go(cnet_stream_t *listener);

/* A stream is being closed: if it is a listener, those that wait are closed with it; if it waits, it waits no more. */
void cnet_proxy_close(cnet_stream_t *stream);

/* Frees what is left of a header, when the stream is freed. */
void cnet_proxy_free(cnet_stream_t *stream);
/* --- sendfile.c, splice.c ----------------------------------------------------------------------------------- */

#define CNET_SAFE_INTEGER 9007199254740991u /* Number.MAX_SAFE_INTEGER: the largest size or offset */

/* Ends what is being sent, when the stream is closed: told as UV_ECANCELED, before CNET_ON_CLOSE. */
void cnet_send_end(cnet_stream_t *stream);

/* Ends the splice of `stream` and its other side, when one of them begins to close; nobody is told. */
void cnet_relay_end(cnet_stream_t *stream);

/* --- read.c, slab.c ------------------------------------------------------------------------------------------- */

#define CNET_SLAB_SIZE (64 * 1024)

/* Tells JavaScript of the end of what is read, UV_EOF, or of an error: CNET_ON_READ. */
void cnet_read_tell(cnet_stream_t *stream, int32_t status);

/* A read of more bytes than that may take the block with it. */
#define CNET_LARGE_READ (CNET_SLAB_SIZE / 2)

/* Memory for one read, where a `large` one is expected or not; its own when that of the slab is lent. */
void cnet_slab_lend(cnet_env_t *env, bool large, uv_buf_t *out);

/*
 * Ends the read that cnet_slab_lend() began, of which `got` bytes are wanted, and gives an ArrayBuffer that holds them
 * from its start on and nothing else but zeroes. It is JavaScript's: C never touches it again. False: there is no
 * memory, and nothing is held any more.
 */
bool cnet_slab_take(cnet_env_t *env, const uv_buf_t *lent, size_t got, napi_value *buffer);

/* Ends the read that cnet_slab_lend() began, with nothing read. */
void cnet_slab_return(cnet_env_t *env, const uv_buf_t *lent);

/*
 * What on_alloc and on_read are to libuv, for those who read by another way: memory for one read (no bytes: there is
 * none), and its end with what was got: bytes, 0 for nothing, or a negative code.
 */
void cnet_read_memory(uv_handle_t *handle, size_t suggested, uv_buf_t *out);
void cnet_read_done(uv_stream_t *uv, ssize_t got, const uv_buf_t *lent);

/* --- descriptors.c ---------------------------------------------------------------------------------------- */

/* Descriptors in one message: the kernel's limit (SCM_MAX_FD, unix(7)). */
#define CNET_FDS_MAX 253

/* Whether the stream is read by descriptors.c, and to be started and stopped by the function below. */
bool cnet_passing_receives(const cnet_stream_t *stream);

/* Starts or stops to read such a stream. 0 or a negative code. */
int cnet_passing_read(cnet_stream_t *stream, bool start);

/* As uv_ref() and uv_unref(), for what waits beside the stream's own handle. */
void cnet_passing_ref(cnet_stream_t *stream, bool ref);

/* The stream is being closed: nothing is waited for; its duplicate is closed. */
void cnet_passing_close(cnet_stream_t *stream);

/* The stream is closed: tells the message that waits of it. */
void cnet_passing_end(cnet_stream_t *stream);

/* Closes what nobody has taken, and frees. */
void cnet_passing_free(cnet_stream_t *stream);

/* --- error_queue.c ---------------------------------------------------------------------------------------- */

/*
 * Sees to it that the kernel's error queue of the stream is emptied, if it may have one: to be called when the stream
 * has got a descriptor, or a socket option, that may bring one about.
 */
void cnet_error_queue_watch(cnet_stream_t *stream);

/* The stream is being closed. */
void cnet_error_queue_close(cnet_stream_t *stream);

/* --- socket_file.c ---------------------------------------------------------------------------------------- */

#define CNET_BIND_WAITS 1 /* of bindFile(): known to lib/listen.js */

/* Removes the file, if it still is the one that was bound, and frees `file`. */
void cnet_socket_file_remove(cnet_socket_file_t *file);

/* The stream is being closed while the thread pool makes its file: nothing of that stays. */
void cnet_binding_cancel(cnet_stream_t *stream);

/* --- write.c ------------------------------------------------------------------------------------------------- */

/* Bytes of the waiting write that the kernel has not taken; 0 when none waits. */
size_t cnet_write_queue_size(const cnet_stream_t *stream);

/* --- idle.c -------------------------------------------------------------------------------------------------- */

/* Notes activity on the stream: its idle timeout starts anew. Costs a load, and with a timeout the reading of a clock.
 */
void cnet_idle_touch(cnet_stream_t *stream);

/* Something has come that is no activity, as the peer's end: a timeout that was due before it is not. */
void cnet_idle_heard(cnet_stream_t *stream);

/* Forgets `stream` in its idle timeout (which goes on). */
void cnet_idle_detach(cnet_stream_t *stream);

/* Milliseconds since the last activity; UV_ENOTSUP: the stream has no idle timeout. */
int32_t cnet_idle_quiet(const cnet_stream_t *stream);

/* Frees every idle timeout of the environment, at teardown. */
void cnet_idle_free_all(cnet_env_t *env);

/* --- token.c ------------------------------------------------------------------------------------------------- */

/* Closes the descriptors that this environment has sent away and nobody has taken, at teardown. */
void cnet_tokens_close(cnet_env_t *env);

/* --- platform_*.c: what libuv does not have, or not on every Node line ------------------------------------------- */

/*
 * The descriptor of `uv`, or a negative code. libuv makes none before bind or connect: where there is none yet one is
 * made, of `family` (4 or 6) for TCP.
 */
int cnet_platform_socket(uv_stream_t *uv, int family);

/* getsockopt(2) and setsockopt(2): 0 or a negative code; *size is the room for the value, and then its bytes. */
int cnet_platform_get_option(const uv_stream_t *uv, int level, int name, void *value, uint32_t *size);
int cnet_platform_set_option(const uv_stream_t *uv, int level, int name, const void *value, uint32_t size);

/* The name of a peer that has reset the connection already; a negative code where the system does not tell it. */
int cnet_platform_gone_peer(const uv_stream_t *uv, struct sockaddr_storage *out);

/* The credentials of the peer of a Unix socket; UV_ENOTCONN when there is none. */
int cnet_platform_credentials(const uv_stream_t *uv, cnet_credentials_t *out);

/*
 * SO_REUSEPORT, before bind: on the descriptor of `tcp`, or on one of `family` (4 or 6) made for it, as libuv makes
 * none before uv_tcp_bind(). UV_ENOTSUP where the kernel does not share connections out with it.
 */
int cnet_platform_reuse_port(uv_tcp_t *tcp, int family);

/*
 * Keep-alive: seconds before the first probe, seconds between probes, number of probes. With one of them 0 it is turned
 * on and all three stay what they are, as in Node (libuv docs, uv_tcp_keepalive_ex()).
 */
int cnet_platform_keep_alive(uv_stream_t *uv, bool enable, uint32_t delay, uint32_t interval, uint32_t count);

/* IPv4 type of service or IPv6 traffic class, 0 to 255. get: the value, or a negative code. */
int cnet_platform_set_tos(uv_stream_t *uv, int tos);
int cnet_platform_get_tos(uv_stream_t *uv);

/*
 * Gives a handle that has no descriptor one of `family` (4 or 6): of multipath TCP, if that is asked for and the kernel
 * has it, else of TCP. 0 or a negative code.
 */
int cnet_platform_tcp_open(uv_tcp_t *tcp, int family, bool multipath);

/* TCP Fast Open: of a listener for at most `queue` connections at once; of a handle that is to connect with -1. */
int cnet_platform_fast_open(uv_stream_t *uv, int queue);

/* Sends with the SYN of a connection that has just begun; the bytes that are taken, or the code that it has failed
 * with. */
int cnet_platform_send_early(uv_stream_t *uv, const char *data, size_t size);

/* Whether the kernel may put messages into the error queue of the socket (recvmsg(2), MSG_ERRQUEUE): timestamps and
 * such. */
bool cnet_platform_has_error_queue(const uv_stream_t *uv);

/* Reads some messages of that queue, and throws them away: how many, at most CNET_DRAINED_AT_ONCE. */
#define CNET_DRAINED_AT_ONCE 64
int cnet_platform_drain_errors(int fd);

/* 1: the SYN of this connection brought data that were taken; 0: not; or a negative code. */
int cnet_platform_used_fast_open(uv_stream_t *uv);

/* 1: this connection is one of multipath TCP at both ends; 0: not; or a negative code. */
int cnet_platform_is_multipath(uv_stream_t *uv);

/* TCP_USER_TIMEOUT, 0 to 2^31-1 ms; 0: the system's. get: the value, or a negative code. */
int cnet_platform_set_user_timeout(uv_stream_t *uv, int ms);
int cnet_platform_get_user_timeout(uv_stream_t *uv);

/*
 * Binds `pipe` to `name` of `length` bytes; a leading zero byte is an abstract name (Linux). Names longer than
 * the kernel's are UV_EINVAL, never cut. *made: a file was made, to be unlinked by us.
 */
#define CNET_PATH_MAX 4096
int cnet_platform_pipe_bind(uv_pipe_t *pipe, const char *name, size_t length, bool *made);

/*
 * Connects `pipe` to a name, as above. 0: `cb` will be called; 1: it is settled already, by *settled, and `cb` will
 * not be called; or the code of a name that is not one.
 */
int cnet_platform_pipe_connect(uv_connect_t *req, uv_pipe_t *pipe, const char *name, size_t length, uv_connect_cb cb,
                               int *settled);

/* Gives the file of a bound pipe the permissions that everyone is to have, and no others (chmod(2)). */
int cnet_platform_pipe_chmod(const char *path, bool readable, bool writable);

/* Removes the file of a bound pipe. */
void cnet_platform_unlink(const char *path);

/*
 * Whether no descriptor is left to the process. It is looked at only where that of `uv` is among the last CNET_LAST of
 * `limit`, which cnet_platform_limit() gives; 0: there is none.
 */
#define CNET_LAST 32
bool cnet_platform_exhausted(const uv_stream_t *uv, int limit);
int cnet_platform_limit(void);
/* Which file it is (stat(2), st_dev and st_ino). */
typedef struct cnet_file_id {
  uint64_t device, inode;
} cnet_file_id_t;

/*
 * A socket that is bound to a path as by cnet_platform_pipe_bind(), with permissions of 0 to 0777 (negative: the
 * umask's) that the file never exceeds; and which file it is, in *made. The descriptor, or a negative code. It does not
 * wait.
 */
int cnet_platform_file_bind(const char *name, size_t length, int mode, cnet_file_id_t *made);

/*
 * The same where there is a file: a socket that nobody has bound any more is removed before; of several who try, one
 * succeeds, and the others are told UV_EADDRINUSE. UV_EBUSY: the directory stays locked. It may wait for more than a
 * second. When all is done, and nobody else can have the place yet, `keep` is asked: false, and all is undone, and the
 * result UV_ECANCELED.
 */
typedef bool (*cnet_keep_t)(void *data, int fd, const cnet_file_id_t *made);
int cnet_platform_file_replace(const char *name, size_t length, int mode, cnet_keep_t keep, void *data);

/* Removes the socket at `path` if it is `made`. */
void cnet_platform_file_remove(const char *path, const cnet_file_id_t *made);

/* Whether descriptors can go over the socket `fd`: it is one of the Unix domain. */
bool cnet_platform_passes(int fd);

/*
 * Reads once, without waiting: bytes, 0 at the end, or a negative code. The descriptors that came, close-on-exec, are
 * in fds[0 .. *count), and the caller's. When some could not be had (UV_EMFILE, UV_ENFILE, UV_EACCES) there are none.
 */
ssize_t cnet_platform_receive(int fd, const uv_buf_t *buf, int fds[CNET_FDS_MAX], int *count);

/* Sends bytes, of which there are some, and `count` descriptors with the first: bytes sent, or a negative code. */
ssize_t cnet_platform_send(int fd, const uv_buf_t *buf, const int *fds, int count);

/* A close-on-exec duplicate of `fd`, or a negative code. */
int cnet_platform_dup(int fd);

/* Lets the descriptor `target`, which is open, be another one of what `fd` is, close-on-exec: 0 or a negative code. */
int cnet_platform_dup_onto(int fd, int target);

/* Closes such a duplicate. */
void cnet_platform_close(int fd);

/*
 * Whether the kernel has something for `uv` now: bytes, the end or an error; with `room` also whether it takes bytes,
 * or a connection that is being made is settled. 1, 0, or a negative code: it cannot be asked.
 */
int cnet_platform_ready(const uv_stream_t *uv, bool room);
/* Bytes that were received and not read; 0 where it does not tell, or a negative code. */
int cnet_platform_unread(uv_stream_t *uv);

/* Bytes in the kernel that wait, to be read or to be taken by the peer; 0 where it does not tell, or a negative code.
 */
int cnet_platform_queued(uv_stream_t *uv);

/* Milliseconds since the last byte of a TCP connection, sent or received (Linux, tcp(7), TCP_INFO); or a negative code.
 */
int32_t cnet_platform_quiet(uv_stream_t *uv);

/* Lets the close of a TCP connection be a reset: socket(7), SO_LINGER with 0. 0 or a negative code. */
int cnet_platform_reset_on_close(uv_stream_t *uv);
/* Whether bytes can be sent from it by cnet_platform_sendfile(): a regular file, or a block device. */
bool cnet_platform_is_file(int fd);

/*
 * Sends from `file`, at *offset, which moves on, or where it is negative at the file's own position. Bytes sent, 0 at
 * the end of the file, or a negative code: UV_EAGAIN when the socket is full. It waits for the disk.
 */
int64_t cnet_platform_sendfile(int socket, int file, int64_t *offset, size_t count);

/* A pipe whose ends do not wait, of `size` bytes at most, or a page: those it has, or a negative code. */
int cnet_platform_make_pipe(int fds[2], size_t size);

/* Makes it of `size` bytes or more: those it has, or a negative code, and it is as it was. */
int cnet_platform_size_pipe(int fd, size_t size);

/* Moves bytes from or to a pipe without waiting. Bytes moved, 0 at the end, or a negative code. */
int64_t cnet_platform_splice(int from, int to, size_t count);

#endif
