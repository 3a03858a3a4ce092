/* SPDX-License-Identifier: GPL-2.0-only */
/* The machinery of the rules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/story.h"
#include "trap/trap.h"

#define STORY(name) cmocka_unit_test_setup_teardown(name, story_begin, story_end)

static void table_is_complete(void **state)
{
	static const char *const done[] = {"worker-died", "lost-task", "queue-lock-lost",
		"respawn-loop", "task-failed", "result-handler-died", "fork-with-threads",
		"result-unpicklable", "repeated-payload", "chunk-too-small", "chunk-too-large",
		"one-core", "oversubscribed", "slow-start", "start-stuck", "hidden-io",
		"broken-pool", "main-rerun", "unpickle-failed", "pickle-heavy", "task-unpicklable"};
	unsigned int n = 0;

	(void)state;
	for (; trap_rule_at(n); n++) {
		bool is_known = false;

		assert_non_null(trap_rule_at(n)->judge);
		for (unsigned int i = 0; i < sizeof(done) / sizeof(done[0]); i++)
			is_known |= !strcmp(trap_rule_at(n)->id, done[i]);
		assert_true(is_known);
		for (unsigned int i = 0; i < n; i++)
			assert_string_not_equal(trap_rule_at(n)->id, trap_rule_at(i)->id);
	}
	assert_int_equal(n, sizeof(done) / sizeof(done[0]));
}

static void sink_is_bounded(void **state)
{
	struct model m = {.now_ns = 77};
	struct finding *f, *list = calloc(MODEL_FINDINGS, sizeof(*list));
	struct trap_sink sink = {.model = &m, .id = "x", .findings = list};

	(void)state;
	assert_non_null(list);
	for (int i = 0; i < MODEL_FINDINGS; i++)
		assert_non_null(trap_find(&sink, 1));
	assert_null(trap_find(&sink, 1));
	assert_int_equal(sink.dropped, 1);
	f = &list[0];
	assert_string_equal(f->id, "x");
	assert_int_equal(f->since_ns, 77);
	for (int i = 0; i < 20; i++)
		trap_evidence(f, "n", i);
	assert_int_equal(f->evidence_count, FINDING_EVIDENCE);
	free(list);
}

static void findings_are_worst_first_and_keep_their_time(void **state)
{
	struct finding list[3] = {
		{.id = "a", .severity = SEVERITY_INFO, .since_ns = 10, .subject = 1},
		{.id = "b", .severity = SEVERITY_CRITICAL, .since_ns = 10, .subject = 1},
		{.id = "a", .severity = SEVERITY_WARNING, .since_ns = 10, .subject = 2},
	};
	struct pool p = {0};

	(void)state;
	assert_int_equal(pool_set_findings(&p, list, 2), 0);
	assert_string_equal(p.findings[0].id, "b");
	for (int i = 0; i < 3; i++)
		list[i].since_ns = 20;
	assert_int_equal(pool_set_findings(&p, list, 3), 0);
	assert_int_equal(p.findings_count, 3);
	assert_int_equal(p.findings[0].since_ns, 10);
	assert_int_equal(p.findings[1].subject, 2);
	assert_int_equal(p.findings[1].since_ns, 20);
	assert_int_equal(p.findings[2].since_ns, 10);
	assert_int_equal(pool_set_findings(&p, NULL, 0), 0);
	assert_int_equal(p.findings_count, 0);
	assert_null(p.findings);
}

/* Findings are judged on ticks alone. */
static void nothing_is_judged_between_ticks(void **state)
{
	struct story *t = *state;

	story_start(t, 2);
	history_kill(&t->h, 102, 9, 77, "bash");
	assert_int_equal(story_pool(t)->findings_count, 0);
	history_ticks(&t->h, 1);
	assert_int_equal(story_pool(t)->findings_count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_is_complete),
		cmocka_unit_test(sink_is_bounded),
		cmocka_unit_test(findings_are_worst_first_and_keep_their_time),
		STORY(nothing_is_judged_between_ticks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
