/* part.c: the list of what hangs on a stream. */
#include "part.h"

#include "internal.h"

void cnet_part_attach(cnet_stream_t *stream, cnet_part_t *part, const cnet_part_ops_t *ops) {
  cnet_part_t **link = &stream->parts;

  part->ops = ops;
  while (*link != NULL && (*link)->ops->order < ops->order) link = &(*link)->next;
  assert(*link == NULL || (*link)->ops->order != ops->order);
  part->next = *link;
  *link = part;
}

void cnet_part_detach(cnet_stream_t *stream, cnet_part_t *part) {
  for (cnet_part_t **link = &stream->parts; *link != NULL; link = &(*link)->next) {
    if (*link != part) continue;
    *link = part->next;
    part->next = NULL;
    return;
  }
}

cnet_part_t *cnet_part_of(const cnet_stream_t *stream, const cnet_part_ops_t *ops) {
  cnet_part_t *part = stream->parts;

  while (part != NULL && part->ops != ops) part = part->next;
  return part;
}
