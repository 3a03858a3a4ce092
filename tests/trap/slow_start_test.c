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

static void spawned(struct story *t, uint32_t pid, uint64_t import_ns, uint64_t main_ns)
{
	history_fork(&t->h, 100, pid);
	history_exec(
		&t->h, pid, "python3 -c from multiprocessing.spawn import spawn_main", "3.11.7");
	history_actor(&t->h, pid)->worker = true;
	history_wait(&t->h, 20 * HISTORY_MS);
	history_step(&t->h, pid, STEP_MODULE, "multiprocessing", ORIGIN_PYTHON);
	history_step(&t->h, pid, STEP_DATA, NULL, 0);
	history_step(&t->h, pid, STEP_MODULE, "pandas", ORIGIN_INSTALLED);
	history_wait(&t->h, import_ns);
	history_step(&t->h, pid, STEP_MAIN, "job", ORIGIN_OWN);
	history_wait(&t->h, main_ns);
	history_step(&t->h, pid, STEP_LOCK, NULL, 0);
	history_worker_ends(&t->h, &story_pipes, pid);
	history_state(&t->h, pid, STATE_WAIT);
	history_work(&t->h, pid);
	live(t, pid, 10 * HISTORY_MS);
}

static void names_what_would_save_most(void **state)
{
	struct story *t = *state;
	const struct finding *f;

	story_parent(t, MODE_BPF);
	for (uint32_t pid = 101; pid < 105; pid++)
		spawned(t, pid, 9 * HISTORY_S, HISTORY_S);
	history_sentinel(&t->h, 100, story_pipes.task_ino, MSG_WRITE);
	f = found(t, 1);
	assert_non_null(f);
	assert_non_null(
		strstr(f->text, "imports 90 % (pandas 9.00 s each), the main module again 10 %"));
	assert_non_null(strstr(f->advice, "import pandas inside the function that needs it: that "
					  "would save 9.00 s x 4 workers"));
}

static void names_the_main_module(void **state)
{
	struct story *t = *state;
	const struct finding *f;

	story_parent(t, MODE_BPF);
	for (uint32_t pid = 101; pid < 105; pid++)
		spawned(t, pid, 300 * HISTORY_MS, 9 * HISTORY_S);
	history_sentinel(&t->h, 100, story_pipes.task_ino, MSG_WRITE);
	f = found(t, 1);
	assert_non_null(f);
	assert_non_null(strstr(f->text, "the main module again 97 %"));
	assert_non_null(strstr(f->advice, "__main__"));
}

/* Near miss: a tenth of a second each. */
static void quiet_for_quick_starts(void **state)
{
	struct story *t = *state;

	lives(t, 100 * HISTORY_MS);
	assert_null(found(t, 1));
}

/* Starts of which nine tenths pass on no core. */
static void lives_off_cores(struct story *t)
{
	story_start(t, 1);
	live(t, 101, HISTORY_MS);
	for (uint32_t pid = 102; pid < 107; pid++) {
		replace(t, pid - 1, pid, HISTORY_S);
		history_actor(&t->h, pid)->cpu_ns -= 900 * HISTORY_MS;
		live(t, pid, 100 * HISTORY_MS);
	}
	history_sentinel(&t->h, 100, story_pipes.task_ino, MSG_WRITE);
}

static void fires_for_starts_that_wait(void **state)
{
	struct story *t = *state;

	lives_off_cores(t);
	assert_non_null(found(t, 1));
}

/* Near miss: others use all cores, so that a start waits for one, as everything does. */
static void quiet_on_a_busy_machine(void **state)
{
	struct story *t = *state;

	for (uint32_t cpu = 0; cpu < HISTORY_CPUS; cpu++)
		t->h.cpu_busy_ns[cpu] = 1000 * HISTORY_S;
	lives_off_cores(t);
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
		STORY(names_what_would_save_most),
		STORY(names_the_main_module),
		STORY(quiet_for_quick_starts),
		STORY(fires_for_starts_that_wait),
		STORY(quiet_on_a_busy_machine),
		STORY(quiet_while_it_begins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
