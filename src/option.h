/* option.h: lists of socket options that are set before connect(2). */
#ifndef CNET_OPTION_H
#define CNET_OPTION_H

#include "napi_util.h"

typedef struct cnet_options cnet_options_t;

/*
 * Reads argument `i`: bytes in which for each option stand its level, its number and the length of its value, three
 * 32-bit integers of this machine, and then the value, filled up to a multiple of 4. 0 and a copy in *out, the caller's
 * to free(), NULL when the argument is not given; or UV_EINVAL, UV_ENOMEM.
 */
int cnet_options_read(const cnet_call_t *call, size_t i, cnet_options_t **out);

/*
 * Sets them on `uv`, which has a descriptor and is to connect to an address of `family`, 4 or 6. Those of IPv6 are left
 * out for IPv4. 0, or the code of the one that failed, whose number is then in *index.
 */
int cnet_options_set(const cnet_options_t *options, uv_stream_t *uv, int family, uint32_t *index);

#endif
