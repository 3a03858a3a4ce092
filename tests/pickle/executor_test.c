/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "build.h"

static const char *const modules[] = {
	"concurrent.futures.process",
	"loky.process_executor",
	"joblib.externals.loky.process_executor",
};

enum { MODULES = sizeof(modules) / sizeof(modules[0]) };

static void begin(struct pickled *p, const char *module, const char *class, int64_t id)
{
	pickled_global(p, module, class);
	pickled_ops(p, ")\x81}(");
	pickled_text(p, "work_id");
	pickled_int(p, id);
}

static void end(struct pickled *p)
{
	pickled_ops(p, "ub");
	pickled_end(p);
}

static void calls_are_read(void **state)
{
	struct pickle_facts facts;

	(void)state;
	for (int i = 0; i < MODULES * 4; i++) {
		struct pickled p = {0};

		pickled_begin(&p, 2 + i / MODULES);
		begin(&p, modules[i % MODULES], "_CallItem", 70000);
		pickled_text(&p, "fn");
		pickled_global(&p, "work", "f");
		pickled_text(&p, "args");
		pickled_blob(&p, 300);
		pickled_ops(&p, "\x85");
		pickled_text(&p, "kwargs");
		pickled_ops(&p, "}");
		pickled_text(&p, "loky_pickler");
		pickled_text(&p, "cloudpickle");
		end(&p);
		pickled_read(&p, &facts);
		assert_int_equal(facts.shape, PICKLE_CALL);
		assert_true(facts.has_job);
		assert_int_equal(facts.job, 70000);
		assert_false(facts.has_chunk);
		assert_string_equal(facts.function, "work.f");
		assert_false(facts.is_chunked);
		assert_int_equal(facts.items_known, PICKLE_ITEMS_EXACT);
		assert_int_equal(facts.items, 1);
		pickled_release(&p);
	}
}

/* executor.map: as_list is how Python up to 3.8 had it. */
static void put_chunk(struct pickled *p, const char *module, int n, bool as_list)
{
	static const char *const few[] = {")", "\x85", "\x86", "\x87"};

	begin(p, module, "_CallItem", 3);
	pickled_text(p, "fn");
	pickled_global(p, "multiprocessing.reduction", "_rebuild_partial");
	pickled_global(p, module, "_process_chunk");
	pickled_global(p, "work", "f");
	pickled_ops(p, "\x85}\x87R");
	pickled_text(p, "args");
	pickled_ops(p, as_list ? "]" : "");
	pickled_ops(p, n > 3 ? "(" : "");
	for (int i = 0; i < n; i++) {
		pickled_int(p, i);
		pickled_ops(p, "\x85");
	}
	pickled_ops(p, n > 3 ? "t" : few[n]);
	pickled_ops(p, as_list ? "a" : "\x85");
	pickled_text(p, "kwargs");
	pickled_ops(p, "}");
	end(p);
}

static void chunks_are_counted(void **state)
{
	static const int counts[] = {1, 2, 3, 4, 17, 250, 5000};
	struct pickle_facts facts;

	(void)state;
	for (int i = 0; i < 7 * MODULES * 2; i++) {
		int n = counts[i % 7];
		struct pickled p = {0};

		pickled_begin(&p, 4);
		put_chunk(&p, modules[i / 7 % MODULES], n, i / 7 / MODULES);
		pickled_read(&p, &facts);
		assert_string_equal(facts.function, "work.f");
		assert_true(facts.is_chunked);
		assert_int_equal(facts.items_known, PICKLE_ITEMS_EXACT);
		assert_int_equal(facts.items, n);
		pickled_read_part(&p, 512, 0, &facts);
		if (n == 5000) {
			assert_int_equal(facts.items_known, PICKLE_ITEMS_ABOUT);
			assert_in_range(facts.items, 3500, 6500);
		}
		pickled_release(&p);
	}
}

static void results_are_read(void **state)
{
	struct pickle_facts facts;

	(void)state;
	for (int i = 0; i < MODULES * 4; i++) {
		struct pickled p = {0};
		bool is_last = i / MODULES % 2;

		pickled_begin(&p, 4);
		begin(&p, modules[i % MODULES], "_ResultItem", 9);
		pickled_text(&p, "exception");
		pickled_ops(&p, "N");
		pickled_text(&p, "result");
		pickled_blob(&p, 3000);
		pickled_text(&p, "exit_pid");
		if (is_last)
			pickled_int(&p, i < 6 ? 200 : 4242);
		else
			pickled_ops(&p, "N");
		end(&p);
		pickled_read(&p, &facts);
		assert_int_equal(facts.shape, PICKLE_RESULT);
		assert_int_equal(facts.job, 9);
		assert_true(facts.has_success && !facts.is_failed);
		assert_int_equal(facts.is_last, is_last);
		assert_false(facts.is_chunked);
		pickled_read_part(&p, 128, 64, &facts);
		assert_int_equal(facts.is_last, is_last);
		pickled_release(&p);
	}
}

/* What the tail alone tells: the worker says that it will go. */
static void the_last_result_says_so(void **state)
{
	static const int64_t pids[] = {1, 255, 256, 65536, 4194303};
	struct pickle_facts facts;

	(void)state;
	for (int i = 0; i < 5 * 4; i++) {
		struct pickled p = {0};

		pickled_begin(&p, 2 + i / 5);
		begin(&p, modules[0], "_ResultItem", 9);
		pickled_text(&p, "exception");
		pickled_ops(&p, "N");
		pickled_text(&p, "result");
		pickled_ops(&p, "](");
		for (int k = 0; k < 2000; k++)
			pickled_text(&p, "item");
		pickled_ops(&p, "e");
		pickled_text(&p, "exit_pid");
		pickled_int(&p, pids[i % 5]);
		end(&p);
		for (size_t tail = 40; tail < 300; tail += 7) {
			pickled_read_part(&p, 512, tail, &facts);
			assert_true(facts.is_last);
		}
		for (size_t tail = 0; tail < 8; tail++) {
			pickled_read_part(&p, 512, tail, &facts);
			assert_false(facts.is_last);
		}
		pickled_release(&p);
	}
}

/* Of another module it is a user's own class. */
static void other_classes_are_objects(void **state)
{
	struct pickled p = {0};
	struct pickle_facts facts;

	(void)state;
	pickled_begin(&p, 4);
	begin(&p, "shop", "_CallItem", 3);
	end(&p);
	pickled_read(&p, &facts);
	assert_int_equal(facts.shape, PICKLE_OBJECT);
	assert_false(facts.has_job);
	pickled_release(&p);
}

/* joblib: a batch of calls, wrapped or not. */
static void put_batch(struct pickled *p, int n, bool is_wrapped)
{
	begin(p, modules[2], "_CallItem", 3);
	pickled_text(p, "fn");
	if (is_wrapped) {
		pickled_global(p, "joblib._parallel_backends", "SafeFunction");
		pickled_ops(p, ")\x81}");
		pickled_text(p, "func");
	}
	pickled_global(p, "joblib.parallel", "BatchedCalls");
	pickled_ops(p, "(]");
	pickled_ops(p, n > 1 ? "(" : "");
	for (int i = 0; i < n; i++) {
		pickled_global(p, "work", i ? "other" : "f");
		pickled_int(p, i);
		pickled_ops(p, "\x85}\x87");
	}
	pickled_ops(p, n > 1 ? "eNN}tR" : "aNN}tR");
	pickled_ops(p, is_wrapped ? "sb" : "");
	pickled_text(p, "args");
	pickled_ops(p, ")");
	pickled_text(p, "kwargs");
	pickled_ops(p, "}");
	end(p);
}

static void batches_are_counted(void **state)
{
	static const int counts[] = {1, 2, 16, 17, 900};
	struct pickle_facts facts;

	(void)state;
	for (int i = 0; i < 10; i++) {
		struct pickled p = {0};

		pickled_begin(&p, 5);
		put_batch(&p, counts[i % 5], i < 5);
		pickled_read(&p, &facts);
		assert_string_equal(facts.function, "work.f");
		assert_true(facts.is_chunked);
		assert_int_equal(facts.items_known, PICKLE_ITEMS_EXACT);
		assert_int_equal(facts.items, counts[i % 5]);
		for (size_t cut = 0; cut < p.b.len; cut += 1 + p.b.len / 300) {
			pickled_read_part(&p, cut, 0, &facts);
			assert_true(!facts.function[0] || !strcmp(facts.function, "work.f"));
			if (facts.items_known == PICKLE_ITEMS_EXACT)
				assert_int_equal(facts.items, counts[i % 5]);
		}
		pickled_release(&p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_are_read),
		cmocka_unit_test(chunks_are_counted),
		cmocka_unit_test(results_are_read),
		cmocka_unit_test(the_last_result_says_so),
		cmocka_unit_test(other_classes_are_objects),
		cmocka_unit_test(batches_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
