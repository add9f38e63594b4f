/* scenarios.h: ways in which streams come and go, for tests that break in upon them at every moment. */
#ifndef CNET_TEST_SCENARIOS_H
#define CNET_TEST_SCENARIOS_H

#include "host.h"

/*
 * Each begins something, goes on in the callbacks, and is done when `done` says so, unless somebody interferes. Any
 * call may fail, as memory may, and any stream may be closed: then it goes no further.
 */
typedef struct scenario {
  const char *name;
  void (*begin)(host_t *host);
  host_code_t on;
  bool (*done)(host_t *host, void *nothing);
} scenario_t;

/* The last one of each has no name. */
extern const scenario_t scenarios[], joined_scenarios[];

/* What is not a stream of the scenario on the host is closed, or stopped, by this; to be called before the loop ends.
 */
void scenario_end(void);

#endif
