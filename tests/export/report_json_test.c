/* SPDX-License-Identifier: GPL-2.0-only */
#include "export/report.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "tests/export/golden.h"
#include "tests/export/keys.h"
#include "tests/export/report_keys.h"
#include "tests/export/stories.h"
#include "tests/support/history.h"

struct told {
	struct session s;
	char *text;
	json_t *root;
};

static void tell(struct told *t, void (*story)(struct session *))
{
	size_t len;

	story(&t->s);
	assert_int_equal(report_json(&t->s.model, &t->text, &len), 0);
	assert_int_equal(len, strlen(t->text));
	t->root = json_loads(t->text, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(t->root);
	assert_true(has_keys(t->root, report_keys));
}

static void forget(struct told *t)
{
	json_decref(t->root);
	free(t->text);
	session_release(&t->s);
}

static long long number(const struct told *t, const char *path)
{
	const json_t *value = value_at(t->root, path);

	if (!value || !json_is_integer(value))
		fail_msg("%s is no whole number", path);
	return json_integer_value(value);
}

static const char *text(const struct told *t, const char *path)
{
	const json_t *value = value_at(t->root, path);

	if (!value || !json_is_string(value))
		fail_msg("%s is no text", path);
	return json_string_value(value);
}

static void nulls(const struct told *t, const char *const *paths)
{
	for (; *paths; paths++) {
		const json_t *value = value_at(t->root, *paths);

		if (!value || !json_is_null(value))
			fail_msg("%s is not null", *paths);
	}
}

static void test_lively(void **state)
{
	struct told t;

	(void)state;
	tell(&t, story_lively);
	assert_true(has_keys(t.root, report_keys_of_rows));
	assert_int_equal(number(&t, "format"), 1);
	assert_string_equal(text(&t, "session.mode"), "bpf");
	assert_int_equal(number(&t, "session.cpus"), 4);
	assert_int_equal(number(&t, "session.lost_records"), 0);
	assert_int_equal(number(&t, "session.started_wall_ns"), HISTORY_WALL_NS);
	assert_in_range(number(&t, "session.duration_ns"), 40 * HISTORY_S,
		40 * HISTORY_S + 20 * HISTORY_MS);
	assert_int_equal(number(&t, "pools.0.pid"), 4242);
	assert_string_equal(text(&t, "pools.0.kind"), "Pool");
	assert_string_equal(text(&t, "pools.0.command"), "python3 etl.py --all");
	assert_string_equal(text(&t, "pools.0.python"), "3.11.7");
	assert_string_equal(text(&t, "pools.0.start_method"), "fork");
	assert_string_equal(text(&t, "pools.0.state"), "busy");
	assert_int_equal(number(&t, "pools.0.tasks.failed"), 2);
	assert_int_equal(number(&t, "pools.0.tasks.lost"), 1);
	assert_int_equal(number(&t, "pools.0.tasks.in_flight"),
		number(&t, "pools.0.tasks.sent") - number(&t, "pools.0.tasks.returned") - 1);
	assert_int_equal(number(&t, "pools.0.times.run.count"), number(&t, "pools.0.tasks.done"));
	assert_int_equal(number(&t, "pools.0.ends.recycled"), 1);
	assert_int_equal(number(&t, "pools.0.ends.shutdown"), 0);
	assert_int_equal(number(&t, "pools.0.failures.0.count"), 2);
	assert_string_equal(text(&t, "pools.0.failures.0.message"), "bad row 17");
	assert_string_equal(text(&t, "pools.0.hot.0.function"), "Table.merge");
	assert_string_equal(text(&t, "pools.0.hot.0.file"), "/srv/etl/tables.py");
	assert_int_equal(number(&t, "pools.0.hot.0.line"), 212);
	assert_true(json_real_value(value_at(t.root, "pools.0.hot.0.share")) == 0.6);
	forget(&t);
}

/* The table above all tests can say no. */
static void test_keys_can_be_absent(void **state)
{
	static const char *const rows[][2] = {
		{"nothing"},
		{"session.nothing"},
		{"pools[].workers[].nothing"},
		{"pools[].deaths[].task?.nothing"},
		{"pools[].hot[].nothing"},
		{"pools[].stall.reason"},
	};
	struct told t;

	(void)state;
	tell(&t, story_lively);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_false(has_keys(t.root, rows[i]));
	forget(&t);
}

static void test_lively_death(void **state)
{
	static const char *const absent[] = {"pools.0.deaths.0.exit_code", "pools.0.deaths.0.oom",
		"pools.0.deaths.0.stack_note", "pools.0.deaths.0.exception", NULL};
	struct told t;

	(void)state;
	tell(&t, story_lively);
	assert_int_equal(json_array_size(value_at(t.root, "pools.0.deaths")), 1);
	assert_int_equal(number(&t, "pools.0.deaths.0.pid"), 4303);
	assert_string_equal(text(&t, "pools.0.deaths.0.end"), "signal");
	assert_string_equal(text(&t, "pools.0.deaths.0.signal"), "SIGKILL");
	assert_true(json_is_false(value_at(t.root, "pools.0.deaths.0.core_dumped")));
	assert_int_equal(number(&t, "pools.0.deaths.0.sender.pid"), 900);
	assert_string_equal(text(&t, "pools.0.deaths.0.sender.comm"), "bash");
	assert_string_equal(text(&t, "pools.0.deaths.0.task.function"), "etl.transform");
	assert_int_equal(number(&t, "pools.0.deaths.0.task.job"), 1);
	assert_int_equal(number(&t, "pools.0.deaths.0.task.items"), 5);
	assert_int_equal(number(&t, "pools.0.deaths.0.replaced_by"), 4310);
	assert_int_equal(json_array_size(value_at(t.root, "pools.0.deaths.0.python_stack")), 6);
	assert_string_equal(text(&t, "pools.0.deaths.0.python_stack.0.function"), "Table.merge");
	assert_string_equal(text(&t, "pools.0.deaths.0.python_stack.0.file"), "/srv/etl/tables.py");
	assert_int_equal(number(&t, "pools.0.deaths.0.python_stack.0.line"), 212);
	assert_string_equal(text(&t, "pools.0.deaths.0.stack_source"), "at-death");
	assert_int_equal(number(&t, "pools.0.deaths.0.stack_age_ns"), 100 * HISTORY_US);
	assert_int_equal(number(&t, "pools.0.deaths.0.walk_ns"), 21000);
	assert_int_equal(json_array_size(value_at(t.root, "pools.0.deaths.0.native_stack")), 0);
	assert_int_equal(number(&t, "pools.0.deaths.0.threads.0.tid"), 4303);
	nulls(&t, absent);
	assert_true(json_equal(
		value_at(t.root, "pools.0.deaths.0"), value_at(t.root, "pools.0.workers.2.end")));
	assert_string_equal(text(&t, "pools.0.workers.1.end.end"), "recycled");
	assert_int_equal(number(&t, "pools.0.workers.1.end.exit_code"), 0);
	assert_int_equal(number(&t, "pools.0.workers.1.end.replaced_by"), 4311);
	forget(&t);
}

/* What is not measured is null; what is adds up to the worker's life. */
static void test_states(void **state)
{
	static const char *const absent[] = {"pools.0.workers.0.state_ns.pickle",
		"pools.0.workers.0.state_ns.unpickle", "pools.0.workers.0.start.initializer",
		"pools.0.workers.0.end", "pools.0.stall", "pools.0.ended_ns",
		"pools.0.bytes.shared", NULL};
	struct told t;

	(void)state;
	tell(&t, story_lively);
	nulls(&t, absent);
	for (size_t i = 0; i < json_array_size(value_at(t.root, "pools.0.workers")); i++) {
		const json_t *w = json_array_get(value_at(t.root, "pools.0.workers"), i);
		const json_t *end = json_object_get(w, "end");
		long long until = json_is_null(end)
					  ? (long long)t.s.model.now_ns
					  : json_integer_value(json_object_get(end, "t_ns"));
		long long life = until - json_integer_value(json_object_get(w, "born_ns"));
		long long sum = 0;
		const char *key;
		json_t *value;

		json_object_foreach(json_object_get((json_t *)w, "state_ns"), key, value) sum +=
			json_integer_value(value);
		assert_in_range(sum, life - life / 100, life + life / 100);
	}
	forget(&t);
}

static void test_cores(void **state)
{
	struct told t;
	size_t i;

	(void)state;
	tell(&t, story_lively);
	assert_int_equal(json_array_size(value_at(t.root, "pools.0.cores")), HISTORY_CPUS);
	for (i = 0; i < HISTORY_CPUS; i++) {
		const struct cpu *cpu = &t.s.model.cpus[i];
		const json_t *c = json_array_get(value_at(t.root, "pools.0.cores"), i);
		long long own = json_integer_value(json_object_get(c, "workers_ns")) +
				json_integer_value(json_object_get(c, "parent_ns"));
		long long other = json_integer_value(json_object_get(c, "other_ns"));

		assert_true(other >= 0);
		assert_int_equal(
			other, (long long)cpu->busy_ns > own ? (long long)cpu->busy_ns - own : 0);
	}
	forget(&t);
}

static void test_trouble(void **state)
{
	static const char *const absent[] = {"session.missing.1.fix", "pools.0.deaths.0.sender",
		"pools.0.deaths.4.task", "pools.0.deaths.2.signal", "pools.0.deaths.4.replaced_by",
		NULL};
	struct told t;

	(void)state;
	tell(&t, story_trouble);
	assert_true(has_keys(t.root, report_keys_of_rows));
	assert_true(has_keys(t.root, report_keys_of_missing));
	nulls(&t, absent);
	assert_int_equal(number(&t, "session.lost_records"), 12345);
	assert_int_equal(number(&t, "session.dropped.bad_frames"), 1);
	assert_int_equal(number(&t, "session.dropped.unknown_frames"), 1);
	assert_string_equal(text(&t, "pools.0.stall.reason"), "lost-task");
	assert_string_equal(text(&t, "pools.0.deaths.0.signal"), "SIGSEGV");
	assert_true(json_is_true(value_at(t.root, "pools.0.deaths.0.core_dumped")));
	assert_string_equal(text(&t, "pools.0.deaths.1.end"), "oom");
	assert_int_equal(number(&t, "pools.0.deaths.1.oom.limit_bytes"), 2ll << 30);
	assert_int_equal(number(&t, "pools.0.deaths.1.oom.rss_bytes"), 2000ll << 20);
	assert_string_equal(text(&t, "pools.0.deaths.2.end"), "exit");
	assert_int_equal(number(&t, "pools.0.deaths.2.exit_code"), 3);
	assert_int_equal(number(&t, "pools.0.deaths.3.exit_code"), 0);
	assert_int_equal(number(&t, "pools.0.deaths.3.task.job"), 4);
	assert_int_equal(number(&t, "pools.0.tasks.failed"), 1200);
	forget(&t);
}

/* The /proc mode sees no messages: not 0 tasks, but none that is known. */
static void test_proc_mode(void **state)
{
	static const char *const absent[] = {"pools.0.tasks.sent", "pools.0.tasks.items",
		"pools.0.tasks.in_flight", "pools.0.bytes.out", "pools.0.bytes.out_max",
		"pools.0.times.run.count", "pools.0.times.run.p50_ns", "pools.0.workers.0.tasks",
		"pools.0.workers.0.bytes_in", "pools.0.workers.0.state_ns.run",
		"pools.0.workers.0.state_ns.wait", "pools.0.workers.0.start.total_ns",
		"pools.0.workers.1.end.end", "pools.0.workers.1.end.signal",
		"pools.0.workers.1.end.exit_code", "pools.0.ends.recycled", NULL};
	struct told t;

	(void)state;
	tell(&t, story_proc);
	assert_string_equal(text(&t, "session.mode"), "proc");
	assert_int_equal(number(&t, "pools.0.ends.unknown"), 1);
	assert_true(json_is_false(value_at(t.root, "pools.0.from_start")));
	nulls(&t, absent);
	forget(&t);
}

static void nothing(struct session *s)
{
	assert_int_equal(session_init(s), 0);
}

static void test_nothing(void **state)
{
	struct session s;
	json_t *root;
	char *said;
	size_t len;

	(void)state;
	nothing(&s);
	assert_int_equal(report_json(&s.model, &said, &len), 0);
	root = json_loads(said, 0, NULL);
	assert_non_null(root);
	assert_true(json_is_null(value_at(root, "session.mode")));
	assert_true(json_is_null(value_at(root, "session.self.cpu_ns")));
	assert_int_equal(json_array_size(value_at(root, "pools")), 0);
	json_decref(root);
	free(said);
	session_release(&s);
}

/* Texts that were cut inside a character, numbers that are none: still JSON. */
static void test_odd_contents(void **state)
{
	struct session s;
	struct finding *f;
	json_t *root;
	char *said;
	size_t len;

	(void)state;
	story_trouble(&s);
	assert_true(s.model.pools[0].findings_count > 0);
	f = &s.model.pools[0].findings[0];
	memset(f->text, 0, sizeof(f->text));
	memset(f->text, 'x', sizeof(f->text) - 2);
	f->text[sizeof(f->text) - 2] = '\xe6';
	f->evidence_count = 2;
	f->evidence[0] = (struct evidence){.name = "share", .value = 0.5};
	f->evidence[1] = (struct evidence){.name = "none", .value = 0.0 / 0.0};
	assert_int_equal(report_json(&s.model, &said, &len), 0);
	root = json_loads(said, 0, NULL);
	assert_non_null(root);
	assert_true(json_real_value(value_at(root, "pools.0.traps.0.evidence.share")) == 0.5);
	assert_true(json_is_null(value_at(root, "pools.0.traps.0.evidence.none")));
	json_decref(root);
	free(said);
	session_release(&s);
}

static long allocations_left;

static void *failing_malloc(size_t size)
{
	return allocations_left-- > 0 ? malloc(size) : NULL;
}

/* Whichever allocation fails: all of the report or none, and nothing is left behind. */
static void test_no_memory(void **state)
{
	struct session s;
	char *said = NULL;
	size_t len = 0;
	long n = 0;
	int r;

	(void)state;
	story_proc(&s);
	json_set_alloc_funcs(failing_malloc, free);
	do {
		allocations_left = n++;
		r = report_json(&s.model, &said, &len);
		if (r) {
			assert_int_equal(r, -ENOMEM);
			assert_null(said);
			assert_int_equal(len, 0);
		}
	} while (r);
	json_set_alloc_funcs(malloc, free);
	assert_in_range(n, 100, 100000);
	assert_int_equal(len, strlen(said));
	free(said);
	session_release(&s);
}

static void test_golden(void **state)
{
	struct told t;

	(void)state;
	tell(&t, story_lively);
	assert_true(golden_is("lively.json", t.text));
	forget(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lively),
		cmocka_unit_test(test_keys_can_be_absent),
		cmocka_unit_test(test_lively_death),
		cmocka_unit_test(test_states),
		cmocka_unit_test(test_cores),
		cmocka_unit_test(test_trouble),
		cmocka_unit_test(test_proc_mode),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_odd_contents),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_golden),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
