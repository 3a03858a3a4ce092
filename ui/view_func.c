/* SPDX-License-Identifier: GPL-2.0-only */
/* One function that tasks call. */
#include <stdio.h>

#include "ui/chart.h"
#include "ui/sheet.h"
#include "ui/show.h"
#include "ui/state_line.h"

enum { CHART_AT = 3, CHART_HEIGHT = 8, CHART_SMALL = 4 };

static void draw_chart(const struct hist *h, struct sheet *sheet)
{
	int height = sheet->g->columns >= 100 ? CHART_HEIGHT : CHART_SMALL;
	struct chart chart;

	chart_of_hist(&chart, h, sheet->g->columns - 2 * CHART_AT);
	sheet_blank(sheet);
	sheet_title(sheet, "How long its tasks ran");
	for (int line = 0; line <= height; line++) {
		struct pen p = sheet_pen(sheet);

		pen_skip(&p, CHART_AT);
		if (line < height)
			chart_line(&chart, &p, line, height);
		else
			chart_axis(&chart, &p);
	}
}

static void draw_numbers(
	const struct model *m, const struct pool *p, const struct func *f, struct sheet *sheet)
{
	char a[FMT_MAX], b[FMT_MAX], c[FMT_MAX], d[FMT_MAX], e[FMT_MAX];
	const struct hist *h = &f->run;
	double share = p->run.total_ns ? (double)h->total_ns / (double)p->run.total_ns : 0;

	(void)m;
	sheet_field(sheet, "tasks", STYLE_TEXT, "%s sent, %s done, %s failed, %s lost",
		fmt_count(a, f->sent), fmt_count(b, f->tasks), fmt_count(c, f->failed),
		fmt_count(d, f->lost));
	sheet_field(sheet, "items", STYLE_TEXT, "%s", show_count(a, f->items, f->items));
	sheet_field(sheet, "bytes", STYLE_TEXT, "out %s, %s a task; back %s, %s a task",
		fmt_bytes(a, f->bytes_out),
		show_bytes(b, f->sent, f->sent ? f->bytes_out / f->sent : 0),
		fmt_bytes(c, f->bytes_back),
		show_bytes(d, f->tasks, f->tasks ? f->bytes_back / f->tasks : 0));
	sheet_field(sheet, "run", STYLE_TEXT, "min %s  p50 %s  p90 %s  p99 %s  max %s",
		show_duration(a, h->count, h->min_ns), show_percentile(b, h, 50),
		show_percentile(c, h, 90), show_percentile(d, h, 99),
		show_duration(e, h->count, h->max_ns));
	sheet_field(sheet, "run in all", STYLE_TEXT, "%s, %s of the pool's",
		show_duration(a, h->count, h->total_ns), show_percent(b, p->run.total_ns, share));
}

static void draw_states(const struct func *f, struct sheet *sheet)
{
	static const enum worker_state states[] = {STATE_RUN, STATE_UNPICKLE, STATE_PICKLE,
		STATE_SEND, STATE_IO, STATE_LOCK, STATE_RUNQ};
	uint64_t ns[WORKER_STATES], sum_ns = 0;
	uint32_t known = func_state_ns(f, ns);

	if (!known)
		return;
	for (int i = 0; i < WORKER_STATES; i++)
		sum_ns += ns[i];
	sheet_blank(sheet);
	sheet_title(sheet, "Where their time went, from taken to done");
	for (unsigned int i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		show_state(sheet, states[i], known & 1u << states[i],
			(struct state_time){ns[states[i]], sum_ns});
}

static void sheet(const struct model *m, const struct ui_state *s, struct sheet *sheet)
{
	const struct pool *p = ui_pool(m, s);
	const struct func *f;

	if (ui_here(s)->subject >= p->funcs_count) {
		sheet_title(sheet, "This function is not known at this time: Esc goes back");
		return;
	}
	f = &p->funcs[ui_here(s)->subject];
	sheet_title(sheet, model_text(m, f->name, "a function that is not known"));
	draw_numbers(m, p, f, sheet);
	if (f->run.count)
		draw_chart(&f->run, sheet);
	draw_states(f, sheet);
}

const struct view view_func = {
	.name = "function",
	.title = "Function",
	.about = "a function that tasks call: numbers, and how long its tasks ran",
	.needs_pool = true,
	.draw = sheet_draw,
	.act = sheet_act,
	.sheet = sheet,
};
