/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The end of a message, read backwards from its last byte: what stands there is structure, which
 * nothing that a user's objects hold can imitate.
 */
#include "pickle/reader.h"

#include <string.h>

enum {
	MEMOIZE = 0x94,
	TUPLE2 = 0x86,
	SHORT_TEXT = 0x8c,
};

struct tail {
	const uint8_t *bytes;
	size_t len;
};

/* Where the opcode that memoizes what ends at `end` begins; `end` if there is none. */
static size_t before_memo(const struct tail *t, size_t end)
{
	if (end >= 1 && t->bytes[end - 1] == MEMOIZE)
		return end - 1;
	if (end >= 2 && t->bytes[end - 2] == 'q')
		return end - 2;
	if (end >= 5 && t->bytes[end - 5] == 'r')
		return end - 5;
	return end;
}

static bool ends_in(const struct tail *t, size_t end, const void *bytes, size_t len)
{
	return end >= len && memcmp(t->bytes + end - len, bytes, len) == 0;
}

/* ... "exit_pid" pid SETITEMS BUILD STOP: Lib/concurrent/futures/process.py _ResultItem */
static bool has_exit_pid(const struct tail *t)
{
	static const struct {
		uint8_t opcode;
		uint8_t size;
	} ints[] = {{'K', 2}, {'M', 3}, {'J', 5}};
	static const char end[] = "ub.";
	static const char short_key[] = "\x8c\x08"
					"exit_pid";
	static const char key[] = "X\x08\0\0\0"
				  "exit_pid";

	if (!ends_in(t, t->len, end, strlen(end)))
		return false;
	for (size_t i = 0; i < sizeof(ints) / sizeof(ints[0]); i++) {
		size_t at = t->len - strlen(end);

		if (at < ints[i].size || t->bytes[at - ints[i].size] != ints[i].opcode)
			continue;
		at = before_memo(t, at - ints[i].size);
		if (ends_in(t, at, short_key, sizeof(short_key) - 1) ||
			ends_in(t, at, key, sizeof(key) - 1))
			return true;
	}
	return false;
}

/* The traceback is the last argument of a call of two, and no such call is behind it. */
static size_t text_end(const struct tail *t)
{
	for (size_t i = t->len; i > 0; i--) {
		size_t at = i - 1;

		if (t->bytes[at] != 'R')
			continue;
		at = before_memo(t, at);
		if (at > 0 && t->bytes[at - 1] == TUPLE2)
			return before_memo(t, at - 1);
	}
	return 0;
}

static void find_traceback(const struct tail *t, uint64_t off, struct pickle_facts *facts)
{
	static const char head[] = "Traceback (most recent call last)";
	static const char frame[] = "\n  File \"";
	size_t end = text_end(t);
	const uint8_t *from = memmem(t->bytes, end, head, strlen(head));

	bool is_headless = !from;

	if (is_headless)
		from = memmem(t->bytes, end, frame, strlen(frame));
	if (!from)
		return;
	facts->has_traceback = true;
	facts->is_headless = is_headless;
	facts->traceback_off = off + (uint64_t)(from - t->bytes);
	facts->traceback_len = end - (size_t)(from - t->bytes);
}

void tail_read(const struct pickle_bytes *in, struct pickle_facts *facts)
{
	const struct tail t = {.bytes = in->tail, .len = in->tail_len};

	if (!t.len || t.len > in->full_len)
		return;
	if (facts->shape == PICKLE_RESULT)
		facts->is_last |= has_exit_pid(&t);
	if (facts->is_failed && !facts->has_traceback)
		find_traceback(&t, in->full_len - t.len, facts);
}
