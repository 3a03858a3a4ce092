/* SPDX-License-Identifier: GPL-2.0-only */
#include "python/states.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/syscall.h>

#include <cmocka.h>

#include "python/layout.h"
#include "tests/python/false_python.h"

/* Three threads, which have other numbers inside of their namespace. */
static struct py_task here[3];

static struct py_tasks tasks(void)
{
	for (uint32_t i = 0; i < 3; i++)
		here[i] = (struct py_task){.tid = 500 + i, .inner = 7 + i};
	return (struct py_tasks){.tasks = here, .count = 3};
}

static void test_each_thread_finds_its_state(void **state)
{
	unsigned int minor;

	(void)state;
	for (minor = LAYOUT_FIRST; minor < LAYOUT_TABLE; minor++) {
		struct false_python p = false_python_new(layout_row(minor));
		uint64_t first = false_thread(&p, 7), third = false_thread(&p, 9);
		struct py_tasks t = tasks();

		assert_int_equal(states_find(&p.f->m, &p.l, &t), 0);
		assert_int_equal(here[0].thread, first);
		assert_int_equal(here[0].interp, p.interp);
		assert_int_equal(here[1].thread, 0); /* none of Python's */
		assert_int_equal(here[2].thread, third);
		free(p.f);
	}
}

/* A fork in C: Python's own note of the TID is the parent's, and threads that are no more are
 * still listed. */
static void test_ghosts(void **state)
{
	struct false_python p = false_python_new(layout_row(12));
	uint64_t main = false_thread(&p, 7), pthread;
	struct py_tasks t = tasks();

	(void)state;
	false_thread(&p, 4444);
	false_u64(p.f, main + p.l.thread.native_id, 4443);
	p.f->m.read(&p.f->m, main + p.l.thread.id, &pthread, sizeof(pthread));
	false_u32(p.f, pthread + 720, 7);
	assert_int_equal(states_find(&p.f->m, &p.l, &t), 0);
	assert_int_equal(here[0].thread, main);
	assert_int_equal(here[1].thread, 0);
	assert_int_equal(here[2].thread, 0);
	free(p.f);
}

/* An idle sub-interpreter is the newest, and has a state of the same thread. */
static void test_sub_interpreters(void **state)
{
	struct false_python p = false_python_new(layout_row(11));
	uint64_t main = false_thread(&p, 7), interp = p.interp, code, sub;
	struct py_tasks t = tasks();

	(void)state;
	code = false_code(&p, "f", "a.py", 1);
	false_top(&p, main, false_frame(&p, code, 1, 0));
	false_interpreter(&p);
	sub = false_thread(&p, 7);
	assert_int_equal(states_find(&p.f->m, &p.l, &t), 0);
	assert_int_equal(here[0].thread, main);
	assert_int_equal(here[0].interp, interp);
	false_top(&p, sub, false_frame(&p, code, 1, 0)); /* no longer idle */
	assert_int_equal(states_find(&p.f->m, &p.l, &t), 0);
	assert_int_equal(here[0].thread, sub);
	free(p.f);
}

static void test_hostile(void **state)
{
	struct false_python p = false_python_new(layout_row(11));
	uint64_t one = false_thread(&p, 7);
	struct py_tasks t = tasks();

	(void)state;
	false_u64(p.f, one + p.l.thread.interp, 8);
	assert_int_equal(states_find(&p.f->m, &p.l, &t), -EAGAIN);
	false_u64(p.f, one + p.l.thread.interp, p.interp);
	false_u64(p.f, one + p.l.thread.next, one); /* threads without end */
	assert_int_equal(states_find(&p.f->m, &p.l, &t), 0);
	assert_in_range(p.f->reads, STATES_MAX, 4 * STATES_MAX);
	false_u64(p.f, one + p.l.thread.next, 0);
	false_u64(p.f, p.interp + p.l.interp.next, p.interp); /* interpreters without end */
	assert_int_equal(states_find(&p.f->m, &p.l, &t), 0);
	false_u64(p.f, p.interp + p.l.interp.next, 3);
	assert_int_equal(states_find(&p.f->m, &p.l, &t), -EAGAIN);
	p.f->m.left = 200;
	assert_int_equal(states_find(&p.f->m, &p.l, &t), -EDQUOT);
	p.f->m.left = MEMORY_BUDGET;
	p.l.thread.native_id = 4000; /* a layout that no interpreter has */
	assert_int_equal(states_find(&p.f->m, &p.l, &t), -EAGAIN);
	free(p.f);
}

static void assert_waits(
	const struct gil *g, const struct py_layout *l, struct task_call call, bool want)
{
	assert_int_equal(gil_is_waited_for(g, l, &call), want);
}

static void check_gil(struct false_python *p, uint64_t at)
{
	struct gil g;

	false_u32(p->f, at + p->l.gil.locked, 1);
	false_u64(p->f, at + p->l.gil.holder, 4711);
	gil_read(&p->f->m, &p->l, p->interp, &g);
	assert_int_equal(g.address, at);
	assert_int_equal(g.holder, 4711);
	false_u32(p->f, at + p->l.gil.locked, 0);
	gil_read(&p->f->m, &p->l, p->interp, &g);
	assert_int_equal(g.holder, 0);
	assert_waits(&g, &p->l, (struct task_call){.nr = SYS_futex, .arg = at + 72}, true);
	assert_waits(&g, &p->l, (struct task_call){.nr = SYS_futex, .arg = at + 208}, false);
	assert_waits(&g, &p->l, (struct task_call){.nr = SYS_futex, .arg = at - 4}, false);
	assert_waits(&g, &p->l, (struct task_call){.nr = SYS_read, .arg = at + 72}, false);
	assert_waits(&g, &p->l, (struct task_call){.nr = -1}, false);
}

static void test_gil(void **state)
{
	unsigned int minor;
	struct gil g;

	(void)state;
	for (minor = LAYOUT_FIRST; minor < LAYOUT_TABLE; minor++) {
		struct false_python p = false_python_new(layout_row(minor));
		uint64_t at = p.l.runtime + p.l.gil.runtime;

		if (p.l.gil.interp != PY_ABSENT) {
			at = false_room(p.f, 208);
			false_u64(p.f, p.interp + p.l.gil.interp, at);
		}
		if (minor > 6) {
			check_gil(&p, at);
		} else {
			gil_read(&p.f->m, &p.l, p.interp, &g);
			assert_int_equal(g.address, 0);
			assert_waits(&g, &p.l, (struct task_call){.nr = SYS_futex}, false);
		}
		free(p.f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_thread_finds_its_state),
		cmocka_unit_test(test_ghosts),
		cmocka_unit_test(test_sub_interpreters),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_gil),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
