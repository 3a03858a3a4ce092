/* SPDX-License-Identifier: GPL-2.0-only */
#include "pickle/reader.h"

#include <string.h>

#include "base/text.h"

/* What is there of a text. */
struct span {
	const char *at;
	size_t len;
};

struct parts {
	struct span head; /* from its beginning, as far as the prefix reaches */
	struct span tail; /* up to its end, from where the tail begins */
	bool has_gap; /* between the two */
};

static const char wrap_front[] =
	"\n\"\"\"\n"; /* Lib/multiprocessing/pool.py ExceptionWithTraceback */
static const char wrap_back[] = "\n\"\"\"";

/* The part of [off, off + len) that `bytes`, which begin at `at` in the message, hold. */
static struct span overlap(const void *bytes, uint64_t at, size_t n, uint64_t off, uint64_t end)
{
	uint64_t from = off > at ? off : at;
	uint64_t to = end < at + n ? end : at + n;

	if (!n || from >= to)
		return (struct span){0};
	return (struct span){.at = (const char *)bytes + (from - at), .len = to - from};
}

static void find_parts(
	struct parts *parts, const struct pickle_bytes *in, const struct pickle_facts *facts)
{
	uint64_t off = facts->traceback_off;
	uint64_t end = off + facts->traceback_len;
	uint64_t tail_at = in->full_len - in->tail_len;

	parts->head = overlap(in->prefix, 0, in->prefix_len, off, end);
	off += parts->head.len;
	parts->tail = overlap(in->tail, tail_at, in->tail_len, off, end);
	parts->has_gap = facts->is_headless ||
			 parts->head.len + parts->tail.len < end - facts->traceback_off;
}

static void cut_front(struct span *s, size_t n)
{
	s->at += n;
	s->len -= n;
}

static void unwrap(struct parts *parts)
{
	struct span *first = parts->head.len ? &parts->head : &parts->tail;
	struct span *last = parts->tail.len ? &parts->tail : &parts->head;
	size_t front = strlen(wrap_front);
	size_t back = strlen(wrap_back);

	if (first->len >= front && memcmp(first->at, wrap_front, front) == 0)
		cut_front(first, front);
	if (last->len >= back && memcmp(last->at + last->len - back, wrap_back, back) == 0)
		last->len -= back;
	while (last->len && last->at[last->len - 1] == '\n')
		last->len--;
}

/* What does not fit goes from the middle: the innermost frames and the exception are at the end. */
static void shrink(struct parts *parts, size_t room)
{
	size_t tail_room = room - room / 4;

	if (parts->head.len + parts->tail.len <= room)
		return;
	parts->has_gap = true;
	if (!parts->tail.len) {
		parts->tail = parts->head;
		cut_front(&parts->tail, parts->head.len / 2);
		parts->head.len /= 2;
	}
	if (parts->tail.len > tail_room)
		cut_front(&parts->tail, parts->tail.len - tail_room);
	if (parts->head.len > room - parts->tail.len)
		parts->head.len = room - parts->tail.len;
}

/* On both sides of a gap only whole lines. */
static void align(struct parts *parts)
{
	const char *end = parts->head.len ? memrchr(parts->head.at, '\n', parts->head.len) : NULL;
	const char *start = parts->tail.len ? memchr(parts->tail.at, '\n', parts->tail.len) : NULL;

	parts->head.len = end ? (size_t)(end - parts->head.at) + 1 : 0;
	if (start)
		cut_front(&parts->tail, (size_t)(start - parts->tail.at) + 1);
}

size_t pickle_traceback(
	const struct pickle_bytes *in, const struct pickle_facts *facts, char *dst, size_t size)
{
	static const char gap[] = "...\n";
	struct parts parts;
	size_t n;

	dst[0] = '\0';
	if (!facts->has_traceback)
		return 0;
	find_parts(&parts, in, facts);
	unwrap(&parts);
	shrink(&parts, size > sizeof(gap) ? size - sizeof(gap) : 0);
	if (parts.has_gap)
		align(&parts);
	n = text_clean(dst, size, parts.head.at, parts.head.len, 1);
	if (parts.has_gap)
		n += text_clean(dst + n, size - n, gap, strlen(gap), 1);
	n += text_clean(dst + n, size - n, parts.tail.at, parts.tail.len, 1);
	return n;
}

/* The name of a type as a traceback writes it: not with every module. */
static const char *shown_type(const char *type)
{
	static const char *const bare[] = {"builtins.", "exceptions.", "__main__."};

	for (size_t i = 0; i < sizeof(bare) / sizeof(bare[0]); i++)
		if (strncmp(type, bare[i], strlen(bare[i])) == 0)
			return type + strlen(bare[i]);
	return type;
}

/* The last line "Type: message", up to the text's end, since a message may have lines. */
static const char *last_message(const char *text, const char *type)
{
	size_t len = strlen(type);
	const char *found = NULL;

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, type, len) == 0 && strchr(":\n", line[len]))
			found = line + len;
	}
	return found;
}

void failure_finish(const struct pickle_bytes *in, struct pickle_facts *facts)
{
	char text[PICKLE_TRACEBACK_MAX];
	const char *message;

	if (!facts->is_failed || facts->has_message || !facts->exc_type[0])
		return;
	pickle_traceback(in, facts, text, sizeof(text));
	message = last_message(text, shown_type(facts->exc_type));
	if (!message)
		return;
	message += strspn(message, ": ");
	text_clean(facts->message, sizeof(facts->message), message, strlen(message), 1);
	facts->has_message = true;
	facts->is_message_derived = true;
}
