/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/story.h"

#define STORY(name) cmocka_unit_test_setup_teardown(name, story_begin, story_end)

#define SPAWN "python3 -c from multiprocessing.spawn import spawn_main --multiprocessing-fork"
#define SERVER "python3 -c from multiprocessing.forkserver import main; main(5, 6, ['__main__'])"

static void step(struct story *t, uint64_t after_ms, enum step_what what, const char *name,
	enum step_origin origin)
{
	history_wait(&t->h, after_ms * HISTORY_MS);
	history_step(&t->h, 201, what, name, origin);
}

static void spawn(struct story *t)
{
	story_parent(t, MODE_BPF);
	history_wait(&t->h, HISTORY_MS);
	history_fork(&t->h, 100, 201);
	history_wait(&t->h, 2 * HISTORY_MS);
	history_exec(&t->h, 201, SPAWN, "3.11.7");
}

/* It waits for its first task, and is known as a worker then at the latest. */
static const struct worker *ready(struct story *t)
{
	struct history_task one = {.job = 1, .chunk = 0, .func = "job.work"};

	history_actor(&t->h, 201)->worker = true;
	history_state(&t->h, 201, STATE_WAIT);
	history_ticks(&t->h, 1);
	history_send(&t->h, &story_pipes, &one);
	history_run(&t->h, &story_pipes, 201, &one, HISTORY_MS);
	history_ticks(&t->h, 1);
	assert_non_null(story_pool(t));
	return story_worker(story_pool(t), 201);
}

static struct start start_of_201(struct story *t)
{
	const struct worker *w = ready(t);
	struct start s;

	assert_non_null(w);
	assert_true(worker_start(&t->s.model, story_pool(t), w, &s));
	return s;
}

static void phases_are(const struct start *s, const uint64_t ms[START_PHASES])
{
	for (unsigned int i = 0; i < START_PHASES; i++)
		if (s->phase_ns[i] != ms[i] * HISTORY_MS)
			fail_msg("%s is %ju us", start_phase_name((enum start_phase)i),
				(uintmax_t)s->phase_ns[i] / 1000);
}

static void module_is(
	struct story *t, const struct start *s, uint32_t at, const char *name, uint64_t ms)
{
	assert_true(at < s->modules_count);
	assert_string_equal(model_text(&t->s.model, s->modules[at].name, "?"), name);
	assert_int_equal(s->modules[at].self_ns, ms * HISTORY_MS);
}

static void a_spawned_worker(void **state)
{
	static const uint64_t ms[] = {2, 13, 30, 421, 9, 12, 0};
	struct story *t = *state;
	uint64_t until_ns = 0, sum_ns = 0;
	struct start s;

	spawn(t);
	step(t, 8, STEP_MODULE, "encodings", ORIGIN_PYTHON);
	step(t, 5, STEP_MODULE, "certifi", ORIGIN_INSTALLED);
	step(t, 20, STEP_MODULE, "importlib.resources", ORIGIN_PYTHON);
	step(t, 10, STEP_MODULE, "multiprocessing", ORIGIN_PYTHON);
	step(t, 6, STEP_MODULE, "multiprocessing.spawn", ORIGIN_PYTHON);
	step(t, 4, STEP_DATA, NULL, 0);
	step(t, 1, STEP_MAIN, "job", ORIGIN_OWN);
	step(t, 1, STEP_MAIN, "job", ORIGIN_OWN);
	step(t, 8, STEP_MODULE, "slow", ORIGIN_OWN);
	step(t, 400, STEP_MODULE, "json", ORIGIN_PYTHON);
	step(t, 3, STEP_LOCK, NULL, 0);
	step(t, 1, STEP_MODULE, "multiprocessing.pool", ORIGIN_PYTHON);
	step(t, 8, STEP_LOCK, NULL, 0);
	history_wait(&t->h, 10 * HISTORY_MS);
	s = start_of_201(t);
	phases_are(&s, ms);
	assert_true(s.has_main && s.has_data && s.execed);
	module_is(t, &s, 0, "slow", 400);
	module_is(t, &s, 1, "certifi", 20);
	module_is(t, &s, 2, "importlib.resources", 10);
	assert_int_equal(s.modules[0].origin, ORIGIN_OWN);
	for (uint32_t i = 0; i < s.pieces_count; i++) {
		assert_true(s.pieces[i].until_ns > until_ns);
		until_ns = s.pieces[i].until_ns;
	}
	for (unsigned int i = 0; i < START_PHASES; i++)
		sum_ns += s.phase_ns[i];
	assert_int_equal(until_ns, sum_ns);
	assert_int_equal(sum_ns, worker_state_ns(story_worker(story_pool(t), 201), STATE_START, 0));
	assert_int_equal(s.pieces[0].phase, PHASE_LAUNCH);
	assert_int_equal(s.pieces[s.pieces_count - 1].phase, PHASE_PREPARE);
}

/* A module that imports others first, and then computes; after it the main module does. */
static void what_it_was_seen_in_counts(void **state)
{
	static const uint64_t ms[] = {2, 0, 0, 412, 310, 6, 206};
	struct story *t = *state;
	struct start s;

	spawn(t);
	step(t, 0, STEP_MODULE, "multiprocessing", ORIGIN_PYTHON);
	step(t, 10, STEP_DATA, NULL, 0);
	step(t, 0, STEP_MAIN, "job", ORIGIN_OWN);
	step(t, 0, STEP_MODULE, "slow", ORIGIN_OWN);
	step(t, 2, STEP_MODULE, "json.scanner", ORIGIN_PYTHON);
	step(t, 40, STEP_IN_MODULE, "slow", ORIGIN_OWN);
	step(t, 300, STEP_IN_MODULE, "slow", ORIGIN_OWN);
	step(t, 120, STEP_IN_MAIN, NULL,
		0); /* half of the time since is the one's, half the other's */
	step(t, 250, STEP_IN_MAIN, NULL, 0);
	step(t, 0, STEP_LOCK, NULL, 0);
	step(t, 6, STEP_LOCK, NULL, 0);
	step(t, 60, STEP_IN_INITIALIZER, "connect", ORIGIN_OWN);
	step(t, 46, STEP_IN_INITIALIZER, "connect", ORIGIN_OWN);
	history_wait(&t->h, 100 * HISTORY_MS);
	s = start_of_201(t);
	phases_are(&s, ms);
	module_is(t, &s, 0, "slow", 402);
	module_is(t, &s, 1, "multiprocessing", 10);
	assert_int_equal(s.modules_count, 2);
	assert_string_equal(model_text(&t->s.model, s.initializer, "?"), "connect");
}

/* It may have been on its way to the next module just then. */
static void what_it_was_seen_in_once_counts_for_half(void **state)
{
	struct story *t = *state;
	struct start s;

	spawn(t);
	step(t, 0, STEP_MODULE, "multiprocessing", ORIGIN_PYTHON);
	step(t, 0, STEP_DATA, NULL, 0);
	step(t, 0, STEP_MODULE, "slow", ORIGIN_OWN);
	step(t, 90, STEP_IN_MAIN, NULL, 0);
	step(t, 1, STEP_MODULE, "json", ORIGIN_PYTHON);
	step(t, 40, STEP_IN_MAIN, NULL, 0);
	step(t, 50, STEP_IN_MODULE, "json", ORIGIN_PYTHON);
	step(t, 9, STEP_MODULE, "last", ORIGIN_OWN);
	s = start_of_201(t);
	assert_int_equal(s.phase_ns[PHASE_MAIN], 46 * HISTORY_MS);
	module_is(t, &s, 0, "json", 99);
	module_is(t, &s, 1, "slow", 45);
}

static void a_forked_worker_has_no_interpreter(void **state)
{
	static const uint64_t ms[START_PHASES] = {[PHASE_PREPARE] = 8};
	struct story *t = *state;
	struct start s;

	story_parent(t, MODE_BPF);
	history_fork(&t->h, 100, 201);
	history_wait(&t->h, 8 * HISTORY_MS);
	s = start_of_201(t);
	phases_are(&s, ms);
	assert_false(s.execed);
	/* An older recording has no steps at all, so nobody knows. */
	t->s.model.session.flags = 0;
	assert_false(
		worker_start(&t->s.model, story_pool(t), story_worker(story_pool(t), 201), &s));
}

static void a_fork_server_starts_apart(void **state)
{
	static const uint64_t server_ms[] = {1, 30, 0, 49, 0, 0, 0};
	static const uint64_t ms[] = {0, 0, 0, 100, 20, 5, 0};
	struct story *t = *state;
	struct start s;

	story_parent(t, MODE_BPF);
	history_fork(&t->h, 100, 190);
	history_wait(&t->h, HISTORY_MS);
	history_exec(&t->h, 190, SERVER, "3.11.7");
	history_wait(&t->h, 30 * HISTORY_MS);
	history_step(&t->h, 190, STEP_MODULE, "multiprocessing", ORIGIN_PYTHON);
	history_wait(&t->h, 49 * HISTORY_MS);
	history_fork(&t->h, 190, 201);
	history_born(&t->h, 201);
	step(t, 5, STEP_MAIN, "job", ORIGIN_OWN);
	step(t, 20, STEP_MODULE, "slow", ORIGIN_OWN);
	history_wait(&t->h, 100 * HISTORY_MS);
	s = start_of_201(t);
	phases_are(&s, ms);
	assert_true(pool_server_start(story_pool(t), &s));
	phases_are(&s, server_ms);
	assert_int_equal(story_pool(t)->server_pid, 190);
	module_is(t, &s, 0, "multiprocessing", 49);
}

/* Steps and pieces beyond what is kept; the sums stay whole, and the dearest modules are there. */
static void many_modules_are_bounded(void **state)
{
	char name[32];
	struct story *t = *state;
	uint64_t sum_ns = 0, until_ns = 0;
	struct start s;

	spawn(t);
	step(t, 0, STEP_MODULE, "multiprocessing", ORIGIN_PYTHON);
	step(t, 0, STEP_DATA, NULL, 0);
	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "pack.part%d", i);
		step(t, 1, STEP_MODULE, name, ORIGIN_INSTALLED);
		step(t, i == 70 ? 90 : i == 3 ? 80 : 2, STEP_LOCK, NULL, 0);
	}
	s = start_of_201(t);
	assert_int_equal(s.modules_count, MODEL_START_MODULES);
	module_is(t, &s, 0, "pack.part70", 90);
	module_is(t, &s, 1, "pack.part3", 80);
	assert_int_equal(s.phase_ns[PHASE_IMPORTS], (98 * 2 + 170) * HISTORY_MS);
	assert_true(s.pieces_count <= MODEL_START_PIECES);
	for (uint32_t i = 0; i < s.pieces_count; i++) {
		assert_true(s.pieces[i].until_ns > until_ns);
		until_ns = s.pieces[i].until_ns;
	}
	for (unsigned int i = 0; i < START_PHASES; i++)
		sum_ns += s.phase_ns[i];
	assert_int_equal(until_ns, sum_ns);
}

static void unknown_steps_are_counted(void **state)
{
	struct story *t = *state;
	struct start s;

	spawn(t);
	step(t, 1, (enum step_what)0, "a", ORIGIN_OWN);
	step(t, 1, (enum step_what)99, "a", ORIGIN_OWN);
	step(t, 1, STEP_MODULE, "multiprocessing", (enum step_origin)77);
	history_step(&t->h, 4711, STEP_MODULE, "a", ORIGIN_OWN);
	history_step(&t->h, 100, STEP_MODULE, "a", ORIGIN_OWN);
	s = start_of_201(t);
	assert_int_equal(t->s.model.dropped.unknown_frames, 2);
	assert_int_equal(t->s.model.dropped.orphan_frames, 1);
	assert_int_equal(s.phase_ns[PHASE_INTERPRETER], 3 * HISTORY_MS);
}

static void a_worker_found_has_no_start(void **state)
{
	struct story *t = *state;
	const struct worker *w;
	struct start s;

	story_parent(t, MODE_BPF);
	history_found(&t->h, 201, 100, "python3 job.py", "3.11.7");
	w = ready(t);
	assert_non_null(w);
	assert_false(worker_start(&t->s.model, story_pool(t), w, &s));
	assert_false(pool_server_start(story_pool(t), &s));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(a_spawned_worker),
		STORY(what_it_was_seen_in_counts),
		STORY(what_it_was_seen_in_once_counts_for_half),
		STORY(a_forked_worker_has_no_interpreter),
		STORY(a_fork_server_starts_apart),
		STORY(many_modules_are_bounded),
		STORY(unknown_steps_are_counted),
		STORY(a_worker_found_has_no_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
