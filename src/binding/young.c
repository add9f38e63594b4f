/*
 * young.c: has V8 collect its young generation in time.
 *
 * V8 of Node 26 begins to mark its whole heap when 64 MiB of ArrayBuffers were made since the last time, though next to
 * all of them are young and dead: a chunk has mostly been used when the next one comes. That takes longer the larger a
 * program's heap is. A collection of the young generation frees the same memory for a part of this. V8 begins one for
 * the same 64 MiB, and it is chance which comes first; or when the space of its young objects is used up.
 *
 * So where V8 has gone through its whole heap, and the memory outside of that has grown by STEP since, the rest of that
 * space is filled with what nobody keeps. This goes on for some time, and then it is seen whether it is still needed:
 * to fill the space costs something too. When a program keeps its chunks it gives nothing back: then the next time
 * comes after twice as much.
 */
#include "young.h"

#define MIB ((int64_t)1024 * 1024)

#define LOOK ((size_t)(2 * MIB)) /* bytes of chunks from one look to the next */
#define STEP (48 * MIB) /* less than the 64 MiB, and more than the 32 MiB for which V8 of Node 20 does this itself */
#define LONGEST_STEP (1024 * MIB)
#define OLD 80  /* looks after which an object is not young any more: it has outlived several collections */
#define FOR 512 /* looks */

/* What the space is filled with: arrays of so many elements, of 32 KiB, and how many of these at most. */
#define ELEMENTS 4000
#define ARRAYS 512

/* A new object that only the reference knows, which holds it `count` times. NULL: there can be none. */
static napi_ref make_trace(napi_env napi, uint32_t count) {
  napi_handle_scope scope;
  napi_value object;
  napi_ref trace = NULL;

  if (napi_open_handle_scope(napi, &scope) != napi_ok) return NULL;
  if (napi_create_object(napi, &object) == napi_ok) napi_create_reference(napi, object, count, &trace);
  napi_close_handle_scope(napi, scope);
  return trace;
}

/* Makes an array that nobody keeps. True: the trace is no more, or it cannot be said. */
static bool fill(napi_env napi, napi_ref trace) {
  napi_handle_scope scope;
  napi_value array, object = NULL;

  if (napi_open_handle_scope(napi, &scope) != napi_ok) return true;
  bool ok = napi_create_array_with_length(napi, ELEMENTS, &array) == napi_ok &&
            napi_get_reference_value(napi, trace, &object) == napi_ok;
  napi_close_handle_scope(napi, scope);
  return !ok || object == NULL;
}

static void collect(napi_env napi) {
  napi_ref trace = make_trace(napi, 0);

  if (trace == NULL) return;
  for (int i = 0; i < ARRAYS && !fill(napi, trace); i++) continue;
  napi_delete_reference(napi, trace);
}

/* Whether it is time, as there are `total` bytes outside of the heap. */
static bool is_due(cnet_young_t *young, int64_t total) {
  if (young->step == 0) {
    young->floor = total;
    young->step = STEP;
    young->helped = true;
  }
  if (total < young->floor) {
    young->floor = total;
    young->helped = true;
  }
  if (total - young->floor < young->step) return false;
  if (young->helped)
    young->step = STEP;
  else if (young->step < LONGEST_STEP)
    young->step *= 2;
  young->floor = total;
  young->helped = false;
  return true;
}

static bool is_gone(napi_env napi, napi_ref ref) {
  napi_handle_scope scope;
  napi_value object = NULL;

  if (napi_open_handle_scope(napi, &scope) != napi_ok) return false;
  bool gone = napi_get_reference_value(napi, ref, &object) == napi_ok && object == NULL;
  napi_close_handle_scope(napi, scope);
  return gone;
}

/* Looks whether V8 has gone through its whole heap: nothing else takes an object that is not young. */
static void watch(cnet_young_t *young, napi_env napi) {
  if (young->left > 0) young->left--;
  if (young->witness != NULL && young->age > OLD && is_gone(napi, young->witness)) {
    cnet_young_end(young, napi);
    young->left = FOR;
  }
  if (young->witness == NULL) {
    young->witness = make_trace(napi, 1);
    young->age = 0;
  }
  if (young->witness != NULL && young->age++ == OLD) napi_reference_unref(napi, young->witness, NULL);
}

void cnet_young_note(cnet_young_t *young, napi_env napi, size_t bytes) {
  int64_t total;

  young->since += bytes;
  if (young->since < LOOK) return;
  young->since = 0;
  watch(young, napi);
  if (napi_adjust_external_memory(napi, 0, &total) != napi_ok) return;
  if (is_due(young, total) && young->left > 0) collect(napi);
}

void cnet_young_end(cnet_young_t *young, napi_env napi) {
  if (young->witness == NULL) return;
  napi_delete_reference(napi, young->witness);
  young->witness = NULL;
}
