/* tcp_info.h: what the kernel knows of a TCP connection: TCP_INFO of tcp(7), TCP_INFO_v0 of Windows. */
#ifndef CNET_CORE_TCP_INFO_H
#define CNET_CORE_TCP_INFO_H

#include "stream.h"

typedef enum cnet_field_kind { CNET_FIELD_NONE, CNET_FIELD_NUMBER, CNET_FIELD_BOOL, CNET_FIELD_TEXT } cnet_field_kind_t;

/* One thing that it knows. CNET_FIELD_NONE: this kernel does not tell it. */
typedef struct cnet_field {
  const char *name;
  cnet_field_kind_t kind;
  double number; /* of CNET_FIELD_BOOL: 0 or 1; may be infinite */
  const char *text;
} cnet_field_t;

#define CNET_TCP_FIELDS_MAX 80

/* Fills in all fields: how many, or a negative code; UV_ENOTSUP: not on this system. */
int cnet_tcp_info(const cnet_stream_t *stream, cnet_field_t out[CNET_TCP_FIELDS_MAX]);

#endif
