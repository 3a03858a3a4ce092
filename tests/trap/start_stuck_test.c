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
	return story_finding(story_pool(t), "start-stuck");
}

/* A replacement that is not ready. */
static void begin(struct story *t, uint64_t brothers_ns)
{
	story_parent(t, MODE_BPF);
	for (uint32_t pid = 101; pid < 104; pid++)
		history_fork(&t->h, 100, pid);
	history_wait(&t->h, brothers_ns);
	for (uint32_t pid = 101; pid < 103; pid++) {
		history_born(&t->h, pid);
		history_worker_ends(&t->h, &story_pipes, pid);
		history_state(&t->h, pid, STATE_WAIT);
	}
	history_pipe(&t->h, 100, story_pipes.task_ino, 5, PIPE_READ);
	history_pipe(&t->h, 100, story_pipes.task_ino, 6, PIPE_WRITE);
	history_pipe(&t->h, 100, story_pipes.result_ino, 7, PIPE_READ);
	history_pipe(&t->h, 100, story_pipes.result_ino, 8, PIPE_WRITE);
	history_ends(&t->h, 100);
	history_born(&t->h, 103);
	history_worker_ends(&t->h, &story_pipes, 103);
}

static void fires_for_the_one_that_is_not_ready(void **state)
{
	struct story *t = *state;
	const struct finding *f;

	begin(t, 100 * HISTORY_MS);
	assert_null(found(t, 4));
	f = found(t, 2);
	assert_non_null(f);
	assert_int_equal(f->subject, 103);
	assert_non_null(strstr(f->text, "103 has been starting for 6.10 s; 2 others were ready"));
	history_state(&t->h, 103, STATE_WAIT);
	assert_null(found(t, 1));
}

/* Near miss: its brothers took nearly as long. */
static void quiet_when_all_are_slow(void **state)
{
	struct story *t = *state;

	begin(t, 2 * HISTORY_S);
	assert_null(found(t, 7));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(fires_for_the_one_that_is_not_ready),
		STORY(quiet_when_all_are_slow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
