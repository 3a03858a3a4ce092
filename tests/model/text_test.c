/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/story.h"

#define STORY(name) cmocka_unit_test_setup_teardown(name, story_begin, story_end)

static void texts_by_id(void **state)
{
	struct story *t = *state;
	const struct model *m = &t->s.model;
	uint32_t a = history_text(&t->h, "etl.load"), b = history_text(&t->h, "bad\nline\x1b");

	story_tell(t);
	assert_string_equal(model_text(m, a, "?"), "etl.load");
	assert_string_equal(model_text(m, b, "?"), "bad line?");
	assert_string_equal(model_text(m, 0, "none"), "none");
	assert_string_equal(model_text(m, 9999, "none"), "none");
	assert_null(model_text(m, 4000000000u, NULL));
	assert_string_equal(model_text(m, MODEL_TEXT_OTHERS, "?"), "(others)");
}

static void add_text(struct story *t, uint32_t id, size_t len)
{
	union {
		struct frame_text f;
		char space[24 + WIRE_TEXT_MAX];
	} u;

	memset(&u, 'x', sizeof(u));
	u.f = (struct frame_text){.h = {FRAME_TEXT, (uint16_t)sizeof(u), 0, 1}, .id = id};
	u.f.len = (uint32_t)len;
	assert_int_equal(session_feed(&t->s, &u.f.h), 0);
}

static void ids_and_bytes_are_bounded(void **state)
{
	struct story *t = *state;
	struct model *m = &t->s.model;
	uint32_t fit = MODEL_TEXT_BYTES / (WIRE_TEXT_MAX + 1) + 1;

	add_text(t, 0, 4);
	add_text(t, MODEL_TEXTS, 4);
	add_text(t, UINT32_MAX, 4);
	assert_int_equal(m->dropped.texts, 3);
	add_text(t, MODEL_TEXTS - 1, 4);
	assert_string_equal(model_text(m, MODEL_TEXTS - 1, ""), "xxxx");
	for (uint32_t id = 1; id <= fit + 10; id++)
		add_text(t, id, WIRE_TEXT_MAX);
	assert_true(m->texts_bytes < MODEL_TEXT_BYTES + WIRE_TEXT_MAX + 1);
	assert_true(m->dropped.texts > 3);
}

/* A segment of a recording announces its texts again. */
static void same_text_again_takes_no_more_room(void **state)
{
	struct story *t = *state;
	struct model *m = &t->s.model;
	uint64_t bytes;

	add_text(t, 5, 100);
	bytes = m->texts_bytes;
	add_text(t, 5, 100);
	assert_int_equal(m->texts_bytes, bytes);
	assert_int_equal(bytes, 101);
}

static void missing_features_are_kept_once(void **state)
{
	struct story *t = *state;
	struct model *m = &t->s.model;
	char name[] = "feature A";

	history_missing(&t->h, "messages", "tasks", "grant CAP_BPF");
	history_missing(&t->h, "messages", "tasks", "grant CAP_BPF");
	story_tell(t);
	assert_int_equal(m->missing_count, 1);
	assert_string_equal(model_text(m, m->missing[0].fix, ""), "grant CAP_BPF");
	for (int i = 0; i < MODEL_MISSING + 3; i++) {
		name[8] = (char)('A' + i);
		history_missing(&t->h, name, "x", "y");
	}
	story_tell(t);
	assert_int_equal(m->missing_count, MODEL_MISSING);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(texts_by_id),
		STORY(ids_and_bytes_are_bounded),
		STORY(same_text_again_takes_no_more_room),
		STORY(missing_features_are_kept_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
