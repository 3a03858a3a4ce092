/* SPDX-License-Identifier: GPL-2.0-only */
#include "ui/start_bar.h"

#include <stdio.h>
#include <string.h>

#include "ui/show.h"
#include "ui/state.h"

enum style style_of_phase(enum start_phase phase)
{
	static const enum style styles[START_PHASES] = {
		[PHASE_LAUNCH] = STYLE_IDLE,
		[PHASE_INTERPRETER] = STYLE_OTHER,
		[PHASE_SITE] = STYLE_PARENT,
		[PHASE_IMPORTS] = STYLE_PLOT,
		[PHASE_MAIN] = STYLE_WARN,
		[PHASE_PREPARE] = STYLE_DIM,
		[PHASE_INITIALIZER] = STYLE_WORKERS,
	};

	return styles[phase];
}

/* The phase that has most of a stretch of time. */
static enum start_phase phase_at(const struct start *s, double from_ns, double to_ns)
{
	double part_ns[START_PHASES] = {0}, begin_ns = 0;
	enum start_phase most = PHASE_LAUNCH;

	for (uint32_t i = 0; i < s->pieces_count; i++) {
		double end_ns = (double)s->pieces[i].until_ns;
		double a = begin_ns > from_ns ? begin_ns : from_ns;
		double b = end_ns < to_ns ? end_ns : to_ns;

		if (b > a && s->pieces[i].phase < START_PHASES)
			part_ns[s->pieces[i].phase] += b - a;
		begin_ns = end_ns;
	}
	for (unsigned int i = 1; i < START_PHASES; i++)
		if (part_ns[i] > part_ns[most])
			most = (enum start_phase)i;
	return most;
}

void draw_start(struct pen *p, const struct start *s, int width, uint64_t axis_ns)
{
	uint64_t all_ns = s->pieces_count ? s->pieces[s->pieces_count - 1].until_ns : 0;
	double column_ns = width > 0 ? (double)axis_ns / width : 0;

	for (int i = 0; i < width && (double)all_ns > i * column_ns; i++) {
		double until_ns = (i + 1) * column_ns;
		enum start_phase phase = phase_at(s, i * column_ns, until_ns);

		pen_text(p, style_of_phase(phase), p->g->glyphs->phase[phase]);
	}
}

static const char *const legend[START_PHASES] = {
	[PHASE_INTERPRETER] = "interp.",
	[PHASE_SITE] = "site",
	[PHASE_IMPORTS] = "imports",
	[PHASE_MAIN] = "main",
	[PHASE_PREPARE] = "prepare",
	[PHASE_INITIALIZER] = "init.",
};

int start_legend_width(unsigned int phases)
{
	int width = 0;

	for (unsigned int i = 0; i < START_PHASES; i++)
		if (legend[i] && phases & 1u << i)
			width += (int)strlen(legend[i]) + 3;
	return width;
}

void draw_start_legend(struct pen *p, unsigned int phases)
{
	for (unsigned int i = 0; i < START_PHASES; i++) {
		if (!legend[i] || !(phases & 1u << i))
			continue;
		pen_text(p, style_of_phase((enum start_phase)i), p->g->glyphs->phase[i]);
		pen_printf(p, STYLE_DIM, " %s ", legend[i]);
	}
}

static bool read_start(const struct model *m, const struct ui_state *s, struct start *ret)
{
	const struct worker *w = startup_selected(m, s);

	return w && worker_start(m, ui_pool(m, s), w, ret);
}

static struct sort_value name_value(const struct subject *x)
{
	const struct start_module *module = x->item;

	return (struct sort_value){.known = true, .text = model_text(x->m, module->name, "?")};
}

static struct sort_value self_value(const struct subject *x)
{
	return sort_number(true, (double)((const struct start_module *)x->item)->self_ns);
}

static struct sort_value origin_value(const struct subject *x)
{
	static const char *const words[] = {[ORIGIN_PYTHON] = "Python's own",
		[ORIGIN_INSTALLED] = "installed",
		[ORIGIN_OWN] = "the program's own"};
	uint32_t origin = ((const struct start_module *)x->item)->origin;

	return (struct sort_value){.known = origin && origin <= ORIGIN_OWN,
		.text = origin && origin <= ORIGIN_OWN ? words[origin] : "-"};
}

static const struct column columns[] = {
	{.title = "dearest modules of the selected worker",
		.min = 39,
		.ideal = 60,
		.value = name_value},
	{.title = "self",
		.min = 8,
		.right = true,
		.falling = true,
		.value = self_value,
		.format = FORMAT_DURATION},
	{.title = "it is", .min = 17, .stretch = 1, .drop = 1, .value = origin_value},
};

static uint32_t count(const struct model *m, const struct ui_state *s)
{
	enum { SHOWN = 8 };
	struct start start;

	if (!read_start(m, s, &start))
		return 0;
	return start.modules_count < SHOWN ? start.modules_count : SHOWN;
}

/* Their modules stand in the worker in no order: the place in the sorted copy names the name. */
static bool item(const struct model *m, const struct ui_state *s, uint32_t index,
	struct subject *ret_subject)
{
	const struct worker *w = startup_selected(m, s);
	struct start start;

	if (!w || !w->start || !read_start(m, s, &start) || index >= start.modules_count)
		return false;
	for (uint32_t i = 0; i < w->start->modules_count; i++) {
		if (w->start->modules[i].name != start.modules[index].name)
			continue;
		*ret_subject = (struct subject){.m = m,
			.p = ui_pool(m, s),
			.item = &w->start->modules[i],
			.id = start.modules[index].name};
		return true;
	}
	return false;
}

static const char *empty(const struct model *m, const struct ui_state *s)
{
	(void)m;
	(void)s;
	return "none: it opened no module's file";
}

const struct table table_start_modules = {
	.name = "start-modules",
	.columns = columns,
	.columns_count = sizeof(columns) / sizeof(columns[0]),
	.sort = 1,
	.count = count,
	.item = item,
	.empty = empty,
};
