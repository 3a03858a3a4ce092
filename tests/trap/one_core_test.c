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
	return story_finding(story_pool(t), "one-core");
}

static void give(struct story *t, uint32_t pid, int64_t job)
{
	struct history_task one = {.job = job, .chunk = 0, .func = "etl.load"};

	history_send(&t->h, &story_pipes, &one);
	history_take(&t->h, &story_pipes, pid, &one);
}

/* Each tick: 101 works for so long, then is in this state; the parent computes so long. */
static const struct finding *five_ticks(
	struct story *t, uint64_t work_ns, enum worker_state then, uint64_t parent_ns)
{
	for (int i = 0; i < 6; i++) {
		history_state(&t->h, 101, STATE_RUN);
		history_state(&t->h, 102, then);
		history_wait(&t->h, work_ns);
		history_state(&t->h, 101, then);
		history_state(&t->h, 102, STATE_RUN);
		history_wait(&t->h, HISTORY_S - work_ns);
		t->h.core_parent_ns[3] += parent_ns;
		history_tick(&t->h);
	}
	return found(t, 0);
}

static bool says(const struct finding *f, const char *reason)
{
	return f && !strncmp(f->text, reason, strlen(reason)) && f->text[strlen(reason)] == ':';
}

static void names_lock_and_io(void **state)
{
	struct story *t = *state;
	const struct finding *f;

	story_start(t, 2);
	give(t, 101, 1);
	give(t, 102, 2);
	f = five_ticks(t, 500 * HISTORY_MS, STATE_LOCK, 0);
	assert_true(says(f, "lock-bound"));
	assert_string_equal(f->text, "lock-bound: 1.0 cores are busy though it has 2 workers: 1.0 "
				     "of 2.0 tasks at a time "
				     "wait for a lock");
	assert_int_equal(f->severity, SEVERITY_WARNING);
}

/* Near miss: hardly ever is there a core for them, and what little is seen of them are locks. */
static void quiet_where_tasks_get_no_core(void **state)
{
	struct story *t = *state;

	story_start(t, 2);
	give(t, 101, 1);
	give(t, 102, 2);
	for (int i = 0; i < 10; i++) {
		history_state(&t->h, 101, STATE_LOCK);
		history_state(&t->h, 102, STATE_RUN);
		history_wait(&t->h, 230 * HISTORY_MS);
		history_state(&t->h, 101, STATE_RUNQ);
		history_state(&t->h, 102, STATE_RUNQ);
		history_wait(&t->h, 770 * HISTORY_MS);
		history_tick(&t->h);
	}
	assert_null(found(t, 0));
}

/* Half of the waits or less are no reason to name the interpreter. */
static void names_the_interpreters_lock(void **state)
{
	struct story *t = *state;
	const struct finding *f;

	story_start(t, 2);
	give(t, 101, 1);
	give(t, 102, 2);
	for (int i = 0; i < 6; i++) {
		history_actor(&t->h, 102)->work_flags = WORK_GIL_KNOWN;
		history_actor(&t->h, 102)->gil_ns += 900 * HISTORY_MS;
		f = five_ticks(t, 500 * HISTORY_MS, STATE_LOCK, 0);
		assert_true(says(f, "lock-bound"));
		assert_null(strstr(f->text, "GIL"));
	}
	for (int i = 0; i < 6; i++) {
		history_actor(&t->h, 102)->gil_ns += 6 * HISTORY_S;
		f = five_ticks(t, 500 * HISTORY_MS, STATE_LOCK, 0);
	}
	assert_true(says(f, "lock-bound"));
	assert_non_null(strstr(f->text, "wait for a lock, most of them for their own "
					"interpreter's (the GIL)"));
	assert_non_null(strstr(f->advice, "threads within a task"));
}

/* What its numbers were is kept from the first tick on, with ever fewer ticks between. */
static void numbers_are_kept_over_time(void **state)
{
	struct story *t = *state;
	const struct finding *f;
	uint64_t first_ns;

	story_start(t, 2);
	give(t, 101, 1);
	give(t, 102, 2);
	f = five_ticks(t, 500 * HISTORY_MS, STATE_LOCK, 0);
	assert_non_null(f);
	assert_true(f->past.count > 0 && f->past.count < 4);
	first_ns = f->past.t_ns[0];
	for (int i = 0; i < 20; i++)
		f = five_ticks(t, 500 * HISTORY_MS, STATE_LOCK, 0);
	assert_non_null(f);
	assert_true(f->past.count > FINDING_PAST / 2 - 1 && f->past.count <= FINDING_PAST);
	assert_int_equal(f->past.t_ns[0], first_ns);
	for (uint32_t i = 1; i < f->past.count; i++)
		assert_true(f->past.t_ns[i] > f->past.t_ns[i - 1]);
	assert_true(f->past.value[0][1] == 2); /* workers */
	assert_true(f->past.value[f->past.count - 1][1] == 2);
}

static void names_io(void **state)
{
	struct story *t = *state;
	const struct finding *f;

	story_start(t, 2);
	give(t, 101, 1);
	give(t, 102, 2);
	f = five_ticks(t, 500 * HISTORY_MS, STATE_IO, 0);
	assert_true(says(f, "io-bound"));
	assert_int_equal(f->severity, SEVERITY_INFO);
}

static void names_affinity(void **state)
{
	struct story *t = *state;

	t->h.cpus = 1;
	story_start(t, 2);
	give(t, 101, 1);
	give(t, 102, 2);
	assert_true(says(five_ticks(t, 500 * HISTORY_MS, STATE_RUNQ, 0), "pinned"));
}

static void names_the_core(void **state)
{
	struct story *t = *state;
	const struct finding *f;

	story_start(t, 2);
	history_actor(&t->h, 101)->cpu_mask = history_actor(&t->h, 102)->cpu_mask = 8;
	give(t, 101, 1);
	give(t, 102, 2);
	f = five_ticks(t, 500 * HISTORY_MS, STATE_RUNQ, 0);
	assert_true(says(f, "pinned"));
	assert_non_null(strstr(f->text, "all its workers may run on core 3 alone"));
}

/* Near miss: each is bound to a core, and no two to the same. */
static void quiet_for_a_core_each(void **state)
{
	struct story *t = *state;

	story_start(t, 2);
	history_actor(&t->h, 101)->cpu_mask = 1;
	history_actor(&t->h, 102)->cpu_mask = 2;
	give(t, 101, 1);
	give(t, 102, 2);
	assert_null(five_ticks(t, 500 * HISTORY_MS, STATE_RUNQ, 0));
	assert_int_equal(story_pool(t)->load.cpus, 2);
	assert_int_equal(story_pool(t)->load.lanes, 2);
}

/* Cores beyond the mask: of those nobody knows which they are. */
static void trusts_no_mask_that_is_cut(void **state)
{
	struct story *t = *state;

	t->h.cpus = 1;
	story_start(t, 2);
	give(t, 101, 1);
	give(t, 102, 2);
	assert_true(says(five_ticks(t, 500 * HISTORY_MS, STATE_RUNQ, 0), "pinned"));
	assert_int_equal(story_pool(t)->load.only_core, -1);
}

static void names_quota(void **state)
{
	struct story *t = *state;

	t->h.quota_milli = 1000;
	story_start(t, 2);
	give(t, 101, 1);
	give(t, 102, 2);
	assert_true(says(five_ticks(t, 500 * HISTORY_MS, STATE_RUNQ, 0), "quota"));
}

/* Near miss: workers that wait for a core because others use the machine. */
static void quiet_on_a_busy_machine(void **state)
{
	struct story *t = *state;

	story_start(t, 2);
	give(t, 101, 1);
	give(t, 102, 2);
	assert_null(five_ticks(t, 500 * HISTORY_MS, STATE_RUNQ, 0));
}

static void names_too_few_tasks(void **state)
{
	struct story *t = *state;

	story_start(t, 3);
	give(t, 101, 1);
	assert_true(says(found(t, 6), "too-few-tasks"));
	give(t, 102, 2);
	give(t, 103, 3);
	assert_null(found(t, 40));
}

/* Each takes the parent nearly a second, and 101 hardly any time. */
static void six_slow_tasks(struct story *t)
{
	struct history_task one = {.chunk = 0, .func = "etl.load"};

	for (int i = 0; i < 6; i++) {
		one.job = i;
		history_send(&t->h, &story_pipes, &one);
		history_run(&t->h, &story_pipes, 101, &one, 50 * HISTORY_MS);
		t->h.core_parent_ns[3] += 950 * HISTORY_MS;
		history_ticks(&t->h, 1);
	}
}

static void names_the_parent(void **state)
{
	struct story *t = *state;

	story_start(t, 2);
	six_slow_tasks(t);
	assert_true(says(found(t, 0), "parent-bound"));
}

/* Near miss: it has much to do, but most of them do not wait for it: they are on their way out. */
static void quiet_where_few_wait_for_the_parent(void **state)
{
	struct story *t = *state;

	story_start(t, 3);
	history_state(&t->h, 102, STATE_EXIT);
	history_state(&t->h, 103, STATE_EXIT);
	six_slow_tasks(t);
	assert_null(found(t, 0));
}

static void quiet_when_both_work(void **state)
{
	struct story *t = *state;

	story_start(t, 2);
	give(t, 101, 1);
	give(t, 102, 2);
	assert_null(found(t, 10));
}

/* Near miss: a single worker is all that was asked for. */
static void quiet_for_one_worker(void **state)
{
	struct story *t = *state;

	story_start(t, 1);
	give(t, 101, 1);
	assert_null(found(t, 10));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(names_lock_and_io),
		STORY(quiet_where_tasks_get_no_core),
		STORY(names_the_interpreters_lock),
		STORY(numbers_are_kept_over_time),
		STORY(names_io),
		STORY(names_affinity),
		STORY(names_the_core),
		STORY(quiet_for_a_core_each),
		STORY(trusts_no_mask_that_is_cut),
		STORY(names_quota),
		STORY(quiet_on_a_busy_machine),
		STORY(names_too_few_tasks),
		STORY(names_the_parent),
		STORY(quiet_where_few_wait_for_the_parent),
		STORY(quiet_when_both_work),
		STORY(quiet_for_one_worker),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
