/* text.h: strings, and Buffers among them, put together in memory of ours. */
#ifndef CNET_BINDING_TEXT_H
#define CNET_BINDING_TEXT_H

#include <node_api.h>
#include <uv.h>

/*
 * The bytes of a string in an encoding of constants.h, written to `out`. UV_EINVAL: it is no string; UV_ENOBUFS: there
 * is no room for all of it and a final zero. It runs no code of the user's.
 */
ssize_t cnet_text_encode(napi_env napi, napi_value string, int32_t encoding, char *out, size_t size);

/*
 * The bytes of all that is in an array, Buffers and strings, one behind the other. A number is the encoding of the
 * strings that follow: CNET_LATIN1, or UTF-8 as before the first. UV_EINVAL, UV_ENOBUFS: as above. Reading the elements
 * may run any code.
 */
ssize_t cnet_text_join(napi_env napi, napi_value array, char *out, size_t size);

#endif
