/* SPDX-License-Identifier: GPL-2.0-only */
/* One JSON object a line, each with its "type": every task as it ended; then the deaths, the
 * workers and the pools as the report has them. */
#include <inttypes.h>
#include <stdlib.h>

#include "export/format.h"
#include "export/json.h"

static void task(struct exporter *e, const struct model *m, const struct past_task *t)
{
	int64_t n;

	buf_printf(&e->out, "{\"type\":\"task\"");
	for (const struct task_field *f = task_fields; f->name; f++) {
		buf_printf(&e->out, ",\"%s\":", f->name);
		if (f->text)
			export_json_text(&e->out, f->text(m, t));
		else if (f->number(t, &n))
			buf_printf(&e->out, "%" PRId64, n);
		else
			buf_add(&e->out, "null", 4);
	}
	buf_add(&e->out, "}\n", 2);
	e->rows++;
}

static int add(const char *bytes, size_t len, void *buf)
{
	return buf_add(buf, bytes, len);
}

/* Takes `o` over. */
static void line(struct exporter *e, struct jout *j, const char *type, json_t *o)
{
	json_t *typed = jout_object(j);

	jout_text(j, typed, "type", type);
	if (j->failed || json_object_update(typed, o) ||
		json_dump_callback(typed, add, &e->out, JSON_COMPACT))
		e->out.is_short = true;
	buf_add(&e->out, "\n", 1);
	json_decref(typed);
	json_decref(o);
	e->rows++;
}

static void of_pool(struct exporter *e, struct jout *j, const struct model *m, const struct pool *p)
{
	json_t *o;

	for (uint32_t i = 0; i < p->deaths_count; i++) {
		o = json_death(j, m, &p->deaths[i]);
		jout_uint(j, o, "pool", p->id);
		line(e, j, "death", o);
	}
	for (uint32_t i = 0; i < p->workers_count; i++) {
		o = json_worker(j, m, p, &p->workers[i]);
		jout_uint(j, o, "pool", p->id);
		line(e, j, "worker", o);
	}
	o = json_pool(j, m, p);
	json_object_del(o, "deaths");
	json_object_del(o, "workers");
	line(e, j, "pool", o);
}

static void end(struct exporter *e, const struct model *m)
{
	struct jout j = {0};

	for (uint32_t i = 0; i < m->pools_count; i++)
		of_pool(e, &j, m, &m->pools[i]);
}

const struct export_format export_jsonl = {
	.name = "jsonl",
	.what = "a JSON object a line: tasks, deaths, workers, pools",
	.task = task,
	.end = end,
};
