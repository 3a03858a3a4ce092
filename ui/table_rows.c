/* SPDX-License-Identifier: GPL-2.0-only */
/* Which rows a table has now, in which order, and where the selected one is. */
#include "ui/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmt.h"
#include "ui/show.h"
#include "ui/state.h"

struct sorted {
	struct sort_value value;
	uint32_t order; /* as the model has them: ties keep it */
	struct subject x;
};

static int compare_values(const struct sort_value *a, const struct sort_value *b)
{
	if (a->text && b->text)
		return strcmp(a->text, b->text);
	return a->number < b->number ? -1 : a->number > b->number;
}

static int compare(const void *one, const void *other, int direction)
{
	const struct sorted *a = one, *b = other;
	int way;

	if (a->value.known != b->value.known)
		return a->value.known ? -1 : 1;
	way = a->value.known ? direction * compare_values(&a->value, &b->value) : 0;
	if (way)
		return way;
	return a->order < b->order ? -1 : a->order > b->order;
}

static int compare_rising(const void *one, const void *other)
{
	return compare(one, other, 1);
}

static int compare_falling(const void *one, const void *other)
{
	return compare(one, other, -1);
}

static char *format_bytes(char buf[static FMT_MAX], double n)
{
	return fmt_bytes(buf, fmt_whole(n));
}

static char *format_bytes_brief(char buf[static FMT_MAX], double n)
{
	return show_brief(format_bytes(buf, n));
}

static char *format_duration_brief(char buf[static FMT_MAX], double n)
{
	return show_brief_duration(buf, true, fmt_whole(n));
}

static char *format_percent_brief(char buf[static FMT_MAX], double n)
{
	if (n > 0 && n < 0.005)
		return strcpy(buf, "<1%");
	snprintf(buf, FMT_MAX, "%.0f%%", 100 * n);
	return buf;
}

static char *format_count(char buf[static FMT_MAX], double n)
{
	return fmt_count(buf, fmt_whole(n));
}

static char *format_duration(char buf[static FMT_MAX], double n)
{
	return fmt_duration(buf, fmt_whole(n));
}

static char *format_percent(char buf[static FMT_MAX], double n)
{
	return fmt_percent(buf, n);
}

static char *(*const formats[])(char buf[static FMT_MAX], double n) = {
	[FORMAT_COUNT] = format_count,
	[FORMAT_BYTES] = format_bytes,
	[FORMAT_BYTES_BRIEF] = format_bytes_brief,
	[FORMAT_DURATION] = format_duration,
	[FORMAT_DURATION_BRIEF] = format_duration_brief,
	[FORMAT_PERCENT] = format_percent,
	[FORMAT_PERCENT_BRIEF] = format_percent_brief,
};

char *cell_number(char buf[static FMT_MAX], enum cell_format format, double n)
{
	return formats[format](buf, n);
}

enum style column_text(const struct column *c, const struct subject *x, char buf[static CELL_TEXT])
{
	struct sort_value v;

	*buf = '\0';
	if (c->text)
		return c->text(x, buf);
	if (c->draw)
		return STYLE_TEXT;
	v = c->value(x);
	if (!v.known) {
		strcpy(buf, "-");
		return STYLE_DIM;
	}
	if (v.text)
		snprintf(buf, CELL_TEXT, "%s", v.text);
	else
		cell_number(buf, c->format, v.number);
	return STYLE_TEXT;
}

static bool passes(const struct table *t, const struct subject *x, const char *filter)
{
	char text[CELL_TEXT];

	if (!*filter)
		return true;
	for (unsigned int i = 0; i < t->columns_count; i++) {
		column_text(&t->columns[i], x, text);
		if (strcasestr(text, filter))
			return true;
	}
	return false;
}

static uint32_t collect(const struct table *t, const struct model *m, const struct ui_state *s,
	struct sorted *rows, struct table_rows *counts)
{
	const struct table_state *state = ui_table(s, t);
	const struct column *by = &t->columns[state->is_sorted ? state->sort : t->sort];
	uint32_t count = 0;
	uint32_t items = t->count(m, s);

	for (uint32_t i = 0; i < items && count < TABLE_ROWS; i++) {
		struct sorted row = {.order = i};

		if (!t->item(m, s, i, &row.x))
			continue;
		row.x.index = i;
		counts->all++;
		if (!passes(t, &row.x, state->filter))
			continue;
		if (by->value)
			row.value = by->value(&row.x);
		rows[count++] = row;
	}
	qsort(rows, count, sizeof(*rows),
		by->falling != state->reversed ? compare_falling : compare_rising);
	return count;
}

static void place(const struct table_state *state, int height, struct table_rows *r)
{
	uint32_t lines = height > 0 ? (uint32_t)height : 1;
	uint32_t i = 0;

	r->selected = state->row < r->count ? state->row : r->count ? r->count - 1 : 0;
	while (state->has_id && i < r->count && r->rows[i].id != state->id)
		i++;
	if (state->has_id && i < r->count)
		r->selected = i;
	r->top = state->top;
	if (r->top + lines > r->count)
		r->top = r->count > lines ? r->count - lines : 0;
	if (r->selected < r->top)
		r->top = r->selected;
	if (r->selected >= r->top + lines)
		r->top = r->selected - lines + 1;
}

void table_rows(const struct table *t, const struct model *m, const struct ui_state *s, int height,
	struct table_rows *ret_rows)
{
	uint32_t items = t->count(m, s);
	struct table_rows r = {0};
	struct sorted *rows;

	if (items > TABLE_ROWS)
		items = TABLE_ROWS;
	rows = calloc((size_t)items + 1, sizeof(*rows));
	r.rows = calloc((size_t)items + 1, sizeof(*r.rows));
	if (rows && r.rows)
		r.count = collect(t, m, s, rows, &r);
	for (uint32_t i = 0; i < r.count; i++)
		r.rows[i] = rows[i].x;
	free(rows);
	place(ui_table(s, t), height, &r);
	*ret_rows = r;
}

uint32_t table_rows_count(const struct table *t, const struct model *m, const struct ui_state *s)
{
	uint32_t items = t->count(m, s);
	uint32_t count = 0;
	struct subject x;

	for (uint32_t i = 0; i < items; i++)
		count += t->item(m, s, i, &x) ? 1 : 0;
	return count;
}

void table_rows_release(struct table_rows *r)
{
	free(r->rows);
	*r = (struct table_rows){0};
}
