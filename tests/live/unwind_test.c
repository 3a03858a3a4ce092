/* SPDX-License-Identifier: GPL-2.0-only */
/* This program's own stack, as if it were one that the kernel had copied. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

#include <cmocka.h>

#include "live/maps.h"
#include "live/unwind.h"

static struct ring_native copy;
static struct unwound places[UNWIND_PLACES];

static const int order[NATIVE_REGS] = {REG_RAX, REG_RDX, REG_RCX, REG_RBX, REG_RSI, REG_RDI,
	REG_RBP, REG_RSP, REG_R8, REG_R9, REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15,
	REG_RIP};

/* The context is of this function, so it must not have returned while its stack is read. What lies
 * between the variables there is read too, which the sanitizers would call a fault. */
static __attribute__((noinline, no_sanitize_address)) void take_copy(void)
{
	ucontext_t context;
	size_t len = 8192;

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
		count = unwinder_run(u, maps, &copy, places);
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

static void what_is_not_in_the_copy_is_the_end(void **state)
{
	char *maps = maps_read((uint32_t)getpid());
	struct unwinder *u = unwinder_new();

	(void)state;
	outer();
	copy.used = 0;
	assert_int_equal(unwinder_run(u, maps, &copy, places), 1);
	copy.used = 7;
	assert_int_equal(unwinder_run(u, maps, &copy, places), 1);
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
			assert_true(unwinder_run(u, maps[i], &copy, places) <= UNWIND_PLACES);
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
		cmocka_unit_test(what_is_not_in_the_copy_is_the_end),
		cmocka_unit_test(nonsense_is_harmless),
		cmocka_unit_test(maps_of_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
