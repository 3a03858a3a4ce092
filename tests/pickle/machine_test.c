/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>
#include <string.h>

#include "build.h"
#include "pickle/machine.h"

/* The message in memory of exactly its size. */
static void run(struct machine *m, const void *bytes, size_t len)
{
	void *copy = malloc(len + 1);
	struct pickle_bytes in = {.prefix = (char *)copy + 1, .prefix_len = len, .full_len = len};

	assert_non_null(copy);
	memcpy((char *)copy + 1, bytes, len);
	machine_run(m, &in);
	free(copy);
}

/* Every opcode, with operands that promise anything, on stacks that hold little. */
static void any_opcode_ends_in_order(void **state)
{
	static const char *const before[] = {"", "N", "NN", "(", "N(", "]", "](", "}N", "(NNN("};
	static const uint8_t fill[] = {0, 1, 0x7f, 0xff};
	struct machine m;

	(void)state;
	for (size_t i = 0; i < 256 * 9 * 4; i++) {
		const char *front = before[i / 256 % 9];
		uint8_t bytes[40] = {0x80, 4};
		size_t len = 2 + strlen(front);

		memcpy(bytes + 2, front, strlen(front));
		bytes[len] = (uint8_t)i;
		memset(bytes + len + 1, fill[i / 256 / 9], 20);
		for (size_t n = len; n <= len + 21; n++) {
			run(&m, bytes, n);
			assert_int_not_equal(m.end, END_NOT);
			assert_true(m.pos <= n);
			assert_true(m.arena_top <= ARENA);
		}
	}
}

static void what_is_no_pickle_is_broken(void **state)
{
	static const char *const broken[] = {"\x80\x02.", "\x80\x02t", "\x80\x02NN.", "\x80\x02(N.",
		"\x80\x02"
		"e",
		"\x80\x02"
		"a",
		"\x80\x02Na", "\x80\x02Ns", "\x80\x02R", "\x80\x02N\x93",
		"\x80\x02"
		"1",
		"\x80\x02"
		"0",
		"\x80\x02"
		"b",
		"\x80\x02(u"};
	struct machine m;

	(void)state;
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		run(&m, broken[i], strlen(broken[i]));
		assert_int_equal(m.end, END_BROKEN);
	}
	run(&m, "\x80\x02N\xff.", 5);
	assert_int_equal(m.end, END_OPCODE);
	run(&m, "\x80\x02NN", 4);
	assert_int_equal(m.end, END_CUT);
}

static void marks_have_an_end(void **state)
{
	char bytes[2 * FRAMES];
	struct machine m;

	(void)state;
	memset(bytes, '(', sizeof(bytes));
	memcpy(bytes, "\x80\x04", 2);
	run(&m, bytes, 2 + FRAMES - 1);
	assert_int_equal(m.end, END_CUT);
	assert_int_equal(m.depth, FRAMES - 1);
	run(&m, bytes, sizeof(bytes));
	assert_int_equal(m.end, END_DEEP);
}

static void numbers_are_counted_beyond_what_is_stored(void **state)
{
	struct pickled p = {0};
	struct machine m;

	(void)state;
	for (int n = 4; n < 400000; n = n * 5 / 2) {
		pickled_begin(&p, 4);
		pickled_ops(&p, "(");
		for (int i = 0; i < n; i++)
			pickled_int(&p, i);
		pickled_ops(&p, "t");
		pickled_end(&p);
		run(&m, p.b.data, p.b.len);
		assert_int_equal(m.end, END_STOP);
		assert_int_equal(m.slots[0].kind, VALUE_TUPLE);
		assert_int_equal(m.slots[0].kids.count, n);
		assert_int_equal(m.slots[0].kept, n < KEEP ? n : KEEP);
		for (int i = 0; i < n && i < KEEP; i++)
			assert_int_equal(machine_kid(&m, &m.slots[0], (uint32_t)i)->num, i);
		assert_int_equal(machine_kid(&m, &m.slots[0], KEEP)->kind, VALUE_UNKNOWN);
		pickled_release(&p);
	}
}

/* (1, (2, (3, ... without a MARK: all on one stack before the first is closed. */
static void values_need_no_mark(void **state)
{
	struct pickled p = {0};
	struct machine m;
	const struct value *v;

	(void)state;
	pickled_begin(&p, 4);
	for (int i = 0; i < 5000; i++)
		pickled_int(&p, i);
	for (int i = 0; i < 4999; i++)
		pickled_ops(&p, "\x86");
	pickled_end(&p);
	run(&m, p.b.data, p.b.len);
	assert_int_equal(m.end, END_STOP);
	v = &m.slots[0];
	assert_int_equal(v->kind, VALUE_TUPLE);
	assert_int_equal(v->kids.count, 2);
	assert_int_equal(machine_kid(&m, v, 0)->num, 0);
	pickled_release(&p);
}

/* Whatever is inside, the outermost kids are kept. */
static void what_is_outside_is_not_lost_to_what_is_inside(void **state)
{
	struct machine m;

	(void)state;
	for (int width = 1; width <= KEEP; width++) {
		for (int depth = 1; depth <= 40; depth++) {
			struct pickled p = {0};

			pickled_begin(&p, 4);
			pickled_ops(&p, "(");
			for (int k = 0; k < 6; k++) {
				for (int d = 0; d < depth; d++)
					pickled_ops(&p, "(N");
				for (int w = 0; w < width; w++)
					pickled_ops(&p, "](NNNNe");
				for (int d = 0; d < depth; d++)
					pickled_ops(&p, "t\x85\x85");
			}
			pickled_ops(&p, "t");
			pickled_end(&p);
			run(&m, p.b.data, p.b.len);
			assert_int_equal(m.end, END_STOP);
			assert_int_equal(m.slots[0].kids.count, 6);
			assert_int_equal(m.slots[0].kept, 6);
			for (uint32_t k = 0; k < 6; k++) {
				const struct value *kid = machine_kid(&m, &m.slots[0], k);

				assert_int_equal(kid->kind, VALUE_TUPLE);
				assert_int_equal(kid->kids.count, 1);
			}
			pickled_release(&p);
		}
	}
}

static void the_memo_gives_back_texts(void **state)
{
	struct pickled p = {0};
	struct machine m;
	const struct value *v;

	(void)state;
	for (int proto = 2; proto <= 5; proto++) {
		pickled_begin(&p, proto);
		pickled_text(&p, "first");
		pickled_text(&p, "second");
		pickled_raw(&p, "h\0\x86", 3);
		pickled_raw(&p, "\x86", 1);
		pickled_end(&p);
		run(&m, p.b.data, p.b.len);
		assert_int_equal(m.end, END_STOP);
		v = machine_kid(&m, machine_kid(&m, &m.slots[0], 1), 1);
		assert_int_equal(v->kind, VALUE_TEXT);
		assert_int_equal(v->text.have, 5);
		assert_memory_equal(p.b.data + v->off, "first", 5);
		pickled_release(&p);
	}
	/* One that was never set, or is out of bounds, is unknown. */
	run(&m, "\x80\x04Nr\xff\xff\xff\xffj\xff\xff\xff\xff\x86.", 15);
	assert_int_equal(m.end, END_STOP);
	assert_int_equal(machine_kid(&m, &m.slots[0], 1)->kind, VALUE_UNKNOWN);
	run(&m, "\x80\x04Nq\x80h\x7f\x86.", 9);
	assert_int_equal(m.end, END_STOP);
	assert_int_equal(machine_kid(&m, &m.slots[0], 1)->kind, VALUE_UNKNOWN);
}

/* Cut inside a text whose end the tail has, it goes on there. */
static void a_text_is_stepped_over(void **state)
{
	struct pickled p = {0};
	struct machine m;

	(void)state;
	pickled_begin(&p, 4);
	pickled_blob(&p, 100000);
	pickled_int(&p, 7);
	pickled_text(&p, "end");
	pickled_ops(&p, "\x87");
	pickled_end(&p);
	for (size_t tail = 1; tail < 40; tail++) {
		struct pickle_bytes in = {
			.prefix = p.b.data,
			.prefix_len = 100,
			.tail = p.b.data + p.b.len - tail,
			.tail_len = tail,
			.full_len = p.b.len,
		};
		const struct value *v;

		machine_run(&m, &in);
		assert_int_equal(m.end, tail < 12 ? END_CUT : END_STOP);
		if (m.end != END_STOP)
			continue;
		assert_int_equal(machine_kid(&m, &m.slots[0], 1)->num, 7);
		v = machine_kid(&m, &m.slots[0], 2);
		assert_memory_equal(machine_bytes(&m, v->off), "end", 3);
	}
	pickled_release(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_opcode_ends_in_order),
		cmocka_unit_test(what_is_no_pickle_is_broken),
		cmocka_unit_test(marks_have_an_end),
		cmocka_unit_test(numbers_are_counted_beyond_what_is_stored),
		cmocka_unit_test(values_need_no_mark),
		cmocka_unit_test(what_is_outside_is_not_lost_to_what_is_inside),
		cmocka_unit_test(the_memo_gives_back_texts),
		cmocka_unit_test(a_text_is_stepped_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
