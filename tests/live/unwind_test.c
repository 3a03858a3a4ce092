/* SPDX-License-Identifier: GPL-2.0-only */
/* This program's own stack, as if it were one that the kernel had copied. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include <cmocka.h>

#include "live/maps.h"
#include "live/module.h"
#include "live/perf_stack.h"
#include "live/unwind.h"

static struct ring_native copy;
static struct unwound places[UNWIND_PLACES];

static size_t unwind(struct unwinder *u, const char *maps)
{
	struct unwind_from from = {.maps = maps,
		.tid = copy.tid,
		.sp = copy.sp,
		.bytes = copy.bytes,
		.used = copy.used};
	bool is_whole;

	memcpy(from.regs, copy.regs, sizeof(from.regs));
	return unwinder_run(u, &from, places, &is_whole);
}

static const int order[NATIVE_REGS] = {REG_RAX, REG_RDX, REG_RCX, REG_RBX, REG_RSI, REG_RDI,
	REG_RBP, REG_RSP, REG_R8, REG_R9, REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15,
	REG_RIP};

/* The context is of this function, so it must not have returned while its stack is read. What lies
 * between the variables there is read too, which the sanitizers would call a fault. */
static __attribute__((noinline, no_sanitize_address)) void take_copy(void)
{
	ucontext_t context;
	size_t len = sizeof(copy.bytes);

	assert_int_equal(getcontext(&context), 0);
	for (int i = 0; i < NATIVE_REGS; i++)
		copy.regs[i] = (uint64_t)context.uc_mcontext.gregs[order[i]];
	copy.sp = copy.regs[7] - NATIVE_RED_ZONE;
	copy.tid = (uint32_t)getpid();
	if ((uintptr_t)environ - copy.sp < len)
		len = (uintptr_t)environ - copy.sp;
	copy.used = (uint32_t)len;
	for (size_t i = 0; i < len; i++) /* not memcpy(), which the sanitizers watch */
		copy.bytes[i] = *(volatile unsigned char *)(copy.sp + i);
}

static __attribute__((noinline)) void outer(void)
{
	take_copy();
	__asm__ volatile(""); /* or the call would be a jump */
}

static __attribute__((noreturn, noinline)) void spin(void)
{
	for (;;)
		__asm__ volatile("");
}

static int at_of(const char *function, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(places[i].function, function))
			return (int)i;
	return -1;
}

static void a_stack_is_unwound_to_its_functions(void **state)
{
	char *maps = maps_read((uint32_t)getpid());
	struct unwinder *u = unwinder_new();
	size_t count;

	(void)state;
	assert_non_null(maps);
	assert_non_null(u);
	outer();
	for (int again = 0; again < 2; again++) {
		memset(places, 0, sizeof(places));
		count = unwind(u, maps);
		assert_true(count > 3);
		assert_int_equal(at_of("take_copy", count), 0);
		assert_int_equal(at_of("outer", count), 1);
		assert_int_equal(at_of("a_stack_is_unwound_to_its_functions", count), 2);
		assert_non_null(strstr(places[1].module, "unwind_test"));
		assert_true(places[1].offset > 0);
	}
	unwinder_free(u);
	free(maps);
}

/* Its files are had through the process. */
static void a_stack_of_the_living(void **state)
{
	char *maps = maps_read_live((uint32_t)getpid());
	struct unwinder *u = unwinder_new();
	struct unwind_from from;
	bool is_whole = false;
	size_t count;

	(void)state;
	assert_non_null(maps);
	assert_non_null(strstr(maps, "[vdso]"));
	outer();
	from = (struct unwind_from){.maps = maps,
		.pid = (uint32_t)getpid(),
		.tid = copy.tid,
		.sp = copy.sp,
		.bytes = copy.bytes,
		.used = copy.used};
	memcpy(from.regs, copy.regs, sizeof(from.regs));
	count = unwinder_run(u, &from, places, &is_whole);
	assert_int_equal(at_of("outer", count), 1);
	assert_true(is_whole);
	assert_string_equal(places[count - 1].function, "_start");
	from.used = 64;
	unwinder_run(u, &from, places, &is_whole);
	assert_false(is_whole);
	unwinder_free(u);
	free(maps);
}

/* It has no file: it is read from the process. */
static void the_vdso_is_known(void **state)
{
	char *maps = maps_read_live((uint32_t)getpid());
	struct unwinder *u = unwinder_new();
	uint64_t start = 0, end = 0;
	bool is_whole, named = false;

	(void)state;
	assert_true(module_find_vdso(maps, &start, &end));
	assert_false(module_find_vdso("", &start, &end));
	memset(&copy, 0, sizeof(copy));
	for (copy.regs[UNWIND_PC] = start; copy.regs[UNWIND_PC] < end && !named;
		copy.regs[UNWIND_PC] += 16) {
		struct unwind_from from = {.maps = maps, .pid = (uint32_t)getpid(), .tid = 1};

		memcpy(from.regs, copy.regs, sizeof(from.regs));
		assert_true(unwinder_run(u, &from, places, &is_whole) >= 1);
		assert_string_equal(places[0].module, "[vdso]");
		named = strstr(places[0].function, "gettime");
	}
	assert_true(named);
	unwinder_free(u);
	free(maps);
}

/* The names of what is mapped are turned into what can be opened, or their lines go. */
static void a_module_is_the_mapped_file(void **state)
{
	char *maps = maps_read_live((uint32_t)getpid()), *paths;
	uint64_t start = (uint64_t)(uintptr_t)strstr;
	const char *name;
	struct stat st;
	size_t len;

	(void)state;
	assert_null(
		module_paths("1000-2000 r--p 0 00:00 1 /proc/self/exe\n", 0)); /* not that inode */
	assert_null(module_paths("nonsense\n\n0-1\n", 0));
	assert_null(module_paths("", 0));
	assert_int_equal(stat("/proc/self/exe", &st), 0);
	{
		char text[256];

		snprintf(text, sizeof(text),
			"1000-2000 r--p 0 00:00 %llu /proc/self/exe\n"
			"2000-3000 r--p 0 00:00 %llu /proc/self/exe",
			(unsigned long long)st.st_ino, (unsigned long long)st.st_ino);
		paths = module_paths(text, 0);
		assert_non_null(paths);
		assert_int_equal(strlen(paths), strlen(text) + 1);
		assert_non_null(strstr(paths, "2000-3000"));
		free(paths);
	}
	paths = module_paths(maps, (uint32_t)getpid());
	assert_non_null(paths);
	assert_null(strstr(paths, "[vdso]"));
	free(paths);
	name = module_name("0-1 r--p 0 00:00 7 /a\n10-20 r--p 0 00:00 8 /b c\n", 16, &len);
	assert_non_null(name);
	assert_int_equal(len, 4);
	assert_memory_equal(name, "/b c", 4);
	assert_null(module_name(maps, start | 1, &len));
	free(maps);
}

/* As libffi does: a page of its own file once more, right below where that is loaded. */
static void what_is_mapped_below_a_module_is_no_beginning(void **state)
{
	char *maps = maps_read((uint32_t)getpid()), *name, line[32];
	struct unwinder *u = unwinder_new();
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	unsigned long long start;
	const char *first;
	void *below;
	size_t len, count;

	(void)state;
	name = realpath("/proc/self/exe", NULL);
	assert_non_null(name);
	first = strstr(maps, name);
	while (first > maps && first[-1] != '\n')
		first--;
	assert_int_equal(sscanf(first, "%llx-", &start), 1);
	below = mmap((void *)(uintptr_t)(start - 0x3000), 0x1000, PROT_READ,
		MAP_PRIVATE | MAP_FIXED_NOREPLACE, fd, 0x1000);
	assert_ptr_equal(below, (void *)(uintptr_t)(start - 0x3000));
	close(fd);
	free(maps);
	maps = maps_read((uint32_t)getpid());
	snprintf(line, sizeof(line), "%llx-", start - 0x3000);
	assert_null(strstr(maps, line));
	assert_null(module_name(maps, start - 0x3000, &len));
	assert_non_null(module_name(maps, start, &len));
	outer();
	count = unwind(u, maps);
	assert_int_equal(at_of("outer", count), 1);
	assert_true(at_of("main", count) > 1);
	munmap(below, 0x1000);
	unwinder_free(u);
	free(name);
	free(maps);
}

/* A child that computes: the kernel copies where it is. */
static void one_that_runs(void **state)
{
	static struct ring_native sampled;
	uint64_t start = (uint64_t)(uintptr_t)&spin;
	pid_t child = fork();
	bool had = false;

	(void)state;
	if (!child)
		spin();
	for (int i = 0; i < 300 && !had; i++) /* others may have the cores for a while */
		had = perf_stack_take((uint32_t)child, &sampled) &&
		      sampled.regs[UNWIND_PC] - start < 4096;
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	if (!had && access("/proc/1/syscall", R_OK))
		skip(); /* not allowed to this user */
	assert_true(had);
	assert_true(sampled.used > 64);
	assert_int_equal(sampled.sp, sampled.regs[UNWIND_SP]);
	assert_false(perf_stack_take((uint32_t)child, &sampled));
}

static void what_is_not_in_the_copy_is_the_end(void **state)
{
	char *maps = maps_read((uint32_t)getpid());
	struct unwinder *u = unwinder_new();

	(void)state;
	outer();
	copy.used = 0;
	assert_int_equal(unwind(u, maps), 1);
	copy.used = 7;
	assert_int_equal(unwind(u, maps), 1);
	unwinder_free(u);
	free(maps);
}

static void nonsense_is_harmless(void **state)
{
	static const char *const maps[] = {
		"",
		"\n",
		"nonsense\n",
		"0-ffffffffffffffff r-xp 0 00:00 1 /etc/passwd\n",
		"1000-2000 r-xp 0 00:00 1 /dev/zero\n",
		"2000-1000 r-xp 0 00:00 1 /etc/hostname\n",
		"1000-2000 r-xp ffffffffffffffff ff:ff 1 /no/such/file\n",
	};
	struct unwinder *u = unwinder_new();

	(void)state;
	for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]); i++) {
		for (uint32_t seed = 0; seed < 8; seed++) {
			memset(&copy, seed % 2 ? 0xff : 0, sizeof(copy));
			copy.used = seed % 3 ? NATIVE_BYTES : 0;
			copy.regs[7] = seed * 0x2492492492492492u;
			copy.regs[16] = 0x1000 + seed;
			copy.sp = copy.regs[7] - NATIVE_RED_ZONE;
			copy.tid = seed;
			assert_true(unwind(u, maps[i]) <= UNWIND_PLACES);
		}
	}
	unwinder_free(u);
	unwinder_free(NULL);
}

static void maps_of_nobody(void **state)
{
	(void)state;
	assert_null(maps_read(0));
	assert_null(maps_read(4194305));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stack_is_unwound_to_its_functions),
		cmocka_unit_test(a_stack_of_the_living),
		cmocka_unit_test(the_vdso_is_known),
		cmocka_unit_test(a_module_is_the_mapped_file),
		cmocka_unit_test(what_is_mapped_below_a_module_is_no_beginning),
		cmocka_unit_test(one_that_runs),
		cmocka_unit_test(what_is_not_in_the_copy_is_the_end),
		cmocka_unit_test(nonsense_is_harmless),
		cmocka_unit_test(maps_of_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
