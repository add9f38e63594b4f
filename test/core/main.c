/*
 * main.c: runs the tests of the core: all, or those whose title has one of the arguments in it. It prints a line for
 * each, and `N passed, N failed` at the end; its status is 1 when one has failed. A test must leave no descriptor
 * behind, and take less than a minute.
 */
#include <dirent.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "host.h"

#if __has_include(<node_api.h>)
#error "the core is built and tested where there is no Node-API"
#endif

#define PATIENCE 60 /* seconds for one test */

_Thread_local unsigned test_failures;

static const test_t *const ALL[] = {
    base_tests,     again_tests, read_tests,  write_tests,  connect_tests,    race_tests,
    listener_tests, limit_tests, proxy_tests, relay_tests,  descriptor_tests, option_tests,
    path_tests,     idle_tests,  close_tests, thread_tests, io_thread_tests,
};

/* --- memory that fails: the linker has the calls of our code, and not of libuv's, come here (--wrap) ------------- */

static _Thread_local bool armed, failing, has_failed;
static _Thread_local unsigned to_skip, skipped;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);

static bool fails(void) {
  if (!failing || has_failed) return false;
  has_failed = skipped++ == to_skip;
  return has_failed;
}

void *__wrap_malloc(size_t size) { return fails() ? NULL : __real_malloc(size); }

void *__wrap_calloc(size_t count, size_t size) { return fails() ? NULL : __real_calloc(count, size); }

void *__wrap_realloc(void *memory, size_t size) { return fails() ? NULL : __real_realloc(memory, size); }

void fail_allocation(unsigned skip) {
  armed = failing = true;
  has_failed = false;
  to_skip = skip;
  skipped = 0;
}

void fail_not_yet(void) { failing = false; }

void fail_from_here(void) {
  failing = armed;
  skipped = 0;
  has_failed = false;
}

bool has_allocation_failed(void) { return has_failed; }

bool stop_failing(void) {
  bool failed = has_failed;

  armed = failing = has_failed = false;
  return failed;
}

void *host_alloc(size_t size) {
  void *memory = __real_malloc(size);

  NEED(memory != NULL);
  return memory;
}

/* --- running ----------------------------------------------------------------------------------------------------- */

static unsigned open_descriptors(void) {
  DIR *directory = opendir("/proc/self/fd");
  unsigned count = 0;

  if (directory == NULL) return 0;
  while (readdir(directory) != NULL) count++;
  closedir(directory);
  return count;
}

static bool is_wanted(const char *title, int argc, char **argv) {
  for (int i = 1; i < argc; i++)
    if (strstr(title, argv[i]) != NULL) return true;
  return argc == 1;
}

static const char *left_out;

void leave_out(const char *why) { left_out = why; }

/* True: it has passed. */
static bool run(const test_t *test) {
  unsigned before = open_descriptors();
  uint64_t began = uv_hrtime();

  test_failures = 0;
  left_out = NULL;
  alarm(PATIENCE);
  test->run();
  alarm(0);
  stop_failing();
  CHECK(open_descriptors() == before);
  unsigned ms = (unsigned)((uv_hrtime() - began) / 1000000);
  printf("%s %s (%u ms)\n", test_failures == 0 ? "ok    " : "FAILED", test->title, ms);
  if (left_out != NULL) printf("       left out: %s\n", left_out);
  return test_failures == 0;
}

int main(int argc, char **argv) {
  unsigned passed = 0, failed = 0;
  host_t first; /* what libuv opens once is open from here on */

  setvbuf(stdout, NULL, _IOLBF, 0);
  signal(SIGPIPE, SIG_IGN); /* as libuv needs it */
  host_start(&first);
  host_end(&first);
  for (size_t i = 0; i < sizeof ALL / sizeof *ALL; i++) {
    for (const test_t *test = ALL[i]; test->title != NULL; test++) {
      if (!is_wanted(test->title, argc, argv)) continue;
      if (run(test))
        passed++;
      else
        failed++;
    }
  }
  printf("%u passed, %u failed\n", passed, failed);
  return failed > 0 || passed == 0;
}
