/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "live/outbox.h"
#include "live/texts.h"

static void test_order_and_padding(void **state)
{
	struct frame_text f = {.h = {.kind = FRAME_TEXT, .t_ns = 7}, .id = 1, .len = 3};
	struct frame_exec e = {.h = {.kind = FRAME_EXEC, .pid = 42}};
	struct outbox o = {0};
	const struct frame *got;

	(void)state;
	outbox_put(&o, &f.h, sizeof(f), "abc", 3);
	outbox_put(&o, &e.h, sizeof(e), NULL, 0);
	got = outbox_next(&o);
	assert_int_equal(got->kind, FRAME_TEXT);
	assert_int_equal(got->size, sizeof(f) + 8);
	assert_memory_equal(((const struct frame_text *)got)->text, "abc\0\0\0\0\0", 8);
	got = outbox_next(&o);
	assert_int_equal(got->kind, FRAME_EXEC);
	assert_int_equal(got->size, sizeof(e));
	assert_null(outbox_next(&o));
	assert_null(outbox_next(&o));
	assert_int_equal(o.frames, 2);
	outbox_release(&o);
}

static void test_many_frames_keep_their_order(void **state)
{
	struct frame_exec e = {.h = {.kind = FRAME_EXEC}};
	struct outbox o = {0};

	(void)state;
	for (uint32_t i = 0; i < 50000; i++) {
		e.h.pid = i;
		outbox_put(&o, &e.h, sizeof(e), NULL, 0);
	}
	for (uint32_t i = 0; i < 50000; i++)
		assert_int_equal(outbox_next(&o)->pid, i);
	assert_null(outbox_next(&o));
	outbox_release(&o);
}

static void test_too_large_is_counted(void **state)
{
	struct frame_exec e = {.h = {.kind = FRAME_EXEC}};
	char *tail = calloc(1, FRAME_MAX);
	struct outbox o = {0};

	(void)state;
	outbox_put(&o, &e.h, sizeof(e), tail, FRAME_MAX);
	assert_int_equal(o.lost, 1);
	assert_null(outbox_next(&o));
	free(tail);
	outbox_release(&o);
}

static uint32_t texts_sent(struct outbox *o)
{
	uint32_t n = 0;

	while (outbox_next(o))
		n++;
	return n;
}

static void test_a_text_is_sent_once(void **state)
{
	struct texts t = {0};
	struct outbox o = {0};
	uint32_t a, b;

	(void)state;
	assert_int_equal(texts_id(&t, &o, 1, NULL), 0);
	assert_int_equal(texts_id(&t, &o, 1, ""), 0);
	a = texts_id(&t, &o, 1, "etl.transform");
	b = texts_id(&t, &o, 1, "etl.load");
	assert_true(a && b && a != b);
	assert_int_equal(texts_id(&t, &o, 2, "etl.transform"), a);
	assert_int_equal(texts_sent(&o), 2);
	assert_string_equal(texts_get(&t, a), "etl.transform");
	assert_null(texts_get(&t, 99));
	texts_release(&t);
	outbox_release(&o);
}

static void test_texts_are_bounded(void **state)
{
	struct texts t = {0};
	struct outbox o = {0};
	char text[32];

	(void)state;
	for (uint32_t i = 0; i < TEXTS_MAX + 10; i++) {
		snprintf(text, sizeof(text), "f%u", i);
		assert_int_equal(texts_id(&t, &o, 1, text), i < TEXTS_MAX ? i + 1 : 0);
		texts_sent(&o);
	}
	assert_int_equal(t.lost, 10);
	assert_int_equal(texts_id(&t, &o, 1, "f0"), 1);
	texts_release(&t);
	outbox_release(&o);
}

static void test_a_long_text_is_cut(void **state)
{
	static char text[WIRE_TEXT_MAX + 100];
	struct texts t = {0};
	struct outbox o = {0};
	const struct frame_text *f;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	assert_int_equal(texts_id(&t, &o, 1, text), 1);
	assert_int_equal(texts_id(&t, &o, 1, text), 1);
	f = (const void *)outbox_next(&o);
	assert_int_equal(f->len, WIRE_TEXT_MAX);
	assert_null(outbox_next(&o));
	texts_release(&t);
	outbox_release(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order_and_padding),
		cmocka_unit_test(test_many_frames_keep_their_order),
		cmocka_unit_test(test_too_large_is_counted),
		cmocka_unit_test(test_a_text_is_sent_once),
		cmocka_unit_test(test_texts_are_bounded),
		cmocka_unit_test(test_a_long_text_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
