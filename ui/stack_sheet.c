/* SPDX-License-Identifier: GPL-2.0-only */
#include "ui/stack_sheet.h"

#include <inttypes.h>
#include <stdio.h>

#include "ui/show.h"

enum { INDENT = 3, FUNCTION = 24, PLACE_LEAST = 20 };

/* Columns of the function: where there is little room the place has some too. */
static int function_width(const struct pen *p)
{
	int left = pen_room(p) - PLACE_LEAST - 2;

	if (left >= FUNCTION)
		return FUNCTION;
	return left > pen_room(p) / 3 ? left : pen_room(p) / 3;
}

static void draw_place(
	const struct model *m, const struct stack_place *place, int indent, struct sheet *sheet)
{
	const char *file = model_text(m, place->file, "?");
	bool native = place->kind == PLACE_NATIVE;
	struct pen pen = sheet_pen(sheet), name;
	char where[SHOW_MAX];
	int width;

	if (native)
		snprintf(where, sizeof(where), "%s +0x%" PRIx64, file, (uint64_t)place->offset);
	else if (place->line)
		snprintf(where, sizeof(where), "%s:%" PRIu32, file, place->line);
	else
		snprintf(where, sizeof(where), "%s", file);
	pen_skip(&pen, indent);
	width = function_width(&pen);
	name = pen;
	name.end = width < FUNCTION ? pen.col + width : pen.end;
	pen_fit(&name, native ? STYLE_DIM : STYLE_TEXT, model_text(m, place->function, "?"));
	pen.col = (name.col > pen.col + width ? name.col : pen.col + width) + 2;
	pen_fit_end(&pen, STYLE_DIM, where);
}

static void title(const struct death *d, const struct stack *s, struct sheet *sheet)
{
	char text[128], who[32] = "Main thread", when[FMT_MAX + 32] = "", age[FMT_MAX];

	if (s->tid != s->pid)
		snprintf(who, sizeof(who), "Thread %" PRIu32, s->tid);
	if (!(s->flags & STACK_AT_DEATH) && d->t_ns >= s->t_ns)
		snprintf(when, sizeof(when), ", as last seen %s before",
			fmt_duration(age, d->t_ns - s->t_ns));
	snprintf(text, sizeof(text), "%s%s%s", who,
		s->flags & STACK_CULPRIT ? ", in which the end began" : "", when);
	sheet_blank(sheet);
	sheet_title(sheet, text);
}

static void draw_stack(
	const struct model *m, const struct death *d, const struct stack *s, struct sheet *sheet)
{
	const char *note = stack_note(m, s);

	title(d, s, sheet);
	if (s->address)
		sheet_field(sheet, "touched", STYLE_ALERT, "address 0x%" PRIx64, s->address);
	for (uint32_t i = 0; i < s->count; i++)
		draw_place(m, &s->places[i], INDENT, sheet);
	if (s->flags & STACK_MORE)
		sheet_text(sheet, INDENT, STYLE_DIM, "and more, further out");
	if (note)
		sheet_text(sheet, INDENT, STYLE_DIM, note);
}

void stack_sheet_inner(const struct model *m, const struct stack *s, uint32_t most, int indent,
	struct sheet *sheet)
{
	for (uint32_t i = 0; i < s->count && i < most; i++)
		draw_place(m, &s->places[i], indent, sheet);
}

void stack_sheet_now(const struct model *m, const struct stack *s, struct sheet *sheet)
{
	char text[128], who[48] = "Main thread", same[FMT_MAX], ago[FMT_MAX];
	uint64_t same_ns = s->t_ns > s->since_ns ? s->t_ns - s->since_ns : 0;
	uint64_t ago_ns = m->now_ns > s->t_ns ? m->now_ns - s->t_ns : 0;

	if (s->tid != s->pid)
		snprintf(who, sizeof(who), "Thread %" PRIu32, s->tid);
	snprintf(text, sizeof(text), "%s of %" PRIu32 ", the same for %s, seen %s ago", who, s->pid,
		fmt_duration(same, same_ns), fmt_duration(ago, ago_ns));
	if (sheet->line)
		sheet_blank(sheet);
	sheet_title(sheet, text);
	for (uint32_t i = 0; i < s->count; i++)
		draw_place(m, &s->places[i], INDENT, sheet);
	if (s->flags & STACK_MORE)
		sheet_text(sheet, INDENT, STYLE_DIM, "and more, further out");
}

void stack_sheet_death(const struct model *m, const struct death *d, struct sheet *sheet)
{
	const struct stack *first = death_stack(m, d, true);

	if (!first)
		first = death_stack(m, d, false);
	if (first)
		draw_stack(m, d, first, sheet);
	for (uint32_t i = 0; i < d->stacks.count; i++) {
		const struct stack *s = model_stack(m, d->stacks.id[i]);

		if (s && first && s->tid != first->tid && !(s->flags & STACK_NATIVE))
			draw_stack(m, d, s, sheet);
	}
}
