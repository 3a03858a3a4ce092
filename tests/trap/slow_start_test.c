/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/story.h"

#define STORY(name) cmocka_unit_test_setup_teardown(name, story_begin, story_end)

static const struct finding *found(struct story *t, unsigned int ticks)
{
	history_ticks(&t->h, ticks);
	return story_finding(story_pool(t), "slow-start");
}

static void replace(struct story *t, uint32_t old, uint32_t pid, uint64_t start_ns)
{
	history_exit(&t->h, old, 0);
	t->h.fork_tid = 140;
	history_fork(&t->h, 100, pid);
	history_wait(&t->h, start_ns);
	history_born(&t->h, pid);
	history_worker_ends(&t->h, &story_pipes, pid);
	history_state(&t->h, pid, STATE_WAIT);
	history_work(&t->h, pid);
}

static void live(struct story *t, uint32_t pid, uint64_t run_ns)
{
	struct history_task one = {.job = pid, .chunk = 0, .func = "etl.load"};

	history_send(&t->h, &story_pipes, &one);
	history_run(&t->h, &story_pipes, pid, &one, run_ns);
	history_ticks(&t->h, 1);
}

static void lives(struct story *t, uint64_t start_ns)
{
	story_start(t, 1);
	live(t, 101, HISTORY_MS);
	for (uint32_t pid = 102; pid < 107; pid++) {
		replace(t, pid - 1, pid, start_ns);
		live(t, pid, 100 * HISTORY_MS);
	}
	history_sentinel(&t->h, 100, story_pipes.task_ino, MSG_WRITE);
}

static void fires_for_lives_of_starting(void **state)
{
	struct story *t = *state;
	const struct finding *f;

	lives(t, HISTORY_S);
	f = found(t, 1);
	assert_non_null(f);
	assert_int_equal(f->severity, SEVERITY_WARNING);
	assert_non_null(strstr(f->text, "workers took 834 ms each to start by fork: "));
	assert_non_null(strstr(f->advice, "maxtasksperchild="));
}

/* Near miss: a tenth of a second each. */
static void quiet_for_quick_starts(void **state)
{
	struct story *t = *state;

	lives(t, 100 * HISTORY_MS);
	assert_null(found(t, 1));
}

/* Near miss: a pool that has only just begun has done nothing else yet. */
static void quiet_while_it_begins(void **state)
{
	struct story *t = *state;

	story_parent(t, MODE_BPF);
	for (uint32_t pid = 101; pid < 104; pid++)
		history_fork(&t->h, 100, pid);
	history_ticks(&t->h, 3);
	history_start_pool(&t->h, &story_pipes, 104, 1);
	live(t, 104, HISTORY_MS);
	assert_null(found(t, 3));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(fires_for_lives_of_starting),
		STORY(quiet_for_quick_starts),
		STORY(quiet_while_it_begins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
