/* SPDX-License-Identifier: GPL-2.0-only */
/* Session, ticks, cores, events and the clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/change.h"
#include "tests/support/story.h"

#define STORY(name) cmocka_unit_test_setup_teardown(name, story_begin, story_end)

static void session_and_clock(void **state)
{
	struct story *t = *state;
	const struct model *m = &t->s.model;

	assert_int_equal(m->session.h.kind, 0);
	history_session(&t->h, MODE_BPF);
	story_tell(t);
	assert_string_equal(m->host, "testhost");
	assert_string_equal(m->kernel, "6.1.0");
	assert_string_equal(m->version, "0.1.0");
	assert_int_equal(m->now_ns, HISTORY_START_NS);
	assert_int_equal(model_wall_ns(m, HISTORY_START_NS + 5), HISTORY_WALL_NS + 5);
	assert_int_equal(model_wall_ns(m, HISTORY_START_NS - 5), HISTORY_WALL_NS - 5);
	history_ticks(&t->h, 1);
	story_tell(t);
	assert_int_equal(m->tick_ns, 0);
	history_ticks(&t->h, 1);
	story_tell(t);
	assert_int_equal(m->tick_ns, HISTORY_S);
	assert_int_equal(m->now_ns, HISTORY_START_NS + 2 * HISTORY_S);
	assert_int_equal(m->tick.seq, 2);
	history_lost(&t->h, 5);
	history_lost(&t->h, 6);
	history_end(&t->h, 0);
	story_tell(t);
	assert_int_equal(m->lost_records, 11);
	assert_true(m->done);
}

/* A full array without a terminator, and one with something evil. */
static void session_texts_are_cleaned(void **state)
{
	struct story *t = *state;
	struct frame_session f = {.h = {FRAME_SESSION, sizeof(f), 0, 1}};

	memset(f.version, 'v', sizeof(f.version));
	memset(f.host, 0x1b, sizeof(f.host));
	history_add(&t->h, &f);
	story_tell(t);
	assert_string_equal(t->s.model.version, "vvvvvvvvvvvvvvvv");
	assert_int_equal(strlen(t->s.model.host), 64);
	assert_null(strchr(t->s.model.host, 0x1b));
}

static void cores_by_tick(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	story_start(t, 2);
	t->h.core_workers_ns[1] += 300 * HISTORY_MS;
	t->h.core_parent_ns[0] += 100 * HISTORY_MS;
	t->h.cpu_busy_ns[0] += 50 * HISTORY_MS;
	history_ticks(&t->h, 1);
	p = story_pool(t);
	assert_int_equal(p->cores_count, HISTORY_CPUS);
	assert_int_equal(p->cores[1].workers_tick_ns, 300 * HISTORY_MS);
	assert_int_equal(p->cores[0].parent_tick_ns, 100 * HISTORY_MS);
	assert_int_equal(t->s.model.cpus[0].busy_tick_ns, 150 * HISTORY_MS);
	assert_true(t->s.model.cpus[0].seen);
	history_ticks(&t->h, 1);
	p = story_pool(t);
	assert_int_equal(p->cores[1].workers_tick_ns, 0);
	assert_int_equal(p->cores[1].workers_ns, t->h.core_workers_ns[1]);
	assert_int_equal(t->s.model.cpus[0].idle_tick_ns, HISTORY_S);
}

/* Whose time each core spends: of one tick, over several, and of a tick in the past. */
static void shares_of_a_core(void **state)
{
	struct story *t = *state;
	struct core_shares x;

	story_start(t, 2);
	history_ticks(&t->h, 2);
	history_state(&t->h, 101, STATE_RUN);
	history_wait(&t->h, 600 * HISTORY_MS);
	history_state(&t->h, 101, STATE_WAIT);
	t->h.core_parent_ns[1] += 100 * HISTORY_MS;
	t->h.cpu_busy_ns[1] += 100 * HISTORY_MS;
	history_wait(&t->h, 400 * HISTORY_MS);
	history_tick(&t->h);
	story_tell(t);
	assert_true(model_core_shares(&t->s.model, story_pool(t), 1, (struct core_span){0, 1}, &x));
	assert_true(x.workers > 0.597 && x.workers < 0.603);
	assert_true(x.parent > 0.097 && x.parent < 0.103);
	assert_true(x.workers + x.parent + x.other + x.idle + x.steal > 0.999);
	assert_true(x.workers + x.parent + x.other + x.idle + x.steal < 1.001);
	assert_true(model_core_shares(&t->s.model, story_pool(t), 1, (struct core_span){0, 2}, &x));
	assert_true(x.workers > 0.297 && x.workers < 0.303);
	assert_true(model_core_shares(&t->s.model, story_pool(t), 1, (struct core_span){1, 1}, &x));
	assert_true(x.workers == 0 && x.parent == 0);
	assert_false(model_core_shares(
		&t->s.model, story_pool(t), 1, (struct core_span){MODEL_CORE_STRIP, 1}, &x));
	assert_false(
		model_core_shares(&t->s.model, story_pool(t), 99, (struct core_span){0, 1}, &x));
}

/* The newest, and the most at one time; a pool keeps it when its parent is gone. */
static void shared_memory_of_a_pool(void **state)
{
	struct story *t = *state;
	struct frame_shared f = {.h = {FRAME_SHARED, sizeof(f), 100, 0}, .bytes = 4096};

	story_start(t, 2);
	assert_int_equal(story_pool(t)->shared.h.kind, 0);
	history_add(&t->h, &f);
	history_ticks(&t->h, 1);
	f.bytes = 1024;
	history_add(&t->h, &f);
	f.h.pid = 101; /* some other program's */
	f.bytes = 1 << 20;
	history_add(&t->h, &f);
	history_ticks(&t->h, 1);
	history_exit(&t->h, 100, 0);
	history_ticks(&t->h, 1);
	story_tell(t);
	assert_int_equal(story_pool(t)->shared.bytes, 1024);
	assert_int_equal(story_pool(t)->shared_most_bytes, 4096);
}

/* A pool that was found: what its cores did before is not of this tick. */
static void found_pool_does_not_begin_with_a_leap(void **state)
{
	struct story *t = *state;

	story_parent(t, MODE_BPF);
	history_found(&t->h, 101, 100, "python3 job.py", "3.11.7");
	t->h.core_workers_ns[1] = 500 * HISTORY_S;
	history_pipe(&t->h, 100, 5001, 3, PIPE_READ | PIPE_WRITE);
	history_pipe(&t->h, 100, 5002, 4, PIPE_READ | PIPE_WRITE);
	history_ends(&t->h, 100);
	history_worker_ends(&t->h, &story_pipes, 101);
	history_ticks(&t->h, 1);
	assert_non_null(story_pool(t));
	assert_int_equal(story_pool(t)->cores[1].workers_tick_ns, 0);
	assert_int_equal(story_pool(t)->cores[1].workers_ns, 500 * HISTORY_S);
}

static void impossible_cpus_are_bad_frames(void **state)
{
	struct story *t = *state;
	struct frame_cpu cpu = {.h = {FRAME_CPU, sizeof(cpu), 0, 1}, .cpu = MODEL_CPUS};
	struct frame_core core = {.h = {FRAME_CORE, sizeof(core), 100, 1}, .cpu = UINT32_MAX};

	story_start(t, 1);
	history_add(&t->h, &cpu);
	history_add(&t->h, &core);
	story_tell(t);
	assert_int_equal(t->s.model.dropped.bad_frames, 2);
	assert_int_equal(t->s.model.cpus_count, HISTORY_CPUS);
}

static void rates_are_of_whole_ticks(void **state)
{
	struct story *t = *state;
	struct history_task one = {.job = 1, .func = "f", .bytes_out = 1000, .bytes_back = 10};
	const struct pool *p;

	story_start(t, 1);
	for (int i = 0; i < 7; i++) {
		one.chunk = i;
		history_send(&t->h, &story_pipes, &one);
		history_run(&t->h, &story_pipes, 101, &one, HISTORY_MS);
	}
	p = story_pool(t);
	assert_int_equal(series_at(&p->done_per_tick, 0), 0);
	history_ticks(&t->h, 1);
	p = story_pool(t);
	assert_int_equal(series_at(&p->done_per_tick, 0), 7);
	assert_int_equal(series_at(&p->out_per_tick, 0), 7000);
	assert_int_equal(series_at(&p->back_per_tick, 0), 70);
	history_ticks(&t->h, 1);
	assert_int_equal(series_at(&story_pool(t)->done_per_tick, 0), 0);
	assert_int_equal(series_at(&story_pool(t)->done_per_tick, 1), 7);
}

static void events_keep_the_newest(void **state)
{
	struct story *t = *state;
	struct model *m = &t->s.model;

	for (uint32_t i = 0; i < MODEL_EVENTS + 10; i++)
		model_add_event(m, EVENT_DEATH, 1, i, i);
	assert_int_equal(m->events_count, MODEL_EVENTS);
	assert_int_equal(m->dropped.events, 10);
	assert_int_equal(model_event(m, 0)->pid, 10);
	assert_int_equal(model_event(m, MODEL_EVENTS - 1)->pid, MODEL_EVENTS + 9);
}

/* Jobs and functions beyond their bounds: the oldest go, the rest share one name. */
static void jobs_and_functions_are_bounded(void **state)
{
	struct story *t = *state;
	struct frame_msg f = {
		.h = {FRAME_MSG, sizeof(f), 100, 1},
		.ino = story_pipes.task_ino,
		.dir = MSG_WRITE,
		.shape = SHAPE_POOL_TASK,
		.flags = MSG_HAS_JOB | MSG_HAS_CHUNK,
	};
	const struct pool *p;

	story_start(t, 1);
	f.h.t_ns = t->h.now_ns;
	for (uint32_t i = 0; i < 5000; i++) {
		f.job = i;
		f.func = 1 + i % 1000;
		assert_int_equal(session_feed(&t->s, &f.h), 0);
	}
	p = story_pool(t);
	assert_int_equal(p->totals.sent, 5000);
	assert_true(p->jobs_count >= MODEL_JOBS && p->jobs_count <= 2 * MODEL_JOBS);
	assert_int_equal(p->jobs[p->jobs_count - 1].id, 4999);
	assert_int_equal(p->jobs[0].id, 5000 - p->jobs_count);
	assert_int_equal(p->funcs_count, MODEL_FUNCS);
	assert_int_equal(p->funcs[MODEL_FUNCS - 1].name, MODEL_TEXT_OTHERS);
	assert_int_equal(p->funcs[0].sent, 5);
	assert_int_equal(p->funcs[MODEL_FUNCS - 1].sent, 5 * (1000 - MODEL_FUNCS + 1));
	assert_int_equal(p->funcs[MODEL_FUNCS - 1].items, 5 * (1000 - MODEL_FUNCS + 1));
}

static void names_are_the_words_of_the_report(void **state)
{
	char buf[16];

	(void)state;
	assert_string_equal(worker_state_name(STATE_UNPICKLE), "unpickle");
	assert_string_equal(worker_state_name((enum worker_state)99), "?");
	for (int s = 0; s < WORKER_STATES; s++)
		assert_non_null(worker_state_name((enum worker_state)s));
	assert_string_equal(pool_state_name(POOL_STALLED), "stalled");
	assert_string_equal(pool_state_name((enum pool_state)0), "?");
	assert_string_equal(end_kind_name(END_OOM), "oom");
	assert_string_equal(end_kind_name(END_RECYCLED), "recycled");
	assert_string_equal(severity_name(SEVERITY_CRITICAL), "critical");
	assert_null(start_method_name(START_UNKNOWN));
	assert_string_equal(start_method_name(START_FORKSERVER), "forkserver");
	assert_string_equal(signal_name(9, buf), "SIGKILL");
	assert_string_equal(signal_name(42, buf), "SIG42");
	assert_string_equal(signal_name(UINT32_MAX, buf), "SIG4294967295");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(session_and_clock),
		STORY(session_texts_are_cleaned),
		STORY(cores_by_tick),
		STORY(shares_of_a_core),
		STORY(shared_memory_of_a_pool),
		STORY(found_pool_does_not_begin_with_a_leap),
		STORY(impossible_cpus_are_bad_frames),
		STORY(rates_are_of_whole_ticks),
		STORY(events_keep_the_newest),
		STORY(jobs_and_functions_are_bounded),
		cmocka_unit_test(names_are_the_words_of_the_report),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
