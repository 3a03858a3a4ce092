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

#define TRACEBACK                                                                                  \
	"Process ForkPoolWorker-1:\nTraceback (most recent call last):\n"                          \
	"  File \"/usr/lib/python3.11/multiprocessing/process.py\", line 314, in _bootstrap\n"     \
	"    self.run()\n"                                                                         \
	"  File \"/srv/job.py\", line 7, in work\n"                                                \
	"    raise KeyboardInterrupt(n)\n"                                                         \
	"    ^^^^^^^^^^^^^^^^^^^^^^^^^^\n"

static const struct death *died(struct story *t, const char *text, uint32_t status)
{
	const struct pool *p;

	story_start(t, 2);
	history_stderr(&t->h, 101, text);
	history_exit(&t->h, 101, status);
	p = story_pool(t);
	assert_non_null(p);
	assert_int_equal(p->deaths_count, 1);
	return &p->deaths[0];
}

static void expect_said(const struct death *d, const char *type, const char *message)
{
	struct exception_said said;

	assert_true(death_exception(d, &said));
	assert_string_equal(said.type, type);
	assert_string_equal(said.message, message);
}

static void the_last_words_go_onto_the_certificate(void **state)
{
	const struct death *d = died(*state, "going on\nno more\x1b[31m memory\n", 11);
	struct exception_said said;

	assert_string_equal(d->stderr_tail, "going on\nno more?[31m memory\n");
	assert_false(death_exception(d, &said));
}

static void an_exception_has_a_type_and_a_message(void **state)
{
	expect_said(
		died(*state, TRACEBACK "KeyboardInterrupt: 7\n", 1 << 8), "KeyboardInterrupt", "7");
}

static void an_exception_may_have_no_message(void **state)
{
	expect_said(died(*state, TRACEBACK "etl.errors.Stop\n", 1 << 8), "etl.errors.Stop", "");
}

static void a_message_may_have_lines(void **state)
{
	expect_said(died(*state, TRACEBACK "OSError: one\ntwo: three\n", 1 << 8), "OSError",
		"one\ntwo: three");
}

/* Of two, the one that was raised while the other was handled is the last. */
static void the_last_of_several_counts(void **state)
{
	expect_said(died(*state,
			    TRACEBACK "ValueError: a\n\nDuring handling of the above exception, "
				      "another exception occurred:\n\n" TRACEBACK "KeyError: 'b'\n",
			    1 << 8),
		"KeyError", "'b'");
}

/* The beginning was written too long ago to be kept. */
static void a_traceback_may_be_cut(void **state)
{
	expect_said(died(*state, strstr(TRACEBACK "KeyError: 'b'\n", "bootstrap"), 1 << 8),
		"KeyError", "'b'");
}

static void no_traceback_is_no_exception(void **state)
{
	struct exception_said said;

	assert_false(death_exception(died(*state, "WARNING: low: disk\n", 1 << 8), &said));
}

/* It had written of one that it survived; then it was killed. */
static void who_was_killed_raised_nothing(void **state)
{
	struct exception_said said;

	assert_false(death_exception(died(*state, TRACEBACK "KeyError: 'b'\n", 9), &said));
}

static void it_tells_who_raised_it(void **state)
{
	const struct death *d = died(*state, "before\n" TRACEBACK "KeyError: 'b'\n", 1 << 8);
	struct exception_said said;

	assert_true(death_exception(d, &said));
	assert_string_equal(said.function, "work");
	assert_string_equal(said.file, "/srv/job.py");
	assert_int_equal(said.line, 7);
	assert_int_equal(said.text_at, strstr(d->stderr_tail, "Traceback") - d->stderr_tail);
	assert_int_equal(said.text_at + said.text_len, strlen(d->stderr_tail));
}

/* Its last frame is what could not be compiled, and no function. */
static void a_syntax_error_was_raised_by_who_compiled(void **state)
{
	const struct death *d = died(*state,
		TRACEBACK "  File \"<string>\", line 1\n    1 +\n      ^\nSyntaxError: invalid\n",
		1 << 8);
	struct exception_said said;

	assert_true(death_exception(d, &said));
	assert_string_equal(said.type, "SyntaxError");
	assert_string_equal(said.function, "work");
}

static void a_type_may_be_of_anywhere(void **state)
{
	expect_said(died(*state, TRACEBACK "job.work.<locals>.St\u00f6p: no\n", 1 << 8),
		"job.work.<locals>.St\u00f6p", "no");
}

/* The main script has another name where it runs again. */
static void the_main_script_has_one_name(void **state)
{
	expect_said(died(*state, TRACEBACK "__mp_main__.Refused: no\n", 1 << 8), "Refused", "no");
}

#define GROUP                                                                                      \
	"  + Exception Group Traceback (most recent call last):\n"                                 \
	"  |   File \"/usr/lib/python3.11/multiprocessing/process.py\", line 314, in _bootstrap\n" \
	"  |     self.run()\n"                                                                     \
	"  |   File \"/srv/job.py\", line 9, in gather\n"                                          \
	"  |     raise ExceptionGroup(\"several\", errors)\n"

static void of_a_group_the_group_is_meant(void **state)
{
	const struct death *d = died(*state,
		GROUP "  | ExceptionGroup: several (2 sub-exceptions)\n  | a note\n"
		      "  +-+---------------- 1 ----------------\n    | ValueError: 1\n",
		1 << 8);
	struct exception_said said;

	expect_said(d, "ExceptionGroup", "several (2 sub-exceptions)\na note");
	assert_true(death_exception(d, &said));
	assert_string_equal(said.function, "gather");
	assert_int_equal(said.line, 9);
}

#define SURVIVED                                                                                   \
	"Traceback (most recent call last):\n  File \"/srv/job.py\", line 3, in look\n"            \
	"    a[0]\nIndexError: none\n"

/* It was written of, and then the worker left by itself. */
static void what_was_survived_did_not_end_it(void **state)
{
	struct exception_said said;

	assert_false(death_exception(died(*state, SURVIVED, 1 << 8), &said));
}

static void what_came_before_or_after_is_another(void **state)
{
	expect_said(died(*state,
			    SURVIVED TRACEBACK "KeyError: 'b'\n"
					       "Exception in thread Thread-1:\n" SURVIVED,
			    1 << 8),
		"KeyError", "'b'");
}

/* An exception that nobody catches ends a process with 1. */
static void another_status_is_of_no_exception(void **state)
{
	struct exception_said said;

	assert_false(death_exception(died(*state, TRACEBACK "KeyError: 'b'\n", 7 << 8), &said));
}

/* Of a long write the middle is missing: a message that is cut has its type, and what follows of
 * a message whose beginning is missing is none. */
static void the_middle_may_be_missing(void **state)
{
	expect_said(died(*state, TRACEBACK "ValueError: xx\n" STDERR_CUT "x: y\n", 1 << 8),
		"ValueError", "xx\n" STDERR_CUT "x: y");
}

static void no_type_is_made_of_a_message(void **state)
{
	struct exception_said said;

	assert_false(death_exception(
		died(*state, TRACEBACK "    co\n" STDERR_CUT "y: y\ny: z\n", 1 << 8), &said));
}

static void frames_may_follow_what_is_missing(void **state)
{
	const struct death *d = died(*state,
		TRACEBACK "    co\n" STDERR_CUT "de\n  File \"/srv/b.py\", line 8, in inner\n"
			  "    raise\nKeyError: 1\n",
		1 << 8);
	struct exception_said said;

	expect_said(d, "KeyError", "1");
	assert_true(death_exception(d, &said));
	assert_string_equal(said.function, "inner");
}

static void hostile_words_are_harmless(void **state)
{
	static const char *const words[] = {
		"",
		"\n",
		"  File \"",
		"  File \"\n",
		"  File \"\n  \n  ",
		"  File \"x\n:\n",
		"  File \"x\nA\x01: b\n",
		"  File \"x\n\xff\xfe: b\n",
		"Traceback (most recent call last):\n",
		"Traceback (most recent call last):\n  File \"<string>\", line",
		"  + Exception Group Traceback (most recent call last):\n  | ",
		"  + Exception Group Traceback (most recent call last):\n  |   File "
		"\"<string>\"\n|",
		TRACEBACK STDERR_CUT,
		TRACEBACK STDERR_CUT STDERR_CUT "\n",
	};
	struct story *t = *state;
	struct exception_said said;

	story_start(t, sizeof(words) / sizeof(words[0]));
	for (uint32_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		history_stderr(&t->h, 101 + i, words[i]);
		history_exit(&t->h, 101 + i, 1 << 8);
	}
	story_tell(t);
	assert_int_equal(story_pool(t)->deaths_count, sizeof(words) / sizeof(words[0]));
	for (uint32_t i = 0; i < story_pool(t)->deaths_count; i++)
		assert_false(death_exception(&story_pool(t)->deaths[i], &said));
}

static void only_the_end_of_much_is_kept(void **state)
{
	char *much = malloc(8001);
	const struct death *d;

	assert_non_null(much);
	memset(much, 'x', 8000);
	memcpy(much + 7990, "the end.\n\n", 11);
	d = died(*state, much, 1 << 8);
	assert_int_equal(strlen(d->stderr_tail), MODEL_STDERR);
	assert_non_null(strstr(d->stderr_tail, "xthe end.\n\n"));
	free(much);
}

static void who_lives_or_left_keeps_nothing_behind(void **state)
{
	struct story *t = *state;
	struct model copy;

	story_start(t, 3);
	history_stderr(&t->h, 101, "one");
	history_stderr(&t->h, 101, "two");
	history_stderr(&t->h, 102, "three");
	history_stderr(&t->h, 999, "nobody");
	history_sentinel(&t->h, 102, story_pipes.task_ino, MSG_READ);
	history_exit(&t->h, 102, 0);
	history_stderr(&t->h, 103, "four");
	history_exit(&t->h, 103, 9);
	story_tell(t);
	assert_string_equal(model_proc(&t->s.model, 101)->stderr_tail, "two");
	assert_int_equal(t->s.model.dropped.orphan_frames, 1);
	assert_int_equal(model_copy(&copy, &t->s.model), 0);
	assert_string_equal(model_proc(&copy, 101)->stderr_tail, "two");
	assert_string_equal(copy.pools[0].deaths[0].stderr_tail, "four");
	model_release(&copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(the_last_words_go_onto_the_certificate),
		STORY(an_exception_has_a_type_and_a_message),
		STORY(an_exception_may_have_no_message),
		STORY(a_message_may_have_lines),
		STORY(the_last_of_several_counts),
		STORY(a_traceback_may_be_cut),
		STORY(no_traceback_is_no_exception),
		STORY(who_was_killed_raised_nothing),
		STORY(it_tells_who_raised_it),
		STORY(a_syntax_error_was_raised_by_who_compiled),
		STORY(a_type_may_be_of_anywhere),
		STORY(the_main_script_has_one_name),
		STORY(of_a_group_the_group_is_meant),
		STORY(what_was_survived_did_not_end_it),
		STORY(what_came_before_or_after_is_another),
		STORY(another_status_is_of_no_exception),
		STORY(the_middle_may_be_missing),
		STORY(no_type_is_made_of_a_message),
		STORY(frames_may_follow_what_is_missing),
		STORY(hostile_words_are_harmless),
		STORY(only_the_end_of_much_is_kept),
		STORY(who_lives_or_left_keeps_nothing_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
