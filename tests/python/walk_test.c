/* SPDX-License-Identifier: GPL-2.0-only */
#include "python/walk.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "python/layout.h"
#include "tests/python/false_python.h"

/* Three frames: leaf, middle, and main, at units 1, 2 and 3 of code that begins at line 10, 20
 * and 30. */
struct world {
	struct false_python p;
	struct codes codes;
	struct walk walk;
	uint64_t thread, code[3], frame[3];
};

static struct world *world_of(const struct py_layout *l)
{
	static const char *const names[] = {"leaf", "middle", "main"};
	struct world *w = calloc(1, sizeof(*w));
	uint64_t previous = 0;
	int i;

	w->p = false_python_new(l);
	w->thread = false_thread(&w->p, 77);
	for (i = 2; i >= 0; i--) {
		w->code[i] = false_code(&w->p, names[i], "/srv/etl.py", 10 * (i + 1));
		w->frame[i] = previous = false_frame(&w->p, w->code[i], i + 1, previous);
	}
	false_top(&w->p, w->thread, w->frame[0]);
	return w;
}

static void end(struct world *w)
{
	codes_release(&w->codes);
	free(w->p.f);
	free(w);
}

static int walk(struct world *w)
{
	return walk_thread(&w->p.f->m, &w->p.l, &w->codes, w->thread, &w->walk);
}

static void assert_frame(const struct world *w, uint32_t i, const char *function, int line)
{
	const struct code *code = &w->codes.codes[w->walk.frames[i].code];

	assert_string_equal(code->function, function);
	assert_string_equal(code->file, "/srv/etl.py");
	assert_int_equal(w->walk.frames[i].line, line);
}

static void assert_all_three(struct world *w)
{
	assert_int_equal(walk(w), 0);
	assert_int_equal(w->walk.count, 3);
	assert_false(w->walk.is_cut);
	assert_frame(w, 0, "leaf", 11);
	assert_frame(w, 1, "middle", 22);
	assert_frame(w, 2, "main", 33);
}

static void test_every_version(void **state)
{
	unsigned int minor;

	(void)state;
	for (minor = LAYOUT_FIRST; minor < LAYOUT_TABLE; minor++) {
		struct world *w = world_of(layout_row(minor));

		assert_all_three(w);
		false_top(&w->p, w->thread, 0); /* in no Python function */
		assert_int_equal(walk(w), 0);
		assert_int_equal(w->walk.count, 0);
		end(w);
	}
}

static void test_shims_are_passed(void **state)
{
	struct world *w = world_of(layout_row(12));
	uint64_t shim = false_frame(&w->p, 0, 0, w->frame[1]);

	(void)state;
	false_u8(w->p.f, shim + w->p.l.frame.owner, 3);
	false_u64(w->p.f, w->frame[0] + w->p.l.frame.previous, shim);
	assert_all_three(w);
	end(w);
}

static void assert_entries(const struct world *w, bool leaf, bool middle, bool main)
{
	assert_int_equal(w->walk.frames[0].is_entry, leaf);
	assert_int_equal(w->walk.frames[1].is_entry, middle);
	assert_int_equal(w->walk.frames[2].is_entry, main);
}

/* Which frame is the outermost of an evaluation loop. */
static void test_entries(void **state)
{
	struct world *w = world_of(layout_row(10));
	uint64_t shim;

	(void)state;
	assert_all_three(w);
	assert_entries(w, true, true, true); /* each has its own */
	end(w);
	w = world_of(layout_row(11));
	false_u8(w->p.f, w->frame[1] + w->p.l.frame.entry, 1); /* the frame says so */
	assert_all_three(w);
	assert_entries(w, false, true, false);
	end(w);
	w = world_of(layout_row(12));
	shim = false_frame(&w->p, 0, 0, w->frame[1]); /* there is a shim below */
	false_u8(w->p.f, shim + w->p.l.frame.owner, 3);
	false_u64(w->p.f, w->frame[0] + w->p.l.frame.previous, shim);
	assert_all_three(w);
	assert_entries(w, true, false, false);
	end(w);
}

static void test_tagged_references(void **state)
{
	struct py_layout l = *layout_row(12);
	struct world *w;

	(void)state;
	l.frame.code_mask = 3;
	w = world_of(&l);
	false_u64(w->p.f, w->frame[1] + l.frame.code, w->code[1] | 1);
	assert_all_three(w);
	false_u64(w->p.f, w->frame[1] + l.frame.code, 1); /* how NULL is tagged */
	assert_int_equal(walk(w), -EAGAIN);
	end(w);
}

static void test_frame_being_set_up_is_hidden(void **state)
{
	struct world *w = world_of(layout_row(11));
	const struct py_layout *l = &w->p.l;

	(void)state;
	false_u32(w->p.f, w->code[0] + l->code.firsttraceable, 2);
	assert_int_equal(walk(w), 0);
	assert_int_equal(w->walk.count, 2);
	assert_frame(w, 0, "middle", 22);
	false_u8(w->p.f, w->frame[0] + l->frame.owner, 1); /* but for a generator's */
	assert_all_three(w);
	end(w);
}

static void test_line_kept_by_a_debugger(void **state)
{
	struct world *w = world_of(layout_row(9));

	(void)state;
	false_u32(w->p.f, w->frame[1] + w->p.l.frame.lineno, 999);
	assert_all_three(w);
	false_u64(w->p.f, w->frame[1] + w->p.l.frame.trace, 4096);
	assert_int_equal(walk(w), 0);
	assert_frame(w, 1, "middle", 999);
	end(w);
}

static void test_torn(void **state)
{
	struct world *w = world_of(layout_row(11));
	const struct py_layout *l = &w->p.l;

	(void)state;
	false_u64(w->p.f, w->frame[1] + l->frame.code, 0);
	assert_int_equal(walk(w), -EAGAIN);
	false_u64(w->p.f, w->frame[1] + l->frame.code, 64); /* not mapped */
	assert_int_equal(walk(w), -EAGAIN);
	false_u64(w->p.f, w->frame[1] + l->frame.code, w->frame[0]); /* no code object */
	assert_int_equal(walk(w), -EAGAIN);
	false_u64(w->p.f, w->frame[1] + l->frame.code, w->code[0]); /* another one's place */
	assert_int_equal(walk(w), -EAGAIN);
	false_u64(w->p.f, w->frame[1] + l->frame.code, w->code[1]);
	assert_all_three(w);
	false_u64(w->p.f, w->frame[2] + l->frame.previous, 64);
	assert_int_equal(walk(w), -EAGAIN);
	end(w);
}

/* The innermost function returns while the second one is being read. */
static void on_return(struct false_memory *f)
{
	if (f->reads == 4)
		*(uint64_t *)(void *)(f->bytes + f->used - 16) = 0;
}

static void test_runs_on_meanwhile(void **state)
{
	struct world *w = world_of(layout_row(9));
	uint64_t here;

	(void)state;
	/* its frame pointer is the last thing in memory */
	w->thread = false_room(w->p.f, 16) - w->p.l.thread.frame;
	here = w->thread + w->p.l.thread.frame;
	false_u64(w->p.f, here, w->frame[0]);
	assert_all_three(w);
	w->p.f->reads = 0;
	w->p.f->meanwhile = on_return;
	assert_int_equal(walk(w), -EAGAIN);
	end(w);
}

static void test_hostile(void **state)
{
	struct world *w = world_of(layout_row(9));
	const struct py_layout *l = &w->p.l;

	(void)state;
	false_u64(w->p.f, w->frame[2] + l->frame.previous, w->frame[0]); /* a cycle */
	assert_int_equal(walk(w), 0);
	assert_int_equal(w->walk.count, READ_FRAMES);
	assert_true(w->walk.is_cut);
	assert_int_equal(w->codes.count, 3);
	w->p.f->m.left = 3000;
	assert_int_equal(walk(w), -EDQUOT);
	end(w);

	w = world_of(layout_row(12));
	false_u8(w->p.f, w->frame[0] + w->p.l.frame.owner, 3); /* shims alone, for ever */
	false_u64(w->p.f, w->frame[0] + w->p.l.frame.previous, w->frame[0]);
	assert_int_equal(walk(w), 0);
	assert_int_equal(w->walk.count, 0);
	assert_true(w->walk.is_cut);
	end(w);
}

static void test_same(void **state)
{
	struct walk *a = calloc(2, sizeof(*a)), *b = a + 1;

	(void)state;
	a->count = b->count = 2;
	assert_true(walk_is_same(a, b));
	a->frames[0].line = 5; /* the innermost goes on */
	assert_true(walk_is_same(a, b));
	a->frames[1].line = 5;
	assert_false(walk_is_same(a, b));
	b->frames[1].line = 5;
	b->frames[0].code = 1;
	assert_false(walk_is_same(a, b));
	b->frames[0].code = 0;
	b->count = 1;
	assert_false(walk_is_same(a, b));
	free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_version),
		cmocka_unit_test(test_shims_are_passed),
		cmocka_unit_test(test_entries),
		cmocka_unit_test(test_tagged_references),
		cmocka_unit_test(test_frame_being_set_up_is_hidden),
		cmocka_unit_test(test_line_kept_by_a_debugger),
		cmocka_unit_test(test_torn),
		cmocka_unit_test(test_runs_on_meanwhile),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
