/* SPDX-License-Identifier: GPL-2.0-only */
#include "python/reader.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include <cmocka.h>

#include "python/layout.h"
#include "tests/python/false_python.h"
#include "tests/python/false_task.h"

/* A process of two Python threads, of which the main one holds the GIL, and a native one. */
struct world {
	struct false_proc proc;
	struct false_python p;
	struct reader r;
	uint64_t thread[2], frame;
};

static const char asleep[] = "0 0x3 0x0 0x0 0x0 0x0 0x0 0x7ffd1000 0x7f2000\n";

static int set_up(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	struct false_task t = {.tid = 77, .comm = "main", .state = 'S', .runs = 3, .call = asleep};

	false_proc_init(&w->proc);
	false_task(&w->proc, &t);
	t.tid = 78;
	t.comm = "\33[31m";
	false_task(&w->proc, &t);
	t.tid = 79;
	false_task(&w->proc, &t);
	w->p = false_python_new(layout_row(11));
	w->thread[0] = false_thread(&w->p, 77);
	w->thread[1] = false_thread(&w->p, 78);
	w->frame = false_frame(&w->p, false_code(&w->p, "main", "etl.py", 10), 3, 0);
	false_top(&w->p, w->thread[0], w->frame);
	false_u32(w->p.f, w->p.l.runtime + w->p.l.gil.runtime + 16, 1);
	false_u64(w->p.f, w->p.l.runtime + w->p.l.gil.runtime + 8, w->thread[0]);
	reader_init_known(&w->r, w->proc.root, w->p.f->m.pid, &w->p.l,
		&(struct reader_limits){TASKS_MAX, 24, MEMORY_BUDGET});
	w->r.m = w->p.f->m;
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;

	reader_release(&w->r);
	false_proc_release(&w->proc);
	free(w->p.f);
	free(w);
	return 0;
}

static void test_three_threads(void **state)
{
	struct world *w = *state;
	struct py_thread *t;

	assert_int_equal(reader_read(&w->r, NULL), 0);
	assert_int_equal(w->r.threads_count, 3);
	t = w->r.threads;
	assert_int_equal(t[0].tid, 77);
	assert_string_equal(t[0].name, "main");
	assert_int_equal(t[0].whole, PY_WHOLE);
	assert_int_equal(t[0].gil, PY_GIL_HELD);
	assert_int_equal(t[0].call.nr, 0);
	assert_false(t[0].on_cpu);
	assert_int_equal(t[0].count, 1);
	assert_int_equal(w->r.frames[t[0].frames].line, 13);
	assert_string_equal(w->r.codes.codes[w->r.frames[t[0].frames].code].function, "main");
	assert_string_equal(t[1].name, "?[31m");
	assert_int_equal(t[1].whole, PY_NO_STACK);
	assert_int_equal(t[1].state, w->thread[1]);
	assert_int_equal(t[1].gil, PY_GIL_FREE);
	assert_int_equal(t[2].state, 0);
	assert_int_equal(t[2].gil, PY_GIL_UNKNOWN);
	assert_int_equal(reader_read(&w->r, NULL), 0); /* anew, not added */
	assert_int_equal(w->r.threads_count, 3);
	assert_int_equal(w->r.frames_count, 1);
}

static void test_waits_for_the_gil(void **state)
{
	struct world *w = *state;
	struct false_task t = {.tid = 78, .comm = "x", .state = 'S', .runs = 3};
	char call[128];

	snprintf(call, sizeof(call), "%d %#llx 0x189 0x0 0x0 0x0 0x0 0x7ffd1000 0x7f2000\n",
		SYS_futex, (unsigned long long)w->p.l.runtime + w->p.l.gil.runtime + 72);
	t.call = call;
	false_task(&w->proc, &t);
	assert_int_equal(reader_read(&w->r, NULL), 0);
	assert_int_equal(w->r.threads[1].gil, PY_GIL_WAITING);
}

/* A kernel that does not count runs: then two readings must agree. */
static void test_without_proof(void **state)
{
	struct world *w = *state;
	struct false_task t = {.tid = 77, .comm = "main", .state = 'S', .call = asleep};

	false_task(&w->proc, &t);
	assert_int_equal(reader_read(&w->r, NULL), 0);
	assert_int_equal(w->r.threads[0].whole, PY_AGREED);
	assert_int_equal(w->r.threads[0].count, 1);
}

/* Sleeping by its state, but the call says that it is on its core: on the way to sleep, or back. */
static void test_on_the_way_to_sleep(void **state)
{
	struct world *w = *state;
	struct false_task t = {.tid = 77, .comm = "main", .state = 'S', .runs = 3};

	false_task(&w->proc, &t);
	assert_int_equal(reader_read(&w->r, NULL), 0);
	assert_int_equal(w->r.threads[0].whole, PY_AGREED);
}

/* Its frames are never the same twice. */
static void keep_changing(struct false_memory *f)
{
	uint64_t *place = (uint64_t *)(void *)(f->bytes + f->used - 16);

	if (f->reads % 2)
		*place += 2;
	if (*place > 4096)
		*place = 0;
}

static void test_never_holds_still(void **state)
{
	struct world *w = *state;
	struct false_task t = {.tid = 77, .comm = "main", .state = 'S', .call = asleep};

	false_task(&w->proc, &t);
	/* the pointer to the frame below the innermost one is the last thing in memory */
	w->frame = false_room(w->p.f, 16) - w->p.l.frame.previous;
	false_top(&w->p, w->thread[0], w->frame);
	w->p.f->meanwhile = keep_changing;
	assert_int_equal(reader_read(&w->r, NULL), 0);
	assert_int_equal(w->r.threads[0].whole, PY_TORN);
	assert_int_equal(w->r.threads[0].count, 0);
}

static void test_gone(void **state)
{
	struct world *w = *state;
	struct err err = {0};

	w->r.m.pid = 4000000;
	assert_int_equal(reader_read(&w->r, &err), -ESRCH);
	assert_int_equal(err.class, ERR_NO_TARGET);
	assert_non_null(strstr(err.text, "4000000"));
}

static void test_deep(void **state)
{
	struct world *w = *state;

	/* a cycle: as many frames as are ever shown */
	false_u64(w->p.f, w->frame + w->p.l.frame.previous, w->frame);
	false_top(&w->p, w->thread[1], w->frame);
	assert_int_equal(reader_read(&w->r, NULL), 0);
	assert_int_equal(w->r.frames_count, 2 * READ_FRAMES);
	assert_true(w->r.threads[0].is_cut);
	assert_int_equal(w->r.threads[1].frames, READ_FRAMES);
}

/* What a taker is asked for, by thread id - 77. */
struct taken {
	uint32_t copies[3], keeps[3];
	bool is_copied[3];
	uint32_t refusals; /* of each */
	uint64_t stack;
};

static void copy(void *arg, uint32_t tid, const struct task_call *call)
{
	struct taken *taken = arg;

	taken->copies[tid - 77]++;
	taken->stack = call->stack;
}

static bool keep(void *arg, const struct reader *r, const struct py_thread *t, bool is_copied)
{
	struct taken *taken = arg;

	assert_int_equal(t->frames + t->count, r->frames_count);
	taken->is_copied[t->tid - 77] = is_copied;
	return taken->keeps[t->tid - 77]++ >= taken->refusals;
}

/* One that runs is not copied; the taker may want another try, but not for ever. */
static void test_taker(void **state)
{
	struct world *w = *state;
	struct false_task running = {
		.tid = 78, .comm = "x", .state = 'R', .runs = 3, .call = "running\n"};
	struct taken taken = {0};
	const struct reader_taker taker = {.arg = &taken, .copy = copy, .keep = keep};

	false_task(&w->proc, &running);
	w->r.taker = &taker;
	assert_int_equal(reader_read(&w->r, NULL), 0);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(taken.keeps[i], 1);
		assert_int_equal(taken.is_copied[i], i != 1); /* Python's, running, native */
		assert_int_equal(taken.copies[i], i != 1);
	}
	assert_int_equal(taken.stack, 0x7ffd1000);
	assert_int_equal(w->r.frames_count, 1);
	taken = (struct taken){.refusals = 2};
	assert_int_equal(reader_read(&w->r, NULL), 0);
	assert_int_equal(taken.keeps[0], 3);
	assert_int_equal(w->r.frames_count, 1);
	taken = (struct taken){.refusals = 1000};
	assert_int_equal(reader_read(&w->r, NULL), 0);
	assert_in_range(taken.keeps[0], 4, 100);
	assert_int_equal(w->r.frames_count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_three_threads, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_waits_for_the_gil, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_without_proof, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_on_the_way_to_sleep, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_never_holds_still, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_gone, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_deep, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_taker, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
