/* SPDX-License-Identifier: GPL-2.0-only */
#include "python/layout.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Words of each version's table. */
static const size_t lengths[] = {73, 95, 111};

static const char cookie[8] = {'x', 'd', 'e', 'b', 'u', 'g', 'p', 'y'};

enum { WORD_VERSION = 1, WORD_FREE_THREADED = 2, TABLES = LAYOUT_LAST - LAYOUT_TABLE + 1 };

/* The structs that the table gives the size of. */
enum group { RUNTIME, INTERP, THREAD, FRAME, CODE, OBJECT, STR, BYTES, GC, GROUPS };

/*
 * Which words of the table hold what, in 3.13, 3.14 and 3.15: words were inserted in its middle
 * from one to the next. 0: this version's table does not say.
 */
static const struct {
	uint8_t word[TABLES];
	uint32_t max; /* far more than it ever was, far less than would overflow anything */
} sizes[GROUPS] = {
	[RUNTIME] = {{3, 3, 3}, 1 << 24},
	[INTERP] = {{6, 6, 6}, 1 << 24},
	[THREAD] = {{19, 22, 22}, 1 << 16},
	[FRAME] = {{28, 31, 39}, 128},
	[CODE] = {{34, 39, 47}, 1 << 12},
	[OBJECT] = {{44, 50, 58}, 1 << 12},
	[STR] = {{67, 77, 89}, 1 << 12},
	[BYTES] = {{64, 74, 86}, 1 << 12},
	[GC] = {{71, 81, 94}, 1 << 16},
};

#define AT(field) offsetof(struct py_layout, field)

static const struct {
	uint16_t to; /* field of struct py_layout */
	uint8_t group;
	uint8_t width; /* bytes that must lie inside the struct */
	uint8_t word[TABLES];
} words[] = {
	{AT(interpreters), RUNTIME, 8, {5, 5, 5}},
	{AT(interp.next), INTERP, 8, {8, 8, 8}},
	{AT(interp.threads), INTERP, 8, {9, 9, 9}},
	{AT(interp.sysdict), INTERP, 8, {12, 13, 13}},
	{AT(thread.next), THREAD, 8, {21, 24, 24}},
	{AT(thread.interp), THREAD, 8, {22, 25, 25}},
	{AT(thread.frame), THREAD, 8, {23, 26, 26}},
	{AT(thread.id), THREAD, 8, {24, 27, 30}},
	{AT(thread.native_id), THREAD, 8, {25, 28, 31}},
	{AT(thread.chunk), THREAD, 8, {26, 29, 32}},
	{AT(frame.previous), FRAME, 8, {29, 32, 40}},
	{AT(frame.code), FRAME, 8, {30, 33, 41}},
	{AT(frame.lasti), FRAME, 8, {31, 34, 42}},
	{AT(frame.owner), FRAME, 1, {33, 36, 44}},
	{AT(code.filename), CODE, 8, {35, 40, 48}},
	{AT(code.name), CODE, 8, {36, 41, 49}},
	{AT(code.qualname), CODE, 8, {37, 42, 50}},
	{AT(code.linetable), CODE, 8, {38, 43, 51}},
	{AT(code.firstlineno), CODE, 4, {39, 44, 52}},
	{AT(code.bytecode), CODE, 1, {43, 48, 56}},
	{AT(object.type), OBJECT, 8, {45, 51, 59}},
	{AT(object.size), BYTES, 8, {65, 75, 87}},
	{AT(object.bytes), BYTES, 1, {66, 76, 88}},
	{AT(str.state), STR, 4, {68, 78, 90}},
	{AT(str.length), STR, 8, {69, 79, 91}},
	{AT(str.ascii), STR, 1, {70, 80, 92}},
	{AT(str.compact), STR, 1, {0, 0, 93}},
	{AT(gil.interp), INTERP, 8, {14, 15, 15}},
	{AT(gil.locked), INTERP, 4, {17, 18, 18}},
	{AT(gil.holder), INTERP, 8, {18, 19, 19}},
};

enum { GIL_WORD_313 = 15, GIL_WORD = 16 }; /* where an interpreter's own GIL lies in it */

/* Where an interpreter's collector lies in it, and in that the word that says that it runs. */
static const struct {
	uint8_t gc, collecting;
} gc_words[TABLES] = {{10, 72}, {11, 82}, {11, 95}};

/* What the table does not say. */
static const struct py_layout rest[TABLES] = {
	{.version = 0x030d, .frame = {.code_mask = 0}, .code = {.firsttraceable = 184}},
	{.version = 0x030e, .frame = {.code_mask = 3}, .code = {.firsttraceable = 192}},
	{.version = 0x030f, .frame = {.code_mask = 3}, .code = {.firsttraceable = 192}},
};

/* The words as they came. */
struct table {
	uint64_t word[LAYOUT_TABLE_BYTES / 8];
	unsigned int which; /* column of the tables above */
};

static int contradicts(struct err *err)
{
	return err_set(err, -EINVAL, ERR_FAILED,
		"this Python's own table of offsets contradicts itself: pooltop cannot read it");
}

static bool is_inside(const struct table *t, enum group g, uint64_t offset, uint64_t width)
{
	uint64_t size = t->word[sizes[g].word[t->which]];

	return size <= sizes[g].max && offset <= size && width <= size - offset;
}

static int take_words(const struct table *t, struct py_layout *l)
{
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		unsigned int w = words[i].word[t->which];
		uint32_t offset = (uint32_t)t->word[w];

		if (!w)
			continue;
		if (!is_inside(t, words[i].group, t->word[w], words[i].width))
			return -EINVAL;
		memcpy((char *)l + words[i].to, &offset, sizeof(offset));
	}
	return 0;
}

/* The table gives the places of holder and lock in the interpreter, not in its GIL. */
static int take_gil(const struct table *t, struct py_layout *l)
{
	uint64_t at = t->word[t->which ? GIL_WORD : GIL_WORD_313];

	l->gil.runtime = PY_ABSENT;
	l->gil.size = 208;
	if (at > l->gil.holder || l->gil.holder - at > l->gil.size - 8 || at > l->gil.locked ||
		l->gil.locked - at > l->gil.size - 4)
		return -EINVAL;
	l->gil.holder -= (uint32_t)at;
	l->gil.locked -= (uint32_t)at;
	return 0;
}

/* Whoever has none of it is read without. */
static void take_gc(const struct table *t, struct py_layout *l)
{
	uint64_t at = t->word[gc_words[t->which].gc];
	uint64_t collecting = t->word[gc_words[t->which].collecting];

	l->gc.runtime = l->gc.interp = PY_ABSENT;
	if (is_inside(t, GC, collecting, 4) &&
		is_inside(t, INTERP, at, t->word[sizes[GC].word[t->which]]))
		l->gc.interp = (uint32_t)(at + collecting);
}

static int take_rest(const struct table *t, struct py_layout *l)
{
	l->lasti = PY_LASTI_POINTER;
	l->lines = PY_LINES_POSITIONS;
	l->thread.cframe = PY_ABSENT;
	l->frame.shim = 3;
	l->frame.entry = l->frame.trace = l->frame.lineno = PY_ABSENT;
	l->frame.size = (uint32_t)t->word[sizes[FRAME].word[t->which]];
	if (!l->str.compact)
		l->str.compact = l->str.ascii + 16;
	if (!is_inside(t, CODE, l->code.firsttraceable, 4) || !is_inside(t, STR, l->str.compact, 1))
		return -EINVAL;
	return 0;
}

int layout_has_table(const void *bytes, size_t len)
{
	return len >= sizeof(cookie) && !memcmp(bytes, cookie, sizeof(cookie));
}

static int pick(struct table *t, size_t len, struct err *err)
{
	uint64_t hex = t->word[WORD_VERSION];
	unsigned int minor = hex >> 16 & 0xff;

	if (hex >> 24 != 3 || minor < LAYOUT_TABLE || minor > LAYOUT_LAST)
		return err_set(err, -EOPNOTSUPP, ERR_FAILED,
			"Python %u.%u is not known to this pooltop, which reads 3.%d to 3.%d",
			(unsigned int)(hex >> 24 & 0xff), minor, LAYOUT_FIRST, LAYOUT_LAST);
	if (t->word[WORD_FREE_THREADED])
		return err_set(err, -EOPNOTSUPP, ERR_FAILED,
			"free-threaded CPython (3.%ut) is not supported: only builds with a GIL",
			minor);
	t->which = minor - LAYOUT_TABLE;
	return len < lengths[t->which] * 8 ? contradicts(err) : 0;
}

int layout_by_table(const void *bytes, size_t len, struct py_layout *ret, struct err *err)
{
	struct table t = {0};
	struct py_layout l;
	int r;

	if (!layout_has_table(bytes, len))
		return contradicts(err);
	memcpy(t.word, bytes, len < sizeof(t.word) ? len : sizeof(t.word));
	r = pick(&t, len, err);
	if (r)
		return r;
	l = rest[t.which];
	if (take_words(&t, &l) || take_gil(&t, &l) || take_rest(&t, &l))
		return contradicts(err);
	take_gc(&t, &l);
	*ret = l;
	return 0;
}
