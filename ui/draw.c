/* SPDX-License-Identifier: GPL-2.0-only */
#include "ui/draw.h"

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

void draw_strip(struct pen *p, int width, const struct worker *w)
{
	if (width > pen_room(p))
		width = pen_room(p);
	for (int back = width - 1; back >= 0; back--) {
		unsigned int state = worker_strip(w, (uint32_t)back);

		if (state >= 1 && state <= WORKER_STATES)
			pen_text(p, style_of_state((enum worker_state)(state - 1)),
				p->g->glyphs->state[state - 1]);
		else
			pen_text(p, STYLE_DIM, p->g->glyphs->none);
	}
}
