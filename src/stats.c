/* stats.c: gives JavaScript the numbers of stats.h. */
#include "stats.h"

#include <stdlib.h>

#include "exports.h"
#include "idle_heap.h"
#include "napi_util.h"

cnet_meter_t *cnet_meter_new(void) {
  cnet_meter_t *meter = calloc(1, sizeof *meter);
  if (meter != NULL) meter->holders = 1;
  return meter;
}

static uint64_t table_bytes(const cnet_table_t *table) {
  return (uint64_t)table->size * (sizeof *table->items + sizeof *table->free_ids);
}

/* Numbers of streams and idle timeouts, and the timeouts themselves. */
static uint64_t tables(const cnet_env_t *env) {
  uint64_t idles = env->idles.size - env->idles.free_count;
  return table_bytes(&env->streams) + table_bytes(&env->idles) + idles * sizeof(cnet_idle_t) +
         (uint64_t)env->idle_heap.size * sizeof *env->idle_heap.items;
}

static uint64_t reads(const cnet_slab_t *slab) {
  return (uint64_t)((slab->block != NULL) + (slab->scratch != NULL)) * CNET_SLAB_SIZE;
}

/* stats(Float64Array of CNET_COUNTS): fills it. 0 or UV_EINVAL. */
napi_value cnet_js_stats(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  const cnet_env_t *env = call.env;
  napi_typedarray_type type;
  size_t length = 0;
  void *data = NULL;

  if (napi_get_typedarray_info(napi, call.argv[0], &type, &length, &data, NULL, NULL) != napi_ok ||
      type != napi_float64_array || length < CNET_COUNTS)
    return cnet_int(napi, UV_EINVAL);
  double *out = data;
  for (int i = 0; i < CNET_COUNTED; i++) out[i] = (double)env->counts[i];
  out[CNET_COUNT_MEMORY_READS] = (double)reads(&env->slab);
  out[CNET_COUNT_MEMORY_TABLES] = (double)tables(env);
  out[CNET_COUNT_MEMORY_BLOCK_LISTS] = env->list_meter == NULL ? 0 : (double)env->list_meter->bytes;
  return cnet_int(napi, 0);
}

/* count(number of a count, more or less): of what JavaScript alone sees. 0 or UV_EINVAL. */
napi_value cnet_js_count(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  int32_t which = cnet_arg_int(&call, 0, -1);

  if (which < CNET_COUNT_ACCEPTED || which >= CNET_COUNT_MEMORY_STREAMS) return cnet_int(napi, UV_EINVAL);
  call.env->counts[which] += (uint64_t)(int64_t)cnet_arg_int(&call, 1, 1);
  return cnet_int(napi, 0);
}
