/* SPDX-License-Identifier: GPL-2.0-only */
/* What is called, on how many items: Lib/multiprocessing/pool.py, billiard/pool.py, celery/app/
 * trace.py. */
#include "pickle/reader.h"

#include <string.h>

#include "base/text.h"

static const char *const pools[] = {"multiprocessing.pool", "billiard.pool", "multiprocess.pool"};

static bool is_mapstar(const struct machine *m, const struct value *v)
{
	for (size_t i = 0; i < sizeof(pools) / sizeof(pools[0]); i++)
		if (global_is(m, v, pools[i], "mapstar") ||
			global_is(m, v, pools[i], "starmapstar"))
			return true;
	return false;
}

static void set_function(struct reader *r, const struct name *name)
{
	memcpy(r->facts->function, name->text, name->len + 1);
}

/* mapstar, (function, (item, item ...)): the items' tuple is known by what is closed round it. */
static void read_chunk(struct reader *r, const struct pieces *p, unsigned int i)
{
	bool is_closed = piece(p, i)->kind == VALUE_TUPLE;
	struct pieces open = *p;
	struct name name;

	r->facts->is_chunked = true;
	pieces_open(&open, i);
	pieces_open(&open, i);
	name_read(&name, &open, i);
	set_function(r, &name);
	if (is_closed && piece(&open, i + 1)->kind == VALUE_TUPLE)
		items_exact(r, piece(&open, i + 1)->kids.count);
	else if (!is_closed && name.len && !name.is_unfinished)
		items_about(r, p, i);
}

void task_read(struct reader *r, const struct pieces *p, unsigned int i)
{
	struct name name;

	if (is_mapstar(r->m, piece(p, i))) {
		read_chunk(r, p, i + 1);
		return;
	}
	name_read(&name, p, i);
	set_function(r, &name);
	r->facts->is_chunked = name.is_batch || name.is_chunk;
	if (name.has_calls)
		items_exact(r, name.calls);
	else if (name.len && !r->facts->is_chunked)
		items_exact(r, 1);
}

void task_read_celery(struct reader *r, const struct pieces *p, unsigned int i)
{
	const struct value *v = piece(p, i);
	struct pieces args = *p;

	task_read(r, p, i);
	if (v->kind != VALUE_GLOBAL || !global_module_ends(r->m, v, "celery.app.trace"))
		return;
	pieces_open(&args, ++i);
	v = piece(&args, i);
	r->facts->function[0] = '\0';
	if (text_is_full(v))
		text_clean(r->facts->function, sizeof(r->facts->function),
			(const char *)machine_bytes(r->m, v->off), v->text.have, 0);
}
