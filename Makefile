# The checks of the C, and the tests of its core without Node, for `npm run check:c`, `analyse`, `format` and `test:core`,
# which see to what these need. The native part itself is built by node-gyp, from cnet.gyp: `npm run build`.

FLOORS := base address proxy platform core threads
SYSTEM := $(if $(filter Linux,$(shell uname -s)),linux,none)

HEADERS := $(wildcard src/*/*.h)
OURS := $(wildcard src/*/*.c src/platform/posix/*.c src/platform/$(SYSTEM)/*.c)
FOR_WINDOWS := $(wildcard src/*/*.c src/platform/windows/*.c src/platform/none/*.c)
ALL := $(HEADERS) $(wildcard src/*/*.c src/*/*/*.[ch])

# uv.h lies where the build has copied it. Others' headers are system headers: not ours to be warned of.
UV := build/gyp/build/uv
INCLUDES := $(FLOORS:%=-Isrc/%)
BINDING := $(INCLUDES) -Isrc/binding -isystem node_modules/node-api-headers/include -isystem $(UV)
DEFINES := -D_GNU_SOURCE -DNODE_GYP_MODULE_NAME=cnet -DNAPI_VERSION=8
WARNINGS := -std=c11 -Wall -Wextra -Wpedantic -Werror

.PHONY: check analyse format format-check core FORCE
.DELETE_ON_ERROR:

# --- warnings ---------------------------------------------------------------------------------------------------------
# With optimisation, as some of gcc's warnings come from its optimiser. Each header by itself: it includes what it needs.
# What Windows would compile, where MinGW is: nothing else here looks at those files. Microsoft's C has no arrays of a
# length that is known at run time alone, and no extensions of GNU's (-Wpedantic).

COMPILE = $(WARNINGS) -Wvla $(DEFINES) $(BINDING) -O2 -c -o /dev/null
MINGW := x86_64-w64-mingw32-gcc-win32
MAX_LINES := 300

check: $(foreach compiler,gcc clang,$(patsubst %,check/$(compiler)/%,$(OURS) $(HEADERS))) \
       $(if $(shell command -v $(MINGW)),$(FOR_WINDOWS:%=check/windows/%),without-windows)
	@wc -l $(filter %.c,$(ALL)) | awk '$$1 > $(MAX_LINES) && $$2 != "total" \
	  { print $$2 ": " $$1 " lines, at most $(MAX_LINES) are allowed"; bad = 1 } END { exit bad }'

check/gcc/%.c check/clang/%.c: FORCE
	@$(word 2,$(subst /, ,$@)) $(COMPILE) $*.c

check/gcc/%.h check/clang/%.h: FORCE
	@$(word 2,$(subst /, ,$@)) $(COMPILE) -fsyntax-only -Wno-unused-function -Wno-pragma-once-outside-header -x c $*.h

check/windows/%.c: FORCE
	@$(MINGW) $(COMPILE) -D_WIN32_WINNT=0x0A00 $*.c

without-windows:
	@echo 'check:c: the paths of Windows are not compiled, missing: $(MINGW) (Debian, Ubuntu: apt-get install gcc-mingw-w64-x86-64-win32)'

# --- static analysis: .clang-tidy says of what --------------------------------------------------------------------------

COMMANDS := build/gyp/build/Release
CPPCHECK := --quiet --std=c11 --enable=warning,performance,portability --error-exitcode=1 --inline-suppr \
            --suppress=missingIncludeSystem
OTHERS := $(wildcard src/platform/windows/*.c src/platform/none/*.c)

analyse:
	cppcheck $(CPPCHECK) $(INCLUDES) -Isrc/binding -D__linux__ $(DEFINES) $(filter %.c,$(ALL))
	run-clang-tidy -quiet -p $(COMMANDS) >$(COMMANDS)/tidy.txt 2>/dev/null || { cat $(COMMANDS)/tidy.txt; exit 1; }
	$(if $(shell command -v $(MINGW)),clang-tidy --quiet $(OTHERS) -- --target=x86_64-w64-windows-gnu \
	  -D_WIN32_WINNT=0x0A00 -std=c11 $(DEFINES) $(BINDING) 2>/dev/null)

# --- format: .clang-format says which ---------------------------------------------------------------------------------

format:
	clang-format -i $(ALL)

format-check:
	clang-format --dry-run -Werror $(ALL)

# --- the core and its tests in C, test/core/, without Node: uv.h is that of libuv1-dev, node_api.h is not to be found -------

MODE := plain
CC_plain := gcc
FLAGS_plain := -O2
CC_asan := clang
FLAGS_asan := -O1 -fsanitize=address,undefined -fno-sanitize-recover=all
CC_ubsan := clang
FLAGS_ubsan := -O1 -fsanitize=undefined -fno-sanitize-recover=all
CC_tsan := clang
FLAGS_tsan := -O1 -fsanitize=thread
CC_coverage := gcc
FLAGS_coverage := -O0 --coverage -fprofile-update=atomic
# By Zig, with libuv from its sources: tools/core-musl.js says where both are.
CC_musl := $(ZIG) cc -target x86_64-linux-musl
FLAGS_musl := -O1 -isystem $(LIBUV)/include
CC_musl-arm64 := $(ZIG) cc -target aarch64-linux-musl
FLAGS_musl-arm64 := $(FLAGS_musl)

DIR := build-core/$(MODE)
CORE := $(filter-out src/binding/%,$(OURS)) $(wildcard test/core/*.c)
OBJECTS := $(CORE:%.c=$(DIR)/%.o)
UV_OBJECTS := $(LIBUV_SOURCES:%.c=$(DIR)/libuv/%.o)
CORE_CC := $(CC_$(MODE)) -g -fno-omit-frame-pointer $(FLAGS_$(MODE))
HEAP := malloc calloc realloc
# The warning is of a macro of musl's own header, CMSG_NXTHDR(). Zig's linker has no --wrap.
AFTER := $(if $(LIBUV),-Wno-sign-compare)
RENAMED := $(if $(LIBUV),$(foreach name,$(HEAP),-D$(name)=__wrap_$(name)))
WITH := $(if $(LIBUV),,$(HEAP:%=-Wl,--wrap=%) -luv)

core: $(DIR)/test-core

$(DIR)/test-core: $(OBJECTS) $(UV_OBJECTS)
	$(CORE_CC) $^ $(WITH) -lpthread -o $@

$(DIR)/test/core/main.o: RENAMED := $(if $(LIBUV),$(foreach name,$(HEAP),-D__real_$(name)=$(name)))

$(DIR)/libuv/%.o: $(LIBUV)/%.c
	@mkdir -p $(@D)
	$(CC_$(MODE)) -w -O1 -D_GNU_SOURCE -I$(LIBUV)/include -I$(LIBUV)/src -c $< -o $@

$(DIR)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CORE_CC) $(WARNINGS) $(AFTER) $(RENAMED) -D_GNU_SOURCE $(INCLUDES) -Itest/core -MMD -MP -c $< -o $@

-include $(OBJECTS:.o=.d)
