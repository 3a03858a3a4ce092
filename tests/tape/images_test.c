/* SPDX-License-Identifier: GPL-2.0-only */
/* Images in a recording: by them it says what all its frames say, and without them too. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "export/report.h"
#include "session/session.h"
#include "tape/tape_reader.h"
#include "tests/support/history.h"
#include "tests/tape/scratch.h"

enum { EVERY = 60 }; /* frames from one image to the next */

static struct history *a_story(void)
{
	struct history *h = malloc(sizeof(*h));

	assert_non_null(h);
	history_init(h);
	history_rich(h);
	history_end(h, 0);
	return h;
}

static void drop_story(struct history *h)
{
	history_release(h);
	free(h);
}

/* Records it all, with the session that a recorder has. */
static void record(const struct scratch *s, const struct history *h, const struct tape_opts *opts)
{
	struct err err = {0};
	struct tape_writer *w = tape_writer_new(s->path, opts, &err);
	const struct frame *f;
	struct session session;
	size_t pos = 0;

	assert_non_null(w);
	assert_int_equal(session_init(&session), 0);
	while ((f = history_next(h, &pos))) {
		assert_int_equal(session_feed(&session, f), 0);
		assert_int_equal(tape_put(w, f), 0);
		assert_int_equal(tape_tick(w, f->t_ns, &err), 0);
		tape_image(w, &session.model, false);
	}
	tape_image(w, &session.model, true);
	assert_int_equal(tape_writer_close(w, &err), 0);
	session_release(&session);
}

static int first_number(void *arg, int columns, char **values, char **names)
{
	(void)columns;
	(void)names;
	*(int64_t *)arg = values[0] ? atoll(values[0]) : -1;
	return 0;
}

/* The number that it asks for, if it does. */
static int64_t sql(const struct scratch *s, const char *text)
{
	int64_t n = -1;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(s->path, &db), SQLITE_OK);
	if (sqlite3_exec(db, text, first_number, &n, NULL))
		fail_msg("%s: %s", text, sqlite3_errmsg(db));
	sqlite3_close(db);
	return n;
}

static struct source *open_tape(const struct scratch *s)
{
	struct source *source;
	struct err err = {0};

	if (tape_open(s->path, false, &source, &err))
		fail_msg("%s", err.text);
	return source;
}

/* What is left of a source, up to the first tick from a time on. */
static void feed(struct source *source, struct session *s, uint64_t until_ns)
{
	const struct frame *f;
	struct err err = {0};
	int ret;

	while ((ret = source_next(source, &f, &err)) == SOURCE_FRAME) {
		assert_int_equal(session_feed(s, f), 0);
		if (f->kind == FRAME_TICK && f->t_ns >= until_ns)
			return;
	}
	if (ret < 0)
		fail_msg("%s", err.text);
}

static char *picture(const struct session *s)
{
	char *text;
	size_t len;

	assert_int_equal(report_json(&s->model, &text, &len), 0);
	return text;
}

/* By an image if that can be: *ret_by says so. */
static char *say(const struct scratch *s, struct tape_reach reach, uint64_t until_ns, bool *ret_by)
{
	struct source *source = open_tape(s);
	struct session session;
	char *text;

	*ret_by = reach.before_ns && !tape_seek(source, reach, &session.model);
	if (!*ret_by)
		assert_int_equal(session_init(&session), 0);
	feed(source, &session, until_ns);
	text = picture(&session);
	session_release(&session);
	source_free(source);
	return text;
}

static bool says_the_same(const struct scratch *s)
{
	const struct tape_reach none = {0}, newest = {.before_ns = UINT64_MAX};
	char *want, *got;
	bool by;

	want = say(s, none, UINT64_MAX, &by);
	assert_false(by);
	got = say(s, newest, UINT64_MAX, &by);
	assert_string_equal(got, want);
	free(got);
	free(want);
	return by;
}

static void every_image_says_the_same(void **state)
{
	const struct tape_opts opts = {.image_every = EVERY};
	struct scratch *s = *state;
	struct history *h = a_story();
	int images = 0;

	record(s, h, &opts);
	while (says_the_same(s)) {
		sql(s, "DELETE FROM image WHERE id=(SELECT max(id) FROM image)");
		images++;
	}
	assert_true(images > 20);
	drop_story(h);
}

static void every_tick_is_as_it_was(void **state)
{
	const struct tape_opts opts = {.image_every = EVERY};
	struct scratch *s = *state;
	struct history *h = a_story();
	int by_image = 0;
	bool by;

	record(s, h, &opts);
	for (uint64_t n = 1; n < 44; n += 3) {
		uint64_t t_ns = HISTORY_START_NS + n * HISTORY_S;
		struct tape_reach none = {0}, there = {.before_ns = t_ns};
		char *want = say(s, none, t_ns, &by), *got = say(s, there, t_ns, &by);

		assert_string_equal(got, want);
		by_image += by;
		free(want);
		free(got);
	}
	assert_true(by_image > 10);
	drop_story(h);
}

/* From where it is: ahead, back, and then the frames go on as ever. */
static void a_source_goes_to_and_fro(void **state)
{
	const struct tape_opts opts = {.image_every = EVERY};
	struct scratch *s = *state;
	struct history *h = a_story();
	const uint64_t late_ns = HISTORY_START_NS + 30 * HISTORY_S;
	struct tape_reach ahead = {.before_ns = late_ns},
			  back = {HISTORY_START_NS + 9 * HISTORY_S, 0};
	struct tape_reach behind = {.before_ns = late_ns, .from_ns = late_ns - 1};
	struct source *source;
	struct session session;
	struct err err = {0};
	char *want, *got;

	record(s, h, &opts);
	source = open_tape(s);
	assert_int_equal(session_init(&session), 0);
	feed(source, &session, back.before_ns);
	assert_true(tape_seek(source, behind, &session.model) < 0);
	feed(source, &session, back.before_ns + HISTORY_S);
	want = picture(&session);
	session_release(&session);
	assert_int_equal(tape_seek(source, ahead, &session.model), 0);
	feed(source, &session, late_ns);
	session_release(&session);
	assert_int_equal(tape_seek(source, back, &session.model), 0);
	feed(source, &session, back.before_ns + HISTORY_S);
	got = picture(&session);
	assert_string_equal(got, want);
	session_release(&session);
	assert_int_equal(source->ops->rewind(source, &err), 0);
	assert_int_equal(session_init(&session), 0);
	feed(source, &session, back.before_ns + HISTORY_S);
	free(got);
	got = picture(&session);
	assert_string_equal(got, want);
	session_release(&session);
	source_free(source);
	free(want);
	free(got);
	drop_story(h);
}

/* What is wrong with an image is no damage: an older one is taken, or the frames. */
static void damaged_images_are_left_alone(void **state)
{
	static const char *const faults[] = {
		"UPDATE image SET packed=zeroblob(length(packed))",
		"UPDATE image SET packed=substr(packed,1,length(packed)-1)",
		"UPDATE image SET packed=NULL",
		"UPDATE image SET schema=schema+1",
		"UPDATE image SET checksum=checksum+1",
		"UPDATE image SET bytes=bytes+1",
		"UPDATE image SET bytes=1<<40",
		"UPDATE image SET frames=frames+1",
		"UPDATE image SET frames=1<<31",
		"UPDATE image SET frames=0",
		"UPDATE image SET segment=segment+1",
		"UPDATE image SET segment=-1",
		"UPDATE image SET previous_checksum=5",
		"UPDATE image SET tick_ns=tick_ns+1",
		"DROP TABLE image",
		("DROP TABLE image; CREATE TABLE image(id,segment,frames,tick_ns,schema,"
		 "previous_checksum,bytes,checksum,packed)"),
	};
	const struct tape_opts opts = {.image_every = EVERY};
	struct scratch *s = *state;
	struct history *h = a_story();
	struct buf whole = {0};

	record(s, h, &opts);
	scratch_load(s->path, &whole);
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		scratch_save(s->path, whole.data, whole.len);
		sql(s, faults[i]);
		if (says_the_same(s))
			fail_msg("taken in spite of: %s", faults[i]);
	}
	scratch_save(s->path, whole.data, whole.len);
	sql(s, "UPDATE image SET packed=zeroblob(9) WHERE id=(SELECT max(id) FROM image)");
	assert_true(says_the_same(s));
	buf_release(&whole);
	drop_story(h);
}

/* By themselves: none in what is read in no time anyway, and one at the end of what is not. */
static void there_are_as_few_as_are_of_use(void **state)
{
	const struct tape_opts opts = {.replace = true};
	struct frame_msg msg = {.h = {.kind = FRAME_MSG, .size = sizeof(msg), .pid = 4242}};
	struct scratch *s = *state;
	struct history *h = malloc(sizeof(*h));

	assert_non_null(h);
	history_init(h);
	history_lively(h);
	record(s, h, &opts);
	assert_int_equal(sql(s, "SELECT count(*) FROM image"), 0);
	for (int i = 0; i < 50000; i++) {
		history_wait(h, HISTORY_MS);
		msg.h.t_ns = h->now_ns;
		history_add(h, &msg);
	}
	record(s, h, &opts);
	assert_in_range(sql(s, "SELECT count(*) FROM image"), 1, 2);
	assert_true(says_the_same(s));
	drop_story(h);
}

/* What was trimmed begins with an image, and its sums are those since the session began. */
static void trimmed_it_still_knows_the_sums(void **state)
{
	const struct tape_opts all = {.image_every = EVERY};
	const struct tape_opts kept = {
		.image_every = EVERY, .keep_ns = 10 * HISTORY_S, .replace = true};
	const struct tape_reach newest = {.before_ns = UINT64_MAX}, start = {.before_ns = 1};
	struct scratch *s = *state;
	struct history *h = a_story();
	char *want, *got;
	bool by;

	record(s, h, &all);
	want = say(s, newest, UINT64_MAX, &by);
	got = say(s, start, UINT64_MAX, &by);
	assert_false(by); /* it begins with its first frame */
	free(got);
	record(s, h, &kept);
	assert_true(sql(s, "SELECT first_segment FROM bounds") > 1);
	assert_int_equal(sql(s, "SELECT count(*) FROM image WHERE segment<"
				"(SELECT first_segment FROM bounds)"),
		0);
	got = say(s, newest, UINT64_MAX, &by);
	assert_true(by);
	assert_string_equal(got, want);
	free(got);
	got = say(s, start, UINT64_MAX, &by);
	assert_true(by);
	assert_string_equal(got, want);
	free(got);
	free(want);
	drop_story(h);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_image_says_the_same),
		TEST(every_tick_is_as_it_was),
		TEST(a_source_goes_to_and_fro),
		TEST(damaged_images_are_left_alone),
		TEST(there_are_as_few_as_are_of_use),
		TEST(trimmed_it_still_knows_the_sums),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
