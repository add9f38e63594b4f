/* stats.c: gives JavaScript the numbers of what has been done, and of what is open. */
#include "stats.h"

#include "arguments.h"
#include "constants.h"
#include "exports.h"
#include "meter.h"

static uint64_t table_bytes(const cnet_table_t *table) {
  return (uint64_t)table->size * (sizeof *table->items + sizeof *table->free_numbers);
}

/* Numbers of streams and idle timeouts, and the timeouts themselves. */
static uint64_t tables(const cnet_environment_t *env) {
  uint64_t idles = env->idles.size - env->idles.free_count;
  return table_bytes(&env->streams) + table_bytes(&env->idles) + idles * sizeof(cnet_idle_state_t) +
         cnet_loop_idle_bytes(env->loop);
}

static uint64_t reads(const cnet_memory_t *memory) {
  return (uint64_t)((memory->block.data != NULL) + memory->away) * CNET_MEMORY_SIZE;
}

/* stats(Float64Array of CNET_COUNTS): fills it. 0 or UV_EINVAL. */
napi_value cnet_js_stats(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  const uint64_t *counts = cnet_loop_counts(call.env->loop);
  napi_typedarray_type type;
  size_t length = 0;
  void *data = NULL;

  if (napi_get_typedarray_info(napi, call.argv[0], &type, &length, &data, NULL, NULL) != napi_ok ||
      type != napi_float64_array || length < CNET_COUNTS)
    return cnet_int(napi, UV_EINVAL);
  double *out = data;
  for (int i = 0; i < CNET_COUNTED; i++) out[i] = (double)counts[i];
  out[CNET_COUNT_MEMORY_READS] = (double)reads(&call.env->memory);
  out[CNET_COUNT_MEMORY_TABLES] = (double)tables(call.env);
  out[CNET_COUNT_MEMORY_BLOCK_LISTS] = call.env->list_meter == NULL ? 0 : (double)call.env->list_meter->bytes;
  return cnet_int(napi, 0);
}

/* count(number of a count, more or less): of what JavaScript alone sees. 0 or UV_EINVAL. */
napi_value cnet_js_count(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  int32_t which = cnet_arg_int(&call, 0, -1);

  if (which < CNET_COUNT_ACCEPTED || which >= CNET_COUNT_MEMORY_STREAMS) return cnet_int(napi, UV_EINVAL);
  cnet_loop_counts(call.env->loop)[which] += (uint64_t)(int64_t)cnet_arg_int(&call, 1, 1);
  return cnet_int(napi, 0);
}
