/* idle_state.h: the end of what the binding has of an idle timeout, for environment.c. */
#ifndef CNET_BINDING_IDLE_STATE_H
#define CNET_BINDING_IDLE_STATE_H

#include "environment.h"

/* Frees it, and its context; the timeout itself is the core's. */
void cnet_idle_state_free(cnet_environment_t *env, cnet_idle_state_t *state);

#endif
