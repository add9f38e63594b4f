/* turn.c: counts the turns of an event loop, from one question to the kernel to the next, while somebody wants it. */
#include "turn.h"

#include <stdlib.h>

/* The loop has asked the kernel, and told of what there is. */
static void on_check(uv_check_t *check) {
  cnet_env_t *env = check->data;

  env->turn++;
  uv_check_stop(check);
}

int cnet_turn_ready(cnet_env_t *env) {
  if (env->check != NULL) return 0;
  uv_check_t *check = malloc(uv_handle_size(UV_CHECK));
  if (check == NULL) return UV_ENOMEM;
  uv_check_init(env->loop, check); /* cannot fail */
  check->data = env;
  uv_unref((uv_handle_t *)check);
  env->turn = 1; /* 0: not asked */
  env->check = check;
  cnet_env_hold(env);
  return 0;
}

void cnet_turn_end(cnet_env_t *env) {
  if (env->check != NULL) cnet_uv_close(env, (uv_handle_t *)env->check);
  env->check = NULL;
}

void cnet_turn_note(cnet_env_t *env, uint64_t *asked) {
  *asked = env->turn;
  if (env->check != NULL) uv_check_start(env->check, on_check); /* nothing where it runs already */
}

bool cnet_turn_waits(cnet_env_t *env, uint64_t *asked, bool ready) {
  if (*asked != 0) return !cnet_turn_passed(env, *asked);
  if (!ready || env->check == NULL) return false;
  cnet_turn_note(env, asked);
  return true;
}

uint64_t cnet_now(const cnet_env_t *env) {
  uv_update_time(env->loop);
  return uv_now(env->loop);
}
