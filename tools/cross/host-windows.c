/*
 * host-windows.c: the functions of Node that the addon calls, on Windows, where a file names the program that has them.
 * Node may have another name than node.exe: a copy, Electron, a single executable. So the addon imports them from
 * nobody; it asks the program that has loaded it, whatever that is called, when it is loaded. tools/cross.js compiles
 * this with host-functions.h, a line CNET_FUNCTION(name) for each.
 */
#include <windows.h>

#if defined(__aarch64__)
#define CNET_JUMP(name) \
  "adrp x16, cnet_host_" name "\n" \
  "ldr x16, [x16, :lo12:cnet_host_" name "]\n" \
  "br x16\n"
#else
#define CNET_JUMP(name) "jmp *cnet_host_" name "(%rip)\n"
#endif

/* The function itself jumps to where its name was found. */
#define CNET_FUNCTION(name) \
  void *cnet_host_##name; \
  __asm__(".text\n.p2align 4\n.globl " #name "\n" #name ":\n" CNET_JUMP(#name));
#include "host-functions.h"
#undef CNET_FUNCTION

typedef struct host_function {
  const char *name;
  void **place;
} host_function_t;

#define CNET_FUNCTION(name) {#name, &cnet_host_##name},
static const host_function_t FUNCTIONS[] = {
#include "host-functions.h"
};
#undef CNET_FUNCTION

/* A program that lacks one of them does not get the addon: the loader says that its initialization has failed. */
BOOL WINAPI DllMain(HINSTANCE self, DWORD reason, LPVOID reserved) {
  HMODULE hosts[] = {GetModuleHandleW(NULL), GetModuleHandleW(L"libnode.dll")};
  (void)self;
  (void)reserved;

  if (reason != DLL_PROCESS_ATTACH) return TRUE;
  for (size_t i = 0; i < sizeof FUNCTIONS / sizeof *FUNCTIONS; i++) {
    FARPROC found = GetProcAddress(hosts[0], FUNCTIONS[i].name);
    if (found == NULL && hosts[1] != NULL) found = GetProcAddress(hosts[1], FUNCTIONS[i].name);
    if (found == NULL) return FALSE;
    *FUNCTIONS[i].place = (void *)found;
  }
  return TRUE;
}
