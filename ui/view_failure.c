/* SPDX-License-Identifier: GPL-2.0-only */
/* One kind of failure, with its newest message and traceback. */
#include <inttypes.h>

#include "ui/sheet.h"
#include "ui/show.h"

static void sheet(const struct model *m, const struct ui_state *s, struct sheet *sheet)
{
	const struct pool *p = ui_pool(m, s);
	char a[FMT_MAX], b[FMT_MAX], c[FMT_MAX];
	const struct failure *f;

	if (ui_here(s)->subject >= p->failures_count) {
		sheet_title(sheet, "This failure is not known at this time: Esc goes back");
		return;
	}
	f = &p->failures[ui_here(s)->subject];
	sheet_title(sheet, f->exception);
	sheet_field(sheet, "message", STYLE_ALERT, "%s", f->message);
	sheet_field(sheet, "function", STYLE_TEXT, "%s", model_text(m, f->func, "-"));
	sheet_field(sheet, "times", STYLE_TEXT, "%s, first at %s, last at %s",
		fmt_count(a, f->count), fmt_wall(b, model_wall_ns(m, f->first_ns), 0),
		fmt_wall(c, model_wall_ns(m, f->t_ns), 0));
	sheet_field(sheet, "the last", STYLE_TEXT, "task %s in worker %" PRIu32,
		show_key(a, f->key), f->pid);
	if (f->flags & MSG_ENCODING)
		sheet_field(sheet, "note", STYLE_WARN,
			"the task itself went well: its result could not be pickled");
	sheet_blank(sheet);
	sheet_title(sheet, "Traceback in the worker");
	if (*f->traceback)
		sheet_text(sheet, 3, STYLE_TEXT, f->traceback);
	else
		sheet_text(sheet, 3, STYLE_DIM, "none came with it");
}

const struct view view_failure = {
	.name = "failure",
	.title = "Failure",
	.about = "an exception that tasks raised: message, task, traceback",
	.needs_pool = true,
	.draw = sheet_draw,
	.act = sheet_act,
	.sheet = sheet,
};
