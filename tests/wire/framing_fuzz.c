/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The input drives a reader or a writer. First calls of any size and any bytes, which only must
 * not break anything; then one that keeps to the rules, from whatever state that left: of its
 * messages at most the first may be missed, all others must come out, and nothing else. So many
 * bytes are more than it takes.
 * fuzz: -max_len=4096
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/framing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { DATA = 8, PIPE_BYTES = 65536, MESSAGES = 40 };

struct input {
	const uint8_t *data;
	size_t left;
};

struct stream {
	struct framing framing;
	enum msg_dir dir;
	bool is_in_step; /* no message may be missed any more */
	uint64_t due; /* size of the message ... */
	bool ends_it; /* ... that is whole with what is moved now */
};

/* Up to 4 bytes as a number; zeros behind the end. */
static uint32_t number(struct input *in, unsigned int bytes)
{
	uint32_t n = 0;

	for (unsigned int i = 0; i < bytes; i++, in->left -= in->left ? 1 : 0)
		n = n << 8 | (in->left ? *in->data++ : 0);
	return n;
}

/* A size of any magnitude: most often small, and often that of a length. */
static uint64_t any_size(struct input *in)
{
	unsigned int magnitude = number(in, 1) % 44;
	uint64_t n = number(in, 2);

	if (magnitude >= 40)
		return magnitude % 2 ? FRAMING_LENGTH : FRAMING_LONG;
	if (magnitude > 16)
		n = n << 24 | number(in, 3);
	return 1 + n % (UINT64_C(1) << magnitude);
}

static bool call(
	struct stream *s, uint64_t asked, uint64_t done, const uint8_t *bytes, __u64 *ret_bytes)
{
	size_t have = done < DATA ? done : DATA;
	uint8_t *data = malloc(have);
	struct framing_call c = {
		.io = {.asked = asked, .done = done, .dir = s->dir},
		.data = data,
		.data_bytes = have,
	};
	size_t skip;
	bool is_whole;

	if (!data)
		abort();
	memcpy(data, bytes, have);
	is_whole = framing_take(&s->framing, &c, ret_bytes, &skip);
	if (s->framing.left > s->framing.bytes && !s->framing.is_long)
		abort();
	if (skip != SIZE_MAX && skip > done)
		abort();
	free(data);
	return is_whole;
}

static void any_call(struct stream *s, struct input *in)
{
	uint64_t asked = any_size(in), done = 1 + any_size(in) % asked;
	__u64 bytes = 0;
	uint8_t data[DATA];

	for (int i = 0; i < DATA; i++)
		data[i] = number(in, 1);
	if (call(s, asked, done, data, &bytes) && bytes > UINT64_C(1) << 56)
		abort();
}

/* A call by one that keeps to the rules. */
static void due_call(struct stream *s, uint64_t asked, uint64_t done, const uint8_t *bytes)
{
	__u64 size = 0;
	bool is_whole = call(s, asked, done, bytes, &size);
	bool is_due = s->ends_it && asked == done;

	if (s->is_in_step && (is_whole != is_due || (is_due && size != s->due)))
		abort();
}

static void put_number(uint8_t *to, uint64_t n, unsigned int bytes)
{
	while (bytes--) {
		to[bytes] = n;
		n >>= 8;
	}
}

/* What a length or a body is moved in. */
static void move(struct stream *s, struct input *in, const uint8_t *bytes, uint64_t size)
{
	bool is_head = bytes[0] != 0x80;
	uint64_t most = s->dir == MSG_READ && !is_head ? PIPE_BYTES : UINT64_MAX;

	for (uint64_t at = 0; at < size;) {
		uint64_t left = size - at, done = left;
		unsigned int how = number(in, 1);

		if (s->dir == MSG_WRITE && is_head)
			how = 0; /* so few bytes are written at once */
		if (how & 1)
			done = 1 + any_size(in) % left;
		if (done > most)
			done = most;
		due_call(s, left, done, is_head ? bytes + at : bytes);
		at += done;
		if (left > 20 * most || how & 2)
			most = UINT64_MAX; /* enough of small pieces */
	}
}

static void at_once(struct stream *s, struct input *in, const uint8_t *head, uint64_t size)
{
	static const uint8_t body[DATA] = {0x80, 4, 0x95};
	uint64_t all = FRAMING_LENGTH + size, done = all;

	if (number(in, 1) & 1)
		done = FRAMING_LENGTH + any_size(in) % (size + 1);
	s->ends_it = true;
	due_call(s, all, done, head);
	if (done < all)
		move(s, in, body, all - done);
}

static void message(struct stream *s, struct input *in)
{
	static const uint8_t body[DATA] = {0x80, 4, 0x95};
	uint64_t size = any_size(in) - 1;
	uint8_t head[DATA] = {0};

	s->due = size;
	put_number(head, size > INT32_MAX ? UINT32_MAX : size, FRAMING_LENGTH);
	memcpy(head + FRAMING_LENGTH, body, DATA - FRAMING_LENGTH);
	if (s->dir == MSG_WRITE && size && size <= FRAMING_AT_ONCE && number(in, 1) % 4) {
		at_once(s, in, head, size);
		return;
	}
	s->ends_it = !size;
	move(s, in, head, FRAMING_LENGTH);
	if (size > INT32_MAX) {
		put_number(head, size, FRAMING_LONG);
		move(s, in, head, FRAMING_LONG);
	}
	s->ends_it = true;
	if (size)
		move(s, in, body, size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {.data = data, .left = size};
	unsigned int how = number(&in, 1);
	struct stream s = {.dir = how & 1 ? MSG_READ : MSG_WRITE};

	for (unsigned int i = 0; i < how / 2 % 16 && in.left; i++)
		any_call(&s, &in);
	for (unsigned int i = 0; in.left && i < MESSAGES; i++) {
		message(&s, &in);
		/* The first may have met what was left of another; after that there is none. */
		s.is_in_step = true;
	}
	return 0;
}
