/* SPDX-License-Identifier: GPL-2.0-only */
#include "pickle/reader.h"

#include <string.h>

enum { PROTO = 0x80, PROTO_MAX = 5 };

bool is_int(const struct value *v)
{
	return v->kind == VALUE_INT;
}

void reader_job(struct reader *r, const struct value *v)
{
	if (!is_int(v))
		return;
	r->facts->has_job = true;
	r->facts->job = v->num;
}

bool reader_chunk(struct reader *r, const struct value *v)
{
	if (!is_int(v))
		return v->kind == VALUE_NONE;
	r->facts->has_chunk = v->num >= 0 && v->num <= INT32_MAX;
	r->facts->chunk = r->facts->has_chunk ? (int32_t)v->num : 0;
	return true;
}

static const struct key *find_key(
	const struct machine *m, const struct key *keys, const struct value *text)
{
	for (; keys->name; keys++)
		if (text_is(m, text, keys->name))
			return keys;
	return NULL;
}

void reader_keys(struct reader *r, const struct pieces *p, unsigned int i, const struct key *keys)
{
	struct pieces state;

	pieces_of_state(&state, p, i);
	for (i = 0; i + 1 < state.n; i += 2) {
		const struct key *key = find_key(r->m, keys, state.v[i]);

		/* What stands behind a MARK is inside the last value. */
		if (i && (pieces_has_mark(&state, i) || state.v[i]->kind != VALUE_TEXT))
			break;
		if (key)
			key->read(r, &state, i + 1);
		if (pieces_has_mark(&state, i + 1))
			break;
	}
}

void result_read(struct reader *r, const struct pieces *p, unsigned int i, bool ok)
{
	const struct value *v = piece(p, i);

	r->facts->has_success = true;
	r->facts->is_failed = !ok;
	if (!ok && value_is_call(v) &&
		global_is(r->m, value_global(r->m, v), NULL, "ExceptionInfo"))
		failure_info(r, p, i);
	else if (!ok)
		failure_read(r, p, i);
	if (!ok || v->kind != VALUE_LIST)
		return;
	r->facts->is_chunked = true;
	items_of_list(r, p, i);
}

/* A whole message that is one simple value. */
static bool read_scalar(struct reader *r, const struct pieces *p)
{
	const struct value *v = piece(p, 0);

	if (!p->is_whole || p->n != 1)
		return false;
	if (v->kind == VALUE_NONE)
		r->facts->shape = PICKLE_NONE;
	else if (is_int(v))
		r->facts->shape = PICKLE_INT;
	reader_job(r, v);
	return r->facts->shape != PICKLE_UNKNOWN;
}

bool may_be_function(const struct pieces *p, unsigned int i)
{
	const struct value *v = piece(p, i);

	if (v->kind == VALUE_GLOBAL || value_is_call(v))
		return true;
	return !p->is_whole && (i >= p->n || v->kind == VALUE_TEXT);
}

/* (job, chunk, function, args, kwds), of which the MARK in front is the sign when it is cut. */
static bool read_pool_task(struct reader *r, const struct pieces *p)
{
	bool is_five = p->n == 5 && p->v[3]->kind == VALUE_TUPLE && p->v[4]->kind == VALUE_DICT;

	if (p->is_whole ? !is_five : !pieces_has_mark(p, 0))
		return false;
	if (!is_int(piece(p, 0)) || !may_be_function(p, 2) || !reader_chunk(r, piece(p, 1)))
		return false;
	reader_job(r, piece(p, 0));
	r->facts->shape = PICKLE_POOL_TASK;
	task_read(r, p, 2);
	return true;
}

/* (job, chunk, (ok, value)) */
static bool read_pool_result(struct reader *r, const struct pieces *p)
{
	struct pieces open = *p;

	if (!is_int(piece(p, 0)) || pieces_has_mark(p, 0) || pieces_has_mark(p, 1))
		return false;
	pieces_open(&open, 2);
	if (piece(&open, 2)->kind != VALUE_BOOL)
		return false;
	if (p->is_whole && (p->n != 3 || open.n != 4))
		return false;
	if (!reader_chunk(r, piece(p, 1)))
		return false;
	reader_job(r, piece(p, 0));
	r->facts->shape = PICKLE_POOL_RESULT;
	result_read(r, &open, 3, piece(&open, 2)->num);
	return true;
}

/* [int, int ...], finished or not */
static bool is_samples(const struct pieces *p, unsigned int i)
{
	const struct value *list = piece(p, i);

	if (list->kind != VALUE_LIST)
		return false;
	if (!list->kids.count)
		return !p->is_whole && is_int(piece(p, i + 1));
	for (uint32_t k = 0; k < list->kids.count && k < KEEP; k++)
		if (!is_int(machine_kid(p->m, list, k)))
			return false;
	return true;
}

static void read_samples(struct reader *r, const struct pieces *p, unsigned int i)
{
	r->facts->shape = PICKLE_INDEX;
	r->facts->is_chunked = true;
	items_of_list(r, p, i);
}

/* Something that a batch can be, and enough of it to tell. */
static bool is_batch(const struct pieces *p, unsigned int i)
{
	const struct value *v = piece(p, i);

	if (v->kind == VALUE_LIST)
		return p->is_whole || v->kids.count || i + 1 < p->n;
	if (value_has_kids(v) || v->kind == VALUE_GLOBAL)
		return true;
	return pieces_has_mark(p, i) && p->n > 4; /* a tuple; it might have been billiard's */
}

static void read_batch(struct reader *r, const struct pieces *p, unsigned int i)
{
	const struct value *v = piece(p, i);
	const struct value *class = value_global(r->m, v);
	bool is_object = value_is_call(v) || v->kind == VALUE_GLOBAL;

	r->facts->shape = PICKLE_DATA;
	r->facts->has_success = !is_object || class->kind == VALUE_GLOBAL;
	r->facts->is_failed = global_is(r->m, class, "torch._utils", "ExceptionWrapper");
	if (r->facts->is_failed)
		failure_info(r, p, i);
}

/* torch/utils/data/_utils/worker.py: (index, [sample ...]) there, (index, batch) back */
static bool read_loader(struct reader *r, const struct pieces *p)
{
	if (!is_int(piece(p, 0)) || pieces_has_mark(p, 0) || (p->is_whole && p->n != 2))
		return false;
	if (!is_batch(p, 1))
		return false;
	reader_job(r, piece(p, 0));
	if (is_samples(p, 1))
		read_samples(r, p, 1);
	else
		read_batch(r, p, 1);
	return true;
}

/* In this order: the first that recognises its form. */
static bool (*const forms[])(struct reader *r, const struct pieces *p) = {
	read_pool_task,
	read_pool_result,
	executor_read,
	billiard_read,
	read_loader,
};

static void read_form(struct reader *r)
{
	struct pieces p;

	pieces_of_stack(&p, r->m);
	if (read_scalar(r, &p))
		return;
	if (p.is_whole)
		pieces_open(&p, 0);
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (forms[i](r, &p))
			return;
	if (p.is_whole || (r->m->end == END_CUT && p.n))
		r->facts->shape = PICKLE_OBJECT;
}

/* One message is one pickle: start-up data, which is two, is none of ours. */
static bool is_one_pickle(const struct machine *m, uint64_t full_len)
{
	return m->end != END_STOP || m->at + m->pos == full_len;
}

void pickle_read(const struct pickle_bytes *in, struct pickle_facts *ret)
{
	const uint8_t *bytes = in->prefix;
	struct machine m;
	struct reader r = {.m = &m, .in = in, .facts = ret};

	memset(ret, 0, offsetof(struct pickle_facts, function));
	ret->function[0] = ret->exc_type[0] = ret->message[0] = '\0';
	if (!in->full_len)
		ret->shape = PICKLE_EMPTY;
	if (in->prefix_len < 2 || bytes[0] != PROTO || bytes[1] > PROTO_MAX)
		return;
	machine_run(&m, in);
	if (!is_one_pickle(&m, in->full_len))
		return;
	read_form(&r);
	if (m.end != END_STOP)
		tail_read(in, ret);
	failure_finish(in, ret);
}
