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
	return story_finding(story_pool(t), "broken-pool");
}

static const struct history_pool calls = {
	.pid = 100,
	.task_ino = 6001,
	.result_ino = 6002,
	.task_shape = SHAPE_CALL,
	.result_shape = SHAPE_RESULT,
};

/* An executor's workers keep both ends of both pipes. */
static void both_ends(struct history *h, uint32_t pid)
{
	for (int i = 0; i < 2; i++) {
		history_pipe(h, pid, 6001 + (uint64_t)i, 5 + 2 * i, PIPE_READ);
		history_pipe(h, pid, 6001 + (uint64_t)i, 6 + 2 * i, PIPE_WRITE);
	}
	history_ends(h, pid);
}

static void begin(struct story *t)
{
	struct history_task call = {.chunk = -1, .func = "job.f"};

	story_parent(t, MODE_BPF);
	both_ends(&t->h, 100);
	for (uint32_t pid = 101; pid < 104; pid++) {
		history_wait(&t->h, 2 * HISTORY_MS);
		history_fork(&t->h, 100, pid);
		history_born(&t->h, pid);
		history_state(&t->h, pid, STATE_WAIT);
		both_ends(&t->h, pid);
	}
	for (call.job = 5; call.job < 8; call.job++)
		history_send(&t->h, &calls, &call);
	for (call.job = 5; call.job < 7; call.job++)
		history_take(&t->h, &calls, 97 + (uint32_t)call.job, &call);
	history_ticks(&t->h, 2);
}

static void names_who_did_it(void **state)
{
	struct story *t = *state;
	const struct finding *f;

	begin(t);
	history_kill(&t->h, 102, 9, 900, "bash");
	history_kill(&t->h, 101, 15, 100, "python3");
	history_kill(&t->h, 103, 15, 100, "python3");
	f = found(t, 1);
	assert_non_null(f);
	assert_int_equal(f->severity, SEVERITY_CRITICAL);
	assert_string_equal(f->text,
		"worker 102 broke the pool: it was killed (SIGKILL, by bash [900]) with task 5 of "
		"job.f in hand; 2 other calls on their way, and all that waited in the parent, "
		"fail "
		"for that alone");
	assert_null(story_finding(story_pool(t), "lost-task"));
	assert_non_null(found(t, 5));
}

/* Near miss: the parent ends them all, and nobody broke it. */
static void quiet_when_the_parent_ends_it(void **state)
{
	struct story *t = *state;

	begin(t);
	for (uint32_t pid = 101; pid < 104; pid++)
		history_kill(&t->h, pid, 15, 100, "python3");
	assert_null(found(t, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(names_who_did_it),
		STORY(quiet_when_the_parent_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
