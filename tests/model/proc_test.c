/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/change.h"
#include "tests/support/story.h"

#define STORY(name) cmocka_unit_test_setup_teardown(name, story_begin, story_end)

static void fork_inherits_and_exec_forgets(void **state)
{
	struct story *t = *state;
	const struct model *m = &t->s.model;
	const struct proc *c;

	story_parent(t, MODE_BPF);
	history_fork(&t->h, 100, 101);
	story_tell(t);
	c = model_proc(m, 101);
	assert_int_equal(c->ppid, 100);
	assert_int_equal(c->how, PROC_BORN);
	assert_int_equal(c->forked_ns, t->h.now_ns);
	assert_int_equal(c->forked_by_tid, 100);
	assert_string_equal(model_text(m, c->cmd, ""), "python3 job.py");
	assert_string_equal(c->comm, "python3");
	assert_true(model_is_forked(m, c));
	assert_false(c->execed);
	history_exec(&t->h, 101, "sh -c true", NULL);
	story_tell(t);
	c = model_proc(m, 101);
	assert_true(c->execed);
	assert_false(model_is_forked(m, c));
	assert_string_equal(model_text(m, c->cmd, ""), "sh -c true");
	assert_int_equal(c->python, 0);
}

static void found_child_is_told_by_its_command(void **state)
{
	struct story *t = *state;
	const struct model *m = &t->s.model;

	story_parent(t, MODE_BPF);
	history_found(&t->h, 101, 100, "python3 job.py", "3.11.7");
	history_found(&t->h, 102, 100, "sh -c true", NULL);
	history_found(&t->h, 103, 99, "python3 job.py", NULL);
	story_tell(t);
	assert_true(model_is_forked(m, model_proc(m, 101)));
	assert_false(model_proc(m, 101)->execed);
	assert_false(model_is_forked(m, model_proc(m, 102)));
	assert_true(model_proc(m, 102)->execed);
	assert_false(model_is_forked(m, model_proc(m, 103)));
}

static void pid_that_comes_again_is_another_process(void **state)
{
	struct story *t = *state;
	const struct model *m = &t->s.model;
	const struct pool *p;

	story_start(t, 2);
	/* The exit of 102 was lost; its pid is given to another child of another. */
	history_found(&t->h, 50, 1, "bash", NULL);
	history_wait(&t->h, HISTORY_S);
	history_actor(&t->h, 102)->pid = 0;
	history_fork(&t->h, 50, 102);
	p = story_pool(t);
	assert_int_equal(p->ends[END_UNKNOWN], 1);
	assert_int_equal(p->workers_alive, 1);
	assert_int_equal(model_proc(m, 102)->ppid, 50);
	assert_int_equal(model_proc(m, 102)->pool, 0);
}

/* /proc counts starts in hundredths of a second. */
static void announced_again_it_is_the_same(void **state)
{
	struct story *t = *state;

	story_start(t, 2);
	history_actor(&t->h, 102)->start_ns += 9 * HISTORY_MS;
	history_born(&t->h, 102);
	assert_int_equal(story_pool(t)->workers_alive, 2);
	assert_int_equal(story_pool(t)->ends[END_UNKNOWN], 0);
}

static void ends_are_replaced_when_announced_anew(void **state)
{
	struct story *t = *state;
	const struct proc *p;

	story_parent(t, MODE_BPF);
	history_pipe(&t->h, 100, 1, 3, PIPE_READ);
	history_pipe(&t->h, 100, 1, 4, PIPE_WRITE);
	history_pipe(&t->h, 100, 2, 5, PIPE_READ | PIPE_WRITE);
	story_tell(t);
	p = model_proc(&t->s.model, 100);
	assert_int_equal(p->ends_ns, 0);
	assert_int_equal(proc_holds(p, 1), PIPE_READ | PIPE_WRITE);
	assert_int_equal(proc_holds(p, 9), 0);
	history_ends(&t->h, 100);
	story_tell(t);
	assert_int_equal(p->ends_ns, t->h.now_ns);
	history_pipe(&t->h, 100, 1, 3, PIPE_READ);
	history_ends(&t->h, 100);
	story_tell(t);
	assert_int_equal(proc_holds(p, 1), PIPE_READ);
	assert_int_equal(proc_holds(p, 2), 0);
}

static void too_many_ends_are_counted(void **state)
{
	struct story *t = *state;

	story_parent(t, MODE_BPF);
	for (int fd = 0; fd < MODEL_PIPES + 5; fd++)
		history_pipe(&t->h, 100, (uint64_t)fd + 1, fd, PIPE_READ);
	story_tell(t);
	assert_int_equal(model_proc(&t->s.model, 100)->ends_count, MODEL_PIPES);
	assert_int_equal(t->s.model.dropped.pipes, 5);
}

static void newest_signal_of_each_number_is_kept(void **state)
{
	struct story *t = *state;
	const struct proc *p;

	story_parent(t, MODE_BPF);
	for (uint32_t sig = 1; sig <= 6; sig++) {
		history_signal(&t->h, 100, sig, 200 + sig, "a");
		history_wait(&t->h, HISTORY_MS);
	}
	history_signal(&t->h, 100, 6, 300, "b\033[1m");
	story_tell(t);
	p = model_proc(&t->s.model, 100);
	assert_null(proc_signal(p, 1));
	assert_int_equal(proc_signal(p, 3)->sender, 203);
	assert_int_equal(proc_signal(p, 6)->sender, 300);
	assert_string_equal(proc_signal(p, 6)->comm, "b?[1m");
	assert_int_equal(p->signal.sender, 300);
}

static void frames_about_nobody_are_counted(void **state)
{
	struct story *t = *state;

	story_parent(t, MODE_BPF);
	history_signal(&t->h, 9, 9, 1, "init");
	history_oom(&t->h, 9, 0, 0);
	history_pipe(&t->h, 9, 1, 3, PIPE_READ);
	story_tell(t);
	assert_int_equal(t->s.model.dropped.orphan_frames, 3);
}

static void more_processes_than_fit_are_counted(void **state)
{
	struct story *t = *state;
	struct frame_fork f = {
		.h = {.kind = FRAME_FORK, .size = sizeof(f), .pid = 100, .t_ns = 1},
		.start_ns = 1,
	};

	story_parent(t, MODE_BPF);
	story_tell(t);
	for (uint32_t i = 0; i < MODEL_PROCS + 10; i++) {
		f.child = 1000 + i;
		assert_int_equal(session_feed(&t->s, &f.h), 0);
	}
	assert_int_equal(t->s.model.procs_count, MODEL_PROCS);
	assert_int_equal(t->s.model.dropped.procs, 11);
}

/* Children that nobody claims are kept, but not for ever, and not beyond their parent. */
static void gone_children_are_bounded(void **state)
{
	struct story *t = *state;
	const struct model *m = &t->s.model;

	story_parent(t, MODE_BPF);
	for (uint32_t pid = 1000; pid < 1000 + MODEL_GONE + 20; pid++) {
		history_fork(&t->h, 100, pid);
		history_wait(&t->h, HISTORY_MS);
		history_exit(&t->h, pid, 1 << 8);
	}
	story_tell(t);
	assert_int_equal(m->gone_count, MODEL_GONE);
	assert_int_equal(m->procs_count, MODEL_GONE + 1);
	assert_int_equal(m->gone[0].pid, 1020);
	assert_null(model_proc(m, 1500));
	history_exit(&t->h, 100, 0);
	story_tell(t);
	assert_int_equal(m->gone_count, 0);
	assert_int_equal(m->procs_count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(fork_inherits_and_exec_forgets),
		STORY(found_child_is_told_by_its_command),
		STORY(pid_that_comes_again_is_another_process),
		STORY(announced_again_it_is_the_same),
		STORY(ends_are_replaced_when_announced_anew),
		STORY(too_many_ends_are_counted),
		STORY(newest_signal_of_each_number_is_kept),
		STORY(frames_about_nobody_are_counted),
		STORY(more_processes_than_fit_are_counted),
		STORY(gone_children_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
