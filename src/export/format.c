/* SPDX-License-Identifier: GPL-2.0-only */
#include "export/format.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

const struct export_format *const export_formats[] = {
	&export_perfetto,
	&export_csv,
	&export_jsonl,
	&export_folded,
	NULL,
};

const struct export_format *export_format_named(const char *name)
{
	for (unsigned int i = 0; export_formats[i]; i++)
		if (!strcmp(export_formats[i]->name, name))
			return export_formats[i];
	return NULL;
}

void export_init(struct exporter *e, const struct export_format *format)
{
	*e = (struct exporter){.format = format};
	if (format->begin)
		format->begin(e);
}

void export_release(struct exporter *e)
{
	if (e->format && e->format->release)
		e->format->release(e);
	buf_release(&e->out);
	*e = (struct exporter){0};
}

static int result(const struct exporter *e)
{
	return e->out.is_short ? -ENOMEM : 0;
}

int export_feed(struct exporter *e, const struct model *m, const struct frame *f)
{
	for (uint32_t i = 0; i < m->past_count && e->format->task; i++)
		e->format->task(e, m, &m->past[i]);
	if (e->format->frame)
		e->format->frame(e, m, f);
	return result(e);
}

static void in_flight(struct exporter *e, const struct model *m, const struct pool *p)
{
	for (uint32_t i = 0; i < p->tasks_count; i++) {
		struct past_task t = {.pool = p->id,
			.pool_pid = p->pid,
			.kind = p->kind,
			.outcome = p->tasks[i].returned_ns ? OUTCOME_RETURNED : 0,
			.ended_ns = p->tasks[i].returned_ns,
			.task = p->tasks[i]};

		e->format->task(e, m, &t);
	}
}

int export_end(struct exporter *e, const struct model *m)
{
	for (uint32_t i = 0; i < m->pools_count && e->format->task; i++)
		in_flight(e, m, &m->pools[i]);
	if (e->format->end)
		e->format->end(e, m);
	return result(e);
}

static int add(const char *bytes, size_t len, void *buf)
{
	return buf_add(buf, bytes, len);
}

void export_json_text(struct buf *out, const char *text)
{
	json_t *value = text ? json_string(text) : json_null();

	/* What is shown was cleaned, but a cut may have gone through a character. */
	if (!value)
		value = json_string("?");
	if (!value || json_dump_callback(value, add, out, JSON_ENCODE_ANY))
		out->is_short = true;
	json_decref(value);
}
