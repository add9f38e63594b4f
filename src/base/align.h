/* align.h: memory for anything: C11's max_align_t, which Microsoft's C library does not have. */
#ifndef CNET_BASE_ALIGN_H
#define CNET_BASE_ALIGN_H

/* Aligned for every type of C; as the last member of a struct, an array of it is memory for what follows. */
typedef union cnet_align {
  long long integer;
  long double number;
  void *pointer;
  void (*function)(void);
} cnet_align_t;

#endif
