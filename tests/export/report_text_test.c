/* SPDX-License-Identifier: GPL-2.0-only */
#include "export/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "export/page.h"
#include "tests/export/golden.h"
#include "tests/export/stories.h"

/* The report of a session, whose lines all fit the page and hold nothing that a terminal obeys. */
static char *report(const struct model *m)
{
	char *text, *line, *copy, *rest;
	size_t len;

	assert_int_equal(report_text(m, &text, &len), 0);
	assert_int_equal(len, strlen(text));
	assert_true(len && text[len - 1] == '\n');
	for (size_t i = 0; i < len; i++)
		assert_true((unsigned char)text[i] >= ' ' || text[i] == '\n');
	copy = strdup(text);
	for (line = copy; (rest = strchr(line, '\n')); line = rest + 1) {
		*rest = '\0';
		assert_true(page_columns(line) <= REPORT_WIDTH);
		assert_true(rest == line || rest[-1] != ' ');
	}
	free(copy);
	return text;
}

static void golden(void (*story)(struct session *), const char *name)
{
	struct session s;
	char *text;

	story(&s);
	text = report(&s.model);
	assert_true(golden_is(name, text));
	free(text);
	session_release(&s);
}

static void test_lively(void **state)
{
	(void)state;
	golden(story_lively, "lively.txt");
}

static void test_trouble(void **state)
{
	(void)state;
	golden(story_trouble, "trouble.txt");
}

static void test_proc_mode(void **state)
{
	(void)state;
	golden(story_proc, "proc.txt");
}

static void test_nothing(void **state)
{
	struct session s;
	char *text;

	(void)state;
	assert_int_equal(session_init(&s), 0);
	text = report(&s.model);
	assert_string_equal(text, "A session of which nothing is known.\n lost records  none\n\n"
				  "No process pool was seen.\n");
	free(text);
	session_release(&s);
}

/* One page, however much there was of it; what is left out is counted. */
static void test_many(void **state)
{
	struct death deaths[40];
	struct failure failures[20];
	struct func funcs[30];
	struct pool *p;
	struct pool own;
	struct session s;
	char *text;
	int lines = 0;

	(void)state;
	story_lively(&s);
	p = &s.model.pools[0];
	own = *p;
	for (uint32_t i = 0; i < 40; i++) {
		deaths[i] = own.deaths[0];
		deaths[i].pid = 9000 + i;
	}
	for (uint32_t i = 0; i < 20; i++) {
		failures[i] = own.failures[0];
		failures[i].count = 100 + i * 7 % 20;
	}
	for (uint32_t i = 0; i < 30; i++) {
		funcs[i] = own.funcs[i % 3];
		funcs[i].tasks = 7000 + i;
		funcs[i].run.total_ns = 1000 + i * 7 % 30;
	}
	p->deaths = deaths;
	p->deaths_count = 40;
	p->failures = failures;
	p->failures_count = 20;
	p->funcs = funcs;
	p->funcs_count = 30;
	text = report(&s.model);
	for (const char *at = text; *at; at++)
		lines += *at == '\n';
	assert_in_range(lines, 60, 280);
	assert_non_null(strstr(text, "9039, aged"));
	assert_non_null(strstr(text, "9030, aged"));
	assert_null(strstr(text, "9029, aged"));
	assert_non_null(strstr(text, "and 30 before these"));
	assert_non_null(strstr(text, " 119 x"));
	assert_non_null(strstr(text, " 112 x"));
	assert_null(strstr(text, " 111 x"));
	assert_non_null(strstr(text, "and 12 kinds more"));
	/* i * 7 % 30 is largest, 29, for i = 17, and 18 for i = 24, which is the twelfth */
	assert_non_null(strstr(text, "7,017"));
	assert_non_null(strstr(text, "7,024"));
	assert_null(strstr(text, "7,011"));
	assert_non_null(strstr(text, "and 18 more that ran shorter"));
	free(text);
	*p = own;
	session_release(&s);
}

static void test_no_traceback_and_long_one(void **state)
{
	char lines[] = "one\ntwo\nthree\nfour\nfive\nsix\nseven\n\n", none[] = "";
	struct session s;
	struct failure *f;
	char *text, *own;

	(void)state;
	story_lively(&s);
	f = &s.model.pools[0].failures[0];
	own = f->traceback;
	f->traceback = lines;
	text = report(&s.model);
	assert_null(strstr(text, "| one\n"));
	assert_non_null(strstr(text, "| two\n"));
	assert_non_null(strstr(text, "| seven\n"));
	free(text);
	f->traceback = none;
	text = report(&s.model);
	assert_null(strstr(text, "            |"));
	free(text);
	f->traceback = own;
	session_release(&s);
}

/* What it has loaded its workers need not: then it is the one to name. */
static void test_fork_server(void **state)
{
	struct start server = {.from_ns = 1000000000, .at_ns = 3500000000, .is_over = true};
	struct session s;
	struct pool *p;
	char *text;

	(void)state;
	story_lively(&s);
	p = &s.model.pools[0];
	text = report(&s.model);
	assert_null(strstr(text, "fork server"));
	free(text);
	p->server = &server;
	p->server_pid = 77;
	text = report(&s.model);
	assert_non_null(
		strstr(text, "\n  its fork server, 77, took 2.50 s to start before them\n"));
	assert_null(strstr(text, "of its fork server"));
	free(text);
	server.modules[0] = (struct start_module){.name = p->funcs[0].name, .self_ns = 4000000};
	server.modules[1] = (struct start_module){.name = p->funcs[1].name, .self_ns = 700000000};
	server.modules_count = 2;
	text = report(&s.model);
	assert_non_null(
		strstr(text, "\n  dearest modules of its fork server: etl.transform 700 ms, "
			     "etl.extract 4.0 ms\n"));
	free(text);
	p->server = NULL;
	session_release(&s);
}

/* What did not help is not said to have. */
static void test_budget(void **state)
{
	struct session s;
	char *text;

	(void)state;
	story_lively(&s);
	s.model.level = (struct frame_level){
		.h = {.kind = FRAME_LEVEL}, .every = 8, .level = 1, .levels = 4, .budget = 10000};
	s.model.level_most = 1;
	text = report(&s.model);
	assert_non_null(strstr(text, "more than 1.0% of the machine"));
	assert_non_null(strstr(text, "all was told"));
	free(text);
	s.model.summed = 5000;
	text = report(&s.model);
	assert_non_null(strstr(text, "1.0% of the machine did not pay for every task"));
	assert_non_null(strstr(text, "(now: 1 task in 8)"));
	assert_non_null(strstr(text, "5,000 messages"));
	free(text);
	session_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lively),
		cmocka_unit_test(test_trouble),
		cmocka_unit_test(test_proc_mode),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_no_traceback_and_long_one),
		cmocka_unit_test(test_fork_server),
		cmocka_unit_test(test_budget),
	};

	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
