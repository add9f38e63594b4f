/* turn.c: counts the turns of an event loop, from one question to the kernel to the next, while somebody wants it. */
#include "turn.h"

uint64_t cnet_now(const cnet_loop_t *loop) {
  uv_update_time(loop->uv);
  return uv_now(loop->uv);
}

/* The loop has asked the kernel, and told of what there is. */
static void on_check(uv_check_t *check) {
  cnet_loop_t *loop = check->data;

  loop->turn++;
  uv_check_stop(check);
}

int cnet_turn_ready(cnet_loop_t *loop) {
  if (loop->check != NULL) return 0;
  uv_check_t *check = cnet_handle_check(loop, loop);
  if (check == NULL) return UV_ENOMEM;
  uv_unref((uv_handle_t *)check);
  loop->turn = 1; /* 0: not asked */
  loop->check = check;
  loop->host->settle(loop);
  return 0;
}

void cnet_turn_end(cnet_loop_t *loop) {
  if (loop->check != NULL) cnet_handle_close(loop, (uv_handle_t *)loop->check);
  loop->check = NULL;
}

void cnet_turn_note(cnet_loop_t *loop, uint64_t *asked) {
  *asked = loop->turn;
  if (loop->check != NULL) uv_check_start(loop->check, on_check); /* nothing where it runs already */
}

bool cnet_turn_waits(cnet_loop_t *loop, uint64_t *asked, bool ready) {
  if (*asked != 0) return !cnet_turn_passed(loop, *asked);
  if (!ready || loop->check == NULL) return false;
  cnet_turn_note(loop, asked);
  return true;
}
