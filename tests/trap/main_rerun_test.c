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
	return story_finding(story_pool(t), "main-rerun");
}

static const char unguarded[] =
	"Traceback (most recent call last):\n  File \"<string>\", line 1, in <module>\n"
	"  File \"/usr/lib/python3.11/multiprocessing/spawn.py\", line 138, in _check\n"
	"RuntimeError:\n        An attempt has been made to start a new process before the\n"
	"        current process has finished its bootstrapping phase.\n";

static void die(struct story *t, uint32_t pid, const char *said)
{
	story_tell(t);
	history_fork(&t->h, 100, pid);
	history_born(&t->h, pid);
	history_worker_ends(&t->h, &story_pipes, pid);
	history_ticks(&t->h, 2);
	history_stderr(&t->h, pid, said);
	history_exit(&t->h, pid, 1 << 8);
}

static void fires_for_workers_that_say_so(void **state)
{
	struct story *t = *state;
	const struct finding *f;

	story_start(t, 1);
	die(t, 102, unguarded);
	die(t, 103, unguarded);
	f = found(t, 1);
	assert_non_null(f);
	assert_int_equal(f->severity, SEVERITY_CRITICAL);
	assert_string_equal(f->text,
		"2 workers died while running job.py again: its top level starts processes "
		"in the worker too");
}

static void spawn(struct story *t, uint32_t first, uint32_t workers, uint64_t main_ns, bool live)
{
	struct history_task one = {.job = 1, .chunk = 0, .func = "job.work"};

	for (uint32_t pid = first; pid < first + workers; pid++) {
		history_fork(&t->h, 100, pid);
		history_exec(&t->h, pid, "python3 -c from multiprocessing.spawn import spawn_main",
			"3.11.7");
		history_actor(&t->h, pid)->worker = true;
		history_step(&t->h, pid, STEP_MODULE, "multiprocessing", ORIGIN_PYTHON);
		history_step(&t->h, pid, STEP_DATA, NULL, 0);
		history_step(&t->h, pid, STEP_MAIN, "job", ORIGIN_OWN);
		history_wait(&t->h, main_ns);
		history_step(&t->h, pid, STEP_MODULE, "pandas", ORIGIN_INSTALLED);
		history_wait(&t->h, HISTORY_S);
		history_step(&t->h, pid, STEP_LOCK, NULL, 0);
		history_worker_ends(&t->h, &story_pipes, pid);
		if (!live) {
			history_ticks(&t->h, 1);
			history_exit(&t->h, pid, 1 << 8);
			continue;
		}
		history_state(&t->h, pid, STATE_WAIT);
		history_work(&t->h, pid);
		history_send(&t->h, &story_pipes, &one);
		history_run(&t->h, &story_pipes, pid, &one, HISTORY_MS);
	}
}

static void spawned(struct story *t, uint64_t main_ns)
{
	story_parent(t, MODE_BPF);
	spawn(t, 102, 4, main_ns, true);
}

static void fires_for_what_it_costs(void **state)
{
	struct story *t = *state;
	const struct finding *f;

	spawned(t, 310 * HISTORY_MS);
	f = found(t, 1);
	assert_non_null(f);
	assert_int_equal(f->severity, SEVERITY_WARNING);
	assert_string_equal(f->text, "each of 4 workers runs job.py again: its own top level "
				     "takes 310 ms each time, 1.24 s in all");
	assert_non_null(strstr(f->advice, "310 ms x 4 workers"));
	f = found(t, 60);
	assert_non_null(f);
	assert_int_equal(f->severity, SEVERITY_INFO); /* they live for long */
}

/* Near miss: what it imports costs much, and it little. */
static void quiet_for_a_quick_main_module(void **state)
{
	struct story *t = *state;

	spawned(t, 100 * HISTORY_MS);
	assert_null(found(t, 1));
}

/* Near miss: they end before their first task, and that is what is wrong. */
static void a_hint_for_workers_that_end(void **state)
{
	struct story *t = *state;
	const struct finding *f;

	story_parent(t, MODE_BPF);
	spawn(t, 102, 1, HISTORY_MS, true);
	spawn(t, 103, 4, 310 * HISTORY_MS, false);
	f = found(t, 1);
	assert_non_null(f);
	assert_int_equal(story_pool(t)->stillborn, 4);
	assert_int_equal(f->severity, SEVERITY_INFO);
}

/* Near miss: others use all cores, and starts were hardly on one. */
static void quiet_on_a_busy_machine(void **state)
{
	struct story *t = *state;

	for (uint32_t cpu = 0; cpu < HISTORY_CPUS; cpu++)
		t->h.cpu_busy_ns[cpu] = 1000 * HISTORY_S;
	spawned(t, 310 * HISTORY_MS);
	for (uint32_t pid = 102; pid < 106; pid++)
		history_actor(&t->h, pid)->cpu_ns = 100 * HISTORY_MS;
	assert_null(found(t, 1));
}

/* Near miss: an initializer that raises something else. */
static void quiet_for_another_exception(void **state)
{
	struct story *t = *state;

	story_start(t, 1);
	die(t, 102,
		"Traceback (most recent call last):\n  File \"job.py\", line 3, in start\n"
		"RuntimeError: no licence\n");
	assert_null(found(t, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(fires_for_workers_that_say_so),
		STORY(fires_for_what_it_costs),
		STORY(quiet_for_a_quick_main_module),
		STORY(a_hint_for_workers_that_end),
		STORY(quiet_on_a_busy_machine),
		STORY(quiet_for_another_exception),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
