/* SPDX-License-Identifier: GPL-2.0-only */
#include "ui/draw.h"

#include <math.h>

static double clamp_share(double share)
{
	if (!(share > 0)) /* also what is no number */
		return 0;
	return share < 1 ? share : 1;
}

void draw_gauge(struct pen *p, enum style style, int width, double share)
{
	int end, eighths;

	width = width < 0 ? 0 : width < pen_room(p) ? width : pen_room(p);
	end = p->col + width;
	eighths = (int)(clamp_share(share) * width * 8 + 0.5);
	if (!eighths && share > 0 && width > 0)
		eighths = p->g->glyphs->ascii ? 4 : 1;
	pen_repeat(p, style, p->g->glyphs->eighths[8], eighths / 8);
	if (eighths % 8)
		pen_text(p, style, p->g->glyphs->eighths[eighths % 8]);
	pen_skip(p, end - p->col);
}

void draw_bar(struct pen *p, int width, const struct bar_part *parts, unsigned int n)
{
	double sum = 0;
	int drawn = 0;

	if (width > pen_room(p))
		width = pen_room(p);
	for (unsigned int i = 0; i < n && i < BAR_PARTS; i++) {
		int until;

		/* Rounding the running sum, not each part, keeps the bar's length. */
		sum += clamp_share(parts[i].share);
		until = i + 1 == n ? width : (int)(clamp_share(sum) * width + 0.5);
		pen_repeat(p, parts[i].style, parts[i].glyph, until - drawn);
		drawn = until > drawn ? until : drawn;
	}
}

void draw_core(struct pen *p, int width, const double share[CORE_PARTS])
{
	struct bar_part parts[CORE_PARTS];

	for (int i = 0; i < CORE_PARTS; i++)
		parts[i] = (struct bar_part){
			.share = share[i],
			.glyph = p->g->glyphs->part[i],
			.style = (enum style)(STYLE_WORKERS + i),
		};
	draw_bar(p, width, parts, CORE_PARTS);
}

void draw_core_legend(struct pen *pen, bool pool)
{
	static const char *const names[CORE_PARTS] = {"workers", "parent", "other", "idle"};
	static const char *const without[CORE_PARTS] = {NULL, NULL, "busy", "idle"};
	int width = pool ? 37 : 14;

	if (pen_room(pen) < width + 1)
		return;
	pen_skip(pen, pen_room(pen) - width);
	for (int i = 0; i < CORE_PARTS; i++) {
		const char *name = pool ? names[i] : without[i];

		if (!name)
			continue;
		pen_text(pen, (enum style)(STYLE_WORKERS + i), pen->g->glyphs->part[i]);
		pen_printf(pen, STYLE_DIM, i + 1 < CORE_PARTS ? " %s  " : " %s", name);
	}
}

void draw_spark(struct pen *p, enum style style, int width, const struct series *s)
{
	uint64_t max;
	uint32_t n;

	if (width > pen_room(p))
		width = pen_room(p);
	n = width < (int)s->count ? (uint32_t)(width > 0 ? width : 0) : s->count;
	max = series_max(s, n);
	pen_skip(p, width - (int)n);
	while (n--) {
		uint64_t value = series_at(s, n);
		double share = max ? (double)value / (double)max : 0;
		int level = value ? 1 + (int)(share * 7 + 0.5) : 0;

		pen_text(p, value ? style : STYLE_DIM, p->g->glyphs->levels[level]);
	}
}

enum { MINUTE = 60 };

/* A minute's columns: the newest one is not full until its last tick. */
struct columns {
	uint32_t count;
	uint32_t ticks; /* of a full one: a divisor of a minute */
	uint32_t newest; /* ticks that the newest has */
};

static struct columns minute_columns(int width, uint32_t ticks)
{
	struct columns c = {.ticks = 1};

	while (c.ticks < MINUTE && (MINUTE % c.ticks || MINUTE / c.ticks > (uint32_t)width))
		c.ticks++;
	c.count = MINUTE / c.ticks;
	c.newest = (ticks + c.ticks - 1) % c.ticks + 1;
	return c;
}

/* The ticks back of column `back`, the newest first: from *ret_from, so many. */
static uint32_t column_span(const struct columns *c, uint32_t back, uint32_t *ret_from)
{
	*ret_from = back ? c->newest + (back - 1) * c->ticks : 0;
	return back ? c->ticks : c->newest;
}

/* False: it has no tick yet. */
static bool column_mean(
	const struct series *s, const struct columns *c, uint32_t back, double *ret_mean)
{
	uint32_t from, n = column_span(c, back, &from);
	double sum = 0;

	if (from >= s->count)
		return false;
	n = n < s->count - from ? n : s->count - from;
	for (uint32_t i = 0; i < n; i++)
		sum += (double)series_at(s, from + i);
	*ret_mean = sum / n;
	return true;
}

/* Up to a fourth above: with each new maximum all columns would change their heights. */
static double scale_top(double max)
{
	int exponent;
	double part = frexp(max, &exponent);

	return ldexp(ceil(8 * part), exponent - 3);
}

void draw_minute(struct pen *p, enum style style, int width, const struct series *s)
{
	double mean[MINUTE], max = 0;
	struct columns c;
	uint32_t n = 0;
	int end;

	width = width < pen_room(p) ? width : pen_room(p);
	if (width < 1)
		return;
	end = p->col + width;
	c = minute_columns(width, s->head);
	while (n < c.count && column_mean(s, &c, n, &mean[n])) {
		max = mean[n] > max ? mean[n] : max;
		n++;
	}
	max = scale_top(max);
	while (n--) {
		int level = mean[n] > 0 ? 1 + (int)(mean[n] / max * 7 + 0.5) : 0;

		pen_text(p, level ? style : STYLE_DIM, p->g->glyphs->levels[level]);
	}
	pen_skip(p, end - p->col);
}

static void draw_state(struct pen *p, unsigned int state)
{
	if (state >= 1 && state <= WORKER_STATES)
		pen_text(p, style_of_state((enum worker_state)(state - 1)),
			p->g->glyphs->state[state - 1]);
	else
		pen_text(p, STYLE_DIM, p->g->glyphs->none);
}

void draw_strip(struct pen *p, int width, const struct worker *w)
{
	if (width > pen_room(p))
		width = pen_room(p);
	for (int back = width - 1; back >= 0; back--)
		draw_state(p, worker_strip(w, (uint32_t)back));
}

/* The state of most of its ticks, of several the newest. */
static unsigned int column_state(const struct worker *w, const struct columns *c, uint32_t back)
{
	uint32_t times[WORKER_STATES + 1] = {0};
	uint32_t from, n = column_span(c, back, &from);
	unsigned int most = 0;

	for (uint32_t i = n; i--;) {
		unsigned int state = worker_strip(w, from + i);

		if (state && state <= WORKER_STATES && ++times[state] >= times[most])
			most = state;
	}
	return most;
}

void draw_minute_strip(struct pen *p, int width, const struct worker *w, uint32_t ticks)
{
	struct columns c;

	width = width < pen_room(p) ? width : pen_room(p);
	if (width < 1)
		return;
	c = minute_columns(width, ticks);
	pen_skip(p, width - (int)c.count);
	for (uint32_t back = c.count; back--;)
		draw_state(p, column_state(w, &c, back));
}
