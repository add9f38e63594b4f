/* accept_limit.c: the limits on connections of a server as lib/ sees them. */
#include "accept_limit.h"

#include "arguments.h"
#include "exports.h"

/* Marks the objects that hold a limit: napi_unwrap() alone would take any wrapped object. */
static const napi_type_tag TAG = {0x2d8e51f3b7c6409a, 0x95b3e07fd1642c8e};

static cnet_accept_limit_t *arg_limit(const cnet_call_t *call, size_t i) {
  return cnet_unwrap(call->napi, call->argv[i], &TAG);
}

static void finalize(napi_env napi, void *data, void *hint) {
  (void)napi;
  (void)hint;
  cnet_accept_limit_release(data);
}

/* acceptLimitNew(number of a Server, as setServer() has it): an object that holds a limit, or UV_ENOMEM */
napi_value cnet_js_accept_limit_new(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_accept_limit_t *limit = cnet_accept_limit_new(cnet_arg_int(&call, 0, 0));

  if (limit == NULL) return cnet_int(napi, UV_ENOMEM);
  napi_value object = cnet_wrap(napi, limit, &TAG, finalize);
  if (object != NULL) return object;
  cnet_accept_limit_release(limit);
  return cnet_int(napi, UV_ENOMEM);
}

/*
 * acceptLimitQuota(limit, connections for each address, for each network, prefix length of IPv4 0 to 32, of IPv6 0 to
 * 128): a negative number is no limit. Those that are there count. 0, UV_EINVAL, or UV_ENOMEM: some are not counted
 */
napi_value cnet_js_accept_limit_quota(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_accept_limit_t *limit = arg_limit(&call, 0);
  int32_t four = cnet_arg_int(&call, 3, -1), six = cnet_arg_int(&call, 4, -1);

  if (limit == NULL || four < 0 || four > 32 || six < 0 || six > 128) return cnet_int(napi, UV_EINVAL);
  cnet_quota_t quota = {
      .per_address = cnet_arg_int(&call, 1, -1),
      .per_prefix = cnet_arg_int(&call, 2, -1),
      .prefix4 = (uint8_t)(96 + four),
      .prefix6 = (uint8_t)six,
  };
  cnet_accept_limit_set_quota(limit, &quota);
  return cnet_int(napi, cnet_accept_limit_recount(limit, call.env->loop));
}

/* acceptLimitRate(limit, connections per second up to CNET_RATE_MAX, at once 1 to 2^31 - 1): 0 per second is no limit
 */
napi_value cnet_js_accept_limit_rate(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_accept_limit_t *limit = arg_limit(&call, 0);
  double per_second = cnet_arg_double(&call, 1);
  int32_t burst = cnet_arg_int(&call, 2, 1);

  if (limit == NULL || !(per_second >= 0 && per_second <= CNET_RATE_MAX) || burst < 1) return cnet_int(napi, UV_EINVAL);
  cnet_accept_limit_set_rate(limit, per_second, burst);
  return cnet_int(napi, 0);
}

/* acceptLimitEnter(limit, id of a connection that has come by another way): a cnet_verdict_t, or a negative code */
napi_value cnet_js_accept_limit_enter(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_accept_limit_t *limit = arg_limit(&call, 0);
  cnet_stream_t *stream = cnet_stream_of(&call, 1);

  if (limit == NULL || stream == NULL) return cnet_int(napi, UV_EBADF);
  return cnet_int(napi, cnet_accept_limit_enter(limit, stream));
}

/* acceptLimitSize(limit): addresses and networks from which connections are open */
napi_value cnet_js_accept_limit_size(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_accept_limit_t *limit = arg_limit(&call, 0);
  return cnet_int(napi, limit == NULL ? UV_EINVAL : (int32_t)cnet_accept_limit_size(limit));
}

/* setAcceptLimit(id, limit | undefined): the limit that a listener heeds */
napi_value cnet_js_set_accept_limit(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  cnet_accept_limit_t *limit = arg_limit(&call, 1);

  if (stream == NULL) return cnet_int(napi, UV_EBADF);
  if (limit == NULL && cnet_arg_given(&call, 1)) return cnet_int(napi, UV_EINVAL);
  if (limit != NULL) return cnet_int(napi, cnet_accept_limit_heed(limit, stream));
  cnet_accept_limit_leave(stream);
  return cnet_int(napi, 0);
}
