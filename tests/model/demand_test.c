/* SPDX-License-Identifier: GPL-2.0-only */
#include "model/demand.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/story.h"

#define STORY(name) cmocka_unit_test_setup_teardown(name, story_begin, story_end)

enum { WORKERS = 4, TICKS = 6 };

static void give(struct story *t)
{
	for (uint32_t pid = 101; pid < 101 + WORKERS; pid++) {
		struct history_task one = {.job = pid, .chunk = 0, .func = "etl.load"};

		history_send(&t->h, &story_pipes, &one);
		history_take(&t->h, &story_pipes, pid, &one);
	}
}

/* Each is in that state, and all its threads together have a core. */
static void work(struct story *t, uint32_t threads, enum worker_state state)
{
	for (uint32_t pid = 101; pid < 101 + WORKERS; pid++) {
		history_actor(&t->h, pid)->threads = threads;
		history_state(&t->h, pid, state);
	}
	for (int i = 0; i < TICKS; i++) {
		for (uint32_t pid = 101; pid < 101 + WORKERS; pid++)
			history_actor(&t->h, pid)->cpu_ns += HISTORY_S;
		history_ticks(&t->h, 1);
	}
}

static bool demand(struct story *t, struct demand *d)
{
	const struct pool *p = story_pool(t);

	return model_demand(&t->s.model, p, d);
}

static void nothing_is_wanted_without_work(void **state)
{
	struct story *t = *state;
	struct demand d;

	story_start(t, WORKERS);
	history_ticks(&t->h, 3);
	assert_false(demand(t, &d));
}

/* A core each, and nobody waits. */
static void main_threads_that_run(void **state)
{
	struct story *t = *state;
	struct demand d;

	story_start(t, WORKERS);
	give(t);
	work(t, 1, STATE_RUN);
	assert_true(demand(t, &d));
	assert_true(d.mains > 3.5 && d.mains <= 4);
	assert_true(d.more < 0.5);
	assert_true(d.waiting < 0.01);
	assert_true(d.workers == WORKERS && d.cores == 4);
}

static void threads_beside_them(void **state)
{
	struct frame_proc proc = {.h = {.kind = FRAME_PROC, .size = sizeof(proc), .pid = 101},
		.ppid = 100,
		.how = PROC_BORN,
		.flags = PROC_MKL | PROC_OPENMP};
	struct story *t = *state;
	struct demand d;
	char buf[64];

	story_start(t, WORKERS);
	give(t);
	proc.cmd = history_text(&t->h, "python3 job.py");
	history_add(&t->h, &proc);
	work(t, 4, STATE_RUNQ);
	assert_true(demand(t, &d));
	assert_true(d.more > d.mains);
	assert_true(d.waiting > 0.5);
	assert_false(model_demand_is_python(story_pool(t)));
	assert_string_equal(
		model_demand_starters(story_pool(t), buf, sizeof(buf)), "MKL or OpenMP");
	assert_string_equal(model_demand_starters(story_pool(t), buf, 4), "MKL");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(nothing_is_wanted_without_work),
		STORY(main_threads_that_run),
		STORY(threads_beside_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
