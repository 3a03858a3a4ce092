/* SPDX-License-Identifier: GPL-2.0-only */
/* Deaths that were before watching began: what proves them, and what does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/story.h"

#define STORY(name) cmocka_unit_test_setup_teardown(name, story_begin, story_end)

enum { STAYS = PROC_POOL | PROC_STAYS, REPLACES = STAYS | PROC_REPLACES };

/* Started 60 s before now. */
static void find_worker(struct story *t, uint32_t pid, uint32_t flags)
{
	struct frame_proc f = {
		.h = {.kind = FRAME_PROC, .size = sizeof(f), .pid = pid},
		.ppid = 100,
		.how = PROC_FOUND,
		.threads = 1,
		.flags = flags,
	};

	history_found(&t->h, pid, 100, "python3 job.py", "3.11.7");
	history_actor(&t->h, pid)->worker = true;
	history_state(&t->h, pid, STATE_WAIT);
	f.cmd = history_text(&t->h, "python3 job.py");
	history_add(&t->h, &f);
	history_worker_ends(&t->h, &story_pipes, pid);
}

static void end_both(struct story *t, uint32_t pid, uint64_t ino, int fd)
{
	history_pipe(&t->h, pid, ino, fd, PIPE_READ);
	history_pipe(&t->h, pid, ino, fd + 1, PIPE_WRITE);
}

/* A pool that was there: 101 of its first set, 102 that came ten seconds later. */
static void find_pool(struct story *t, uint32_t first, uint32_t later)
{
	story_parent(t, MODE_BPF);
	end_both(t, 100, story_pipes.task_ino, 3);
	end_both(t, 100, story_pipes.result_ino, 5);
	history_ends(&t->h, 100);
	find_worker(t, 101, first);
	history_wait(&t->h, 10 * HISTORY_S);
	find_worker(t, 102, later);
}

/* 102 was started then. */
static uint64_t later_ns(const struct story *t)
{
	return t->h.now_ns - 60 * HISTORY_S;
}

static void depart(struct story *t, struct frame_departed f)
{
	f.h.kind = FRAME_DEPARTED;
	f.h.size = sizeof(f);
	f.parent = 100;
	memcpy(f.comm, "python3", 8);
	history_add(&t->h, &f);
}

static struct frame_departed oom(uint64_t ended_ns)
{
	return (struct frame_departed){
		.h = {.pid = 90},
		.ended_ns = ended_ns,
		.error_ns = 20 * HISTORY_MS,
		.limit_bytes = 64 << 20,
		.rss_bytes = 60 << 20,
		.status = 9,
		.flags = DEPARTED_LOGGED | DEPARTED_OOM,
	};
}

static const struct pool *after(struct story *t, unsigned int ticks)
{
	history_ticks(&t->h, ticks);
	return story_pool(t);
}

static void log_and_successor_are_a_death(void **state)
{
	struct story *t = *state;
	const struct death *d;
	const struct pool *p;

	find_pool(t, STAYS, REPLACES);
	depart(t, oom(later_ns(t) - 30 * HISTORY_MS));
	p = after(t, 1);
	assert_int_equal(p->deaths_count, 1);
	d = &p->deaths[0];
	assert_int_equal(d->pid, 90);
	assert_int_equal(d->end, END_OOM);
	assert_int_equal(d->oom.limit_bytes, 64 << 20);
	assert_int_equal(d->replaced_by, 102);
	assert_non_null(strstr(d->inferred, "kernel's log"));
	assert_non_null(strstr(d->inferred, "102, which was started in a worker's place 30.0 ms"));
	/* It is counted among no ends that were seen, and stays one. */
	assert_int_equal(p->ends[END_OOM], 0);
	assert_int_equal(after(t, 5)->deaths_count, 1);
	assert_non_null(strstr(story_finding(story_pool(t), "worker-died")->text,
		"90 was killed (SIGKILL, by the OOM killer, cgroup limit 64.0 MiB) before watching "
		"began (inferred)"));
}

/* The log is read when the successor has told of a death already. */
static void log_that_comes_late_says_how(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	find_pool(t, STAYS, REPLACES);
	p = after(t, 1);
	assert_int_equal(p->deaths_count, 1);
	assert_int_equal(p->deaths[0].end, END_UNKNOWN);
	assert_int_equal(p->deaths[0].pid, 0);
	depart(t, oom(later_ns(t) - HISTORY_S));
	p = after(t, 1);
	assert_int_equal(p->deaths_count, 1);
	assert_int_equal(p->deaths[0].end, END_OOM);
	assert_int_equal(p->deaths[0].pid, 90);
}

static void strangers_are_none(void **state)
{
	static const struct {
		uint32_t first, later;
		int64_t before_ns; /* so long before 102 was started it ended */
	} rows[] = {
		{STAYS, STAYS, 30 * HISTORY_MS}, /* nobody was replaced */
		{PROC_POOL, PROC_POOL | PROC_REPLACES, 30 * HISTORY_MS}, /* maxtasksperchild */
		{0, 0, 30 * HISTORY_MS}, /* nothing is known of them */
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		void *one = NULL;
		struct story *t;

		assert_int_equal(story_begin(&one), 0);
		t = one;
		find_pool(t, rows[i].first, rows[i].later);
		depart(t, oom(later_ns(t) - (uint64_t)rows[i].before_ns));
		assert_non_null(after(t, 3));
		assert_int_equal(story_pool(t)->deaths_count, 0);
		story_end(&one);
	}
	(void)state;
}

/* Somebody died; but it was not that one, by the time. */
static void another_time_is_another_death(void **state)
{
	static const int64_t apart_ms[] = {-1100, 200, 5000};

	for (size_t i = 0; i < sizeof(apart_ms) / sizeof(apart_ms[0]); i++) {
		void *one = NULL;
		struct story *t;

		assert_int_equal(story_begin(&one), 0);
		t = one;
		find_pool(t, STAYS, REPLACES);
		depart(t, oom(later_ns(t) + (uint64_t)(apart_ms[i] * (int64_t)HISTORY_MS)));
		assert_int_equal(after(t, 3)->deaths_count, 1);
		assert_int_equal(story_pool(t)->deaths[0].end, END_UNKNOWN);
		story_end(&one);
	}
	(void)state;
}

static void crash(struct story *t, uint32_t tid, uint64_t before_ns)
{
	struct frame_departed f = {
		.h = {.pid = tid},
		.error_ns = 20 * HISTORY_MS,
		.status = 11,
		.flags = DEPARTED_LOGGED | DEPARTED_THREAD,
	};

	f.ended_ns = later_ns(t) - before_ns;
	depart(t, f);
}

/* Of a crash the log has a thread's number and a name: that makes one of it that was near. */
static void crash_right_before_is_how(void **state)
{
	struct story *t = *state;
	const struct pool *p;

	find_pool(t, STAYS, REPLACES);
	crash(t, 91, 5 * HISTORY_MS);
	p = after(t, 1);
	assert_int_equal(p->deaths_count, 1);
	assert_int_equal(p->deaths[0].pid, 0);
	assert_int_equal(p->deaths[0].end, END_SIGNAL);
	assert_int_equal(p->deaths[0].status, 11);
	assert_int_equal(p->deaths[0].replaced_by, 102);
	assert_non_null(strstr(p->deaths[0].inferred, "a crash of a thread 91 named python3"));
	assert_string_equal(story_finding(p, "worker-died")->text,
		"a worker crashed (SIGSEGV) before watching began (inferred)");
}

/* And a name and a time are no proof where they are anybody's. */
static void crash_that_may_be_anothers(void **state)
{
	struct story *t = *state;

	find_pool(t, STAYS, REPLACES);
	crash(t, 91, 400 * HISTORY_MS);
	assert_int_equal(after(t, 1)->deaths[0].end, END_UNKNOWN);
	crash(t, 92, 9 * HISTORY_MS);
	crash(t, 93, 5 * HISTORY_MS);
	assert_int_equal(after(t, 1)->deaths_count, 1);
	assert_int_equal(story_pool(t)->deaths[0].end, END_UNKNOWN);
}

static void child_that_is_not_waited_for(void **state)
{
	struct frame_departed f = {
		.h = {.pid = 92}, .start_ns = HISTORY_S, .status = 3 << 8, .flags = DEPARTED_CHILD};
	struct story *t = *state;
	const struct pool *p;

	find_pool(t, STAYS, STAYS);
	depart(t, f);
	/* The parent keeps no end of a pipe that went with it: it was no Process. */
	assert_int_equal(after(t, 3)->deaths_count, 0);
	history_pipe(&t->h, 100, 909, 9, PIPE_READ);
	history_ends(&t->h, 100);
	p = after(t, 1);
	assert_int_equal(p->deaths_count, 1);
	assert_int_equal(p->deaths[0].pid, 92);
	assert_int_equal(p->deaths[0].end, END_EXIT);
	assert_int_equal(p->deaths[0].t_ns, 0);
	/* One such end is not two. */
	f.h.pid = 93;
	depart(t, f);
	assert_int_equal(after(t, 3)->deaths_count, 1);
}

static void terminated_child_is_none(void **state)
{
	struct frame_departed f = {.h = {.pid = 92}, .status = 15, .flags = DEPARTED_CHILD};
	struct story *t = *state;

	find_pool(t, STAYS, STAYS);
	history_pipe(&t->h, 100, 909, 9, PIPE_READ);
	history_ends(&t->h, 100);
	depart(t, f);
	assert_int_equal(after(t, 3)->deaths_count, 0);
}

/* In the /proc mode a worker that comes later is only found; whom it replaces was seen to go. */
static void successor_that_came_since_is_no_proof(void **state)
{
	struct story *t = *state;

	find_pool(t, STAYS, STAYS);
	history_wait(&t->h, 60 * HISTORY_S);
	find_worker(t, 103, REPLACES);
	assert_int_equal(after(t, 3)->deaths_count, 0);
}

/* What was seen from its start was seen. */
static void pool_that_was_watched_from_its_start(void **state)
{
	struct story *t = *state;

	story_start(t, 2);
	depart(t, oom(t->h.now_ns - HISTORY_MS));
	assert_int_equal(after(t, 3)->deaths_count, 0);
}

/* What the parent's threads are at. */
static const struct history_place getting[] = {{"Condition.wait", "/lib/threading.py", 320, 0},
	{"Event.wait", "/lib/threading.py", 622, 0},
	{"ApplyResult.wait", "/lib/multiprocessing/pool.py", 765, 0},
	{"ApplyResult.get", "/lib/multiprocessing/pool.py", 768, 0}, {"main", "job.py", 9, 0}, {0}};
static const struct history_place keeping[] = {{"wait", "/lib/multiprocessing/connection.py", 9, 0},
	{"Pool._handle_workers", "/lib/multiprocessing/pool.py", 522, 0}, {0}};
static const struct history_place sending[] = {
	{"Pool._handle_tasks", "/lib/multiprocessing/pool.py", 531, 0}, {0}};
static const struct history_place iterating[] = {{"rows", "job.py", 4, 0},
	{"Pool._handle_tasks", "/lib/multiprocessing/pool.py", 531, 0}, {0}};
static const struct history_place reading[] = {
	{"Connection._recv", "/lib/multiprocessing/connection.py", 9, 0},
	{"Pool._handle_results", "/lib/multiprocessing/pool.py", 579, 0}, {0}};

struct thread {
	const struct history_place *at;
	uint32_t wait_for;
	uint64_t object;
	uint32_t flags;
};

/* The parent's threads and the workers stand, and go on standing. */
static const struct pool *stand(struct story *t, const struct thread *threads, uint32_t count)
{
	history_ticks(&t->h, 1);
	for (uint32_t i = 0; i < count; i++) {
		struct frame_wait f = {
			.h = {.kind = FRAME_WAIT, .size = sizeof(f), .pid = 100},
			.since_ns = t->h.now_ns,
			.object = threads[i].object,
			.tid = 100 + i * 1000,
			.wait_for = threads[i].wait_for,
			.flags = threads[i].flags | (i ? 0 : WAIT_FIRST),
			.threads = count,
		};

		history_add(&t->h, &f);
		history_stack(&t->h, 100, f.tid, 0, threads[i].at);
		history_thread(&t->h, 100, f.tid, 0);
	}
	history_waits(&t->h, 101,
		&(struct history_wait){.wait_for = WAIT_READ,
			.object = story_pipes.task_ino,
			.flags = WAIT_ALONE});
	history_waits(&t->h, 102,
		&(struct history_wait){.wait_for = WAIT_SEMAPHORE, .flags = WAIT_ALONE});
	return after(t, 5);
}

static const struct thread hangs[] = {{getting, WAIT_LOCK, 1, 0}, {keeping, WAIT_POLL, 0, 0},
	{sending, WAIT_LOCK, 2, 0}, {reading, WAIT_READ, 0 /* set below */, 0}};
enum { THREADS = sizeof(hangs) / sizeof(hangs[0]) };

static void caller_waits_for_what_nobody_has(void **state)
{
	struct story *t = *state;
	struct thread threads[THREADS];
	const struct pool *p;

	find_pool(t, STAYS, REPLACES);
	memcpy(threads, hangs, sizeof(threads));
	threads[3].object = story_pipes.result_ino;
	p = stand(t, threads, THREADS);
	assert_int_equal(p->state, POOL_STALLED);
	assert_string_equal(p->stall.reason, "lost-task");
	assert_non_null(strstr(p->stall.text, "main waits for a result that nobody is at work on"));
	assert_non_null(strstr(p->stall.text, "(inferred)"));
	assert_non_null(strstr(p->deaths[0].consequence, "its caller waits for ever"));
	assert_non_null(story_finding(p, "lost-task"));
}

/* Each is as before but for one of the parent's threads. */
static void caller_that_may_get_what_it_waits_for(void **state)
{
	static const struct {
		uint32_t which;
		struct thread is;
	} rows[] = {
		{0, {getting, WAIT_LOCK, 1, WAIT_TIMED}}, /* it gives up by itself */
		{0, {keeping, WAIT_POLL, 0, 0}}, /* nobody waits */
		{2, {iterating, WAIT_READ, 77, 0}}, /* tasks are still being made */
		{3, {reading, WAIT_READ, 78, 0}}, /* it reads from elsewhere */
		{1, {reading, WAIT_READ, 78, 0}}, /* of two pools one may have it */
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct thread threads[THREADS];
		void *one = NULL;

		assert_int_equal(story_begin(&one), 0);
		find_pool(one, STAYS, REPLACES);
		memcpy(threads, hangs, sizeof(threads));
		threads[3].object = story_pipes.result_ino;
		threads[rows[i].which] = rows[i].is;
		assert_null(stand(one, threads, THREADS)->stall.reason);
		story_end(&one);
	}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(log_and_successor_are_a_death),
		STORY(log_that_comes_late_says_how),
		STORY(strangers_are_none),
		STORY(another_time_is_another_death),
		STORY(crash_right_before_is_how),
		STORY(crash_that_may_be_anothers),
		STORY(child_that_is_not_waited_for),
		STORY(terminated_child_is_none),
		STORY(successor_that_came_since_is_no_proof),
		STORY(pool_that_was_watched_from_its_start),
		STORY(caller_waits_for_what_nobody_has),
		STORY(caller_that_may_get_what_it_waits_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
