/* SPDX-License-Identifier: GPL-2.0-only */
#include "ui/paint.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ui/shift.h"

enum {
	AHEAD = 96, /* runs among which the cheapest is looked for */
	ERASED_LEAST = 8, /* blanks in a row that are erased, not written */
	SHIFTS = 6, /* of rows at most, for one picture */
	OVER_MOST = 3, /* cells that are written again rather than skipped */
	UNKNOWN = -1,
	DEAR = 1000,
};

/* Cells beside one another that are written in one style. */
struct run {
	int row, col, len;
	int style; /* UNKNOWN: blanks, for which any style does that is not seen on them */
	bool erased;
};

/* How to go somewhere. */
struct way {
	enum { BY_PLACE, BY_STEPS } vertical;
	enum { STAYS, BY_COLUMN, FORWARD, BACK, BACKSPACES, TO_START, OVER } horizontal;
	int cost;
};

struct brush {
	const struct painter *p;
	const struct shifts *shown;
	const struct grid *to;
	struct buf *out;
	int row, col; /* of the cursor; UNKNOWN */
	enum style style;
	int next_row, next_col; /* where the next run is looked for */
};

static int digits(int n)
{
	return n < 10 ? 1 : n < 100 ? 2 : n < 1000 ? 3 : 4;
}

static const struct cell *at(const struct grid *g, int row, int col)
{
	return &g->cells[(size_t)row * (size_t)g->stride + (size_t)col];
}

static bool is_blank(const struct cell *c)
{
	return c->width == 1 && !c->text[0];
}

/* UNKNOWN: a blank on which no style is seen. */
static int style_of(const struct brush *b, const struct cell *c)
{
	if (is_blank(c) && !b->p->inks.fills[c->style])
		return UNKNOWN;
	return b->p->inks.same[c->style];
}

/* The right half of a wide one goes with its left half. */
static bool differs(const struct brush *b, int row, int col)
{
	const struct cell *old = shifts_cell(b->shown, row, col), *new = at(b->to, row, col);

	if (!new->width)
		return false;
	return old->width != new->width || strcmp(old->text, new->text) ||
	       style_of(b, old) != style_of(b, new);
}

/* All terminals agree on its width: ASCII, and what bars and lines are made of. */
static bool is_sure(const struct cell *c)
{
	unsigned char first = (unsigned char)c->text[0];
	bool is_box = first == 0xe2 && (unsigned char)c->text[1] >= 0x94 &&
		      (unsigned char)c->text[1] <= 0x97;

	return c->width == 1 && (!first || !c->text[1] || (is_box && !c->text[3]));
}

/* From `col` on: what is to be blank without a style, up to the last cell that is not so yet. */
static int blanks(const struct brush *b, int row, int col)
{
	int n = 0, wanted = 0;

	for (; col + n < b->to->columns; n++) {
		const struct cell *c = at(b->to, row, col + n);

		if (style_of(b, c) != UNKNOWN)
			return wanted;
		wanted = differs(b, row, col + n) ? n + 1 : wanted;
	}
	return wanted ? n : 0;
}

static bool erases(const struct brush *b, int col, int n)
{
	return n >= ERASED_LEAST && (b->p->erases || col + n == b->to->columns);
}

/* Whether a cell can be written with what is written in the style of the run; what it is then. */
static bool joins(const struct brush *b, struct run *r, int style)
{
	const bool *fills = b->p->inks.fills;

	if (style == r->style || (style == UNKNOWN && !fills[r->style]))
		return true;
	if (r->style != UNKNOWN || fills[style])
		return false;
	r->style = style;
	return true;
}

static struct run read_run(const struct brush *b, int row, int col)
{
	struct run r = {row, col, 0, style_of(b, at(b->to, row, col)), false};
	int n = blanks(b, row, col);

	if (erases(b, col, n)) {
		r.len = n;
		r.erased = true;
		return r;
	}
	while (col < b->to->columns && differs(b, row, col)) {
		const struct cell *c = at(b->to, row, col);

		if (style_of(b, c) == UNKNOWN && erases(b, col, blanks(b, row, col)))
			break;
		if (!joins(b, &r, style_of(b, c)))
			break;
		col += c->width;
		r.len += c->width;
	}
	return r;
}

/* False: there is none any more. */
static bool next_run(struct brush *b, struct run *ret_run)
{
	for (; b->next_row < b->to->rows; b->next_row++, b->next_col = 0) {
		while (b->next_col < b->to->columns && !differs(b, b->next_row, b->next_col))
			b->next_col++;
		if (b->next_col == b->to->columns)
			continue;
		*ret_run = read_run(b, b->next_row, b->next_col);
		b->next_col += ret_run->len;
		return true;
	}
	return false;
}

/* Bytes to write the cells before the place again; DEAR: not in the style that is on. */
static int over_cost(const struct brush *b, int row, int col, int n)
{
	int cost = 0;

	for (int i = 0; i < n; i++) {
		const struct cell *c = at(b->to, row, col + i);
		int style = style_of(b, c);

		if (!is_sure(c) || (style == UNKNOWN ? b->p->inks.fills[b->style]
						     : style != b->p->inks.same[b->style]))
			return DEAR;
		cost += c->text[0] ? (int)strlen(c->text) : 1;
	}
	return cost;
}

static void consider(struct way *w, int horizontal, int cost)
{
	if (cost >= w->cost)
		return;
	w->horizontal = horizontal;
	w->cost = cost;
}

/* Within a row, from the cursor's column. */
static struct way plan_column(const struct brush *b, int row, int col)
{
	struct way w = {.vertical = BY_STEPS, .horizontal = BY_COLUMN, .cost = 3 + digits(col + 1)};
	int n = col - b->col;

	if (!col)
		consider(&w, TO_START, 1);
	if (b->col == UNKNOWN)
		return w;
	if (!n)
		consider(&w, STAYS, 0);
	if (n > 0 && n <= OVER_MOST)
		consider(&w, OVER, over_cost(b, row, b->col, n));
	if (n > 0)
		consider(&w, FORWARD, n == 1 ? 3 : 3 + digits(n));
	if (n < 0)
		consider(&w, BACKSPACES, -n);
	if (n < 0)
		consider(&w, BACK, 3 + digits(-n));
	return w;
}

/* DEAR: not by steps. Down only by line feeds, up by CUU. */
static int step_cost(const struct brush *b, int row)
{
	int n = row - b->row;

	if (b->row == UNKNOWN || (n > 0 && !b->p->feeds))
		return DEAR;
	return n >= 0 ? n : n == -1 ? 3 : 3 + digits(-n);
}

static struct way plan(const struct brush *b, int row, int col)
{
	struct way place = {.vertical = BY_PLACE,
		.cost = 3 + (row || col ? digits(row + 1) : 0) + (col ? 1 + digits(col + 1) : 0)};
	int steps = step_cost(b, row);
	struct way w;

	if (steps >= place.cost)
		return place;
	w = plan_column(b, row, col);
	w.cost += steps;
	return w.cost < place.cost ? w : place;
}

/* The style that the run is written in. */
static enum style run_style(const struct brush *b, const struct run *r)
{
	if (r->style != UNKNOWN)
		return (enum style)r->style;
	return b->p->inks.fills[b->style] ? STYLE_TEXT : b->style;
}

static int cost_of(const struct brush *b, const struct run *r)
{
	return plan(b, r->row, r->col).cost + b->p->inks.cost[b->style][run_style(b, r)];
}

static void put_cells(struct brush *b, int row, int col, int len)
{
	int end = col + len;

	while (col < end) {
		const struct cell *c = at(b->to, row, col);

		buf_add(b->out, c->text[0] ? c->text : " ", c->text[0] ? strlen(c->text) : 1);
		b->col = b->col == UNKNOWN || !is_sure(c) ? UNKNOWN : b->col + 1;
		col += c->width;
	}
	if (end < b->to->columns)
		return;
	b->row = UNKNOWN; /* behind the last column terminals differ */
	b->col = UNKNOWN;
}

static void put_number(struct brush *b, int n, char final)
{
	if (n == 1)
		buf_printf(b->out, "\033[%c", final);
	else
		buf_printf(b->out, "\033[%d%c", n, final);
}

static void put_times(struct brush *b, int n, char byte)
{
	while (n-- > 0)
		buf_add(b->out, &byte, 1);
}

static void go_by_steps(struct brush *b, const struct way *w, int row, int col)
{
	if (row > b->row)
		put_times(b, row - b->row, '\n');
	else if (row < b->row)
		put_number(b, b->row - row, 'A');
	b->row = row;
	switch (w->horizontal) {
	case BY_COLUMN:
		buf_printf(b->out, "\033[%dG", col + 1);
		break;
	case FORWARD:
		put_number(b, col - b->col, 'C');
		break;
	case BACK:
		put_number(b, b->col - col, 'D');
		break;
	case BACKSPACES:
		put_times(b, b->col - col, '\b');
		break;
	case TO_START:
		put_times(b, 1, '\r');
		break;
	case OVER:
		put_cells(b, row, b->col, col - b->col);
		break;
	case STAYS:
		break;
	}
	b->col = col;
}

static void go(struct brush *b, int row, int col)
{
	struct way w = plan(b, row, col);

	if (w.vertical == BY_STEPS) {
		go_by_steps(b, &w, row, col);
		return;
	}
	if (col)
		buf_printf(b->out, "\033[%d;%dH", row + 1, col + 1);
	else if (row)
		buf_printf(b->out, "\033[%dH", row + 1);
	else
		buf_printf(b->out, "\033[H");
	b->row = row;
	b->col = col;
}

static void change(struct brush *b, enum style to)
{
	char bytes[INK_BYTES];

	buf_add(b->out, bytes, ink_change(&b->p->inks, b->style, to, bytes));
	b->style = to;
}

static void put_run(struct brush *b, const struct run *r)
{
	go(b, r->row, r->col);
	change(b, run_style(b, r));
	if (!r->erased)
		put_cells(b, r->row, r->col, r->len);
	else if (r->col + r->len == b->to->columns)
		buf_printf(b->out, "\033[K");
	else
		put_number(b, r->len, 'X');
}

/* Lines are deleted here and inserted there, so that what is below stays where it is. */
static void put_shift(struct brush *b, const struct shift *x)
{
	int n = x->by > 0 ? x->by : -x->by;

	go(b, x->by > 0 ? x->last - n + 1 : x->first, 0);
	put_number(b, n, 'M');
	go(b, x->by > 0 ? x->first - n : x->last + 1, 0);
	put_number(b, n, 'L');
}

/* The cheapest of `count` runs from where the cursor is. */
static int cheapest(const struct brush *b, const struct run *run, int count)
{
	int best = 0, least = cost_of(b, &run[0]);

	for (int i = 1; i < count; i++) {
		int cost = cost_of(b, &run[i]);

		best = cost < least ? i : best;
		least = cost < least ? cost : least;
	}
	return best;
}

int paint(const struct painter *p, const struct grid *from, const struct grid *to, struct buf *out)
{
	struct brush b = {.p = p, .to = to, .out = out, .row = UNKNOWN, .col = UNKNOWN};
	struct shifts shifts;
	struct run run[AHEAD];
	struct shift shift;
	int count = 0;

	shifts_init(&shifts, &p->inks, from, to);
	b.shown = &shifts;
	for (int i = 0; p->shifts && i < SHIFTS && shifts_next(&shifts, &shift); i++)
		put_shift(&b, &shift);
	for (;;) {
		int best;

		while (count < AHEAD && next_run(&b, &run[count]))
			count++;
		if (!count)
			break;
		best = cheapest(&b, run, count);
		put_run(&b, &run[best]);
		count--;
		memmove(&run[best], &run[best + 1], (size_t)(count - best) * sizeof(run[0]));
	}
	change(&b, STYLE_TEXT);
	return out->is_short ? -ENOMEM : 0;
}
