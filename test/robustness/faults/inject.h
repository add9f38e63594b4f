/*
 * inject.h: makes chosen calls of the core fail, for tests only.
 *
 * The library is loaded by LD_PRELOAD and does nothing until a script speaks to it, through the descriptor INJECT_FD,
 * which no kernel gives out:
 *
 *   write  "hook PATH"             from now on the calls of the addon at PATH are seen too (got.c)
 *          "arm NAME N ERROR TIMES"  the N-th call of NAME from now on fails, and TIMES - 1 more (0: all the rest); ERROR is
 *                                  an errno for a system call, a negative code for libuv, a status for Node-API, and
 *                                  "short" for reads and writes of one byte
 *          "random SEED RATE"      of a thousand reads and writes RATE are short, and RATE have to be tried again
 *          "off"                   no call fails any more
 *   read   "CALLS FAILED ALLOCATIONS REFERENCES CONTEXTS": calls of the armed name, how many of them failed, and what
 *          the addon holds
 *
 * Only the thread that has armed a fault meets it. System calls count when they are about a socket; those of nobody
 * but libuv and the addon are.
 */
#ifndef INJECT_H
#define INJECT_H

#include <stdbool.h>
#include <stddef.h>

#define INJECT_FD 987654

/* What is to become of a call. */
typedef enum inject_verdict { INJECT_PASS, INJECT_FAIL, INJECT_SHORT, INJECT_AGAIN } inject_verdict_t;

/* Counts a call of `name` and decides. *error: the number with which it fails. */
inject_verdict_t inject_decide(const char *name, int *error);

/* The same for a call that moves bytes, to which the random faults are for too. */
inject_verdict_t inject_decide_bytes(const char *name, int *error);

/* Carries out a command; false: it is none. */
bool inject_command(const char *text);

/* The answer to a read. */
size_t inject_answer(char *out, size_t size);

/* Puts our functions in the place of those that the addon at `path` calls. False: it is not loaded. */
bool inject_hook(const char *path);

/* What the addon holds now: blocks of memory, references, async contexts. */
void inject_held(long held[3]);

#endif
