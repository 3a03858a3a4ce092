/* SPDX-License-Identifier: GPL-2.0-only */
/* Workers: states that add up, generations, what is kept of those that are gone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/change.h"
#include "tests/support/story.h"

#define STORY(name) cmocka_unit_test_setup_teardown(name, story_begin, story_end)

static const struct history_task task = {.job = 1, .func = "job.work", .bytes_out = 5};

static uint64_t sum_ns(const struct worker *w, uint64_t now_ns)
{
	uint64_t ns = 0;

	for (unsigned int s = 0; s < WORKER_STATES; s++)
		ns += worker_state_ns(w, (enum worker_state)s, now_ns);
	return ns;
}

static void states_add_up_to_a_life(void **state)
{
	struct story *t = *state;
	const struct worker *w;

	story_start(t, 1);
	history_send(&t->h, &story_pipes, &task);
	history_take(&t->h, &story_pipes, 101, &task);
	history_wait(&t->h, 300 * HISTORY_MS);
	history_state(&t->h, 101, STATE_IO);
	history_wait(&t->h, 200 * HISTORY_MS);
	history_ticks(&t->h, 1);
	w = &story_pool(t)->workers[0];
	assert_int_equal(sum_ns(w, t->h.now_ns), worker_life_ns(w, t->h.now_ns));
	assert_int_equal(worker_life_ns(w, t->h.now_ns), t->h.now_ns - HISTORY_START_NS);
	assert_int_equal(worker_state_ns(w, STATE_RUN, t->h.now_ns), 300 * HISTORY_MS);
	assert_int_equal(worker_state_ns(w, STATE_IO, t->h.now_ns), 1200 * HISTORY_MS);
	assert_true(w->known & 1u << STATE_RUN);
	assert_false(w->known & 1u << STATE_UNPICKLE);
	history_wait(&t->h, 100 * HISTORY_MS);
	history_exit(&t->h, 101, 9);
	w = &story_pool(t)->workers[0];
	assert_int_equal(sum_ns(w, t->h.now_ns + HISTORY_S), worker_life_ns(w, 0));
	assert_int_equal(worker_life_ns(w, 0), t->h.now_ns - HISTORY_START_NS);
}

/* Between two ticks a message moves the state, and no time is counted twice. */
static void messages_move_the_state_between_ticks(void **state)
{
	struct story *t = *state;
	const struct worker *w;

	story_start(t, 1);
	history_wait(&t->h, 400 * HISTORY_MS);
	history_send(&t->h, &story_pipes, &task);
	history_take(&t->h, &story_pipes, 101, &task);
	w = &story_pool(t)->workers[0];
	assert_int_equal(w->state, STATE_RUN);
	assert_int_equal(w->state_since_ns, t->h.now_ns);
	assert_int_equal(sum_ns(w, t->h.now_ns), worker_life_ns(w, t->h.now_ns));
	assert_int_equal(sum_ns(w, t->s.model.now_ns), worker_life_ns(w, t->s.model.now_ns));
	history_wait(&t->h, 100 * HISTORY_MS);
	history_done(&t->h, &story_pipes, 101, &task);
	w = &story_pool(t)->workers[0];
	assert_int_equal(w->state, STATE_WAIT);
	assert_int_equal(worker_state_ns(w, STATE_RUN, t->h.now_ns), 100 * HISTORY_MS);
}

/* The sums were taken after the message happened, but arrive before it. */
static void sums_know_better_than_an_older_message(void **state)
{
	struct story *t = *state;
	const struct worker *w;

	story_start(t, 1);
	history_wait(&t->h, 10 * HISTORY_MS);
	history_state(&t->h, 101, STATE_RUN);
	history_wait(&t->h, HISTORY_MS);
	history_state(&t->h, 101, STATE_IO);
	history_work(&t->h, 101);
	t->h.now_ns -= HISTORY_MS;
	history_send(&t->h, &story_pipes, &task);
	history_actor(&t->h, 101)->since_ns = t->h.now_ns;
	history_take(&t->h, &story_pipes, 101, &task);
	w = &story_pool(t)->workers[0];
	assert_int_equal(w->state, STATE_IO);
	assert_true(w->hand.has);
}

static void waits_for_the_interpreter_are_told_until_its_end(void **state)
{
	struct story *t = *state;
	uint64_t ns = 77;

	story_start(t, 2);
	history_work(&t->h, 101);
	assert_false(pool_gil_ns(story_pool(t), &ns));
	assert_int_equal(ns, 77);
	history_actor(&t->h, 101)->work_flags = WORK_GIL_KNOWN;
	history_actor(&t->h, 101)->gil_ns = 40;
	history_work(&t->h, 101);
	assert_true(pool_gil_ns(story_pool(t), &ns));
	assert_int_equal(ns, 40);
	assert_true(story_pool(t)->workers[0].gil_known);
	assert_false(story_pool(t)->workers[1].gil_known);
	history_wait(&t->h, HISTORY_MS);
	history_actor(&t->h, 101)->gil_ns = 60;
	history_exit(&t->h, 101, 0);
	assert_true(pool_gil_ns(story_pool(t), &ns));
	assert_int_equal(ns, 60);
}

/* It lived for 5 ms, and no FRAME_WORK ever came. */
static void exit_alone_completes_the_sums(void **state)
{
	struct story *t = *state;
	const struct worker *w;

	story_start(t, 1);
	t->h.fork_tid = 111;
	history_exit(&t->h, 101, 9);
	history_fork(&t->h, 100, 102);
	history_wait(&t->h, 2 * HISTORY_MS);
	history_state(&t->h, 102, STATE_WAIT);
	history_wait(&t->h, 3 * HISTORY_MS);
	history_kill(&t->h, 102, 9, 7, "bash");
	w = story_worker(story_pool(t), 102);
	assert_int_equal(w->state_ns[STATE_START], 2 * HISTORY_MS);
	assert_int_equal(sum_ns(w, 0), worker_life_ns(w, 0));
	assert_int_equal(worker_life_ns(w, 0), 5100 * HISTORY_US);
	assert_int_equal(w->generation, 2);
}

/* An exit without sums (the /proc mode): what was known goes on to the end. */
static void exit_without_sums(void **state)
{
	struct story *t = *state;
	const struct worker *w;

	story_start(t, 2);
	history_wait(&t->h, 500 * HISTORY_MS);
	history_vanish(&t->h, 102);
	w = story_worker(story_pool(t), 102);
	assert_int_equal(sum_ns(w, 0), worker_life_ns(w, 0));
	assert_int_equal(w->ended_ns, t->h.now_ns);
}

/* Found at work: measured from where its sums begin, not from its birth. */
static void found_worker_is_measured_from_its_sums(void **state)
{
	struct story *t = *state;
	const struct worker *w;

	story_parent(t, MODE_BPF);
	history_found(&t->h, 101, 100, "python3 job.py", "3.11.7");
	history_send(&t->h, &story_pipes, &task);
	history_take(&t->h, &story_pipes, 101, &task);
	history_ticks(&t->h, 2);
	history_actor(&t->h, 101)->worker = true;
	history_ticks(&t->h, 1);
	w = story_worker(story_pool(t), 101);
	assert_int_equal(w->born_ns, HISTORY_START_NS - 60 * HISTORY_S);
	assert_int_equal(worker_life_ns(w, t->h.now_ns), 3 * HISTORY_S);
	assert_int_equal(sum_ns(w, t->h.now_ns), 3 * HISTORY_S);
}

static void nonsense_state_is_a_bad_frame(void **state)
{
	struct story *t = *state;
	struct frame_work bad = {
		.h = {.kind = FRAME_WORK, .size = sizeof(bad), .pid = 101},
		.state = WORKER_STATES,
	};

	story_start(t, 1);
	history_add(&t->h, &bad);
	assert_int_equal(story_pool(t)->workers[0].state, STATE_WAIT);
	assert_int_equal(t->s.model.dropped.bad_frames, 1);
}

/* Whoever goes through the states that are known goes through those that there are. */
static void nonsense_known_states_are_none(void **state)
{
	struct story *t = *state;
	struct frame_work work = {
		.h = {.kind = FRAME_WORK, .size = sizeof(work), .pid = 101},
		.state = STATE_RUN,
		.known = UINT32_MAX,
	};
	struct frame_exit end = {
		.h = {.kind = FRAME_EXIT, .size = sizeof(end), .pid = 101},
		.state_ns = {1},
		.known = UINT32_MAX,
	};

	story_start(t, 1);
	history_add(&t->h, &work);
	assert_int_equal(story_pool(t)->workers[0].known, STATES_ALL);
	story_pool(t)->workers[0].known = 0;
	history_add(&t->h, &end);
	assert_int_equal(story_pool(t)->workers[0].known, STATES_ALL);
}

static void strip_shows_the_longest_state_of_each_tick(void **state)
{
	struct story *t = *state;
	const struct worker *w;

	story_start(t, 1);
	history_wait(&t->h, 300 * HISTORY_MS);
	history_state(&t->h, 101, STATE_RUN);
	history_wait(&t->h, 600 * HISTORY_MS);
	history_state(&t->h, 101, STATE_IO);
	history_wait(&t->h, 100 * HISTORY_MS);
	history_tick(&t->h);
	history_ticks(&t->h, 1);
	w = &story_pool(t)->workers[0];
	assert_int_equal(worker_strip(w, 0), 1 + STATE_IO);
	assert_int_equal(worker_strip(w, 1), 1 + STATE_RUN);
	assert_int_equal(worker_strip(w, 2), 1 + STATE_WAIT);
	assert_int_equal(worker_strip(w, 3), 0);
	assert_int_equal(worker_strip(w, MODEL_STRIP + 7), 0);
}

static void cpu_share_is_of_the_last_tick(void **state)
{
	struct story *t = *state;
	const struct worker *w;

	story_start(t, 1);
	history_actor(&t->h, 101)->cpu_ns += 250 * HISTORY_MS;
	history_ticks(&t->h, 1);
	w = &story_pool(t)->workers[0];
	assert_true(w->cpu_share > 0.24 && w->cpu_share < 0.26);
	history_ticks(&t->h, 1);
	w = &story_pool(t)->workers[0];
	assert_true(w->cpu_share < 0.01);
	assert_int_equal(w->rss_bytes, 20 << 20);
	assert_int_equal(w->rss_peak_bytes, 21 << 20);
}

/* Each end is followed by one birth: who follows whom goes by time, oldest first. */
static void successors_are_used_once(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	story_start(t, 3);
	t->h.fork_tid = 111;
	history_kill(&t->h, 101, 9, 7, "bash");
	history_wait(&t->h, HISTORY_MS);
	history_kill(&t->h, 102, 9, 7, "bash");
	history_wait(&t->h, HISTORY_MS);
	history_fork(&t->h, 100, 111);
	history_wait(&t->h, HISTORY_MS);
	history_fork(&t->h, 100, 112);
	history_wait(&t->h, HISTORY_MS);
	history_kill(&t->h, 111, 9, 7, "bash");
	history_wait(&t->h, HISTORY_MS);
	history_fork(&t->h, 100, 113);
	history_ticks(&t->h, 3);
	p = story_pool(t);
	assert_int_equal(p->deaths[0].replaced_by, 111);
	assert_int_equal(p->deaths[1].replaced_by, 112);
	assert_int_equal(p->deaths[2].replaced_by, 113);
	assert_int_equal(story_worker(p, 112)->generation, 2);
	assert_int_equal(story_worker(p, 113)->generation, 3);
	assert_int_equal(p->first_size, 3);
}

/* More workers than fit: the oldest gone make room, and their times stay in the sums. */
static void oldest_gone_make_room(void **state)
{
	struct story *t = *state;
	struct model *m = &t->s.model;
	struct frame_fork f = {.h = {FRAME_FORK, sizeof(f), 100, 0}, .tid = 111};
	struct frame_exit e = {.h = {FRAME_EXIT, sizeof(e), 0, 0}, .syscall = -1};
	uint64_t now_ns, before[WORKER_STATES], after[WORKER_STATES];
	const struct pool *p;

	story_start(t, 1);
	now_ns = t->h.now_ns;
	for (uint32_t i = 0; i < MODEL_WORKERS + 100; i++) {
		f.child = e.h.pid = 1000 + i;
		f.h.t_ns = f.start_ns = now_ns += HISTORY_MS;
		e.h.t_ns = e.start_ns = now_ns += HISTORY_MS;
		e.state_ns[STATE_START] = HISTORY_MS;
		if (i % 1000 == 0)
			pool_state_ns(story_pool(t), now_ns, before);
		assert_int_equal(session_feed(&t->s, &f.h), 0);
		assert_int_equal(session_feed(&t->s, &e.h), 0);
		if (i % 1000)
			continue;
		pool_state_ns(story_pool(t), now_ns, after);
		assert_int_equal(after[STATE_START], before[STATE_START] + HISTORY_MS);
	}
	p = story_pool(t);
	assert_true(p->workers_count < MODEL_WORKERS);
	assert_true(m->dropped.workers > 0);
	assert_int_equal(p->workers_alive, 1);
	assert_int_equal(p->workers[0].pid, 101);
	for (uint32_t i = 1; i < p->workers_count; i++)
		assert_ptr_equal(pool_worker(p, p->workers[i].id), &p->workers[i]);
	assert_null(pool_worker(p, 2));
	pool_state_ns(p, now_ns, after);
	assert_int_equal(after[STATE_START], (MODEL_WORKERS + 101) * HISTORY_MS + HISTORY_MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(states_add_up_to_a_life),
		STORY(messages_move_the_state_between_ticks),
		STORY(sums_know_better_than_an_older_message),
		STORY(waits_for_the_interpreter_are_told_until_its_end),
		STORY(exit_alone_completes_the_sums),
		STORY(exit_without_sums),
		STORY(found_worker_is_measured_from_its_sums),
		STORY(nonsense_state_is_a_bad_frame),
		STORY(nonsense_known_states_are_none),
		STORY(strip_shows_the_longest_state_of_each_tick),
		STORY(cpu_share_is_of_the_last_tick),
		STORY(successors_are_used_once),
		STORY(oldest_gone_make_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
