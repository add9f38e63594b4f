/* control.c: which fault is armed, and whose turn it is. */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "inject.h"

typedef struct control {
  bool armed, is_short, is_random;
  pthread_t thread;
  char name[64];
  long nth, times, calls, failed;
  int error;
  uint32_t state, rate;
} control_t;

/* One fault at a time in a process; a worker that arms one is waited for. */
static control_t control;

static bool is_watched(void) { return control.armed && pthread_equal(control.thread, pthread_self()); }

static uint32_t next_random(uint32_t limit) {
  control.state = control.state * 1664525u + 1013904223u;
  return (uint32_t)((uint64_t)control.state * limit >> 32);
}

inject_verdict_t inject_decide(const char *name, int *error) {
  if (!is_watched() || control.is_random || strcmp(name, control.name) != 0) return INJECT_PASS;
  long call = ++control.calls;
  if (call < control.nth || (control.times > 0 && call >= control.nth + control.times)) return INJECT_PASS;
  control.failed++;
  *error = control.error;
  return control.is_short ? INJECT_SHORT : INJECT_FAIL;
}

inject_verdict_t inject_decide_bytes(const char *name, int *error) {
  if (!is_watched() || !control.is_random) return inject_decide(name, error);
  control.calls++;
  uint32_t turn = next_random(1000);
  if (turn >= control.rate * 2) return INJECT_PASS;
  control.failed++;
  return turn < control.rate ? INJECT_SHORT : INJECT_AGAIN;
}

static bool arm(const char *text) {
  char error[16];

  control = (control_t){.thread = pthread_self()};
  if (sscanf(text, "arm %63s %ld %15s %ld", control.name, &control.nth, error, &control.times) != 4) return false;
  control.is_short = strcmp(error, "short") == 0;
  if (!control.is_short && sscanf(error, "%d", &control.error) != 1) return false;
  control.armed = true;
  return true;
}

static bool arm_random(const char *text) {
  control = (control_t){.thread = pthread_self(), .is_random = true};
  control.armed = sscanf(text, "random %u %u", &control.state, &control.rate) == 2;
  return control.armed;
}

bool inject_command(const char *text) {
  if (strncmp(text, "hook ", 5) == 0) return inject_hook(text + 5);
  if (strncmp(text, "arm ", 4) == 0) return arm(text);
  if (strncmp(text, "random ", 7) == 0) return arm_random(text);
  if (strcmp(text, "off") != 0) return false;
  control.armed = false;
  return true;
}

size_t inject_answer(char *out, size_t size) {
  long held[3];
  char text[128];

  inject_held(held);
  int length = snprintf(text, sizeof text, "%ld %ld %ld %ld %ld", control.calls, control.failed, held[0], held[1], held[2]);
  size_t fits = (size_t)length < size ? (size_t)length : size;
  memcpy(out, text, fits);
  return fits;
}
