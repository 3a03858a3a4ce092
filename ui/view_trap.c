/* SPDX-License-Identifier: GPL-2.0-only */
/* One finding: what was seen, what to do, the numbers that it stands on as they went, and the
 * page of its trap. */
#include <stdio.h>
#include <string.h>

#include "ui/draw.h"
#include "ui/notes.h"
#include "ui/sheet.h"
#include "ui/show.h"
#include "ui/stall_sheet.h"
#include "ui/trap_pages.h"

enum { TEXT_AT = 3, CODE_AT = 6, NUMBER_AT = 26, PAST_AT = 38 };

/* How a number of evidence is written, by the end of its name. */
static const struct {
	const char *ending;
	enum cell_format format;
} units[] = {
	{"_ns", FORMAT_DURATION},
	{"_bytes", FORMAT_BYTES},
	{"_share", FORMAT_PERCENT},
};

static void draw_plain(double value, char buf[static FMT_MAX])
{
	if (value >= 0 && value < 1e15 && value == (double)(uint64_t)value)
		fmt_count(buf, (uint64_t)value);
	else
		snprintf(buf, FMT_MAX, "%.3g", value);
}

/* How a number went while it was found. */
static void draw_past(const struct finding *f, uint32_t which, struct pen p)
{
	const struct finding_past *past = &f->past;
	struct series s = {0};
	float most = 0;

	for (uint32_t i = 0; i < past->count; i++)
		most = past->value[i][which] > most ? past->value[i][which] : most;
	for (uint32_t i = 0; i < past->count; i++) {
		float value = past->value[i][which];

		series_add(&s, value > 0 && most > 0 ? (uint64_t)(1000 * (value / most)) : 0);
		series_close(&s);
	}
	pen_skip(&p, PAST_AT);
	draw_spark(&p, STYLE_PLOT, (int)past->count, &s);
}

static void draw_evidence(const struct finding *f, uint32_t which, struct sheet *sheet)
{
	const struct evidence *e = &f->evidence[which];
	size_t len = strlen(e->name);
	char label[64], value[FMT_MAX];
	struct pen line = sheet_pen(sheet);
	struct pen p = line;
	unsigned int i;

	draw_plain(e->value, value);
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		size_t ending = strlen(units[i].ending);

		if (len <= ending || strcmp(e->name + len - ending, units[i].ending))
			continue;
		if (e->value >= 0)
			cell_number(value, units[i].format, e->value);
		if (units[i].format != FORMAT_PERCENT)
			len -= ending;
		break;
	}
	snprintf(label, sizeof(label), "%.*s", (int)len, e->name);
	for (char *c = label; *c; c++)
		if (*c == '_')
			*c = ' ';
	pen_skip(&p, TEXT_AT);
	p.end = p.end < NUMBER_AT - 1 ? p.end : NUMBER_AT - 1;
	pen_fit(&p, STYLE_DIM, label);
	p = line;
	pen_skip(&p, NUMBER_AT);
	p.end = p.end < PAST_AT - 1 ? p.end : PAST_AT - 1;
	pen_fit(&p, STYLE_NUMBER, value);
	draw_past(f, which, line);
}

static void draw_numbers(const struct model *m, const struct finding *f, struct sheet *sheet)
{
	char wall[FMT_MAX];
	struct pen line, p;

	sheet_blank(sheet);
	p = line = sheet_pen(sheet);
	pen_skip(&p, 1);
	pen_text(&p, STYLE_TITLE, "In numbers");
	p = line;
	pen_skip(&p, PAST_AT);
	if (f->past.count > 1)
		pen_printf(&p, STYLE_DIM, "since %s",
			fmt_wall(wall, model_wall_ns(m, f->past.t_ns[0]), 0));
	for (uint32_t i = 0; i < f->evidence_count; i++)
		draw_evidence(f, i, sheet);
}

static void draw_page(const char *id, struct sheet *sheet)
{
	const struct trap_page_line *line = trap_page(id);

	if (!line)
		return;
	sheet_blank(sheet);
	sheet_title(sheet, "About this trap");
	for (; line->kind; line++) {
		if (line->kind == TRAP_PAGE_TITLE) {
			sheet_blank(sheet);
			sheet_title(sheet, line->text);
		} else {
			sheet_text(sheet, line->kind == TRAP_PAGE_CODE ? CODE_AT : TEXT_AT,
				line->kind == TRAP_PAGE_CODE ? STYLE_NUMBER : STYLE_TEXT,
				*line->text ? line->text : " ");
		}
	}
}

static bool find(const struct pool *p, uint64_t key, struct note *ret_note)
{
	for (uint32_t i = 0; i < notes_count(p); i++) {
		*ret_note = note_at(p, i);
		if (ret_note->key == key)
			return true;
	}
	return false;
}

static void draw_part(struct sheet *sheet, const char *title, const char *text)
{
	sheet_blank(sheet);
	sheet_title(sheet, title);
	sheet_text(sheet, TEXT_AT, STYLE_TEXT, text);
}

static void sheet(const struct model *m, const struct ui_state *s, struct sheet *sheet)
{
	char wall[FMT_MAX], ago[FMT_MAX];
	struct note n;

	if (!find(ui_pool(m, s), ui_here(s)->subject, &n)) {
		sheet_title(sheet, "This is found no more: Esc goes back");
		return;
	}
	sheet_title(sheet, n.id);
	sheet_field(sheet, "severity", note_style(n.severity), "%s %s", note_mark(n.severity),
		severity_name(n.severity));
	if (n.since_ns)
		sheet_field(sheet, "since", STYLE_TEXT, "%s, %s ago",
			fmt_wall(wall, model_wall_ns(m, n.since_ns), 1),
			show_duration(ago, n.since_ns <= m->now_ns, m->now_ns - n.since_ns));
	draw_part(sheet, "What was seen", *n.text ? n.text : "-");
	if (*n.advice)
		draw_part(sheet, "What to do", n.advice);
	if (!n.finding)
		stall_sheet(m, ui_pool(m, s), sheet);
	if (n.finding && n.finding->evidence_count)
		draw_numbers(m, n.finding, sheet);
	draw_page(n.id, sheet);
}

const struct view view_trap = {
	.name = "trap",
	.title = "Finding",
	.about = "one finding: what was seen, what to do, and the numbers it stands on",
	.needs_pool = true,
	.draw = sheet_draw,
	.act = sheet_act,
	.sheet = sheet,
};
