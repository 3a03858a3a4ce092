/* SPDX-License-Identifier: GPL-2.0-only */
#include "ui/shift.h"

#include <string.h>

enum {
	FARTHEST = 8,
	LEAST_GAIN = 10, /* cells: a shift takes some 16 bytes, a cell two or more */
};

static const struct cell blank = {.width = 1};

const struct cell *shifts_cell(const struct shifts *s, int row, int col)
{
	int origin = s->origin[row];

	return origin < 0 ? &blank : grid_cell(s->from, origin, col);
}

static int style_of(const struct shifts *s, const struct cell *c)
{
	bool is_blank = c->width == 1 && !c->text[0];

	return is_blank && !s->inks->fills[c->style] ? STYLES : s->inks->same[c->style];
}

static bool looks_same(const struct shifts *s, const struct cell *a, const struct cell *b)
{
	return a->width == b->width && !strcmp(a->text, b->text) &&
	       style_of(s, a) == style_of(s, b);
}

static int cost_of(const struct shifts *s, int row)
{
	int cost = 0;

	for (int col = 0; col < s->to->columns; col++)
		cost += !looks_same(s, shifts_cell(s, row, col), grid_cell(s->to, row, col));
	return cost;
}

/* Cells of a row that are to be painted where it is blank. */
static int filled(const struct shifts *s, int row)
{
	int cost = 0;

	for (int col = 0; col < s->to->columns; col++)
		cost += !looks_same(s, &blank, grid_cell(s->to, row, col));
	return cost;
}

static uint64_t hash_of(const struct shifts *s, const struct grid *g, int row)
{
	const uint64_t prime = UINT64_C(1099511628211);
	uint64_t hash = UINT64_C(14695981039346656037);

	for (int col = 0; col < g->columns; col++) {
		const struct cell *c = grid_cell(g, row, col);

		hash = (hash ^ (uint64_t)style_of(s, c)) * prime;
		for (const char *t = c->text; *t; t++)
			hash = (hash ^ (unsigned char)*t) * prime;
		hash = (hash ^ 0xff) * prime;
	}
	return hash ? hash : 1;
}

void shifts_init(
	struct shifts *s, const struct inks *inks, const struct grid *from, const struct grid *to)
{
	s->inks = inks;
	s->from = from;
	s->to = to;
	for (int row = 0; row < to->rows; row++) {
		s->origin[row] = row;
		s->cost[row] = cost_of(s, row);
		s->shown[row] = s->cost[row] ? hash_of(s, from, row) : 0;
		s->wanted[row] = s->cost[row] ? hash_of(s, to, row) : 0;
	}
}

static bool matches(const struct shifts *s, int row, int by)
{
	int source = row - by;

	return source >= 0 && source < s->to->rows && s->cost[row] && s->shown[source] &&
	       s->shown[source] == s->wanted[row];
}

/* The first of the rows that it leaves blank. */
static int left_row(const struct shift *x)
{
	return x->by > 0 ? x->first - x->by : x->last + 1;
}

static int gain_of(const struct shifts *s, const struct shift *x)
{
	int gain = 0, left = left_row(x), count = x->by > 0 ? x->by : -x->by;

	for (int row = x->first; row <= x->last; row++)
		gain += s->cost[row];
	for (int row = left; row < left + count; row++)
		gain -= filled(s, row) - s->cost[row];
	return gain;
}

static void apply(struct shifts *s, const struct shift *x)
{
	int left = left_row(x), count = x->by > 0 ? x->by : -x->by;
	int step = x->by > 0 ? -1 : 1;

	for (int row = x->by > 0 ? x->last : x->first; row >= x->first && row <= x->last;
		row += step) {
		s->origin[row] = s->origin[row - x->by];
		s->shown[row] = s->shown[row - x->by];
		s->cost[row] = cost_of(s, row);
	}
	for (int row = left; row < left + count; row++) {
		s->origin[row] = -1;
		s->shown[row] = 0;
		s->cost[row] = filled(s, row);
	}
}

bool shifts_next(struct shifts *s, struct shift *ret_shift)
{
	struct shift best = {0};
	int most = LEAST_GAIN - 1;

	for (int by = -FARTHEST; by <= FARTHEST; by++) {
		for (int row = 0; by && row < s->to->rows; row++) {
			struct shift x = {row, row, by};
			int gain;

			if (!matches(s, row, by))
				continue;
			while (x.last + 1 < s->to->rows && matches(s, x.last + 1, by))
				x.last++;
			row = x.last;
			gain = gain_of(s, &x);
			best = gain > most ? x : best;
			most = gain > most ? gain : most;
		}
	}
	if (!best.by)
		return false;
	apply(s, &best);
	*ret_shift = best;
	return true;
}
