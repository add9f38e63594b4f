/* socket_options.h: socket options by name (socket(7), tcp(7), ip(7), ipv6(7)), and lists of them. */
#ifndef CNET_CORE_SOCKET_OPTIONS_H
#define CNET_CORE_SOCKET_OPTIONS_H

#include "stream.h"

/* What the value of an option is. */
typedef enum cnet_option_kind {
  CNET_OPTION_FLAG,     /* an int: 0 or another number */
  CNET_OPTION_INT,      /* an int */
  CNET_OPTION_UINT,     /* 32 bits without a sign */
  CNET_OPTION_TEXT,     /* characters, with a final zero or without */
  CNET_OPTION_LINGER,   /* struct linger, of two ints */
  CNET_OPTION_LINGER16, /* the same of Windows, of two numbers of 16 bits without a sign */
  CNET_OPTION_UINT64,
} cnet_option_kind_t;

typedef struct cnet_option {
  const char *name;
  int level, number;
  uint8_t kind; /* cnet_option_kind_t */
} cnet_option_t;

#define CNET_OPTION_ABSENT (-1) /* the number of an option that this system does not have */

/* The option of that name; NULL: there is none. */
const cnet_option_t *cnet_option_find(const char *name);

/* All options, those that this system does not have too: how many, and *out, which is the core's. */
size_t cnet_option_all(const cnet_option_t **out);

/* getsockopt(2) and setsockopt(2) of the stream: 0 or a negative code; *size is the room, and then the bytes. */
int cnet_get_option(const cnet_stream_t *stream, int level, int number, void *value, uint32_t *size);
int cnet_set_option(cnet_stream_t *stream, int level, int number, const void *value, uint32_t size);

/*
 * Makes the descriptor of a stream that has none yet, of TCP for `family` 4 or 6; `multipath`: of multipath TCP, where
 * the kernel has it. 0 or a negative code; UV_EBUSY: it connects.
 */
int cnet_make_socket(cnet_stream_t *stream, int family, bool multipath);

typedef struct cnet_socket_options cnet_socket_options_t;

/*
 * A list, from bytes in which for each option stand its level, its number and the length of its value, three 32-bit
 * integers of this machine, and then the value, filled up to a multiple of 4. The bytes are copied; the list is the
 * caller's to free(). 0, UV_EINVAL or UV_ENOMEM.
 */
int cnet_socket_options_new(const void *bytes, size_t size, cnet_socket_options_t **out);

/*
 * Sets them on `uv`, which has a descriptor and is to connect to an address of `family`, 4 or 6. Those of IPv6 are left
 * out for IPv4. 0, or the code of the one that failed, whose number is then in *index.
 */
int cnet_socket_options_set(const cnet_socket_options_t *options, uv_stream_t *uv, int family, uint32_t *index);

/* TCP_NODELAY, keep-alive, type of service, user timeout, Fast Open, multipath: 0 or a negative code; see options.h
 * and tcp.h of platform/. Of another kind of stream: UV_EBADF. A getter gives the value. */
int cnet_set_no_delay(cnet_stream_t *stream, bool enable);
int cnet_set_keep_alive(cnet_stream_t *stream, bool enable, uint32_t delay, uint32_t interval, uint32_t count);
int cnet_set_type_of_service(cnet_stream_t *stream, int value);
int cnet_get_type_of_service(const cnet_stream_t *stream);
int cnet_set_user_timeout(cnet_stream_t *stream, int ms);
int cnet_get_user_timeout(const cnet_stream_t *stream);
int cnet_set_fast_open_queue(cnet_stream_t *listener, int queue);
int cnet_used_fast_open(const cnet_stream_t *stream);
int cnet_is_multipath(const cnet_stream_t *stream);

#endif
