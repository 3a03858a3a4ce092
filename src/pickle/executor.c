/* SPDX-License-Identifier: GPL-2.0-only */
/* _CallItem and _ResultItem: Lib/concurrent/futures/process.py, loky/process_executor.py. */
#include "pickle/reader.h"

static void read_work_id(struct reader *r, const struct pieces *p, unsigned int i)
{
	reader_job(r, piece(p, i));
}

static void read_function(struct reader *r, const struct pieces *p, unsigned int i)
{
	task_read(r, p, i);
}

/* Of a chunk: ((x, ...), ...), alone in a tuple, or up to Python 3.8 in a list. */
static void read_args(struct reader *r, const struct pieces *p, unsigned int i)
{
	const struct value *args = piece(p, i);
	const struct value *chunk = machine_kid(r->m, args, 0);
	bool is_closed = p->is_whole || text_is(r->m, piece(p, i + 1), "kwargs");

	if (!r->facts->is_chunked || r->facts->items_known != PICKLE_ITEMS_UNKNOWN)
		return;
	if (is_closed && chunk->kind == VALUE_TUPLE)
		items_exact(r, chunk->kids.count);
	else if (!is_closed)
		items_about(r, p, args->kind == VALUE_LIST ? i : i - 1);
}

static void read_exception(struct reader *r, const struct pieces *p, unsigned int i)
{
	r->facts->has_success = true;
	r->facts->is_failed = piece(p, i)->kind != VALUE_NONE;
	if (r->facts->is_failed)
		failure_read(r, p, i);
}

static void read_result(struct reader *r, const struct pieces *p, unsigned int i)
{
	if (!r->facts->is_failed)
		result_read(r, p, i, true);
}

static void read_exit_pid(struct reader *r, const struct pieces *p, unsigned int i)
{
	r->facts->is_last = is_int(piece(p, i));
}

static const struct key call_keys[] = {
	{"work_id", read_work_id},
	{"fn", read_function},
	{"args", read_args},
	{0},
};

static const struct key result_keys[] = {
	{"work_id", read_work_id},
	{"exception", read_exception},
	{"result", read_result},
	{"exit_pid", read_exit_pid},
	{0},
};

struct item {
	const char *name;
	enum pickle_shape shape;
	const struct key *keys;
};

static const struct item items[] = {
	{"_CallItem", PICKLE_CALL, call_keys},
	{"_ResultItem", PICKLE_RESULT, result_keys},
};

bool executor_read(struct reader *r, const struct pieces *p)
{
	const struct value *v = piece(p, 0);
	const struct value *class = value_global(r->m, v);

	if (v->kind != VALUE_OBJECT)
		return false;
	if (!global_module_ends(r->m, class, "futures.process") &&
		!global_module_ends(r->m, class, "process_executor"))
		return false;
	for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
		if (!global_is(r->m, class, NULL, items[i].name))
			continue;
		r->facts->shape = items[i].shape;
		r->facts->is_loky = global_module_ends(r->m, class, "process_executor");
		reader_keys(r, p, 0, items[i].keys);
		return true;
	}
	return false;
}
