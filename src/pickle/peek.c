/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the first opcodes of a message say. It is what pickle_read() says too, as far as so few
 * bytes can tell.
 */
#include "pickle/pickle.h"

#include <string.h>

#include "pickle/cursor.h"

enum {
	PROTO = 0x80,
	PROTO_SIZE = 2,
	PROTO_MAX = 5,
	FRAME = 0x95,
	FRAME_SIZE = 9,
};

struct peek {
	struct cursor c;
	bool is_all; /* the bytes are the whole message */
	struct pickle_head *head;
};

/* Nothing but STOP follows, and nothing follows that. */
static bool is_stop(struct peek *p)
{
	return cursor_next(&p->c) == TOKEN_STOP && p->is_all && p->c.at == p->c.end;
}

/* The token in hand is the chunk, or None instead. */
static bool set_chunk(struct peek *p)
{
	const struct cursor *c = &p->c;

	if (c->token != TOKEN_INT)
		return c->token == TOKEN_NONE;
	p->head->has_chunk = c->num >= 0 && c->num <= INT32_MAX;
	p->head->chunk = p->head->has_chunk ? (int32_t)c->num : 0;
	return true;
}

static void set_job(struct peek *p, int64_t job)
{
	p->head->has_job = true;
	p->head->job = job;
}

static bool take_success(struct peek *p)
{
	int token = cursor_next(&p->c);

	p->head->has_success = token == TOKEN_TRUE || token == TOKEN_FALSE;
	p->head->is_failed = token == TOKEN_FALSE;
	return p->head->has_success;
}

/* (job, chunk, function ... */
static enum pickle_shape peek_mark(struct peek *p)
{
	if (cursor_next(&p->c) != TOKEN_INT)
		return PICKLE_OBJECT;
	set_job(p, p->c.num);
	cursor_next(&p->c);
	if (!set_chunk(p))
		return PICKLE_OBJECT;
	cursor_next(&p->c);
	return cursor_global(&p->c) ? PICKLE_POOL_TASK : PICKLE_OBJECT;
}

static bool peek_task(struct peek *p)
{
	cursor_next(&p->c);
	return cursor_global(&p->c);
}

static bool peek_ack(struct peek *p)
{
	return cursor_next(&p->c) == 'G'; /* the time, a float */
}

/* Celery's value is (1, ExceptionInfo, ...) if the task failed. */
static bool peek_ready(struct peek *p)
{
	struct cursor *c = &p->c;

	if (!take_success(p))
		return false;
	if (cursor_next(c) == TOKEN_INT && cursor_next(c) == TOKEN_TEXT && cursor_global(c))
		p->head->is_failed |= c->token != TOKEN_END && cursor_name_is(c, "ExceptionInfo");
	return true;
}

static const struct {
	int64_t type;
	enum pickle_shape shape;
	bool (*read)(struct peek *p);
} billiard[] = {
	{0, PICKLE_BILLIARD_ACK, peek_ack},
	{1, PICKLE_BILLIARD_READY, peek_ready},
	{2, PICKLE_BILLIARD_TASK, peek_task},
};

/* int, (job, chunk ...: billiard's, or else a batch that is a tuple */
static enum pickle_shape peek_int_mark(struct peek *p, int64_t type)
{
	for (size_t i = 0; i < sizeof(billiard) / sizeof(billiard[0]); i++) {
		if (billiard[i].type != type || cursor_next(&p->c) != TOKEN_INT)
			continue;
		set_job(p, p->c.num);
		cursor_next(&p->c);
		if (set_chunk(p) && billiard[i].read(p))
			return billiard[i].shape;
	}
	*p->head = (struct pickle_head){0};
	if (p->c.token == TOKEN_END)
		return PICKLE_UNKNOWN;
	set_job(p, type);
	return PICKLE_DATA;
}

/* int, int or None ...: a result; what is left are (4, (pid, status)) and (15, (pid,)) */
static enum pickle_shape peek_int_int(struct peek *p, int64_t first)
{
	struct cursor *c = &p->c;

	set_chunk(p);
	if (take_success(p)) {
		set_job(p, first);
		return PICKLE_POOL_RESULT;
	}
	*p->head = (struct pickle_head){0};
	if (first == 15 && c->token == TOKEN_TUPLE1 && cursor_next(c) == TOKEN_TUPLE2 && is_stop(p))
		return PICKLE_BILLIARD_UP;
	if (first == 4 && c->token == TOKEN_INT && cursor_next(c) == TOKEN_TUPLE2 &&
		cursor_next(c) == TOKEN_TUPLE2 && is_stop(p))
		return PICKLE_BILLIARD_DEATH;
	return PICKLE_OBJECT;
}

static enum pickle_shape peek_int_list(struct peek *p, int64_t first)
{
	int token = cursor_next(&p->c);

	if (token == TOKEN_MARK)
		token = cursor_next(&p->c);
	if (token == TOKEN_END)
		return PICKLE_UNKNOWN;
	set_job(p, first);
	return token == TOKEN_INT ? PICKLE_INDEX : PICKLE_DATA;
}

static enum pickle_shape peek_int_stop(struct peek *p, int64_t first)
{
	if (!p->is_all || p->c.at != p->c.end)
		return PICKLE_UNKNOWN;
	set_job(p, first);
	return PICKLE_INT;
}

static enum pickle_shape peek_int_batch(struct peek *p, int64_t first)
{
	if ((p->c.token == TOKEN_TEXT || p->c.token == TOKEN_GLOBAL) && !cursor_global(&p->c))
		return PICKLE_OBJECT;
	set_job(p, first);
	return PICKLE_DATA;
}

/* By the token that follows the first int. */
static const struct {
	int token;
	enum pickle_shape (*read)(struct peek *p, int64_t first);
} behind_int[] = {
	{TOKEN_STOP, peek_int_stop},
	{TOKEN_INT, peek_int_int},
	{TOKEN_NONE, peek_int_int},
	{TOKEN_MARK, peek_int_mark},
	{TOKEN_LIST, peek_int_list},
	{TOKEN_TEXT, peek_int_batch},
	{TOKEN_GLOBAL, peek_int_batch},
	{TOKEN_DICT, peek_int_batch},
	{TOKEN_TUPLE, peek_int_batch},
};

static enum pickle_shape peek_int(struct peek *p)
{
	int64_t first = p->c.num;
	int token = cursor_next(&p->c);

	for (size_t i = 0; i < sizeof(behind_int) / sizeof(behind_int[0]); i++)
		if (behind_int[i].token == token)
			return behind_int[i].read(p, first);
	return PICKLE_OBJECT;
}

static bool ends_in(const char *text, size_t len, const char *end)
{
	size_t n = strlen(end);

	return len >= n && memcmp(text + len - n, end, n) == 0;
}

static enum pickle_shape item_shape(const struct cursor *c)
{
	if (!ends_in(c->text, c->len, "futures.process") &&
		!ends_in(c->text, c->len, "process_executor"))
		return PICKLE_OBJECT;
	if (cursor_name_is(c, "_CallItem"))
		return PICKLE_CALL;
	return cursor_name_is(c, "_ResultItem") ? PICKLE_RESULT : PICKLE_OBJECT;
}

/* _CallItem or _ResultItem without arguments, then {"work_id": int, "exception": None ... */
static enum pickle_shape peek_item(struct peek *p)
{
	static const int expected[] = {TOKEN_TUPLE, TOKEN_OBJECT, TOKEN_DICT, TOKEN_MARK};
	struct cursor *c = &p->c;
	enum pickle_shape shape;

	if (!cursor_global(c) || c->token == TOKEN_END)
		return PICKLE_OBJECT;
	shape = item_shape(c);
	if (shape == PICKLE_OBJECT)
		return shape;
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
		if (cursor_next(c) != expected[i])
			return shape;
	if (cursor_next(c) != TOKEN_TEXT || !cursor_text_is(c, "work_id"))
		return shape;
	if (cursor_next(c) == TOKEN_INT)
		set_job(p, c->num);
	if (shape != PICKLE_RESULT)
		return shape;
	if (cursor_next(c) == TOKEN_TEXT && cursor_text_is(c, "exception")) {
		p->head->has_success = cursor_next(c) != TOKEN_END;
		p->head->is_failed = p->head->has_success && c->token != TOKEN_NONE;
	}
	return shape;
}

static enum pickle_shape peek_none(struct peek *p)
{
	return is_stop(p) ? PICKLE_NONE : PICKLE_UNKNOWN;
}

/* By the first token. */
static const struct {
	int token;
	enum pickle_shape (*read)(struct peek *p);
} fronts[] = {
	{TOKEN_INT, peek_int},
	{TOKEN_MARK, peek_mark},
	{TOKEN_TEXT, peek_item},
	{TOKEN_GLOBAL, peek_item},
	{TOKEN_NONE, peek_none},
};

static enum pickle_shape peek_front(struct peek *p)
{
	int token = cursor_next(&p->c);

	for (size_t i = 0; i < sizeof(fronts) / sizeof(fronts[0]); i++)
		if (fronts[i].token == token)
			return fronts[i].read(p);
	return token == TOKEN_END ? PICKLE_UNKNOWN : PICKLE_OBJECT;
}

void pickle_peek(const void *bytes, size_t len, uint64_t full_len, struct pickle_head *ret)
{
	const uint8_t *at = bytes;
	struct peek p = {.head = ret, .is_all = len == full_len};

	*ret = (struct pickle_head){.shape = full_len ? PICKLE_UNKNOWN : PICKLE_EMPTY};
	if (len < PROTO_SIZE || at[0] != PROTO || at[1] > PROTO_MAX)
		return;
	p.c.at = at + PROTO_SIZE;
	p.c.end = at + len;
	if (len >= PROTO_SIZE + FRAME_SIZE && *p.c.at == FRAME)
		p.c.at += FRAME_SIZE;
	ret->shape = peek_front(&p);
}
