/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/story.h"

#define STORY(name) cmocka_unit_test_setup_teardown(name, story_begin, story_end)

static const struct history_task task = {.job = 1, .chunk = 0, .func = "job.work"};

/* Each worker lives 5 ms and is replaced 10 ms later; the first task is written after the first
 * set. Ends with a tick. */
static const struct finding *loop(struct story *t, unsigned int ends, uint32_t status)
{
	story_parent(t, MODE_BPF);
	history_fork(&t->h, 100, 101);
	history_wait(&t->h, HISTORY_MS);
	history_send(&t->h, &story_pipes, &task);
	t->h.fork_tid = 111;
	for (uint32_t i = 0; i < ends; i++) {
		history_wait(&t->h, 4 * HISTORY_MS);
		history_exit(&t->h, 101 + i, status);
		history_wait(&t->h, 10 * HISTORY_MS);
		history_fork(&t->h, 100, 102 + i);
		history_wait(&t->h, HISTORY_MS);
	}
	history_ticks(&t->h, 1);
	return story_finding(story_pool(t), "respawn-loop");
}

static void fires_when_the_initializer_raises(void **state)
{
	struct story *t = *state;
	const struct finding *f = loop(t, 20, 1 << 8);

	assert_non_null(f);
	assert_int_equal(f->severity, SEVERITY_CRITICAL);
	assert_string_equal(f->text, "20 workers ended before their first task, in 285 ms, and "
				     "were replaced over and over, the last with status 1");
	assert_int_equal(story_pool(t)->stillborn_generation, 20);
	assert_int_equal(f->since_ns, HISTORY_START_NS + 5 * HISTORY_MS);
	assert_int_equal((int)f->evidence[0].value, 20);
}

static void fires_for_signals_too(void **state)
{
	const struct finding *f = loop(*state, 5, 11);

	assert_non_null(f);
	assert_non_null(strstr(f->text, "the last by SIGSEGV"));
}

/* Near miss: the first set failed, its replacements do well. */
static void quiet_when_replacements_live(void **state)
{
	assert_null(loop(*state, 2, 1 << 8));
}

/* Near miss: maxtasksperchild=1 replaces as fast, but each has done its task. */
static void quiet_when_workers_are_recycled(void **state)
{
	struct story *t = *state;
	struct history_task one = task;

	story_start(t, 1);
	t->h.fork_tid = 111;
	for (uint32_t i = 0; i < 20; i++) {
		one.chunk = (int32_t)i;
		history_send(&t->h, &story_pipes, &one);
		history_run(&t->h, &story_pipes, 101 + i, &one, HISTORY_MS);
		history_exit(&t->h, 101 + i, 0);
		history_wait(&t->h, HISTORY_MS);
		history_fork(&t->h, 100, 102 + i);
		history_wait(&t->h, HISTORY_MS);
	}
	history_ticks(&t->h, 1);
	assert_int_equal(story_pool(t)->ends[END_RECYCLED], 20);
	assert_null(story_finding(story_pool(t), "respawn-loop"));
}

/* Near miss: somebody kills idle workers, one in a while; they had waited for work. */
static void quiet_when_idle_workers_are_killed(void **state)
{
	struct story *t = *state;

	story_start(t, 1);
	t->h.fork_tid = 111;
	for (uint32_t i = 0; i < 20; i++) {
		history_ticks(&t->h, 2);
		history_kill(&t->h, 101 + i, 9, 77, "bash");
		history_wait(&t->h, HISTORY_MS);
		history_fork(&t->h, 100, 102 + i);
		history_wait(&t->h, HISTORY_MS);
		history_state(&t->h, 102 + i, STATE_WAIT);
	}
	history_ticks(&t->h, 1);
	assert_int_equal(story_pool(t)->deaths_count, 20);
	assert_null(story_finding(story_pool(t), "respawn-loop"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(fires_when_the_initializer_raises),
		STORY(fires_for_signals_too),
		STORY(quiet_when_replacements_live),
		STORY(quiet_when_workers_are_recycled),
		STORY(quiet_when_idle_workers_are_killed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
