/* SPDX-License-Identifier: GPL-2.0-only */
#include "export/format.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "tests/support/history.h"

enum { PARENT = 4242, WORKER = 4301 };

static const struct history_pool pool = {.pid = PARENT, .task_ino = 11, .result_ino = 12};

/* Feeds all of it through an exporter, as `pooltop export` does. free() the text. */
static char *exported(struct history *h, const char *format, struct session *s)
{
	struct exporter e;
	const struct frame *f;
	size_t pos = 0;
	char *text;

	assert_int_equal(session_init(s), 0);
	model_keep_past(&s->model);
	export_init(&e, export_format_named(format));
	while ((f = history_next(h, &pos))) {
		assert_int_equal(session_feed(s, f), 0);
		assert_int_equal(export_feed(&e, &s->model, f), 0);
		model_forget_past(&s->model);
	}
	assert_int_equal(export_end(&e, &s->model), 0);
	text = strdup(e.out.data ? e.out.data : "");
	assert_non_null(text);
	export_release(&e);
	return text;
}

static uint64_t lines_of(const char *text, const char *with)
{
	uint64_t n = 0;

	for (const char *at = text; (at = strstr(at, with)); at++)
		n++;
	return n;
}

static void every_task_is_a_line(void **state)
{
	struct history h;
	struct session s;
	const struct totals *t;
	char *text;

	(void)state;
	history_init(&h);
	history_lively(&h);
	text = exported(&h, "csv", &s);
	t = &s.model.pools[0].totals;
	assert_int_equal(lines_of(text, "\r\n"), t->sent + 1);
	assert_int_equal(lines_of(text, ",returned,"), t->returned);
	assert_int_equal(lines_of(text, ",lost,"), t->lost);
	assert_int_equal(lines_of(text, ",in flight,"), t->sent - t->returned - t->lost);
	assert_true(t->lost && t->sent > t->returned + t->lost);
	free(text);
	session_release(&s);
	history_release(&h);
}

static void json_lines(void **state)
{
	struct history h;
	struct session s;
	uint64_t tasks = 0, deaths = 0, workers = 0, pools = 0;
	char *text, *at, *line;

	(void)state;
	history_init(&h);
	history_lively(&h);
	text = exported(&h, "jsonl", &s);
	for (at = text; (line = strsep(&at, "\n")) && *line;) {
		json_t *o = json_loads(line, 0, NULL);
		const char *type = json_string_value(json_object_get(o, "type"));

		assert_non_null(type);
		tasks += !strcmp(type, "task");
		deaths += !strcmp(type, "death");
		workers += !strcmp(type, "worker");
		pools += !strcmp(type, "pool");
		json_decref(o);
	}
	assert_int_equal(tasks, s.model.pools[0].totals.sent);
	assert_int_equal(deaths, 1);
	assert_int_equal(workers, 6);
	assert_int_equal(pools, 1);
	free(text);
	session_release(&s);
	history_release(&h);
}

static void a_trace(void **state)
{
	struct history h;
	struct session s;
	uint64_t slices = 0, marks = 0, named = 0, counters = 0;
	json_t *o, *event;
	size_t i;
	char *text;

	(void)state;
	history_init(&h);
	history_lively(&h);
	text = exported(&h, "perfetto", &s);
	o = json_loads(text, 0, NULL);
	json_array_foreach(json_object_get(o, "traceEvents"), i, event)
	{
		const char *phase = json_string_value(json_object_get(event, "ph"));

		assert_true(json_is_number(json_object_get(event, "ts")));
		assert_true(json_is_integer(json_object_get(event, "pid")));
		slices += *phase == 'X' && json_is_number(json_object_get(event, "dur"));
		marks += *phase == 'i';
		named += *phase == 'M';
		counters += *phase == 'C';
	}
	assert_int_equal(slices, s.model.pools[0].totals.taken);
	assert_int_equal(marks, s.model.events_count);
	assert_int_equal(named, 1 + s.model.pools[0].workers_count);
	assert_true(counters >= 40);
	json_decref(o);
	free(text);
	session_release(&s);
	history_release(&h);
}

static void start(struct history *h)
{
	history_init(h);
	history_session(h, MODE_BPF);
	history_found(h, PARENT, 1, "python3 etl.py", "3.11.7");
	history_start_pool(h, &pool, WORKER, 1);
	history_ticks(h, 1);
}

/* Names come out of pickles, which anybody may have written. */
static void hostile_names(void **state)
{
	const struct history_task t = {
		.job = 1, .func = "=m.\"f\",\\g", .items = 1, .bytes_out = 9};
	struct history h;
	struct session s;
	char *text;
	json_t *o;

	(void)state;
	start(&h);
	history_send(&h, &pool, &t);
	history_run(&h, &pool, WORKER, &t, HISTORY_MS);
	history_ticks(&h, 1);
	text = exported(&h, "csv", &s);
	assert_non_null(strstr(text, ",\"'=m.\"\"f\"\",\\g\",returned,0,1,9,"));
	free(text);
	session_release(&s);
	text = exported(&h, "jsonl", &s);
	*strchr(text, '\n') = '\0';
	o = json_loads(text, 0, NULL);
	assert_string_equal(json_string_value(json_object_get(o, "function")), t.func);
	json_decref(o);
	free(text);
	session_release(&s);
	history_release(&h);
}

static void stacks_are_folded(void **state)
{
	static const struct history_place inner[] = {
		{"heapq.merge;x", "/usr/lib/python3.11/heapq.py", 350, PLACE_PYTHON},
		{"work", "/srv/etl.py", 12, PLACE_PYTHON}, {NULL, NULL, 0, PLACE_PYTHON}};
	static const struct history_place outer[] = {
		{"work", "/srv/etl.py", 12, PLACE_PYTHON}, {NULL, NULL, 0, PLACE_PYTHON}};
	struct history h;
	struct session s;
	char *text;

	(void)state;
	start(&h);
	history_wait(&h, HISTORY_MS);
	history_stack(&h, WORKER, WORKER, 0, inner);
	history_thread(&h, WORKER, WORKER, THREAD_ON_CPU);
	history_wait(&h, HISTORY_MS);
	history_thread(&h, WORKER, WORKER, THREAD_ON_CPU);
	history_wait(&h, HISTORY_MS);
	history_thread(&h, WORKER, WORKER, THREAD_ON_CPU | THREAD_TORN);
	history_wait(&h, HISTORY_MS);
	history_thread(&h, WORKER, 0, 0); /* none has run: the torn look is no stack of now */
	history_stack(&h, WORKER, WORKER, 0, outer);
	history_thread(&h, WORKER, WORKER, 0);
	history_stack(&h, WORKER, WORKER, STACK_AT_DEATH, outer);
	history_ticks(&h, 1);
	text = exported(&h, "folded", &s);
	assert_string_equal(text, "Pool [4242];work (etl.py:12) 1\n"
				  "Pool [4242];work (etl.py:12);heapq.merge:x (heapq.py:350) 2\n");
	free(text);
	session_release(&s);
	history_release(&h);
}

/* Looks at threads count for nothing once there is a clock, before and after. */
static void the_clocks_samples_weigh_by_time(void **state)
{
	static const struct history_place inner[] = {
		{"merge", "/usr/lib/python3.11/heapq.py", 350, PLACE_PYTHON},
		{"work", "/srv/etl.py", 0, PLACE_PYTHON}, {NULL, NULL, 0, PLACE_PYTHON}};
	struct history h;
	struct session s;
	char *text;

	(void)state;
	start(&h);
	history_trace(&h, 1, inner);
	history_trace(&h, 2, &inner[1]);
	history_wait(&h, HISTORY_MS);
	history_stack(&h, WORKER, WORKER, 0, inner);
	history_thread(&h, WORKER, WORKER, THREAD_ON_CPU);
	history_sample(&h, WORKER, 1, CLASS_TASK, 20000000);
	history_sample(&h, WORKER, 2, CLASS_UNPICKLE, 7000900);
	history_sample(&h, WORKER, 1, CLASS_TASK, 10000000);
	history_sample(&h, WORKER, 9, CLASS_TASK, 3000);
	history_sample(&h, PARENT, 1, CLASS_OTHER, 50000000);
	h.sample_flags = SAMPLED_GC_KNOWN | SAMPLED_GC;
	history_sample(&h, WORKER, 2, CLASS_TASK, 5000);
	history_thread(&h, WORKER, WORKER, THREAD_ON_CPU);
	history_ticks(&h, 1);
	text = exported(&h, "folded", &s);
	assert_string_equal(text, "Pool [4242];(no Python) 3\n"
				  "Pool [4242];work (etl.py) 7000\n"
				  "Pool [4242];work (etl.py);(garbage collector) 5\n"
				  "Pool [4242];work (etl.py);merge (heapq.py:350) 30000\n");
	free(text);
	session_release(&s);
	history_release(&h);
}

static void formats_are_told_by_name(void **state)
{
	(void)state;
	for (unsigned int i = 0; export_formats[i]; i++) {
		assert_ptr_equal(export_format_named(export_formats[i]->name), export_formats[i]);
		assert_non_null(export_formats[i]->what);
	}
	assert_null(export_format_named("xml"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_task_is_a_line),
		cmocka_unit_test(json_lines),
		cmocka_unit_test(a_trace),
		cmocka_unit_test(hostile_names),
		cmocka_unit_test(stacks_are_folded),
		cmocka_unit_test(the_clocks_samples_weigh_by_time),
		cmocka_unit_test(formats_are_told_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
