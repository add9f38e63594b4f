/*
 * held.c: duplicates of descriptors on their way out, until passing.c has sent them.
 *
 * The program may close its own ones while a message waits for its turn, and their numbers may then be those of other
 * files. The duplicates hang on an object of JavaScript's, which closes them when it is dropped, collected, or ends
 * with its thread.
 */
#include "held.h"

#include <stdlib.h>

#include "arguments.h"
#include "descriptor.h"
#include "exports.h"

/* Marks the objects that hold descriptors: napi_unwrap() alone would take any wrapped object. */
static const napi_type_tag TAG = {0x3d90b6e2f15a4c78, 0x92c7ea0468fb31d5};

cnet_held_t *cnet_held_of(napi_env napi, napi_value value) { return cnet_unwrap(napi, value, &TAG); }

static void drop(cnet_held_t *held) {
  while (held->count > 0) cnet_platform_close(held->fds[--held->count]);
}

static void finalize(napi_env napi, void *data, void *hint) {
  (void)napi;
  (void)hint;
  drop(data);
  free(data);
}

/* Element `i` of an array as a descriptor, or a negative code. */
static int element(napi_env napi, napi_value array, uint32_t i) {
  napi_value value;
  double number;

  if (napi_get_element(napi, array, i, &value) != napi_ok) return UV_EINVAL;
  if (napi_get_value_double(napi, value, &number) != napi_ok) return UV_EINVAL;
  return number >= 0 && number <= INT32_MAX && (int)number == number ? (int)number : UV_EBADF;
}

/* Duplicates the descriptors of an array. 0, or a negative code and nothing is held. */
static int fill(cnet_held_t *held, napi_env napi, napi_value array, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    int fd = element(napi, array, i);
    if (fd >= 0) fd = cnet_platform_dup(fd);
    if (fd < 0) {
      drop(held);
      return fd;
    }
    held->fds[held->count++] = fd;
  }
  return 0;
}

/* holdDescriptors([descriptor, ...]): an object that holds duplicates of 1 to CNET_FDS_MAX, or a negative code */
napi_value cnet_js_hold_descriptors(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  uint32_t count = 0;
  napi_value object;

  if (napi_get_array_length(napi, call.argv[0], &count) != napi_ok) return cnet_int(napi, UV_EINVAL);
  if (count == 0 || count > CNET_FDS_MAX) return cnet_int(napi, UV_EINVAL);
  cnet_held_t *held = calloc(1, sizeof *held + count * sizeof(int));
  if (held == NULL) return cnet_int(napi, UV_ENOMEM);
  int err = fill(held, napi, call.argv[0], count);
  object = err ? NULL : cnet_wrap(napi, held, &TAG, finalize);
  if (object != NULL) return object;
  drop(held);
  free(held);
  return cnet_int(napi, err ? err : UV_ENOMEM);
}

/* dropDescriptors(object): closes what it holds */
napi_value cnet_js_drop_descriptors(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_held_t *held = cnet_held_of(napi, call.argv[0]);

  if (held != NULL) drop(held);
  return cnet_int(napi, held == NULL ? UV_EINVAL : 0);
}
