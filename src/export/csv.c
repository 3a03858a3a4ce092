/* SPDX-License-Identifier: GPL-2.0-only */
/* A table of tasks, RFC 4180: one line each, in the order in which they ended. What is not known
 * is empty. */
#include <inttypes.h>
#include <string.h>

#include "export/format.h"

static void begin(struct exporter *e)
{
	for (const struct task_field *f = task_fields; f->name; f++)
		buf_printf(&e->out, "%s%s", f == task_fields ? "" : ",", f->name);
	buf_add(&e->out, "\r\n", 2);
}

/* A spreadsheet takes what begins with one of these for a formula. */
static bool is_formula(const char *text)
{
	return *text && strchr("=+-@", *text);
}

static void add_text(struct buf *out, const char *text)
{
	if (!text)
		return;
	if (!strpbrk(text, ",\"\r\n") && !is_formula(text)) {
		buf_add(out, text, strlen(text));
		return;
	}
	buf_add(out, "\"", 1);
	if (is_formula(text))
		buf_add(out, "'", 1);
	for (; *text; text++)
		buf_add(out, *text == '"' ? "\"\"" : text, *text == '"' ? 2 : 1);
	buf_add(out, "\"", 1);
}

static void task(struct exporter *e, const struct model *m, const struct past_task *t)
{
	int64_t n;

	for (const struct task_field *f = task_fields; f->name; f++) {
		if (f != task_fields)
			buf_add(&e->out, ",", 1);
		if (f->text)
			add_text(&e->out, f->text(m, t));
		else if (f->number(t, &n))
			buf_printf(&e->out, "%" PRId64, n);
	}
	buf_add(&e->out, "\r\n", 2);
	e->rows++;
}

const struct export_format export_csv = {
	.name = "csv",
	.what = "a table with a line for each task",
	.begin = begin,
	.task = task,
};
