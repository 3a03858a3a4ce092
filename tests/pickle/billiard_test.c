/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "build.h"

static void begin(struct pickled *p, int proto, int type, bool has_chunk)
{
	pickled_begin(p, proto);
	pickled_int(p, type);
	pickled_ops(p, "(");
	pickled_int(p, 300);
	if (has_chunk)
		pickled_int(p, 4);
	else
		pickled_ops(p, "N");
}

static void end(struct pickled *p)
{
	pickled_ops(p, "t\x86");
	pickled_end(p);
}

/* Also by its first bytes alone. */
static void check_head(const struct pickled *p, enum pickle_shape shape, bool is_failed)
{
	struct pickle_head head;

	pickle_peek(p->b.data, p->b.len, p->b.len, &head);
	assert_int_equal(head.shape, shape);
	assert_int_equal(head.is_failed, is_failed);
	if (head.has_job)
		assert_int_equal(head.job, 300);
}

static void tasks_are_read(void **state)
{
	struct pickle_facts facts;

	(void)state;
	for (int i = 0; i < 8; i++) {
		struct pickled p = {0};

		begin(&p, 2 + i / 2, 2, i % 2);
		pickled_global(&p, "work", "f");
		pickled_int(&p, 3);
		pickled_ops(&p, "\x85}");
		end(&p);
		pickled_read(&p, &facts);
		assert_int_equal(facts.shape, PICKLE_BILLIARD_TASK);
		assert_int_equal(facts.job, 300);
		assert_int_equal(facts.has_chunk, i % 2);
		assert_string_equal(facts.function, "work.f");
		assert_int_equal(facts.items, 1);
		check_head(&p, PICKLE_BILLIARD_TASK, false);
		pickled_release(&p);
	}
}

/* Celery: the function is always the same, and the task's name its first argument. */
static void celery_tasks_have_names(void **state)
{
	static const char *const functions[] = {"fast_trace_task", "_trace_task_ret"};
	struct pickle_facts facts;

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct pickled p = {0};

		begin(&p, 5, 2, false);
		pickled_global(&p, "celery.app.trace", functions[i]);
		pickled_ops(&p, "(");
		pickled_text(&p, "shop.tasks.send");
		pickled_text(&p, "7d3c7b2e-0000-4000-8000-1234567890ab");
		pickled_ops(&p, "}(");
		pickled_text(&p, "lang");
		pickled_blob(&p, 900);
		pickled_text(&p, "task");
		pickled_text(&p, "no.task");
		pickled_ops(&p, "uNNNt}");
		end(&p);
		pickled_read(&p, &facts);
		assert_string_equal(facts.function, "shop.tasks.send");
		assert_int_equal(facts.items, 1);
		pickled_read_part(&p, 512, 0, &facts);
		assert_string_equal(facts.function, "shop.tasks.send");
		pickled_read_part(&p, 60, 0, &facts);
		assert_string_equal(facts.function, "");
		pickled_release(&p);
	}
}

static void an_ack_names_the_worker(void **state)
{
	static const uint8_t time[] = {'G', 0x41, 0x2e, 0x84, 0x80, 0, 0, 0, 0};
	struct pickled p = {0};
	struct pickle_facts facts;

	(void)state;
	begin(&p, 4, 0, true);
	pickled_raw(&p, time, sizeof(time));
	pickled_int(&p, 9627);
	pickled_ops(&p, "N");
	end(&p);
	pickled_read(&p, &facts);
	assert_int_equal(facts.shape, PICKLE_BILLIARD_ACK);
	assert_int_equal(facts.job, 300);
	assert_int_equal(facts.chunk, 4);
	assert_int_equal(facts.pid, 9627);
	check_head(&p, PICKLE_BILLIARD_ACK, false);
	pickled_release(&p);
}

static void put_info(struct pickled *p)
{
	pickled_global(p, "billiard.einfo", "ExceptionInfo");
	pickled_ops(p, ")\x81}(");
	pickled_text(p, "type");
	pickled_global(p, "shop", "Refused");
	pickled_text(p, "traceback");
	pickled_text(p, "Traceback (most recent call last):\n  File \"s.py\", line 1\n"
			"shop.Refused: not today");
	pickled_text(p, "exception");
	pickled_global(p, "shop", "Refused");
	pickled_text(p, "not today");
	pickled_ops(p, "\x85Rub");
}

/* (ok, value): TUPLE2 closes it; fd follows. */
static void end_ready(struct pickled *p)
{
	pickled_ops(p, "\x86");
	pickled_int(p, 5);
	end(p);
}

static void check_failed(const struct pickled *p)
{
	struct pickle_facts facts;
	char text[256];

	pickled_read(p, &facts);
	assert_int_equal(facts.shape, PICKLE_BILLIARD_READY);
	assert_int_equal(facts.job, 300);
	assert_true(facts.has_success && facts.is_failed);
	assert_string_equal(facts.exc_type, "shop.Refused");
	assert_string_equal(facts.message, "not today");
	assert_true(pickled_traceback(p, p->b.len, 0, text, sizeof(text)) > 0);
	assert_non_null(strstr(text, "\nshop.Refused: not today"));
	check_head(p, PICKLE_BILLIARD_READY, true);
}

static void results_are_read(void **state)
{
	struct pickled p = {0};
	struct pickle_facts facts;

	(void)state;
	begin(&p, 4, 1, false);
	pickled_ops(&p, "\x88");
	pickled_int(&p, 9);
	end_ready(&p);
	pickled_read(&p, &facts);
	assert_int_equal(facts.shape, PICKLE_BILLIARD_READY);
	assert_true(facts.has_success && !facts.is_failed);
	check_head(&p, PICKLE_BILLIARD_READY, false);
	pickled_release(&p);

	begin(&p, 4, 1, false);
	pickled_ops(&p, "\x89");
	put_info(&p);
	end_ready(&p);
	check_failed(&p);
	pickled_release(&p);
}

/* To the pool a task that raised is a success: its value is (1, ExceptionInfo, runtime). */
static void celery_failures_are_failures(void **state)
{
	struct pickled p = {0};
	struct pickle_facts facts;

	(void)state;
	begin(&p, 4, 1, false);
	pickled_ops(&p, "\x88");
	pickled_int(&p, 1);
	put_info(&p);
	pickled_ops(&p, "N\x87");
	end_ready(&p);
	check_failed(&p);
	pickled_release(&p);

	begin(&p, 4, 1, false);
	pickled_ops(&p, "\x88");
	pickled_int(&p, 0);
	pickled_text(&p, "'result'");
	pickled_ops(&p, "N\x87");
	end_ready(&p);
	pickled_read(&p, &facts);
	assert_true(facts.has_success && !facts.is_failed);
	check_head(&p, PICKLE_BILLIARD_READY, false);
	pickled_release(&p);
}

static void workers_come_and_go(void **state)
{
	struct pickled p = {0};
	struct pickle_facts facts;

	(void)state;
	pickled_begin(&p, 4);
	pickled_int(&p, 4);
	pickled_int(&p, 9628);
	pickled_int(&p, 0);
	pickled_ops(&p, "\x86\x86");
	pickled_end(&p);
	pickled_read(&p, &facts);
	assert_int_equal(facts.shape, PICKLE_BILLIARD_DEATH);
	assert_int_equal(facts.pid, 9628);
	assert_false(facts.has_job);
	check_head(&p, PICKLE_BILLIARD_DEATH, false);
	pickled_release(&p);

	pickled_begin(&p, 4);
	pickled_int(&p, 15);
	pickled_int(&p, 9628);
	pickled_ops(&p, "\x85\x86");
	pickled_end(&p);
	pickled_read(&p, &facts);
	assert_int_equal(facts.shape, PICKLE_BILLIARD_UP);
	assert_int_equal(facts.pid, 9628);
	check_head(&p, PICKLE_BILLIARD_UP, false);
	pickled_release(&p);
}

/* A DataLoader's index may be billiard's number of a type. */
static void batches_are_data(void **state)
{
	static const int types[] = {0, 1, 2, 4, 15};
	struct pickle_facts facts;

	(void)state;
	for (int i = 0; i < 5; i++) {
		struct pickled p = {0};

		pickled_begin(&p, 4);
		pickled_int(&p, types[i]);
		pickled_ops(&p, "(");
		for (int k = 0; k < 6; k++)
			pickled_text(&p, "sample");
		end(&p);
		pickled_read(&p, &facts);
		assert_int_equal(facts.shape, PICKLE_DATA);
		assert_true(facts.has_job && !facts.has_chunk);
		assert_int_equal(facts.job, types[i]);
		pickled_release(&p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tasks_are_read),
		cmocka_unit_test(celery_tasks_have_names),
		cmocka_unit_test(an_ack_names_the_worker),
		cmocka_unit_test(results_are_read),
		cmocka_unit_test(celery_failures_are_failures),
		cmocka_unit_test(workers_come_and_go),
		cmocka_unit_test(batches_are_data),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
