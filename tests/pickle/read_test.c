/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>
#include <string.h>

#include "build.h"

/* What fewer bytes say is nothing, or the same, or said to be an estimate. */
static void check_agrees(const char *name, size_t cut, const struct pickle_facts *part,
	const struct pickle_facts *all)
{
	bool is_same = part->shape == all->shape;

	if (part->shape != PICKLE_UNKNOWN && part->shape != PICKLE_OBJECT && !is_same)
		fail_msg("%s at %zu: shape %d, not %d", name, cut, part->shape, all->shape);
	if (part->has_job && (!all->has_job || part->job != all->job))
		fail_msg("%s at %zu: job %ld", name, cut, (long)part->job);
	if (part->has_chunk && (!all->has_chunk || part->chunk != all->chunk))
		fail_msg("%s at %zu: chunk %d", name, cut, part->chunk);
	if (part->has_success && (!all->has_success || part->is_failed != all->is_failed))
		fail_msg("%s at %zu: failed %d", name, cut, part->is_failed);
	if (part->items_known == PICKLE_ITEMS_EXACT &&
		(all->items_known != PICKLE_ITEMS_EXACT || part->items != all->items))
		fail_msg("%s at %zu: %u items, not %u", name, cut, part->items, all->items);
	if (part->function[0] && strcmp(part->function, all->function) != 0 &&
		strncmp(part->function, "<method of ", 11) != 0)
		fail_msg("%s at %zu: '%s', not '%s'", name, cut, part->function, all->function);
	if (part->exc_type[0] && strcmp(part->exc_type, all->exc_type) != 0)
		fail_msg("%s at %zu: '%s', not '%s'", name, cut, part->exc_type, all->exc_type);
}

static void check_message(const char *name, size_t cut, const struct pickle_facts *part,
	const struct pickle_facts *all)
{
	size_t len = strlen(part->message);

	/* One that is cut says so. */
	if (part->has_message && len >= 3 && strcmp(part->message + len - 3, "...") == 0)
		len -= 3;
	else if (part->has_message)
		len++;
	if (part->has_message && strncmp(part->message, all->message, len) != 0)
		fail_msg("%s at %zu: '%s', not '%s'", name, cut, part->message, all->message);
}

static void cut_everywhere(const char *name, const char *bytes, size_t len)
{
	struct pickle_bytes in = {.prefix = bytes, .prefix_len = len, .full_len = len};
	struct pickle_facts all;
	struct pickle_facts part;

	if (len == 4096)
		return; /* itself only a part */
	pickle_read(&in, &all);
	for (size_t cut = 0; cut <= len; cut++) {
		char *copy = malloc(cut + 1);

		assert_non_null(copy);
		memcpy(copy + 1, bytes, cut);
		in.prefix = copy + 1;
		in.prefix_len = cut;
		pickle_read(&in, &part);
		check_agrees(name, cut, &part, &all);
		check_message(name, cut, &part, &all);
		free(copy);
	}
}

static void a_cut_message_contradicts_nothing(void **state)
{
	(void)state;
	corpus_each(cut_everywhere);
}

/* The tail reaches where the prefix does not; in between, what is there is left out. */
static void tail_everywhere(const char *name, const char *bytes, size_t len)
{
	struct pickle_bytes in = {.prefix = bytes, .prefix_len = len, .full_len = len};
	struct pickle_facts all;
	struct pickle_facts part;

	if (len == 4096 || len > 1000)
		return;
	pickle_read(&in, &all);
	for (size_t cut = 16; cut + 10 < len; cut += 7) {
		for (size_t from = cut; from < len; from += 13) {
			in.prefix_len = cut;
			in.tail = bytes + from;
			in.tail_len = len - from;
			pickle_read(&in, &part);
			check_agrees(name, cut, &part, &all);
			if (from == cut)
				assert_memory_equal(
					&part, &all, offsetof(struct pickle_facts, function));
		}
	}
}

static void prefix_and_tail_contradict_nothing(void **state)
{
	(void)state;
	corpus_each(tail_everywhere);
}

static void what_is_no_message_is_unknown(void **state)
{
	static const char *const junk[] = {"#CHALLENGE#", "\x80", "\x80\x06N.", "\x80\x04\xff.",
		"\x80\x04N", "\x80\x04.", "\x80\x04N..", "\x80\x04NN.", "\x80\x04(N."};

	(void)state;
	for (size_t i = 0; i < sizeof(junk) / sizeof(junk[0]); i++) {
		struct pickle_bytes in = {.prefix = junk[i], .prefix_len = strlen(junk[i])};
		struct pickle_facts facts;

		in.full_len = in.prefix_len;
		pickle_read(&in, &facts);
		assert_int_equal(facts.shape, i == 4 ? PICKLE_OBJECT : PICKLE_UNKNOWN);
		assert_false(facts.has_job);
	}
}

static void scalars_are_whole_messages(void **state)
{
	static const int64_t nums[] = {0, 255, 256, 65535, 65536, -1, INT32_MIN, INT64_MAX};
	struct pickled p = {0};
	struct pickle_facts facts;

	(void)state;
	for (size_t i = 0; i < sizeof(nums) / sizeof(nums[0]); i++) {
		pickled_begin(&p, 4);
		pickled_int(&p, nums[i]);
		pickled_end(&p);
		pickled_read(&p, &facts);
		assert_int_equal(facts.shape, PICKLE_INT);
		assert_true(facts.has_job);
		assert_int_equal(facts.job, nums[i]);
		pickled_release(&p);
	}
	pickled_read_part(&p, 0, 0, &facts);
	assert_int_equal(facts.shape, PICKLE_EMPTY);
}

/* (1, 2, 3), (1, True), (1, "x"), {1: 2}: of a user's own queue. */
static void other_objects_are_objects(void **state)
{
	static const char *const ops[] = {"\x87", "\x88\x86", "N\x86", "t"};
	struct pickle_facts facts;

	(void)state;
	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		struct pickled p = {0};

		pickled_begin(&p, 4);
		pickled_ops(&p, i == 3 ? "(" : "");
		pickled_int(&p, 1);
		if (i == 0 || i == 3)
			pickled_int(&p, 2);
		if (i == 0 || i == 3)
			pickled_int(&p, 3);
		pickled_ops(&p, i == 3 ? "NNt" : ops[i]);
		pickled_end(&p);
		pickled_read(&p, &facts);
		assert_int_equal(facts.shape, PICKLE_OBJECT);
		assert_false(facts.has_job);
		pickled_release(&p);
	}
}

/* Start-up data of a spawned worker carries a secret, and is no message: two pickles. */
static void of_start_up_data_nothing_is_told(void **state)
{
	struct pickled p = {0};
	struct pickle_facts facts;

	(void)state;
	pickled_begin(&p, 4);
	pickled_ops(&p, "}(");
	pickled_text(&p, "authkey");
	pickled_text(&p, "SECRETSECRETSECRET");
	pickled_ops(&p, "u");
	pickled_end(&p);
	pickled_raw(&p, "\x80\x04N.", 4);
	pickled_read(&p, &facts);
	assert_int_equal(facts.shape, PICKLE_UNKNOWN);
	assert_string_equal(facts.function, "");
	assert_string_equal(facts.message, "");
	pickled_release(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cut_message_contradicts_nothing),
		cmocka_unit_test(prefix_and_tail_contradict_nothing),
		cmocka_unit_test(what_is_no_message_is_unknown),
		cmocka_unit_test(scalars_are_whole_messages),
		cmocka_unit_test(other_objects_are_objects),
		cmocka_unit_test(of_start_up_data_nothing_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
