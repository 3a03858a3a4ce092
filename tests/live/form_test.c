/* SPDX-License-Identifier: GPL-2.0-only */
/* What messages have in common: all of a kind, and nothing of another. The bytes are what CPython
 * 3.11 writes: pickle.dumps of a Pool's and an executor's tasks and results. */
#include "live/form.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define FRAME "\x80\x04\x95\x10\0\0\0\0\0\0\0"
#define MODULE "\x8c\x08__main__\x94"
#define WORK MODULE "\x8c\x04work\x94\x93\x94"
#define PLAY MODULE "\x8c\x04play\x94\x93\x94"
#define STAR "\x8c\x14multiprocessing.pool\x94\x8c\x07mapstar\x94\x93\x94"
#define ITEM(name, len)                                                                            \
	"\x8c\x1a"                                                                                 \
	"concurrent.futures.process\x94\x8c" len name "\x94\x93\x94)\x81\x94}\x94(\x8c\x07"        \
	"work_id\x94"
#define CALL ITEM("_CallItem", "\x09")
#define RESULT ITEM("_ResultItem", "\x0b")
#define FN                                                                                         \
	"\x8c\x02"                                                                                 \
	"fn\x94"
#define ARGS                                                                                       \
	"\x8c\x04"                                                                                 \
	"args\x94K\x03\x85\x94\x8c\x06kwargs\x94}\x94ub."
#define MAPPED                                                                                     \
	"\x8c\x04"                                                                                 \
	"args\x94K\x03\x85\x94\x85\x94\x85\x94\x8c\x06kwargs\x94}\x94ub."
#define PARTIAL                                                                                    \
	"\x8c\x09"                                                                                 \
	"functools\x94\x8c\x07partial\x94\x93\x94h\x00\x8c\x0e_process_chunk\x94\x93\x94"
#define NO_FAULT                                                                                   \
	"\x8c\x09"                                                                                 \
	"exception\x94N\x8c\x06result\x94"
#define STAYS                                                                                      \
	"\x8c\x08"                                                                                 \
	"exit_pid\x94Nub."
#define LEAVES                                                                                     \
	"\x8c\x08"                                                                                 \
	"exit_pid\x94M\x30\x39ub."

struct message {
	const char *bytes;
	size_t len;
	uint8_t shape;
	uint16_t flags;
	const char *function;
	uint32_t items;
};

#define BYTES(text) text, sizeof(text) - 1
#define TASK(args) BYTES(args), SHAPE_POOL_TASK

static struct form_message message_of(const struct message *m, struct frame_msg *f)
{
	*f = (struct frame_msg){
		.bytes = m->len, .shape = m->shape, .flags = m->flags, .items = m->items};
	return (struct form_message){.bytes = (const unsigned char *)m->bytes,
		.len = m->len,
		.tail = (const unsigned char *)m->bytes,
		.tail_len = m->len,
		.frame = f,
		.function = m->function ? m->function : ""};
}

static bool make(const struct message *m, struct form *ret)
{
	struct frame_msg f;
	struct form_message x = message_of(m, &f);

	return form_of(&x, ret);
}

static bool fits(const struct form *form, const struct message *m)
{
	struct form_ends ends;
	struct frame_msg f;
	struct form_message x = message_of(m, &f);

	form_see(&x, &ends);
	return form_fits(form, &ends);
}

static void numbers_are(
	const struct form *form, const struct message *m, int64_t job, int64_t chunk)
{
	struct form_ends ends;
	struct frame_msg f;
	struct form_message x = message_of(m, &f);

	form_see(&x, &ends);
	assert_int_equal(form_number(&ends, form->job, 0), job);
	assert_int_equal(form_number(&ends, form->chunk, -1), chunk);
}

static const struct message task = {
	TASK(FRAME "(K\x07K\x09" WORK "K\x04\x85\x94}\x94t\x94."), 0, "__main__.work", 1};

static void a_function_has_one_form(void **state)
{
	const struct message like[] = {
		{TASK(FRAME "(K\xffK\x00" WORK "\x8c\x03"
			    "abc\x94\x85\x94}\x94t\x94."),
			0, "__main__.work", 1},
		{TASK("\x80\x04\x95\xff\xff\0\0\0\0\0\0(K\x01K\x02" WORK
		      "NNNNNNN\x85\x94}\x94t\x94."),
			0, "__main__.work", 1},
	};
	const struct message unlike[] = {
		{TASK(FRAME "(K\x07K\x09" PLAY "K\x04\x85\x94}\x94t\x94."), 0, "", 1},
		{TASK(FRAME "(M\x07\x01K\x09" WORK "K\x04\x85\x94}\x94t\x94."), 0, "", 1},
		{TASK(FRAME "(K\x07K\x09" STAR WORK "K\x04\x85\x94\x86\x94\x85\x94}\x94t\x94."), 0,
			"", 1},
		{BYTES("\x80\x04N."), SHAPE_NONE, 0, "", 0},
		{BYTES(""), SHAPE_EMPTY, 0, "", 0},
		{BYTES(FRAME "(K\x07K"), SHAPE_UNKNOWN, 0, "", 0},
	};
	struct form form;

	(void)state;
	assert_true(make(&task, &form));
	assert_true(fits(&form, &task));
	numbers_are(&form, &task, 7, 9);
	for (size_t i = 0; i < sizeof(like) / sizeof(like[0]); i++)
		assert_true(fits(&form, &like[i]));
	for (size_t i = 0; i < sizeof(unlike) / sizeof(unlike[0]); i++)
		assert_false(fits(&form, &unlike[i]));
}

static void numbers_of_all_sizes_are_read(void **state)
{
	const struct message m = {
		TASK(FRAME "(J\x00\x00\x00\x80M\x34\x12" WORK "K\x04\x85\x94}\x94t\x94."), 0,
		"__main__.work", 1};
	struct form form;

	(void)state;
	assert_true(make(&m, &form));
	numbers_are(&form, &m, INT32_MIN, 0x1234);
}

/* A chunk of two items looks like one of one, but at its end. */
static void only_chunks_of_one_item_have_a_form(void **state)
{
	const struct message one = {
		TASK(FRAME "(K\x07K\x09" STAR WORK "K\x04\x85\x94\x86\x94\x85\x94}\x94t\x94."),
		MSG_CHUNKED | MSG_ITEMS, "__main__.work", 1};
	const struct message two = {
		TASK(FRAME "(K\x07K\x09" STAR WORK "K\x04K\x05\x86\x94\x86\x94\x85\x94}\x94t\x94."),
		MSG_CHUNKED | MSG_ITEMS, "__main__.work", 2};
	const struct message about = {
		TASK(FRAME "(K\x07K\x09" STAR WORK "K\x04\x85\x94\x86\x94\x85\x94}\x94t\x94."),
		MSG_CHUNKED | MSG_ITEMS_ABOUT, "__main__.work", 1};
	struct form form;

	(void)state;
	assert_false(make(&two, &form));
	assert_false(make(&about, &form));
	assert_true(make(&one, &form));
	assert_true(fits(&form, &one));
	assert_false(fits(&form, &two));
	assert_false(fits(&form, &task));
}

/* CPython 3.6 and 3.7 write protocol 3, which numbers what it remembers. */
#define STAR_3 "cmultiprocessing.pool\nmapstar\nq\x00"
#define WORK_3 "c__main__\nwork\nq\x01"

static void chunks_of_protocol_3_have_a_form(void **state)
{
	const struct message one = {TASK("\x80\x03(K\x07K\x09" STAR_3 WORK_3
					 "K\x04\x85q\x02\x86q\x03\x85q\x04}q\x05tq\x06."),
		MSG_CHUNKED | MSG_ITEMS, "__main__.work", 1};
	const struct message remembers = {TASK("\x80\x03(K\x08K\x00" STAR_3 WORK_3
					       "]q\x02\x85q\x03\x86q\x04\x85q\x05}q\x06tq\x07."),
		MSG_CHUNKED | MSG_ITEMS, "__main__.work", 1};
	const struct message two = {TASK("\x80\x03(K\x07K\x09" STAR_3 WORK_3
					 "K\x04K\x05\x86q\x02\x86q\x03\x85q\x04}q\x05tq\x06."),
		MSG_CHUNKED | MSG_ITEMS, "__main__.work", 2};
	struct form form;

	(void)state;
	assert_false(make(&two, &form));
	assert_true(make(&one, &form));
	numbers_are(&form, &one, 7, 9);
	assert_true(fits(&form, &one));
	assert_true(fits(&form, &remembers));
	assert_false(fits(&form, &two));
}

static void a_result_that_failed_has_none(void **state)
{
	const struct message good = {
		BYTES(FRAME "K\x07K\x09\x88N\x86\x94\x87\x94."), SHAPE_POOL_RESULT, 0, "", 0};
	const struct message other = {BYTES(FRAME "K\x01K\x02\x88\x8c\x02zz\x94\x86\x94\x87\x94."),
		SHAPE_POOL_RESULT, 0, "", 0};
	const struct message bad = {BYTES(FRAME "K\x07K\x09\x89N\x86\x94\x87\x94."),
		SHAPE_POOL_RESULT, MSG_FAILED, "", 0};
	struct form form;

	(void)state;
	assert_false(make(&bad, &form));
	assert_true(make(&good, &form));
	assert_true(fits(&form, &other));
	assert_false(fits(&form, &bad));
}

static void an_executors_calls_have_forms(void **state)
{
	const struct message work = {
		BYTES(FRAME CALL "K\x05" FN WORK ARGS), SHAPE_CALL, 0, "__main__.work", 1};
	const struct message play = {
		BYTES(FRAME CALL "K\x05" FN PLAY ARGS), SHAPE_CALL, 0, "__main__.play", 1};
	const struct message wrong = {
		BYTES(FRAME CALL "K\x05" FN PLAY ARGS), SHAPE_CALL, 0, "__main__.other", 1};
	struct form form;

	(void)state;
	assert_false(make(&wrong, &form));
	assert_true(make(&work, &form));
	assert_true(fits(&form, &work));
	assert_false(fits(&form, &play));
	numbers_are(&form, &work, 5, -1);
}

static void a_result_whose_worker_leaves_has_none(void **state)
{
	const struct message stays = {
		BYTES(FRAME RESULT "K\x05" NO_FAULT "K\x09" STAYS), SHAPE_RESULT, 0, "", 0};
	const struct message leaves = {
		BYTES(FRAME RESULT "K\x05" NO_FAULT "K\x09" LEAVES), SHAPE_RESULT, MSG_LAST, "", 0};
	const struct message says = {
		BYTES(FRAME RESULT "K\x05" NO_FAULT "K\x09" LEAVES), SHAPE_RESULT, 0, "", 0};
	struct form form;

	(void)state;
	assert_false(make(&leaves, &form));
	assert_false(make(&says, &form));
	assert_true(make(&stays, &form));
	assert_true(fits(&form, &stays));
	assert_false(fits(&form, &leaves));
}

static void a_wakeup_has_one_of_its_own(void **state)
{
	const struct message wakeup = {BYTES(""), SHAPE_EMPTY, 0, "", 0};
	const struct message none = {BYTES("\x80\x04N."), SHAPE_NONE, 0, "", 0};
	struct form form;

	(void)state;
	assert_true(make(&wakeup, &form));
	assert_true(fits(&form, &wakeup));
	assert_false(fits(&form, &none));
	assert_false(fits(&form, &task));
}

/* Cut anywhere, a message has a form or none, and nothing is read behind its end. */
static void any_piece_is_taken(void **state)
{
	const struct message all[] = {task,
		{BYTES(FRAME CALL "K\x05" FN PARTIAL WORK MAPPED), SHAPE_CALL,
			MSG_CHUNKED | MSG_ITEMS, "__main__.work", 1},
		{BYTES(FRAME RESULT "K\x05" NO_FAULT "K\x09" STAYS), SHAPE_RESULT, 0, "", 0}};
	unsigned char piece[512];

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		for (size_t len = 0; len <= all[i].len; len++) {
			struct message m = all[i];
			struct form form;

			memcpy(piece + sizeof(piece) - len, m.bytes, len);
			m.bytes = (const char *)piece + sizeof(piece) - len;
			m.len = len;
			if (make(&m, &form))
				assert_true(fits(&form, &m));
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_function_has_one_form),
		cmocka_unit_test(numbers_of_all_sizes_are_read),
		cmocka_unit_test(only_chunks_of_one_item_have_a_form),
		cmocka_unit_test(chunks_of_protocol_3_have_a_form),
		cmocka_unit_test(a_result_that_failed_has_none),
		cmocka_unit_test(an_executors_calls_have_forms),
		cmocka_unit_test(a_result_whose_worker_leaves_has_none),
		cmocka_unit_test(a_wakeup_has_one_of_its_own),
		cmocka_unit_test(any_piece_is_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
