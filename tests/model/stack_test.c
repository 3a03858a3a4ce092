/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/story.h"

#define STORY(name) cmocka_unit_test_setup_teardown(name, story_begin, story_end)

static const struct history_place in_work[] = {
	{"work", "/srv/job.py", 7, PLACE_PYTHON},
	{"mapstar", "/usr/lib/python3.11/multiprocessing/pool.py", 48, PLACE_PYTHON},
	{0},
};
static const struct history_place in_thread[] = {{"feed", "/srv/job.py", 90, PLACE_PYTHON}, {0}};
static const struct history_place leaving[] = {
	{"Popen._launch", "/usr/lib/python3.11/multiprocessing/popen_fork.py", 71, PLACE_PYTHON},
	{0},
};
static const struct history_place machine[] = {
	{"strlen", "/usr/lib/libc.so.6", 0x1230, PLACE_NATIVE},
	{"work", "/srv/job.py", 7, PLACE_PYTHON},
	{0},
};
static const struct history_place nothing[] = {{0}};

static const struct death *only_death(struct story *t)
{
	const struct pool *p = story_pool(t);

	assert_non_null(p);
	assert_int_equal(p->deaths_count, 1);
	return &p->deaths[0];
}

static const char *innermost(struct story *t, const struct stack *s)
{
	assert_non_null(s);
	assert_true(s->count > 0);
	return model_text(&t->s.model, s->places[0].function, "?");
}

static void the_last_stack_goes_onto_the_certificate(void **state)
{
	struct story *t = *state;
	const struct stack *s;

	story_start(t, 2);
	history_stack(&t->h, 101, 101, STACK_AT_DEATH, in_work);
	history_kill(&t->h, 101, 9, 900, "bash");
	s = death_stack(&t->s.model, only_death(t), false);
	assert_string_equal(innermost(t, s), "work");
	assert_int_equal(s->count, 2);
	assert_int_equal(s->places[0].line, 7);
	assert_int_equal(s->tid, 101);
	assert_null(stack_note(&t->s.model, s));
	assert_null(death_stack(&t->s.model, only_death(t), true));
}

/* The kernel's hooks at an exit have no order between them. */
static void a_stack_may_come_after_the_exit(void **state)
{
	struct story *t = *state;

	story_start(t, 2);
	history_kill(&t->h, 101, 9, 900, "bash");
	history_stack(&t->h, 101, 101, STACK_AT_DEATH, in_work);
	assert_string_equal(innermost(t, death_stack(&t->s.model, only_death(t), false)), "work");
	history_wait(&t->h, 5 * HISTORY_S);
	history_stack(&t->h, 101, 101, STACK_AT_DEATH, in_thread);
	assert_string_equal(innermost(t, death_stack(&t->s.model, only_death(t), false)), "work");
	assert_int_equal(t->s.model.dropped.orphan_frames, 1);
}

static void the_thread_in_which_it_began_comes_first(void **state)
{
	struct story *t = *state;

	story_start(t, 2);
	history_stack(&t->h, 101, 101, STACK_AT_DEATH, in_work);
	history_stack(&t->h, 101, 555, STACK_AT_DEATH | STACK_CULPRIT, in_thread);
	history_kill(&t->h, 101, 11, 0, "");
	assert_int_equal(only_death(t)->stacks.count, 2);
	assert_string_equal(innermost(t, death_stack(&t->s.model, only_death(t), false)), "feed");
}

/* A crash in a thread that Python does not know: what the main thread did says more. */
static void a_thread_without_frames_gives_way(void **state)
{
	struct story *t = *state;

	story_start(t, 2);
	history_stack(&t->h, 101, 555, STACK_AT_DEATH | STACK_CULPRIT | STACK_NO_THREAD, nothing);
	history_stack(&t->h, 101, 101, STACK_AT_DEATH, in_work);
	history_kill(&t->h, 101, 11, 0, "");
	assert_string_equal(innermost(t, death_stack(&t->s.model, only_death(t), false)), "work");
}

static void a_sample_is_the_fallback(void **state)
{
	struct story *t = *state;
	const struct stack *s;

	story_start(t, 2);
	history_stack(&t->h, 101, 101, 0, in_thread);
	history_wait(&t->h, HISTORY_S);
	history_stack(&t->h, 101, 101, 0, in_work);
	history_wait(&t->h, HISTORY_S);
	history_kill(&t->h, 101, 9, 900, "bash");
	s = death_stack(&t->s.model, only_death(t), false);
	assert_string_equal(innermost(t, s), "work");
	assert_true(only_death(t)->t_ns - s->t_ns >= HISTORY_S);
	assert_non_null(stack_note(&t->s.model, s));
	assert_int_equal(only_death(t)->stacks.count, 1);
}

static void what_was_read_at_death_beats_a_sample(void **state)
{
	struct story *t = *state;

	story_start(t, 2);
	history_stack(&t->h, 101, 101, 0, in_thread);
	history_stack(&t->h, 101, 101, STACK_AT_DEATH, in_work);
	history_kill(&t->h, 101, 9, 900, "bash");
	assert_string_equal(innermost(t, death_stack(&t->s.model, only_death(t), false)), "work");
}

static void machine_frames_are_a_stack_of_their_own(void **state)
{
	struct story *t = *state;
	const struct stack *s;

	story_start(t, 2);
	history_stack(&t->h, 101, 101, STACK_AT_DEATH | STACK_CULPRIT, in_work);
	history_stack(&t->h, 101, 101, STACK_AT_DEATH | STACK_CULPRIT | STACK_NATIVE, machine);
	history_kill(&t->h, 101, 11, 0, "");
	s = death_stack(&t->s.model, only_death(t), true);
	assert_string_equal(innermost(t, s), "strlen");
	assert_int_equal(s->places[0].offset, 0x1230);
	assert_string_equal(innermost(t, death_stack(&t->s.model, only_death(t), false)), "work");
}

static const char *note_of(struct story *t)
{
	const char *note = stack_note(&t->s.model, death_stack(&t->s.model, only_death(t), false));

	assert_non_null(note);
	return note;
}

static void it_says_where_nothing_can_be_known(void **state)
{
	struct story *t = *state;

	story_start(t, 2);
	history_stack(&t->h, 101, 101, STACK_AT_DEATH | STACK_CULPRIT | STACK_NO_THREAD, nothing);
	history_exit(&t->h, 101, 3 << 8);
	assert_non_null(strstr(note_of(t), "interpreter had ended"));
}

static void it_says_that_a_task_had_unwound(void **state)
{
	struct story *t = *state;

	story_start(t, 2);
	history_stack(&t->h, 101, 101, STACK_AT_DEATH | STACK_CULPRIT, leaving);
	history_exit(&t->h, 101, 3 << 8);
	assert_non_null(strstr(note_of(t), "was leaving"));
}

/* Stacks of those that live, or that left as they should, take no room for ever. */
static void stacks_are_bounded(void **state)
{
	struct story *t = *state;
	const struct model *m = &t->s.model;

	story_start(t, 2);
	for (uint32_t tid = 1; tid <= 3 * MODEL_THREADS; tid++)
		history_stack(&t->h, 101, tid + 1000, STACK_AT_DEATH, in_thread);
	history_stack(&t->h, 101, 101, STACK_AT_DEATH, in_work);
	for (uint32_t i = 0; i < 100; i++)
		history_stack(&t->h, 102, 102, 0, in_work);
	story_tell(t);
	assert_int_equal(m->stacks_count, MODEL_THREADS + 1);
	assert_true(m->dropped.stacks > 0);
	history_kill(&t->h, 101, 9, 900, "bash");
	assert_string_equal(innermost(t, death_stack(&t->s.model, only_death(t), false)), "work");
	/* One after another, each with a stack, each told to end. */
	for (uint32_t pid = 20000; pid < 20500; pid++) {
		history_fork(&t->h, 100, pid);
		history_stack(&t->h, pid, pid, STACK_AT_DEATH, leaving);
		history_sentinel(&t->h, pid, story_pipes.task_ino, MSG_READ);
		history_exit(&t->h, pid, 0);
	}
	story_tell(t);
	assert_true(m->stacks_count < 3 * MODEL_THREADS);
}

/* An id is never taken for that of another stack, which came into its place. */
static void an_old_id_names_nothing(void **state)
{
	struct story *t = *state;
	const struct model *m = &t->s.model;
	uint32_t id;

	story_start(t, 2);
	history_stack(&t->h, 101, 101, 0, in_work);
	story_tell(t);
	id = model_proc(m, 101)->stacks.id[0];
	assert_non_null(model_stack(m, id));
	history_sentinel(&t->h, 101, story_pipes.task_ino, MSG_READ);
	history_exit(&t->h, 101, 0);
	history_stack(&t->h, 102, 102, 0, in_work);
	story_tell(t);
	assert_null(model_stack(m, id));
	assert_null(model_stack(m, 0));
	assert_null(model_stack(m, UINT32_MAX));
	assert_int_equal(m->stacks_count, 1);
}

static void more_than_there_is_room_for_is_cut(void **state)
{
	enum { MANY = MODEL_STACK_PLACES + 50 };
	static union {
		struct frame_stack f;
		char space[sizeof(struct frame_stack) + MANY * sizeof(struct stack_place)];
	} u;
	struct story *t = *state;
	const struct stack *s;

	story_start(t, 2);
	u.f = (struct frame_stack){
		.h = {.kind = FRAME_STACK, .size = sizeof(u), .pid = 101, .t_ns = t->h.now_ns},
		.tid = 101,
		.count = MANY,
	};
	history_add(&t->h, &u);
	story_tell(t);
	s = model_stack(&t->s.model, model_proc(&t->s.model, 101)->stacks.id[0]);
	assert_int_equal(s->count, MODEL_STACK_PLACES);
	assert_true(s->flags & STACK_MORE);
}

static void a_copy_has_its_own(void **state)
{
	struct story *t = *state;
	struct model copy;
	char *was, *is;

	story_start(t, 2);
	history_stack(&t->h, 101, 101, STACK_AT_DEATH, in_work);
	history_kill(&t->h, 101, 9, 900, "bash");
	story_tell(t);
	was = history_digest(&t->s.model);
	assert_int_equal(model_copy(&copy, &t->s.model), 0);
	is = history_digest(&copy);
	assert_string_equal(was, is);
	assert_non_null(strstr(is, "stack of 101/101"));
	free(is);
	free(was);
	model_release(&copy);
}

static const struct stack *now(struct story *t, uint32_t pid, uint32_t tid)
{
	story_tell(t);
	return proc_stack(&t->s.model, model_proc(&t->s.model, pid), tid);
}

/* The same for so long, until it is another. */
static void a_sample_holds_while_it_is_told_so(void **state)
{
	struct story *t = *state;
	const struct stack *s;
	uint64_t began_ns;

	story_start(t, 2);
	history_stack(&t->h, 101, 101, 0, in_work);
	history_thread(&t->h, 101, 101, THREAD_ON_CPU);
	began_ns = now(t, 101, 101)->since_ns;
	history_wait(&t->h, HISTORY_S);
	history_thread(&t->h, 101, 101, THREAD_TORN);
	s = now(t, 101, 101);
	assert_int_equal(s->looked_ns - s->t_ns, HISTORY_S);
	history_wait(&t->h, HISTORY_S);
	history_thread(&t->h, 101, 101, 0);
	history_wait(&t->h, HISTORY_S);
	history_thread(&t->h, 101, 0, 0);
	s = now(t, 101, 101);
	assert_int_equal(s->t_ns - began_ns, 3 * HISTORY_S);
	assert_int_equal(s->since_ns, began_ns);
	assert_string_equal(s->comm, "python3");
	history_wait(&t->h, HISTORY_S);
	history_stack(&t->h, 101, 101, 0, in_work);
	assert_int_equal(now(t, 101, 101)->since_ns, began_ns);
	history_stack(&t->h, 101, 101, 0, in_thread);
	assert_int_equal(now(t, 101, 101)->since_ns - began_ns, 4 * HISTORY_S);
}

static void a_thread_that_is_gone_does_nothing(void **state)
{
	struct story *t = *state;

	story_start(t, 2);
	for (uint32_t tid = 700; tid < 703; tid++) {
		history_stack(&t->h, 101, tid, 0, in_thread);
		history_thread(&t->h, 101, tid, 0);
	}
	history_stack(&t->h, 101, 101, 0, in_work);
	history_thread(&t->h, 101, 101, 0);
	assert_int_equal(now(t, 101, 101)->tid, 101);
	assert_int_equal(proc_stack_nth(&t->s.model, model_proc(&t->s.model, 101), 0)->tid, 101);
	assert_non_null(now(t, 101, 702));
	for (int i = 0; i < 2; i++) {
		history_wait(&t->h, HISTORY_S);
		history_thread(&t->h, 101, 101, 0);
		history_thread(&t->h, 101, 701, 0);
		assert_null(now(t, 101, 702));
		assert_non_null(now(t, 101, 701));
	}
	assert_int_equal(model_proc(&t->s.model, 101)->stacks.count, 2);
	assert_null(proc_stack_nth(&t->s.model, model_proc(&t->s.model, 101), 2));
	history_thread(&t->h, 9999, 9999, 0);
	story_tell(t);
	assert_int_equal(t->s.model.dropped.orphan_frames, 1);
}

/* What was read at death comes into the places of samples, and takes away the same thread's. */
static void samples_give_way_at_death(void **state)
{
	struct story *t = *state;
	const struct death *d;

	story_start(t, 2);
	for (uint32_t tid = 101; tid < 101 + MODEL_THREADS; tid++) {
		history_stack(&t->h, 101, tid, 0, in_thread);
		history_thread(&t->h, 101, tid, 0);
	}
	history_stack(&t->h, 101, 101, STACK_AT_DEATH, in_work);
	history_stack(&t->h, 101, 103, STACK_AT_DEATH, in_work);
	history_kill(&t->h, 101, 9, 900, "bash");
	d = only_death(t);
	assert_int_equal(t->s.model.dropped.stacks, 0);
	for (uint32_t i = 0; i < d->stacks.count; i++) {
		const struct stack *s = model_stack(&t->s.model, d->stacks.id[i]);
		bool at_death = s->tid == 101 || s->tid == 103;

		assert_int_equal(s->flags & STACK_AT_DEATH, at_death ? STACK_AT_DEATH : 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(the_last_stack_goes_onto_the_certificate),
		STORY(a_stack_may_come_after_the_exit),
		STORY(the_thread_in_which_it_began_comes_first),
		STORY(a_thread_without_frames_gives_way),
		STORY(a_sample_is_the_fallback),
		STORY(what_was_read_at_death_beats_a_sample),
		STORY(machine_frames_are_a_stack_of_their_own),
		STORY(it_says_where_nothing_can_be_known),
		STORY(it_says_that_a_task_had_unwound),
		STORY(stacks_are_bounded),
		STORY(an_old_id_names_nothing),
		STORY(more_than_there_is_room_for_is_cut),
		STORY(a_copy_has_its_own),
		STORY(a_sample_holds_while_it_is_told_so),
		STORY(a_thread_that_is_gone_does_nothing),
		STORY(samples_give_way_at_death),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
