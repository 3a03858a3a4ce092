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
	return story_finding(story_pool(t), "unpickle-failed");
}

static const struct history_task task = {.job = 3, .chunk = 1, .func = "etl.load"};

static void die(struct story *t, const char *said)
{
	history_send(&t->h, &story_pipes, &task);
	history_take(&t->h, &story_pipes, 102, &task);
	history_stderr(&t->h, 102, said);
	history_exit(&t->h, 102, 1 << 8);
}

static void fires_for_a_traceback_from_the_queue(void **state)
{
	struct story *t = *state;
	const struct finding *f;

	story_start(t, 2);
	die(t, "Process ForkPoolWorker-2:\nTraceback (most recent call last):\n"
	       "  File \"/usr/lib/python3.11/multiprocessing/queues.py\", line 367, in get\n"
	       "    return _ForkingPickler.loads(res)\n"
	       "  File \"/srv/etl.py\", line 9, in make\n    raise KeyError(n)\n"
	       "KeyError: 17\n");
	f = found(t, 1);
	assert_non_null(f);
	assert_int_equal(f->severity, SEVERITY_CRITICAL);
	assert_string_equal(f->text,
		"1 task for etl.load could not be unpickled: the worker ended by KeyError: 17");
}

/* Near miss: the task itself raised what ends a worker. */
static void quiet_when_the_task_raises(void **state)
{
	struct story *t = *state;

	story_start(t, 2);
	die(t, "Process ForkPoolWorker-2:\nTraceback (most recent call last):\n"
	       "  File \"/srv/etl.py\", line 9, in load\n    raise KeyboardInterrupt\n"
	       "KeyboardInterrupt\n");
	assert_null(found(t, 1));
	assert_non_null(story_finding(story_pool(t), "worker-died"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(fires_for_a_traceback_from_the_queue),
		STORY(quiet_when_the_task_raises),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
