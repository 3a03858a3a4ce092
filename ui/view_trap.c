/* SPDX-License-Identifier: GPL-2.0-only */
/* One finding: what was seen, what to do, and the numbers that it stands on. */
#include <stdio.h>
#include <string.h>

#include "ui/notes.h"
#include "ui/sheet.h"
#include "ui/show.h"
#include "ui/stall_sheet.h"

enum { TEXT_AT = 3, NUMBER_AT = 26 };

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

static void draw_evidence(const struct evidence *e, struct sheet *sheet)
{
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
	pen_fit(&p, STYLE_NUMBER, value);
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
	if (!n.finding || !n.finding->evidence_count)
		return;
	sheet_blank(sheet);
	sheet_title(sheet, "In numbers");
	for (uint32_t i = 0; i < n.finding->evidence_count; i++)
		draw_evidence(&n.finding->evidence[i], sheet);
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
