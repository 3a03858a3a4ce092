/* SPDX-License-Identifier: GPL-2.0-only */
#include "live/form.h"

#include <string.h>

enum op {
	OP_PROTO = 0x80,
	OP_FRAME = 0x95,
	OP_MARK = '(',
	OP_EMPTY_TUPLE = ')',
	OP_EMPTY_DICT = '}',
	OP_NEWOBJ = 0x81,
	OP_INT1 = 'K',
	OP_INT2 = 'M',
	OP_INT4 = 'J',
	OP_NONE = 'N',
	OP_TRUE = 0x88,
	OP_MEMOIZE = 0x94,
	OP_PUT1 = 'q',
	OP_GET1 = 'h',
	OP_TEXT1 = 0x8c,
	OP_TEXT4 = 'X',
	OP_GLOBAL = 'c',
	OP_STACK_GLOBAL = 0x93,
};

struct text {
	const unsigned char *at;
	size_t len;
};

/* Where in a message a form is being made, up to `len` bytes. */
struct walk {
	const unsigned char *bytes;
	size_t len, at;
	unsigned char mask[FORM_BYTES];
};

static bool is_at(const struct walk *w, unsigned char op)
{
	return w->at < w->len && w->bytes[w->at] == op;
}

static bool skip(struct walk *w, size_t n)
{
	if (n > w->len - w->at)
		return false;
	w->at += n;
	return true;
}

static bool take(struct walk *w, unsigned char op)
{
	return is_at(w, op) && skip(w, 1);
}

/* The next n bytes may be anything. */
static bool skip_any(struct walk *w, size_t n)
{
	size_t from = w->at;

	if (!skip(w, n))
		return false;
	memset(w->mask + from, 0, n);
	return true;
}

static void memo(struct walk *w)
{
	if (!take(w, OP_MEMOIZE) && is_at(w, OP_PUT1))
		skip(w, 2);
}

static bool take_number(struct walk *w, struct form_number *ret)
{
	static const struct {
		unsigned char op;
		unsigned char bytes;
	} rows[] = {{OP_INT1, 1}, {OP_INT2, 2}, {OP_INT4, 4}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!take(w, rows[i].op))
			continue;
		*ret = (struct form_number){.at = (__u8)w->at, .bytes = rows[i].bytes};
		return skip_any(w, rows[i].bytes);
	}
	return false;
}

/* A text, and what it is remembered by. */
static bool take_text(struct walk *w, struct text *ret)
{
	size_t len = 0, head = 2;

	if (is_at(w, OP_TEXT1) && w->len - w->at >= 2) {
		len = w->bytes[w->at + 1];
	} else if (is_at(w, OP_TEXT4) && w->len - w->at >= 5) {
		head = 5;
		for (size_t i = 4; i; i--)
			len = len << 8 | w->bytes[w->at + i];
	} else {
		return false;
	}
	if (!skip(w, head))
		return false;
	*ret = (struct text){w->bytes + w->at, len};
	if (!skip(w, len))
		return false;
	memo(w);
	return true;
}

/* A text, or one again. */
static bool take_name(struct walk *w, struct text *ret)
{
	*ret = (struct text){NULL, 0};
	if (is_at(w, OP_GET1))
		return skip(w, 2);
	return take_text(w, ret);
}

static bool take_line(struct walk *w, struct text *ret)
{
	const unsigned char *end = memchr(w->bytes + w->at, '\n', w->len - w->at);

	if (!end)
		return false;
	*ret = (struct text){w->bytes + w->at, (size_t)(end - (w->bytes + w->at))};
	w->at += ret->len + 1;
	return true;
}

/* Something that is named by its module; *ret: its own name. False: nothing was taken. */
static bool take_global(struct walk *w, struct text *ret)
{
	struct text module, name = {NULL, 0};
	size_t from = w->at;
	bool good;

	if (take(w, OP_GLOBAL))
		good = take_line(w, &module) && take_line(w, &name);
	else
		good = take_name(w, &module) && take_name(w, &name) && take(w, OP_STACK_GLOBAL);
	if (!good) {
		w->at = from;
		return false;
	}
	memo(w);
	*ret = name;
	return true;
}

static bool ends_with(const char *whole, struct text name)
{
	size_t len = strlen(whole);

	while (len && (whole[len - 1] == ')' || whole[len - 1] == '>'))
		len--;
	return name.at && name.len && len >= name.len &&
	       !memcmp(whole + len - name.len, name.at, name.len);
}

/* mapstar and its likes come in front of the function; so does partial. What the message was read
 * as must be what its form shows, so that no two functions have one. */
static bool take_function(struct walk *w, const struct form_message *m)
{
	struct text name = {NULL, 0}, next;
	size_t opened;

	for (;;) {
		opened = w->at;
		if (name.at)
			take(w, OP_MARK);
		if (!take_global(w, &next))
			break;
		name = next;
	}
	w->at = opened;
	return ends_with(m->function, name);
}

static bool is_text(struct text t, const char *what)
{
	return t.at && t.len == strlen(what) && !memcmp(t.at, what, t.len);
}

/* An object whose first attribute is its work id: up to that number. */
static bool take_item(struct walk *w, struct form *f)
{
	struct text name, attribute;

	if (!take_global(w, &name) || !take(w, OP_EMPTY_TUPLE) || !take(w, OP_NEWOBJ))
		return false;
	memo(w);
	if (!take(w, OP_EMPTY_DICT))
		return false;
	memo(w);
	return take(w, OP_MARK) && take_text(w, &attribute) && is_text(attribute, "work_id") &&
	       take_number(w, &f->job);
}

struct ending {
	const char *bytes;
	size_t len;
};

#define ENDING(text)                                                                               \
	{                                                                                          \
		text, sizeof(text) - 1                                                             \
	}

/* All of them end like this one. Of protocol 3, what is remembered has a number: any. */
static bool set_tail(const struct form_message *m, struct ending end, struct form *f)
{
	unsigned char tail[FORM_TAIL] = {0}, mask[FORM_TAIL] = {0};
	const unsigned char *from;

	if (m->tail_len < FORM_TAIL)
		return false;
	from = m->tail + m->tail_len - end.len;
	for (size_t i = 0; i < end.len; i++) {
		size_t at = FORM_TAIL - end.len + i;

		if (i && end.bytes[i - 1] == OP_PUT1)
			continue;
		tail[at] = from[i];
		mask[at] = 0xff;
		if (from[i] != (unsigned char)end.bytes[i])
			return false;
	}
	memcpy(f->tail, tail, sizeof(tail));
	memcpy(f->tail_mask, mask, sizeof(mask));
	f->has_tail = 1;
	return true;
}

static bool is_single(const struct frame_msg *f)
{
	return f->items == 1 && f->flags & MSG_ITEMS && !(f->flags & MSG_ITEMS_ABOUT);
}

/* (job, chunk, function, args, kwds). A chunk of one item ends, from inside out, with tuples of
 * one item, of function and items, of arguments. */
static bool pool_task(struct walk *w, const struct form_message *m, struct form *f)
{
	static const struct ending one = ENDING("\x85\x94\x86\x94\x85\x94}\x94t\x94.");
	static const struct ending one_of_3 = ENDING("\x85q_\x86q_\x85q_}q_tq_.");

	if (!take(w, OP_MARK) || !take_number(w, &f->job) || !take_number(w, &f->chunk) ||
		!take_function(w, m))
		return false;
	if (!(m->frame->flags & MSG_CHUNKED))
		return true;
	return is_single(m->frame) && (set_tail(m, one, f) || set_tail(m, one_of_3, f));
}

/* (job, chunk, (True, ... */
static bool pool_result(struct walk *w, const struct form_message *m, struct form *f)
{
	(void)m;
	return take_number(w, &f->job) && take_number(w, &f->chunk) && take(w, OP_TRUE);
}

/* executor.map sends partial(_process_chunk, function) with a tuple of items. Of protocol 3, the
 * end that tells how many is longer than what a form has room for. */
static bool call(struct walk *w, const struct form_message *m, struct form *f)
{
	static const struct ending one = ENDING("\x85\x94\x85\x94\x8c\x06kwargs\x94}\x94ub.");
	struct text attribute;

	if (!take_item(w, f) || !take_text(w, &attribute) || !is_text(attribute, "fn") ||
		!take_function(w, m))
		return false;
	if (!(m->frame->flags & MSG_CHUNKED))
		return true;
	return is_single(m->frame) && set_tail(m, one, f);
}

static bool says_exit(const struct form_message *m)
{
	static const char word[] = "exit_pid";

	return m->tail_len >= sizeof(word) && memmem(m->tail, m->tail_len, word, sizeof(word) - 1);
}

/* From 3.11 on it says at its end whether its worker leaves. */
static bool result(struct walk *w, const struct form_message *m, struct form *f)
{
	static const struct ending stays = ENDING("\x8c\x08"
						  "exit_pid\x94Nub.");
	struct text attribute;

	if (!take_item(w, f) || !take_text(w, &attribute) || !is_text(attribute, "exception") ||
		!take(w, OP_NONE))
		return false;
	return set_tail(m, stays, f) || !says_exit(m);
}

static const struct {
	unsigned int shape; /* enum msg_shape */
	bool (*make)(struct walk *w, const struct form_message *m, struct form *f);
} shapes[] = {
	{SHAPE_POOL_TASK, pool_task},
	{SHAPE_POOL_RESULT, pool_result},
	{SHAPE_CALL, call},
	{SHAPE_RESULT, result},
};

static bool take_head(struct walk *w)
{
	if (!take(w, OP_PROTO) || !skip(w, 1))
		return false;
	return !take(w, OP_FRAME) || skip_any(w, 8);
}

static bool make(struct walk *w, const struct form_message *m, struct form *f)
{
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
		if (shapes[i].shape == m->frame->shape)
			return take_head(w) && shapes[i].make(w, m, f);
	return false;
}

static void set_words(const struct walk *w, struct form *f)
{
	f->least = (__u32)w->at;
	for (size_t i = 0; i < w->at; i++) {
		struct form_word *word = &f->words[i / 8];

		((unsigned char *)&word->mask)[i % 8] = w->mask[i];
		((unsigned char *)&word->bits)[i % 8] = w->bytes[i] & w->mask[i];
	}
}

bool form_of(const struct form_message *m, struct form *ret_form)
{
	static const struct form wakeup = {.is_empty = 1};
	const uint32_t trouble = MSG_FAILED | MSG_LAST | MSG_ENCODING | MSG_LOKY | MSG_SUMMED;
	struct walk w = {.bytes = m->bytes, .len = m->len < FORM_BYTES ? m->len : FORM_BYTES};
	struct form f = {.least = 0};

	if (m->frame->shape == SHAPE_EMPTY) {
		*ret_form = wakeup;
		return true;
	}
	memset(w.mask, 0xff, sizeof(w.mask));
	if (m->frame->flags & trouble || !make(&w, m, &f))
		return false;
	set_words(&w, &f);
	*ret_form = f;
	return true;
}

void form_see(const struct form_message *m, struct form_ends *ret_ends)
{
	struct form_ends ends = {.size = m->frame->bytes};

	ends.have = (__u32)(m->len < FORM_BYTES ? m->len : FORM_BYTES);
	if (ends.have)
		memcpy(ends.bytes, m->bytes, ends.have);
	ends.has_tail = m->tail_len >= FORM_TAIL;
	if (ends.has_tail)
		memcpy(ends.tail, m->tail + m->tail_len - FORM_TAIL, FORM_TAIL);
	*ret_ends = ends;
}
