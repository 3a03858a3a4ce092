/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/story.h"

#define STORY(name) cmocka_unit_test_setup_teardown(name, story_begin, story_end)

static const struct history_task task = {.job = 17, .chunk = 198, .func = "etl.transform"};

static const struct finding *after_tick(struct story *t)
{
	history_ticks(&t->h, 1);
	return story_finding(story_pool(t), "worker-died");
}

static void take(struct story *t, uint32_t pid)
{
	history_send(&t->h, &story_pipes, &task);
	history_take(&t->h, &story_pipes, pid, &task);
	history_wait(&t->h, HISTORY_MS);
}

static void oom_says_its_limit(void **state)
{
	struct story *t = *state;
	const struct finding *f;

	story_start(t, 3);
	take(t, 102);
	history_oom(&t->h, 102, 2ull << 30, 1);
	history_exit(&t->h, 102, 9);
	f = after_tick(t);
	assert_string_equal(f->text,
		"102 was killed (SIGKILL, by the OOM killer, cgroup limit 2.0 GiB) with task "
		"17/198 of etl.transform: lost");
	assert_int_equal(f->severity, SEVERITY_CRITICAL);
	assert_non_null(strstr(f->advice, "memory"));
}

static void crash_is_no_kill(void **state)
{
	struct story *t = *state;
	const struct finding *f;

	story_start(t, 3);
	take(t, 102);
	history_kill(&t->h, 102, 11, 0, "");
	f = after_tick(t);
	assert_string_equal(
		f->text, "102 crashed (SIGSEGV) with task 17/198 of etl.transform: lost");
	assert_non_null(strstr(f->advice, "faulthandler"));
}

static void own_signal_is_its_own(void **state)
{
	struct story *t = *state;

	story_start(t, 3);
	take(t, 102);
	history_kill(&t->h, 102, 6, 102, "python3");
	assert_non_null(strstr(after_tick(t)->text, "102 killed itself (SIGABRT) with task"));
}

static void exit_status(void **state)
{
	struct story *t = *state;

	story_start(t, 3);
	take(t, 102);
	history_exit(&t->h, 102, 3 << 8);
	assert_non_null(strstr(after_tick(t)->text, "102 exited with status 3 with task 17/198"));
}

static void idle_death_is_a_warning(void **state)
{
	struct story *t = *state;
	const struct finding *f;

	story_start(t, 3);
	history_kill(&t->h, 102, 9, 77, "bash");
	f = after_tick(t);
	assert_string_equal(f->text, "102 was killed (SIGKILL, by bash [77]) with no task in hand");
	assert_int_equal(f->severity, SEVERITY_WARNING);
}

/* Fifty kills are one finding, and it is as old as the first. */
static void many_deaths_are_one_finding(void **state)
{
	struct story *t = *state;
	const struct finding *f;
	const struct pool *p;
	uint32_t of_it = 0;

	story_start(t, 3);
	t->h.fork_tid = 111;
	for (uint32_t i = 0; i < 50; i++) {
		history_kill(&t->h, i ? 200 + i : 102, 9, 77, "bash");
		history_wait(&t->h, HISTORY_MS);
		history_fork(&t->h, 100, 201 + i);
		history_ticks(&t->h, 1);
	}
	history_exit(&t->h, 250, 1 << 8);
	f = after_tick(t);
	p = story_pool(t);
	for (uint32_t i = 0; i < p->findings_count; i++)
		of_it += !strcmp(p->findings[i].id, "worker-died");
	assert_int_equal(of_it, 2);
	assert_int_equal(p->deaths_count, 51);
	assert_int_equal(f->since_ns, p->deaths[0].t_ns);
	assert_non_null(strstr(f->text, "249 was killed"));
	assert_non_null(strstr(f->text, "and 49 before it"));
	assert_string_equal(f->evidence[0].name, "deaths");
	assert_int_equal((int)f->evidence[0].value, 50);
}

/* Near miss: recycled, shut down and terminated workers are no deaths. */
static void other_ends_are_no_deaths(void **state)
{
	struct story *t = *state;

	story_start(t, 4);
	take(t, 102);
	history_done(&t->h, &story_pipes, 102, &task);
	history_exit(&t->h, 102, 0);
	history_kill(&t->h, 103, 15, 100, "python3");
	history_sentinel(&t->h, 104, story_pipes.task_ino, MSG_READ);
	history_exit(&t->h, 104, 0);
	assert_null(after_tick(t));
	assert_int_equal(story_pool(t)->workers_alive, 1);
}

/* A name longer than the line is cut, but not inside a character. */
static void long_names_are_cut(void **state)
{
	char name[400];
	struct history_task odd = task;
	struct story *t = *state;
	const struct finding *f;

	for (int i = 0; i < 399; i += 3)
		memcpy(name + i, "\xe2\x82\xac", 3);
	name[399] = 0;
	odd.func = name;
	story_start(t, 3);
	history_send(&t->h, &story_pipes, &odd);
	history_take(&t->h, &story_pipes, 102, &odd);
	history_kill(&t->h, 102, 9, 77, "bash");
	f = after_tick(t);
	assert_true(strlen(f->text) < sizeof(f->text));
	assert_null(strstr(f->text, "\xe2\x82 "));
	assert_null(strstr(f->text, "\xe2:"));
	assert_non_null(strstr(f->text, "lost"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(oom_says_its_limit),
		STORY(crash_is_no_kill),
		STORY(own_signal_is_its_own),
		STORY(exit_status),
		STORY(idle_death_is_a_warning),
		STORY(many_deaths_are_one_finding),
		STORY(other_ends_are_no_deaths),
		STORY(long_names_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
