/* SPDX-License-Identifier: GPL-2.0-only */
/* Messages out of the sizes of reads and writes: whole ones, pieces, and what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/framing.h"

#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)

/* One call, and the message that must be whole with it. */
struct step {
	__u64 asked;
	__u64 done; /* 0: ends the steps */
	const char *data;
	int is_whole;
	__u64 bytes;
};

static void run(enum msg_dir dir, const struct step *steps)
{
	struct framing f = {0};

	for (int i = 0; steps[i].done; i++) {
		const struct step *s = &steps[i];
		unsigned char data[16] = {0};
		struct framing_call c = {
			.io = {.asked = s->asked, .done = s->done, .dir = dir},
			.data = data,
			.data_bytes = sizeof(data),
		};
		__u64 bytes = 0;
		size_t skip;

		memcpy(data, s->data ? s->data : "\x80\4\x95", s->data ? 8 : 3);
		if (framing_take(&f, &c, &bytes, &skip) != s->is_whole)
			fail_msg("step %d: a message is whole: %d", i, !s->is_whole);
		if (s->is_whole && bytes != s->bytes)
			fail_msg("step %d: %llu bytes", i, (unsigned long long)bytes);
	}
}

static void a_short_one_is_written_at_once(void **state)
{
	static const struct step steps[] = {
		{5, 5, "\0\0\0\1____", 1, 1},
		{8, 8, "\0\0\0\4\x80\4N.", 1, 4},
		{4 + 16384, 4 + 16384, "\0\0\x40\0____", 1, 16384},
		{5, 5, "\0\0\0\2____", 0, 0}, /* a length that is not true */
		{5, 5, "\0\0\0\1____", 1, 1},
		{0},
	};

	(void)state;
	run(MSG_WRITE, steps);
}

static void a_long_one_follows_its_length(void **state)
{
	static const struct step steps[] = {
		{4, 4, "\0\0\x40\1____", 0, 0},
		{16385, 16385, NULL, 1, 16385},
		/* Celery writes a short one so too; and the body of None is no length. */
		{4, 4, "\0\0\0\4____", 0, 0},
		{4, 4, "\x80\4N.____", 1, 4},
		{4, 4, "\0\0\0\1____", 0, 0},
		{1, 1, NULL, 1, 1},
		{0},
	};

	(void)state;
	run(MSG_WRITE, steps);
}

static void a_write_may_come_in_pieces(void **state)
{
	static const struct step steps[] = {
		/* A signal came while the pipe was full. */
		{4 + 9000, 4096, "\0\0\x23\x28____", 0, 0},
		{4 + 9000 - 4096, 4 + 9000 - 4096, NULL, 1, 9000},
		{4 + 9000, 4, "\0\0\x23\x28____", 0, 0},
		{9000, 8000, NULL, 0, 0},
		{1000, 1000, NULL, 1, 9000},
		/* Never more than 0x7ffff000 bytes at once. */
		{4, 4, "\xff\xff\xff\xff____", 0, 0},
		{8, 8, "\0\0\0\0\x83\x21\x56\x3b", 0, 0},
		{2200000059, 2147479552, NULL, 0, 0},
		{52520507, 52520507, NULL, 1, 2200000059},
		{0},
	};

	(void)state;
	run(MSG_WRITE, steps);
}

static void an_empty_one_is_whole_with_its_length(void **state)
{
	static const struct step steps[] = {
		{4, 4, "\0\0\0\0____", 1, 0},
		{4, 4, "\0\0\0\0____", 1, 0},
		{0},
	};
	static const struct step split[] = {
		{4, 1, "\0_______", 0, 0},
		{3, 3, "\0\0\0_____", 1, 0},
		{0},
	};

	(void)state;
	run(MSG_WRITE, steps);
	run(MSG_READ, steps);
	run(MSG_READ, split);
}

static void a_read_may_come_in_pieces(void **state)
{
	static const struct step steps[] = {
		{4, 4, "\0\3\x0d\xc6____", 0, 0},
		{200134, 64958, NULL, 0, 0},
		{200134 - 64958, 65536, NULL, 0, 0},
		{69640, 65536, NULL, 0, 0},
		{4104, 4100, NULL, 0, 0},
		{4, 4, NULL, 1, 200134}, /* the last four are no length */
		/* 3.14 asks for no more than a pipe holds. */
		{4, 4, "\0\2\0\0____", 0, 0},
		{65536, 65536, NULL, 0, 0},
		{65536, 65536, NULL, 1, 131072},
		{0},
	};

	(void)state;
	run(MSG_READ, steps);
}

static void a_length_may_come_in_pieces(void **state)
{
	static const struct step steps[] = {
		{4, 2, "\0\0______", 0, 0},
		{2, 1, "\1_______", 0, 0},
		{1, 1, "\2_______", 0, 0},
		{258, 258, NULL, 1, 258},
		{4, 3, "\xff\xff\xff_____", 0, 0},
		{1, 1, "\xff_______", 0, 0},
		{8, 5, "\0\0\0\0\x80___", 0, 0},
		{3, 3, "\0\0\1_____", 0, 0},
		{2 * GIB + 1, 2 * GIB, NULL, 0, 0},
		{1, 1, NULL, 1, 2 * GIB + 1},
		{0},
	};

	(void)state;
	run(MSG_READ, steps);
}

static void what_is_no_length_costs_nothing(void **state)
{
	static const struct step written[] = {
		{4, 4, "blat____", 0, 0}, /* a length of 1.6 GB, says who */
		{8, 8, "\0\0\0\4\x80\4N.", 1, 4},
		{4, 4, "\x80\4N.____", 0, 0},
		{4096, 4096, NULL, 0, 0},
		{3, 3, "abc_____", 0, 0},
		{1 * MIB, 65536, NULL, 0, 0},
		{4, 4, "\xff\xff\xff\xff____", 0, 0},
		{8, 8, "\0\0\0\0\0\0\0\7", 0, 0}, /* 4 bytes could have said that */
		{5, 5, "\0\0\0\1____", 1, 1},
		{4, 4, "\xff\xff\xff\xff____", 0, 0},
		{8, 8, "\xff\xff\xff\xff\xff\xff\xff\xff", 0, 0},
		{5, 5, "\0\0\0\1____", 1, 1},
		{0},
	};
	static const struct step read[] = {
		{1024, 4, "blat____", 0, 0},
		{4, 4, "blat____", 0, 0},
		{8192, 8192, NULL, 0, 0}, /* a part of it, perhaps */
		{4, 4, "\0\0\0\4____", 0, 0}, /* but this wants a length */
		{4, 4, "\x80\4N.____", 1, 4},
		{4, 3, "\0\0\0_____", 0, 0},
		{100, 100, NULL, 0, 0}, /* not the rest of that length */
		{1, 1, "\4_______", 0, 0},
		{4, 4, "\0\0\0\1____", 0, 0},
		{1, 1, NULL, 1, 1},
		{0},
	};

	(void)state;
	run(MSG_WRITE, written);
	run(MSG_READ, read);
}

static void who_comes_into_the_middle_waits_for_a_length(void **state)
{
	static const struct step steps[] = {
		{134660, 65536, NULL, 0, 0},
		{69124, 65536, NULL, 0, 0},
		{3588, 3588, NULL, 0, 0},
		{4, 4, "\0\0\0\x17____", 0, 0},
		{23, 23, NULL, 1, 23},
		{0},
	};

	(void)state;
	run(MSG_READ, steps);
	run(MSG_WRITE, (const struct step[]){
			       {3588, 3588, NULL, 0, 0},
			       {5, 5, "\0\0\0\1____", 1, 1},
			       {0},
		       });
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_short_one_is_written_at_once),
		cmocka_unit_test(a_long_one_follows_its_length),
		cmocka_unit_test(a_write_may_come_in_pieces),
		cmocka_unit_test(an_empty_one_is_whole_with_its_length),
		cmocka_unit_test(a_read_may_come_in_pieces),
		cmocka_unit_test(a_length_may_come_in_pieces),
		cmocka_unit_test(what_is_no_length_costs_nothing),
		cmocka_unit_test(who_comes_into_the_middle_waits_for_a_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
