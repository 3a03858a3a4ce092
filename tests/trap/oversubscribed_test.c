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
	return story_finding(story_pool(t), "oversubscribed");
}

static void give(struct story *t, uint32_t first, uint32_t workers)
{
	for (uint32_t pid = first; pid < first + workers; pid++) {
		struct history_task one = {.job = pid, .chunk = 0, .func = "etl.load"};

		history_send(&t->h, &story_pipes, &one);
		history_take(&t->h, &story_pipes, pid, &one);
	}
}

/* Each worker's other threads are on a core or wait for one, and its main thread waits for one.
 * side_ns: of each tick, those of one worker together; 0: it is not told. */
static void crowd(struct story *t, uint32_t workers, uint32_t threads, uint64_t side_ns)
{
	for (uint32_t pid = 101; pid < 101 + workers; pid++) {
		history_actor(&t->h, pid)->threads = threads;
		history_actor(&t->h, pid)->work_flags = side_ns ? WORK_SIDE_KNOWN : 0;
		history_state(&t->h, pid, STATE_RUNQ);
	}
	for (int i = 0; i < 6; i++) {
		for (uint32_t pid = 101; pid < 101 + workers; pid++) {
			history_actor(&t->h, pid)->cpu_ns += HISTORY_S;
			history_actor(&t->h, pid)->side_ns += side_ns;
			t->h.core_workers_ns[pid % 4] += HISTORY_S;
		}
		history_ticks(&t->h, 1);
	}
}

static void fires_for_threads_of_libraries(void **state)
{
	struct story *t = *state;
	const struct finding *f;

	story_start(t, 4);
	give(t, 101, 4);
	crowd(t, 4, 4, 3 * HISTORY_S);
	f = found(t, 0);
	assert_non_null(f);
	assert_int_equal(f->severity, SEVERITY_WARNING);
	assert_non_null(
		strstr(f->text, "threads want 4.0 cores, most of them started by a library"));
	assert_non_null(strstr(f->advice, "1 thread per worker"));
}

/* Whose threads they are: the library that is loaded, unless they were seen to run Python. */
static void names_the_library(void **state)
{
	struct story *t = *state;
	struct frame_proc proc = {.h = {.kind = FRAME_PROC, .size = sizeof(proc), .pid = 101},
		.ppid = 100,
		.how = PROC_BORN,
		.flags = PROC_OPENMP | PROC_OPENBLAS};
	const struct finding *f;

	story_start(t, 4);
	give(t, 101, 4);
	proc.cmd = history_text(&t->h, "python3 job.py");
	history_add(&t->h, &proc);
	crowd(t, 4, 4, 3 * HISTORY_S);
	f = found(t, 0);
	assert_non_null(f);
	assert_non_null(strstr(f->text, "most of them started by OpenBLAS or OpenMP:"));
}

static void knows_threads_of_python(void **state)
{
	static const struct history_place places[] = {{"crunch", "job.py", 7, 0}, {0}};
	struct story *t = *state;
	struct frame_sample side = {.h = {.kind = FRAME_SAMPLE, .size = sizeof(side), .pid = 101},
		.ns = HISTORY_S,
		.tid = 111,
		.trace = 1,
		.class = CLASS_OTHER};
	const struct finding *f;

	story_start(t, 4);
	give(t, 101, 4);
	history_trace(&t->h, 1, places);
	history_add(&t->h, &side);
	crowd(t, 4, 4, 3 * HISTORY_S);
	f = found(t, 0);
	assert_non_null(f);
	assert_non_null(strstr(f->text, "most of them threads of the tasks' own Python code"));
	assert_string_equal(f->advice, "1 thread per worker fit: let the tasks start no more");
}

/* Near miss: as many are there, but they take turns. */
static void quiet_for_threads_in_turns(void **state)
{
	struct story *t = *state;

	story_start(t, 4);
	give(t, 101, 4);
	crowd(t, 4, 16, HISTORY_S);
	assert_null(found(t, 0));
}

/* Older recordings do not say what other threads waited for. */
static void guesses_where_it_is_not_known(void **state)
{
	struct story *t = *state;
	const struct finding *f;

	story_start(t, 4);
	give(t, 101, 4);
	crowd(t, 4, 4, 0);
	f = found(t, 0);
	assert_non_null(f);
	assert_non_null(strstr(f->text, "threads want 4.0 cores"));
}

/* Near miss: threads that are there and do not compute. */
static void quiet_for_threads_that_sleep(void **state)
{
	struct story *t = *state;

	story_start(t, 4);
	give(t, 101, 4);
	for (uint32_t pid = 101; pid < 105; pid++)
		history_actor(&t->h, pid)->threads = 8;
	assert_null(found(t, 10));
}

static void many_workers_are_a_hint(void **state)
{
	struct story *t = *state;
	const struct finding *f;

	story_start(t, 14);
	give(t, 101, 14);
	f = found(t, 10);
	assert_non_null(f);
	assert_int_equal(f->severity, SEVERITY_INFO);
}

static void quiet_for_twice_the_cores(void **state)
{
	struct story *t = *state;

	story_start(t, 8);
	give(t, 101, 8);
	assert_null(found(t, 10));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(fires_for_threads_of_libraries),
		STORY(names_the_library),
		STORY(knows_threads_of_python),
		STORY(quiet_for_threads_in_turns),
		STORY(guesses_where_it_is_not_known),
		STORY(quiet_for_threads_that_sleep),
		STORY(many_workers_are_a_hint),
		STORY(quiet_for_twice_the_cores),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
