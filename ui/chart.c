/* SPDX-License-Identifier: GPL-2.0-only */
#include "ui/chart.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "ui/width.h"

enum {
	WIDEST_BIN = 4,
	SIZES_WIDEST = 6,
	FINEST = 20, /* bins a decade: finer ones would show how the histogram was kept */
	MOST_BINS = 48, /* more say nothing but noise */
};

/* 1, 2, 5, 10, 20 ... as powers of ten. */
static double round_number(int step)
{
	static const double of_three[] = {1, 2, 5};
	int decade = step >= 0 ? step / 3 : -1;

	return decade < 0 ? 0.5 : of_three[step % 3] * pow(10, decade);
}

static int step_below(uint64_t ns)
{
	int step = 0;

	while (round_number(step + 1) <= (double)ns)
		step++;
	return step;
}

static void add_label(struct chart *c, int column, const char *text)
{
	if (c->labels == CHART_LABELS)
		return;
	c->label[c->labels].column = column;
	snprintf(c->label[c->labels++].text, FMT_MAX, "%s", text);
}

/* "200 ms": round numbers need no more digits. */
static void label_duration(char buf[static FMT_MAX], double ns)
{
	static const char *const unit[] = {"ns", "µs", "ms", "s"};
	unsigned int u = 0;

	while (u < 3 && ns >= 1000) {
		ns /= 1000;
		u++;
	}
	snprintf(buf, FMT_MAX, "%.0f %s", ns, unit[u]);
}

static void label_steps(struct chart *c, int first, int last, double columns_a_decade)
{
	char buf[FMT_MAX];

	for (int step = first; step < last; step++) {
		double at = log10(round_number(step) / round_number(first)) * columns_a_decade;

		label_duration(buf, round_number(step));
		add_label(c, (int)(at + 0.5), buf);
	}
}

static void fill(struct chart *c, const struct hist *h, double first_ns, double bins_a_decade)
{
	for (unsigned int i = 0; h->buckets && i < HIST_BUCKETS; i++) {
		double from = (double)hist_bucket_start(i), to = (double)hist_bucket_start(i + 1);
		double mid = (from + to - 1) / 2;
		int bin;

		if (!h->buckets[i])
			continue;
		bin = mid > first_ns ? (int)(log10(mid / first_ns) * bins_a_decade) : 0;
		c->count[bin < (int)c->bins ? bin : (int)c->bins - 1] += h->buckets[i];
	}
}

void chart_of_hist(struct chart *c, const struct hist *h, int width)
{
	int first = step_below(h->min_ns), last = step_below(h->max_ns) + 1;
	double decades = log10(round_number(last) / round_number(first));
	double a_decade;
	int bins;

	*c = (struct chart){0};
	if (!h->count || width < 1)
		return;
	bins = width < MOST_BINS ? width : MOST_BINS;
	if (bins > (int)(decades * FINEST))
		bins = (int)(decades * FINEST);
	bins = bins > 0 ? bins : 1;
	c->bins = (unsigned int)bins;
	c->bin_width = width / bins < WIDEST_BIN ? width / bins : WIDEST_BIN;
	a_decade = bins / decades;
	fill(c, h, round_number(first), a_decade);
	label_steps(c, first, last, a_decade * c->bin_width);
}

void chart_of_sizes(struct chart *c, const uint64_t *count, unsigned int n, int width)
{
	unsigned int first = n, last = 0;

	*c = (struct chart){0};
	for (unsigned int i = 0; i < n && i < CHART_BINS; i++) {
		if (!count[i])
			continue;
		first = i < first ? i : first;
		last = i;
	}
	if (first > last || width < 1)
		return;
	c->bins = last - first + 1;
	c->bins = c->bins < (unsigned int)width ? c->bins : (unsigned int)width;
	c->bin_width = width / (int)c->bins < SIZES_WIDEST ? width / (int)c->bins : SIZES_WIDEST;
	for (unsigned int i = 0; i < c->bins; i++) {
		char buf[FMT_MAX];

		c->count[i] = count[first + i];
		add_label(c, (int)i * c->bin_width, fmt_count(buf, UINT64_C(1) << (first + i)));
	}
}

static uint64_t highest(const struct chart *c)
{
	uint64_t most = 1;

	for (unsigned int i = 0; i < c->bins; i++)
		most = c->count[i] > most ? c->count[i] : most;
	return most;
}

void chart_line(const struct chart *c, struct pen *p, int line, int height)
{
	double scale = (double)height * 8 / (double)highest(c);
	int below = (height - 1 - line) * 8; /* eighths of the lines under this one */

	for (unsigned int i = 0; i < c->bins; i++) {
		int eighths = (int)((double)c->count[i] * scale + 0.5);

		if (c->count[i] && !eighths)
			eighths = 1;
		eighths -= below;
		eighths = eighths > 8 ? 8 : eighths;
		if (eighths > 0)
			pen_repeat(p, STYLE_PLOT, p->g->glyphs->levels[eighths], c->bin_width);
		else
			pen_skip(p, c->bin_width);
	}
}

void chart_axis(const struct chart *c, struct pen *p)
{
	int start = p->col;

	for (unsigned int i = 0; i < c->labels; i++) {
		int at = start + c->label[i].column;

		if (at < p->col || pen_room(p) < at - p->col + 1 + width_of(c->label[i].text))
			continue;
		pen_skip(p, at - p->col);
		pen_text(p, STYLE_DIM, p->g->glyphs->tick);
		pen_text(p, STYLE_DIM, c->label[i].text);
		pen_skip(p, 1);
	}
}
