/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>

#include "export/json.h"

enum { FUNCTIONS = 50, LINES = 1000 };

/* Of one function, the hottest first. */
static json_t *lines_of(
	struct jout *j, const struct hot *function, const struct hot *lines, uint32_t count)
{
	json_t *list = jout_array(j);

	for (uint32_t i = 0; i < count; i++) {
		json_t *o;

		if (lines[i].function != function->function || lines[i].file != function->file)
			continue;
		o = jout_object(j);
		jout_uint_if(j, o, "line", lines[i].line, lines[i].line);
		jout_number(j, o, "share", lines[i].share);
		jout_push(j, list, o);
	}
	return list;
}

json_t *json_hot(struct jout *j, const struct model *m, const struct pool *p)
{
	struct hot functions[FUNCTIONS], *lines = calloc(LINES, sizeof(*lines));
	uint32_t count = pool_hot(m, p, HOT_FUNCTIONS, functions, FUNCTIONS);
	uint32_t lines_count = lines ? pool_hot(m, p, HOT_LINES, lines, LINES) : 0;
	json_t *list = jout_array(j);

	for (uint32_t i = 0; i < count; i++) {
		const struct hot *h = &functions[i];
		json_t *o = jout_object(j);

		json_name(j, o, "function", m, h->function);
		json_name(j, o, "file", m, h->file);
		jout_uint_if(j, o, "line", h->line, h->line);
		jout_number(j, o, "share", h->share);
		jout_uint(j, o, "sampled_ns", h->ns);
		jout_put(j, o, "lines", lines_of(j, h, lines, lines_count));
		jout_push(j, list, o);
	}
	free(lines);
	return list;
}

json_t *json_gc(struct jout *j, const struct pool *p)
{
	const struct profile *f = &p->profile;
	json_t *o;

	if (!f->gc_known_ns)
		return json_null();
	o = jout_object(j);
	jout_number(j, o, "share", (double)f->gc_ns / (double)f->gc_known_ns);
	jout_uint(j, o, "sampled_ns", f->gc_ns);
	return o;
}
