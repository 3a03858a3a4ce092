/* SPDX-License-Identifier: GPL-2.0-only */
#include "export/metrics.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/export/golden.h"
#include "tests/export/stories.h"
#include "tests/support/history.h"

enum { PARENT = 100, WORKER = 101 };

static char *told(const struct model *m)
{
	char *text;
	size_t len;

	assert_int_equal(metrics_text(m, &text, &len), 0);
	assert_int_equal(len, strlen(text));
	for (size_t i = 0; i < len; i++)
		assert_true((unsigned char)text[i] >= ' ' || text[i] == '\n');
	assert_true(len > 6);
	assert_string_equal(text + len - 6, "# EOF\n");
	return text;
}

static void feed(struct history *h, struct session *s)
{
	const struct frame *f;
	size_t pos = 0;

	assert_int_equal(session_init(s), 0);
	while ((f = history_next(h, &pos)))
		assert_int_equal(session_feed(s, f), 0);
}

static bool is_of(const char *line, const char *family)
{
	size_t len = strlen(family);

	return !strncmp(line, "pooltop_", 8) && !strncmp(line + 8, family, len);
}

/* What the form asks for: samples stand behind their family's type, and no sample comes twice. */
static void check_form(const char *text)
{
	char *copy = strdup(text), *rest = copy, *line, family[128] = "";
	char *seen[1024];
	int count = 0;

	while ((line = strsep(&rest, "\n")) && *line) {
		char *value = strrchr(line, ' ');

		if (sscanf(line, "# TYPE pooltop_%127s", family) == 1 || *line == '#')
			continue;
		assert_true(is_of(line, family));
		assert_non_null(value);
		assert_int_equal(strspn(value + 1, "0123456789."), strlen(value + 1));
		*value = '\0';
		for (int i = 0; i < count; i++)
			assert_string_not_equal(seen[i], line);
		assert_true(count < 1024);
		seen[count++] = line;
	}
	assert_true(count > 5);
	free(copy);
}

static void stories(void **state)
{
	static const struct {
		void (*story)(struct session *);
		const char *golden;
	} rows[] = {{story_lively, "metrics-lively.txt"}, {story_trouble, "metrics-trouble.txt"},
		{story_proc, "metrics-proc.txt"}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct session s;
		char *text;

		rows[i].story(&s);
		text = told(&s.model);
		check_form(text);
		assert_true(golden_is(rows[i].golden, text));
		free(text);
		session_release(&s);
	}
}

/* Without messages nothing is known of tasks: that is no 0. */
static void absent_is_not_zero(void **state)
{
	struct session s;
	char *text;

	(void)state;
	story_proc(&s);
	text = told(&s.model);
	assert_null(strstr(text, "tasks_"));
	assert_null(strstr(text, "bytes_total"));
	assert_non_null(strstr(text, "\npooltop_workers{"));
	free(text);
	session_release(&s);
	assert_int_equal(session_init(&s), 0);
	text = told(&s.model);
	assert_null(strstr(text, "\npooltop_newest"));
	assert_non_null(strstr(text, "\npooltop_pools 0\n"));
	free(text);
	session_release(&s);
}

/* Names come out of pickles, which anybody may have written. */
static void hostile_names(void **state)
{
	static const struct history_pool pool = {.pid = PARENT, .task_ino = 11, .result_ino = 12};
	const struct history_task a = {
		.job = 1, .func = "m.\"f\"\\,}\n# EOF", .items = 1, .bytes_out = 9};
	const struct history_task b = {
		.job = 2, .func = "m.\"f\"\\,}\t# EOF", .items = 1, .bytes_out = 9};
	struct history h;
	struct session s;
	char *text;

	(void)state;
	history_init(&h);
	history_session(&h, MODE_BPF);
	history_found(&h, PARENT, 1, "python3 etl.py --password x", "3.11.7");
	history_start_pool(&h, &pool, WORKER, 1);
	history_send(&h, &pool, &a);
	history_run(&h, &pool, WORKER, &a, HISTORY_MS);
	history_send(&h, &pool, &b);
	history_run(&h, &pool, WORKER, &b, HISTORY_MS);
	history_ticks(&h, 1);
	feed(&h, &s);
	text = told(&s.model);
	check_form(text);
	assert_non_null(strstr(text, "function=\"m.\\\"f\\\"\\\\,} # EOF\""));
	assert_null(strstr(text, "password"));
	free(text);
	session_release(&s);
	history_release(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stories),
		cmocka_unit_test(absent_is_not_zero),
		cmocka_unit_test(hostile_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
