/* connect_prepare.c: what comes before an address is dialled: the descriptor, its options, the local end. */
#include "connect_internal.h"

#include <string.h>

#include "bind.h"
#include "descriptor.h"

/* Binds to the local address; finds at once what uv_tcp_bind() leaves to a later call. 0 or a negative code. */
static int bind_local(const cnet_attempt_t *attempt, uv_stream_t *uv, int family) {
  const char *local = attempt->local_address[0] ? attempt->local_address : NULL;
  struct sockaddr_storage bound;
  char text[CNET_ADDRESS_TEXT];
  int32_t port;

  if (local == NULL && attempt->local_port == 0) return 0;
  size_t length = local == NULL ? 0 : strlen(local);
  if (local != NULL && cnet_address_family(local, length) != family) return UV_EINVAL;
  bool fits = attempt->local_port >= 0 - UINT16_MAX && attempt->local_port <= UINT16_MAX;
  int32_t wanted = fits ? (int32_t)attempt->local_port : 0;
  int err = cnet_handle_bind(uv, local, length, wanted, family, 0);
  if (!err) err = cnet_handle_name(uv, false, &bound);
  if (err || attempt->local_port <= 0) return err;
  cnet_address_text(&bound, text, &port, NULL);
  return port == attempt->local_port ? 0 : UV_EADDRINUSE; /* not the port that was asked for, as Node has it */
}

/* Sets the options of the attempt, on a descriptor made for them. */
static int set_options(const cnet_attempt_t *attempt, uv_stream_t *uv, int family, cnet_step_t *failure) {
  int err = cnet_platform_socket(uv, family);

  failure->phase = CNET_ATTEMPT_UNSENT;
  if (err < 0) return err;
  err = cnet_socket_options_set(attempt->socket_options, uv, family, &failure->option);
  failure->phase = err ? CNET_ATTEMPT_OPTION : CNET_ATTEMPT_BIND;
  return err;
}

int cnet_attempt_prepare(const cnet_stream_t *stream, const cnet_attempt_t *attempt, uv_stream_t *uv,
                         const struct sockaddr_storage *address, cnet_step_t *failure) {
  int family = address->ss_family == AF_INET6 ? 6 : 4;

  *failure = (cnet_step_t){.phase = CNET_ATTEMPT_BIND};
  int err = cnet_early_data_prepare(stream, uv, family);
  if (!err && attempt->socket_options != NULL) err = set_options(attempt, uv, family, failure);
  if (!err) err = bind_local(attempt, uv, family);
  failure->status = err;
  return err;
}
