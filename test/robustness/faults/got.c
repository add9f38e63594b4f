/*
 * got.c: the calls of the addon alone: memory, Node-API, libuv. Its table of addresses (elf(5), DT_JMPREL and DT_RELA)
 * is given functions of ours. Preloading would not do: the Node program, which has libuv and Node-API in it, comes first
 * in the search; and allocations of others are not to be counted.
 */
#include <dlfcn.h>
#include <link.h>
#include <node_api.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "inject.h"

/* --- memory, counted ------------------------------------------------------------------------------------------ */

static void *(*real_malloc)(size_t);
static void *(*real_calloc)(size_t, size_t);
static void *(*real_realloc)(void *, size_t);
static void (*real_free)(void *);

/* Threads of workers count too. */
static long held[3];

static void count(int what, long change) { __atomic_add_fetch(&held[what], change, __ATOMIC_RELAXED); }

void inject_held(long out[3]) {
  for (int i = 0; i < 3; i++) out[i] = __atomic_load_n(&held[i], __ATOMIC_RELAXED);
}

static bool fails(const char *name) {
  int error;
  return inject_decide(name, &error) != INJECT_PASS;
}

static void *counted(void *memory) {
  if (memory != NULL) count(0, 1);
  return memory;
}

static void *our_malloc(size_t size) { return fails("malloc") ? NULL : counted(real_malloc(size)); }

static void *our_calloc(size_t n, size_t size) { return fails("malloc") ? NULL : counted(real_calloc(n, size)); }

static void *our_realloc(void *old, size_t size) {
  if (fails("malloc")) return NULL;
  void *memory = real_realloc(old, size);
  return old == NULL ? counted(memory) : memory;
}

static void our_free(void *memory) {
  if (memory != NULL) count(0, -1);
  real_free(memory);
}

/* --- Node-API and libuv: functions of integers and pointers, at most eight of them ------------------------------ */

typedef long (*any_fn)(long, long, long, long, long, long, long, long);

/* name, what a success adds to (1: references, 2: contexts; 0: nothing), and by how much */
#define FUNCTIONS(X) \
  X(napi_create_reference, 1, 1) \
  X(napi_delete_reference, 1, -1) \
  X(napi_async_init, 2, 1) \
  X(napi_async_destroy, 2, -1) \
  X(napi_create_buffer, 0, 0) \
  X(napi_get_reference_value, 0, 0) \
  X(napi_get_buffer_info, 0, 0) \
  X(napi_get_arraybuffer_info, 0, 0) \
  X(napi_get_typedarray_info, 0, 0) \
  X(napi_get_element, 0, 0) \
  X(napi_set_element, 0, 0) \
  X(napi_set_named_property, 0, 0) \
  X(napi_create_function, 0, 0) \
  X(napi_create_object, 0, 0) \
  X(napi_type_tag_object, 0, 0) \
  X(napi_wrap, 0, 0) \
  X(napi_get_uv_event_loop, 0, 0) \
  X(napi_add_async_cleanup_hook, 0, 0) \
  X(uv_accept, 0, 0) \
  X(uv_tcp_init, 0, 0) \
  X(uv_pipe_init, 0, 0) \
  X(uv_tcp_bind, 0, 0) \
  X(uv_tcp_connect, 0, 0) \
  X(uv_tcp_open, 0, 0) \
  X(uv_pipe_open, 0, 0) \
  X(uv_listen, 0, 0) \
  X(uv_read_start, 0, 0) \
  X(uv_write, 0, 0) \
  X(uv_try_write, 0, 0) \
  X(uv_shutdown, 0, 0) \
  X(uv_tcp_nodelay, 0, 0) \
  X(uv_tcp_close_reset, 0, 0) \
  X(uv_fileno, 0, 0)

/* Node-API's "an exception is pending" is true: there is one. `env` is a call's first argument. */
static long failure(long env, int error) {
  if (error == napi_pending_exception)
    napi_throw_error((napi_env)env, "ERR_MEMORY_ALLOCATION_FAILED", "Failed to allocate memory");
  return error;
}

#define OUR(name, what, change) \
  static any_fn real_##name; \
  static long our_##name(long a, long b, long c, long d, long e, long f, long g, long h) { \
    int error; \
    if (inject_decide(#name, &error) != INJECT_PASS) return failure(a, error); \
    long result = real_##name(a, b, c, d, e, f, g, h); \
    if (change != 0 && (int)result == 0) count(what, change); \
    return result; \
  }
FUNCTIONS(OUR)
#undef OUR

typedef struct hook {
  const char *name;
  void *ours, *real; /* where the pointers to functions are kept */
} hook_t;

static void (*const memory_hooks[])(void) = {(void (*)(void))our_malloc, (void (*)(void))our_calloc,
                                             (void (*)(void))our_realloc, (void (*)(void))our_free};

#define POINTER(name, what, change) static any_fn pointer_##name = our_##name;
FUNCTIONS(POINTER)
#undef POINTER

static const hook_t hooks[] = {
    {"malloc", (void *)&memory_hooks[0], &real_malloc},
    {"calloc", (void *)&memory_hooks[1], &real_calloc},
    {"realloc", (void *)&memory_hooks[2], &real_realloc},
    {"free", (void *)&memory_hooks[3], &real_free},
#define ROW(name, what, change) {#name, &pointer_##name, &real_##name},
    FUNCTIONS(ROW)
#undef ROW
};

/* --- the table of the addon ------------------------------------------------------------------------------------ */

typedef struct image {
  const char *path;
  bool found;
} image_t;

/* The table may be read-only since it was loaded (RELRO). */
static void unlock(void *slot) {
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  mprotect((void *)((uintptr_t)slot & ~(page - 1)), page, PROT_READ | PROT_WRITE);
}

/* The first slot gives the real function, which is looked up anew, as the slot may lead to the loader still. */
static void replace(const char *name, void **slot) {
  for (size_t i = 0; i < sizeof hooks / sizeof *hooks; i++) {
    if (strcmp(hooks[i].name, name) != 0) continue;
    void *real = dlsym(RTLD_DEFAULT, name);
    memcpy(hooks[i].real, &real, sizeof real);
    unlock(slot);
    memcpy(slot, hooks[i].ours, sizeof *slot);
  }
}

static void go_through(const struct dl_phdr_info *info, const ElfW(Rela) * rows, size_t size, const ElfW(Sym) * symbols,
                       const char *strings) {
  for (size_t i = 0; i < size / sizeof *rows; i++) {
    size_t symbol = sizeof(void *) == 8 ? rows[i].r_info >> 32 : rows[i].r_info >> 8;
    if (symbol != 0) replace(strings + symbols[symbol].st_name, (void **)(info->dlpi_addr + rows[i].r_offset));
  }
}

static void read_dynamic(const struct dl_phdr_info *info, const ElfW(Dyn) * entry) {
  const ElfW(Rela) *jumps = NULL, *data = NULL;
  const ElfW(Sym) *symbols = NULL;
  const char *strings = NULL;
  size_t jumps_size = 0, data_size = 0;

  for (; entry->d_tag != DT_NULL; entry++) {
    if (entry->d_tag == DT_JMPREL) jumps = (const void *)entry->d_un.d_ptr;
    if (entry->d_tag == DT_PLTRELSZ) jumps_size = entry->d_un.d_val;
    if (entry->d_tag == DT_RELA) data = (const void *)entry->d_un.d_ptr;
    if (entry->d_tag == DT_RELASZ) data_size = entry->d_un.d_val;
    if (entry->d_tag == DT_SYMTAB) symbols = (const void *)entry->d_un.d_ptr;
    if (entry->d_tag == DT_STRTAB) strings = (const void *)entry->d_un.d_ptr;
  }
  go_through(info, jumps, jumps_size, symbols, strings);
  go_through(info, data, data_size, symbols, strings);
}

static int look_at(struct dl_phdr_info *info, size_t size, void *data) {
  image_t *image = data;
  (void)size;

  if (strcmp(info->dlpi_name, image->path) != 0) return 0;
  image->found = true;
  for (int i = 0; i < info->dlpi_phnum; i++)
    if (info->dlpi_phdr[i].p_type == PT_DYNAMIC)
      read_dynamic(info, (const void *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr));
  return 1;
}

bool inject_hook(const char *path) {
  image_t image = {path, false};
  dl_iterate_phdr(look_at, &image);
  return image.found;
}
