/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "live/mapping.h"

static const struct {
	const char *line;
	int kind; /* -1: not taken */
	uint64_t bytes, ino;
} lines[] = {
	{"7f2d3c000000-7f2d3c100000 rw-s 00000000 00:1a 77 /dev/shm/psm_1a2b3c4d\n", SHARED_NAMED,
		1 << 20, 77},
	{"7f2d3c000000-7f2d3c001000 rw-s 00000000 00:1a 78 /dev/shm/pym-412-ab (deleted)\n",
		SHARED_ARENA, 4096, 78},
	{"7f2d3c000000-7f2d3c001000 rw-s 00000000 fe:01 9 /tmp/pymp-x_/pym-412-ab (deleted)\n",
		SHARED_ARENA, 4096, 9},
	{"7f2d3c000000-7f2d3c002000 r--s 00001000 00:1a 80 "
	 "/dev/shm/joblib_memmapping_folder_7_a_b/7-1-c.pkl\n",
		SHARED_MEMMAP, 3 * 4096, 80},
	{"7f2d3c000000-7f2d3c002000 rw-s 00000000 00:1a 81 /dev/shm/torch_412_99_0 (deleted)\n",
		SHARED_TORCH, 2 * 4096, 81},
	{"7f2d3c000000-7f2d3c200000 rw-s 00000000 00:01 1026 /dev/zero (deleted)\n",
		SHARED_ANONYMOUS, 2 << 20, 1026},
	{"7f2d3c000000-7f2d3c200000 rw-s 00000000 00:01 5 /memfd:x (deleted)\n", SHARED_NAMED,
		2 << 20, 5},
	{"7f2d3c000000-7f2d3c001000 rw-s 00000000 00:1a 90 /dev/shm/sem.mp-abc (deleted)\n", -1, 0,
		0},
	{"7f2d3c000000-7f2d3c001000 r--s 00000000 fe:01 91 /usr/lib/gconv/gconv-modules.cache\n",
		-1, 0, 0},
	{"7f2d3c000000-7f2d3c100000 rw-p 00000000 00:1a 77 /dev/shm/psm_1a2b3c4d\n", -1, 0, 0},
	{"7f2d3c000000-7f2d3c100000 rw-p 00000000 00:00 0 \n", -1, 0, 0},
	{"7f2d3c100000-7f2d3c000000 rw-s 00000000 00:1a 77 /dev/shm/psm_backwards\n", -1, 0, 0},
	{"7f2d3c000000-7f2d3c100000 rw-s", -1, 0, 0},
	{"a rw-s", -1, 0, 0},
	{"", -1, 0, 0},
	{"\n", -1, 0, 0},
};

static void every_sort_of_line(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct mapping r;
		bool taken = mapping_parse(lines[i].line, &r);

		assert_int_equal(taken, lines[i].kind >= 0);
		if (!taken)
			continue;
		assert_int_equal(r.kind, lines[i].kind);
		assert_int_equal(r.bytes, lines[i].bytes);
		assert_int_equal(r.ino, lines[i].ino);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(every_sort_of_line)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
