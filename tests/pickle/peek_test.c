/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>
#include <string.h>

#include "build.h"

/* Of the whole message it knows the form, and never another one than the reader. */
static void agrees_with_the_reader(const char *name, const char *bytes, size_t len)
{
	struct pickle_bytes in = {.prefix = bytes, .prefix_len = len, .full_len = len};
	struct pickle_facts all;
	struct pickle_head head;

	pickle_read(&in, &all);
	for (size_t cut = 0; cut <= len; cut++) {
		char *copy = malloc(cut + 1);

		assert_non_null(copy);
		memcpy(copy + 1, bytes, cut);
		pickle_peek(copy + 1, cut, len, &head);
		free(copy);
		if (head.shape != all.shape && head.shape != PICKLE_UNKNOWN &&
			head.shape != PICKLE_OBJECT)
			fail_msg("%s at %zu: shape %d, not %d", name, cut, head.shape, all.shape);
		if (cut >= PICKLE_HEAD && head.shape != all.shape)
			fail_msg("%s at %zu: shape %d, not %d", name, cut, head.shape, all.shape);
		if (head.has_job && head.shape == all.shape && head.job != all.job)
			fail_msg("%s at %zu: job %ld", name, cut, (long)head.job);
		if (head.has_chunk && head.shape == all.shape && head.chunk != all.chunk)
			fail_msg("%s at %zu: chunk %d", name, cut, head.chunk);
		if (head.has_success && head.is_failed != all.is_failed)
			fail_msg("%s at %zu: failed %d", name, cut, head.is_failed);
	}
	assert_int_equal(head.shape, all.shape);
	assert_int_equal(head.has_job, all.has_job);
	assert_int_equal(head.has_chunk, all.has_chunk);
}

static void agrees_on_captured_messages(void **state)
{
	(void)state;
	corpus_each(agrees_with_the_reader);
}

/* 16 bytes are enough for a Pool's job, chunk and success. */
static void needs_few_bytes(void **state)
{
	struct pickled p = {0};
	struct pickle_head head;

	(void)state;
	for (int proto = 2; proto <= 5; proto++) {
		pickled_begin(&p, proto);
		pickled_int(&p, 200);
		pickled_int(&p, 3);
		pickled_ops(&p, "\x89");
		pickled_blob(&p, 1000);
		pickled_ops(&p, "\x86\x87");
		pickled_end(&p);
		pickle_peek(p.b.data, 16, p.b.len, &head);
		assert_int_equal(head.shape, PICKLE_POOL_RESULT);
		assert_int_equal(head.job, 200);
		assert_int_equal(head.chunk, 3);
		assert_true(head.has_success && head.is_failed);
		pickled_release(&p);
	}
}

static void knows_large_numbers(void **state)
{
	static const int64_t jobs[] = {0, 255, 256, 65535, 65536, INT32_MAX, INT64_C(1) << 40};
	struct pickled p = {0};
	struct pickle_head head;

	(void)state;
	for (size_t i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++) {
		pickled_begin(&p, 4);
		pickled_task(&p, jobs[i], 70000);
		pickled_global(&p, "mod", "f");
		pickled_ops(&p, ")");
		pickled_task_end(&p);
		pickle_peek(p.b.data, p.b.len, p.b.len, &head);
		assert_int_equal(head.shape, PICKLE_POOL_TASK);
		assert_int_equal(head.job, jobs[i]);
		assert_int_equal(head.chunk, 70000);
		pickled_release(&p);
	}
}

/* Module and name alike are one text, and the second time a reference to it. */
static void knows_a_name_that_is_its_module(void **state)
{
	struct pickled p = {0};
	struct pickle_head head;

	(void)state;
	pickled_begin(&p, 4);
	pickled_task(&p, 1, 2);
	pickled_text(&p, "tqdm");
	pickled_raw(&p, "h\0\x93\x94", 4);
	pickled_ops(&p, ")");
	pickled_task_end(&p);
	agrees_with_the_reader("tqdm", p.b.data, p.b.len);
	pickle_peek(p.b.data, p.b.len, p.b.len, &head);
	assert_int_equal(head.shape, PICKLE_POOL_TASK);
	pickled_release(&p);
}

static void of_no_bytes(void **state)
{
	struct pickle_head head;

	(void)state;
	pickle_peek(NULL, 0, 0, &head);
	assert_int_equal(head.shape, PICKLE_EMPTY);
	pickle_peek(NULL, 0, 100, &head);
	assert_int_equal(head.shape, PICKLE_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_on_captured_messages),
		cmocka_unit_test(needs_few_bytes),
		cmocka_unit_test(knows_large_numbers),
		cmocka_unit_test(knows_a_name_that_is_its_module),
		cmocka_unit_test(of_no_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
