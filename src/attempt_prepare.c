/* attempt_prepare.c: what comes before the dialling of an address: whether it may be, the descriptor, the local end. */
#include <string.h>

#include "attempt.h"
#include "opening.h"

int cnet_attempt_permit(cnet_stream_t *stream, const struct sockaddr_storage *address) {
  cnet_env_t *env = stream->env;
  int32_t id = stream->id;

  if (stream->block_list == NULL) return 0;
  bool blocked = cnet_block_list_holds(env, stream->block_list, address, true);
  stream = cnet_table_get(&env->streams, id);
  if (stream == NULL || stream->attempt == NULL) return UV_ECANCELED;
  return blocked ? CNET_BLOCKED : 0;
}

/* Binds to the local address; finds at once what uv_tcp_bind() leaves to a later call. 0 or a negative code. */
static int bind_local(const cnet_attempt_t *attempt, uv_stream_t *uv, int family) {
  const char *local = attempt->local_address[0] ? attempt->local_address : NULL;
  struct sockaddr_storage bound;
  char text[CNET_ADDRESS_TEXT];
  int32_t port;

  if (local == NULL && attempt->local_port == 0) return 0;
  size_t length = local == NULL ? 0 : strlen(local); /* which has no zero byte in it: see read_arguments() */
  if (local != NULL && cnet_address_family(local, length) != family) return UV_EINVAL;
  bool fits = attempt->local_port >= 0 - UINT16_MAX && attempt->local_port <= UINT16_MAX;
  int32_t wanted = fits ? (int32_t)attempt->local_port : 0;
  int err = cnet_tcp_bind((uv_tcp_t *)uv, local, length, wanted, family, 0);
  if (!err) err = cnet_tcp_name(uv, false, &bound);
  if (err || attempt->local_port <= 0) return err;
  cnet_address_text(&bound, text, &port, NULL);
  return port == attempt->local_port ? 0 : UV_EADDRINUSE; /* not the port that was asked for, as Node has it */
}

/* Sets the options of the attempt, on a descriptor made for them. Where that fails *phase says at what. */
static int set_options(const cnet_attempt_t *attempt, uv_stream_t *uv, int family, cnet_phase_t *phase) {
  uint32_t index = 0;

  int err = cnet_platform_socket(uv, family);
  *phase = CNET_ATTEMPT_UNSENT;
  if (err < 0) return err;
  err = cnet_options_set(attempt->options, uv, family, &index);
  *phase = err ? (cnet_phase_t)(CNET_ATTEMPT_OPTION + (int)index) : CNET_ATTEMPT_BIND;
  return err;
}

int cnet_attempt_prepare(const cnet_stream_t *stream, uv_stream_t *uv, const struct sockaddr_storage *address,
                         cnet_phase_t *phase) {
  const cnet_attempt_t *attempt = stream->attempt;
  int family = address->ss_family == AF_INET6 ? 6 : 4;

  *phase = CNET_ATTEMPT_BIND;
  int err = stream->opening == NULL ? 0 : cnet_opening_prepare(stream->opening, (uv_tcp_t *)uv, family);
  if (!err && attempt->options != NULL) err = set_options(attempt, uv, family, phase);
  return err ? err : bind_local(attempt, uv, family);
}
