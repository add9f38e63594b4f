/*
 * glibc-names.c: what libstdc++ and libgcc of a machine with glibc ask for, and musl does not have, so that a Node over
 * musl runs with them (tools/platforms/musl.js). For tests alone, and as much as Node needs: every locale is C.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <link.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

/* --- locales: libstdc++ reads the tables of letters in glibc's own structure
 * ------------------------------------------- */

enum { BELOW = 128, LETTERS = 384 };

static unsigned short kinds[LETTERS];
static int lower[LETTERS];
static int upper[LETTERS];

/* musl takes it for one of its own, whose first members are NULL in the locale C. */
static struct {
  void *data[13];
  const unsigned short *kinds;
  const int *lower;
  const int *upper;
  const char *names[13];
} c_locale = {.kinds = kinds + BELOW, .lower = lower + BELOW, .upper = upper + BELOW};

static unsigned short kinds_of(int letter) {
  static int (*const asks[])(int) = {isblank, iscntrl, ispunct, isalnum, NULL,     NULL,    NULL,    NULL,
                                     isupper, islower, isalpha, isdigit, isxdigit, isspace, isprint, isgraph};
  unsigned short found = 0;
  for (unsigned i = 0; i < sizeof asks / sizeof *asks; i++)
    if (asks[i] != NULL && asks[i](letter)) found |= (unsigned short)(1U << i);
  return found;
}

__attribute__((constructor)) static void fill(void) {
  for (int letter = -BELOW; letter < LETTERS - BELOW; letter++) {
    lower[letter + BELOW] = letter >= 0 ? tolower(letter) : letter;
    upper[letter + BELOW] = letter >= 0 ? toupper(letter) : letter;
    if (letter >= 0 && letter < 128) kinds[letter + BELOW] = kinds_of(letter);
  }
}

void *__newlocale(int mask, const char *name, void *base) {
  (void)mask, (void)name, (void)base;
  if (kinds[BELOW + 'a'] == 0) fill(); /* a constructor of C++ may come before ours */
  return &c_locale;
}

void *__duplocale(void *locale) { return locale; }

void __freelocale(void *locale) { (void)locale; }

size_t __strftime_l(char *text, size_t size, const char *format, const struct tm *time, void *locale) {
  (void)locale;
  return strftime(text, size, format, time);
}

/* --- threads: the destructors of thread_local
 * ------------------------------------------------------------------------- */

struct at_end {
  void (*function)(void *);
  void *argument;
  struct at_end *next;
};

static pthread_key_t ends;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void run_ends(void *first) {
  for (struct at_end *end = first, *next; end != NULL; end = next) {
    next = end->next;
    end->function(end->argument);
    free(end);
  }
}

static void make_ends(void) {
  if (pthread_key_create(&ends, run_ends) != 0) abort();
}

int __cxa_thread_atexit_impl(void (*function)(void *), void *argument, void *library) {
  (void)library;
  pthread_once(&once, make_ends);
  struct at_end *end = malloc(sizeof *end);
  if (end == NULL) return -1;
  *end = (struct at_end){function, argument, pthread_getspecific(ends)};
  return pthread_setspecific(ends, end);
}

char __libc_single_threaded;

/* --- exceptions: where the tables of a function are
 * ------------------------------------------------------------------- */

struct found {
  unsigned long flags;
  void *start;
  void *end;
  void *map;
  void *frames;
  unsigned long rest[7];
};

struct question {
  uintptr_t address;
  struct found *found;
};

static int look(struct dl_phdr_info *info, size_t size, void *data) {
  (void)size;
  struct question *question = data;
  struct found found = {0};
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const ElfW(Phdr) *part = &info->dlpi_phdr[i];
    uintptr_t start = info->dlpi_addr + part->p_vaddr;
    if (part->p_type == PT_GNU_EH_FRAME) found.frames = (void *)start;
    if (part->p_type != PT_LOAD || question->address - start >= part->p_memsz) continue;
    found.start = (void *)start;
    found.end = (void *)(start + part->p_memsz);
  }
  if (found.start == NULL || found.frames == NULL) return 0;
  *question->found = found;
  return 1;
}

int _dl_find_object(void *address, struct found *found) {
  struct question question = {(uintptr_t)address, found};
  return dl_iterate_phdr(look, &question) == 1 ? 0 : -1;
}

/* --- small things
 * ----------------------------------------------------------------------------------------------------- */

uint32_t arc4random(void) {
  uint32_t number;
  if (getrandom(&number, sizeof number, 0) != sizeof number) abort();
  return number;
}

/* Nobody asks libgcc which processor it is: but its own references must lead somewhere. */
unsigned __cpu_model[4];
int __cpu_indicator_init(void) { return 0; }

/*
 * std::string::_M_replace_cold() of libstdc++ 14: `gone` bytes at `place` of a string become the `length` bytes of
 * `text`, which may be a part of that string, and `after` bytes follow.
 */
void replace_cold(void *string, char *place, size_t gone, const char *text, size_t length, size_t after) __asm__(
    "_ZNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEE15_M_replace_coldEPcmPKcmm");

void replace_cold(void *string, char *place, size_t gone, const char *text, size_t length, size_t after) {
  (void)string;
  char *copy = malloc(length + 1);
  if (copy == NULL) abort();
  memcpy(copy, text, length);
  if (after > 0 && gone != length) memmove(place + length, place + gone, after);
  memcpy(place, copy, length);
  free(copy);
}
