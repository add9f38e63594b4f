/* credentials.c: whose process is at the other end of a Unix socket, and whose may be. */
#include <stdlib.h>
#include <string.h>

#include "exports.h"
#include "napi_util.h"

struct cnet_uids {
  size_t count;
  uint32_t uids[];
};

static bool is_allowed(const cnet_uids_t *allowed, uint32_t uid) {
  for (size_t i = 0; i < allowed->count; i++)
    if (allowed->uids[i] == uid) return true;
  return false;
}

static napi_value number(napi_env napi, double value) {
  napi_value result = NULL;
  napi_create_double(napi, value, &result);
  return result;
}

/* Tells of a connection that was turned away: (listener, undefined, pid, uid, gid); pid -1: not known. */
static void tell_refused(cnet_stream_t *listener, const cnet_credentials_t *peer) {
  cnet_env_t *env = listener->env;
  napi_handle_scope scope;
  napi_value argv[5];

  env->counts[CNET_COUNT_DROPPED_CREDENTIALS]++;
  if (env->closing || napi_open_handle_scope(env->napi, &scope) != napi_ok) return;
  argv[0] = cnet_int(env->napi, listener->id);
  napi_get_undefined(env->napi, &argv[1]);
  argv[2] = number(env->napi, (double)peer->pid);
  argv[3] = number(env->napi, peer->uid);
  argv[4] = number(env->napi, peer->gid);
  cnet_emit(env, listener->context, CNET_ON_DROP, 5, argv);
  napi_close_handle_scope(env->napi, scope);
}

bool cnet_credentials_admit(cnet_stream_t *listener, cnet_stream_t *client) {
  cnet_credentials_t peer;

  int err = cnet_platform_credentials(client->uv, &peer);
  if (!err && is_allowed(listener->allowed_uids, peer.uid)) return true;
  cnet_stream_close(client, false);
  if (!err) tell_refused(listener, &peer);
  return false;
}

/* --- from JavaScript ------------------------------------------------------------------------------------------- */

/* credentials(id, out): sets pid (-1: not known), uid and gid of the peer on the object `out`; of pipes only */
napi_value cnet_js_credentials(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  cnet_credentials_t peer;

  if (stream == NULL || stream->kind != CNET_PIPE) return cnet_int(napi, UV_EBADF);
  int err = cnet_platform_credentials(stream->uv, &peer);
  if (err) return cnet_int(napi, err);
  bool ok = napi_set_named_property(napi, call.argv[1], "pid", number(napi, (double)peer.pid)) == napi_ok &&
            napi_set_named_property(napi, call.argv[1], "uid", number(napi, peer.uid)) == napi_ok &&
            napi_set_named_property(napi, call.argv[1], "gid", number(napi, peer.gid)) == napi_ok;
  return cnet_int(napi, ok ? 0 : UV_EINVAL);
}

/* setAllowedUids(id, bytes of 32-bit numbers of this machine): whose processes a listener on a path lets in */
napi_value cnet_js_set_allowed_uids(napi_env napi, napi_callback_info info) {
  cnet_call_t call = cnet_call_read(napi, info);
  cnet_stream_t *stream = cnet_arg_stream(&call);
  size_t length = 0;
  void *data = NULL;

  if (stream == NULL || stream->kind != CNET_PIPE) return cnet_int(napi, UV_EBADF);
  if (!cnet_bytes(napi, call.argv[1], &data, &length) || length % sizeof(uint32_t) != 0)
    return cnet_int(napi, UV_EINVAL);
  cnet_uids_t *allowed = malloc(sizeof *allowed + length);
  if (allowed == NULL) return cnet_int(napi, UV_ENOMEM);
  allowed->count = length / sizeof(uint32_t);
  if (length > 0) memcpy(allowed->uids, data, length);
  free(stream->allowed_uids);
  stream->allowed_uids = allowed;
  return cnet_int(napi, 0);
}
