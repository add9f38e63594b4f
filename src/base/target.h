/* target.h: what this is compiled for, by the names that Node has for it, as process.platform and process.arch. */
#ifndef CNET_BASE_TARGET_H
#define CNET_BASE_TARGET_H

#include <stdlib.h> /* __GLIBC__ */

#if defined(_WIN32)
#define CNET_PLATFORM "win32"
#elif defined(__APPLE__)
#define CNET_PLATFORM "darwin"
#elif defined(__ANDROID__)
#define CNET_PLATFORM "android"
#elif defined(__linux__)
#define CNET_PLATFORM "linux"
#elif defined(__FreeBSD__)
#define CNET_PLATFORM "freebsd"
#elif defined(__OpenBSD__)
#define CNET_PLATFORM "openbsd"
#else
#define CNET_PLATFORM "other"
#endif

#if defined(__x86_64__) || defined(_M_X64)
#define CNET_ARCH "x64"
#elif defined(__aarch64__) || defined(_M_ARM64)
#define CNET_ARCH "arm64"
#elif defined(__i386__) || defined(_M_IX86)
#define CNET_ARCH "ia32"
#elif defined(__arm__)
#define CNET_ARCH "arm"
#elif defined(__s390x__)
#define CNET_ARCH "s390x"
#elif defined(__powerpc64__)
#define CNET_ARCH "ppc64"
#elif defined(__riscv) && __riscv_xlen == 64
#define CNET_ARCH "riscv64"
#elif defined(__loongarch64)
#define CNET_ARCH "loong64"
#else
#define CNET_ARCH "other"
#endif

/* The C library matters on Linux alone. */
#if !defined(__linux__) || defined(__ANDROID__)
#define CNET_LIBC ""
#elif defined(__GLIBC__)
#define CNET_LIBC " glibc"
#else
#define CNET_LIBC " musl"
#endif

#define CNET_TARGET CNET_PLATFORM "-" CNET_ARCH CNET_LIBC

#endif
