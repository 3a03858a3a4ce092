/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "build.h"

/* Writes item i. */
struct row {
	const char *name;
	void (*put)(struct pickled *p, int i);
	unsigned int
		percent; /* an estimate is within this of the truth, of 1000 items from 512 bytes */
};

static void put_small(struct pickled *p, int i)
{
	pickled_int(p, i);
}

static void put_large(struct pickled *p, int i)
{
	pickled_int(p, 100000 + i);
}

static void put_path(struct pickled *p, int i)
{
	char text[64];

	snprintf(text, sizeof(text), "/data/set/%06d/image.png", i);
	pickled_text(p, text);
}

static void put_pair(struct pickled *p, int i)
{
	pickled_int(p, i);
	put_path(p, i);
	pickled_ops(p, "\x86");
}

static void put_dict(struct pickled *p, int i)
{
	pickled_ops(p, "}(");
	pickled_text(p, "id");
	pickled_int(p, i);
	pickled_text(p, "path");
	put_path(p, i);
	pickled_ops(p, "u");
}

static void put_list(struct pickled *p, int i)
{
	pickled_ops(p, "](");
	for (int k = 0; k < 20; k++)
		pickled_int(p, i + k);
	pickled_ops(p, "e");
}

static void put_object(struct pickled *p, int i)
{
	pickled_global(p, "models", "Model");
	pickled_ops(p, ")\x81}");
	pickled_text(p, "seed");
	pickled_int(p, i);
	pickled_ops(p, "sb");
}

static void put_nested(struct pickled *p, int i)
{
	for (int k = 0; k < 9; k++)
		pickled_ops(p, "(NNN");
	pickled_int(p, i);
	for (int k = 0; k < 9; k++)
		pickled_ops(p, "t");
}

static const struct row rows[] = {
	{"small ints", put_small, 45},
	{"large ints", put_large, 3},
	{"paths", put_path, 3},
	{"pairs", put_pair, 12},
	{"dicts", put_dict, 20},
	{"lists", put_list, 45},
	{"objects", put_object, 30},
	{"nested", put_nested, 30},
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

/* A tuple of n, as the pickler writes it. */
static void put_tuple(struct pickled *p, const struct row *row, int n)
{
	static const char *const few[] = {")", "\x85", "\x86", "\x87"};

	if (n > 3)
		pickled_ops(p, "(");
	for (int i = 0; i < n; i++)
		row->put(p, i);
	pickled_ops(p, n > 3 ? "t" : few[n]);
}

static void put_chunk(struct pickled *p, int proto, const struct row *row, int n)
{
	pickled_begin(p, proto);
	pickled_task(p, 8, 2);
	pickled_global(p, "multiprocessing.pool", "mapstar");
	pickled_global(p, "work", "f");
	put_tuple(p, row, n);
	pickled_ops(p, "\x86\x85");
	pickled_task_end(p);
}

static const int counts[] = {1, 2, 3, 4, 15, 16, 17, 18, 100, 255, 257, 1000, 5000};
static const int lengths[] = {1, 2, 100, 999, 1000, 1001, 1002, 2000, 2001, 3500};

enum { COUNTS = sizeof(counts) / sizeof(counts[0]) };

static void of_a_whole_chunk_are_exact(void **state)
{
	struct pickle_facts facts;

	(void)state;
	for (int k = 0; k < ROWS * COUNTS; k++) {
		struct pickled p = {0};

		put_chunk(&p, 2 + k % 4, &rows[k / COUNTS], counts[k % COUNTS]);
		pickled_read(&p, &facts);
		if (facts.items_known != PICKLE_ITEMS_EXACT ||
			facts.items != (uint32_t)counts[k % COUNTS])
			fail_msg("%s: %u of %d", rows[k / COUNTS].name, facts.items,
				counts[k % COUNTS]);
		assert_true(facts.is_chunked);
		assert_string_equal(facts.function, "work.f");
		pickled_release(&p);
	}
}

static void of_a_cut_chunk_are_near(void **state)
{
	struct pickle_facts facts;

	(void)state;
	for (int k = 0; k < ROWS; k++) {
		struct pickled p = {0};
		int off;

		put_chunk(&p, 4, &rows[k], 1000);
		pickled_read_part(&p, 512, 0, &facts);
		assert_int_equal(facts.items_known, PICKLE_ITEMS_ABOUT);
		off = abs((int)facts.items - 1000);
		if (off > (int)rows[k].percent * 10)
			fail_msg("%s: about %u of 1000", rows[k].name, facts.items);
		pickled_release(&p);
	}
}

/* Wherever it is cut: exact is exact, and what is about is so many at least as were seen. */
static void are_never_wrong_unsaid(void **state)
{
	struct pickle_facts facts;

	(void)state;
	for (int k = 0; k < ROWS * 7; k++) {
		struct pickled p = {0};
		int n = counts[k % 7];

		put_chunk(&p, 2 + k % 4, &rows[k / 7], n);
		for (size_t cut = 0; cut < p.b.len; cut += 1 + p.b.len / 200) {
			pickled_read_part(&p, cut, 0, &facts);
			if (facts.items_known == PICKLE_ITEMS_EXACT && facts.items != (uint32_t)n)
				fail_msg("%s: %u of %d, from %zu bytes", rows[k / 7].name,
					facts.items, n, cut);
		}
		pickled_release(&p);
	}
}

/* Large items: of few bytes each one's length is known, and with the tail their number. */
static void of_large_blobs(void **state)
{
	struct pickled p = {0};
	struct pickle_facts facts;

	(void)state;
	pickled_begin(&p, 4);
	pickled_task(&p, 8, 2);
	pickled_global(&p, "multiprocessing.pool", "mapstar");
	pickled_global(&p, "work", "f");
	pickled_ops(&p, "(");
	for (int i = 0; i < 8; i++)
		pickled_blob(&p, 50000);
	pickled_ops(&p, "t\x86\x85");
	pickled_task_end(&p);
	pickled_read_part(&p, 512, 512, &facts);
	assert_int_equal(facts.items_known, PICKLE_ITEMS_ABOUT);
	assert_int_equal(facts.items, 8);
	pickled_release(&p);

	pickled_begin(&p, 4);
	pickled_task(&p, 8, 2);
	pickled_global(&p, "multiprocessing.pool", "mapstar");
	pickled_global(&p, "work", "f");
	pickled_ops(&p, "(");
	for (int i = 0; i < 3; i++)
		pickled_int(&p, i);
	pickled_blob(&p, 1000000);
	pickled_ops(&p, "t\x86\x85");
	pickled_task_end(&p);
	pickled_read_part(&p, 512, 64, &facts);
	assert_int_equal(facts.items_known, PICKLE_ITEMS_EXACT);
	assert_int_equal(facts.items, 4);
	pickled_release(&p);
}

/* A list goes out in batches of a thousand. */
static void put_list_of(struct pickled *p, int n)
{
	pickled_ops(p, "]");
	for (int i = 0; i < n; i++) {
		if (i % 1000 == 0 && i + 1 < n)
			pickled_ops(p, "(");
		pickled_int(p, 100000 + i);
		if (i % 1000 == 999 || i + 1 == n)
			pickled_ops(p, i % 1000 == 0 ? "a" : "e");
	}
}

static void of_a_result_are_its_length(void **state)
{
	struct pickle_facts facts;

	(void)state;
	for (int k = 0; k < COUNTS; k++) {
		struct pickled p = {0};

		pickled_begin(&p, 4);
		pickled_int(&p, 1);
		pickled_int(&p, 2);
		pickled_ops(&p, "\x88");
		put_list_of(&p, counts[k]);
		pickled_ops(&p, "\x86\x87");
		pickled_end(&p);
		pickled_read(&p, &facts);
		assert_int_equal(facts.shape, PICKLE_POOL_RESULT);
		assert_true(facts.is_chunked && facts.has_success && !facts.is_failed);
		assert_int_equal(facts.items_known, PICKLE_ITEMS_EXACT);
		assert_int_equal(facts.items, counts[k]);
		pickled_read_part(&p, p.b.len / 2, 0, &facts);
		if (counts[k] >= 100) {
			assert_int_equal(facts.items_known, PICKLE_ITEMS_ABOUT);
			assert_in_range(facts.items, counts[k] * 95 / 100, counts[k] * 105 / 100);
		}
		pickled_release(&p);
	}
}

/* Cut between batches of a list, too, what is not known is not said to be. */
static void of_a_cut_list_are_never_wrong_unsaid(void **state)
{
	struct pickle_facts facts;

	(void)state;
	for (size_t k = 0; k < sizeof(lengths) / sizeof(lengths[0]); k++) {
		struct pickled p = {0};
		uint32_t n = (uint32_t)lengths[k];

		pickled_begin(&p, 4);
		pickled_int(&p, 1);
		pickled_int(&p, 2);
		pickled_ops(&p, "\x88");
		put_list_of(&p, lengths[k]);
		pickled_ops(&p, "\x86\x87");
		pickled_end(&p);
		for (size_t cut = p.b.len > 120 ? p.b.len - 120 : 0; cut <= p.b.len; cut++) {
			pickled_read_part(&p, cut, 0, &facts);
			if (facts.items_known == PICKLE_ITEMS_EXACT)
				assert_int_equal(facts.items, n);
		}
		for (size_t cut = 4900; n > 1000 && cut < 5100 && cut + 3 < p.b.len; cut++) {
			pickled_read_part(&p, cut, 0, &facts);
			assert_int_not_equal(facts.items_known, PICKLE_ITEMS_UNKNOWN);
			assert_in_range(facts.items, n * 95 / 100, n * 105 / 100);
		}
		pickled_release(&p);
	}
}

/* The whole of it is read where the tail lies right behind the prefix. */
static void of_two_parts_that_are_one(void **state)
{
	struct pickled p = {0};
	struct pickle_bytes in;
	struct pickle_facts facts;

	(void)state;
	put_chunk(&p, 4, &rows[0], 300);
	in = (struct pickle_bytes){
		.prefix = p.b.data,
		.prefix_len = 512,
		.tail = p.b.data + 512,
		.tail_len = p.b.len - 512,
		.full_len = p.b.len,
	};
	pickle_read(&in, &facts);
	assert_int_equal(facts.items_known, PICKLE_ITEMS_EXACT);
	assert_int_equal(facts.items, 300);
	pickled_release(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_a_whole_chunk_are_exact),
		cmocka_unit_test(of_a_cut_chunk_are_near),
		cmocka_unit_test(are_never_wrong_unsaid),
		cmocka_unit_test(of_large_blobs),
		cmocka_unit_test(of_a_result_are_its_length),
		cmocka_unit_test(of_a_cut_list_are_never_wrong_unsaid),
		cmocka_unit_test(of_two_parts_that_are_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
