/* SPDX-License-Identifier: GPL-2.0-only */
/* Histograms: columns as high as the counts, on an axis of powers, with labels in units. */
#ifndef POOLTOP_CHART_H
#define POOLTOP_CHART_H

#include "base/fmt.h"
#include "base/hist.h"
#include "ui/grid.h"

enum { CHART_BINS = 128, CHART_LABELS = 16 };

struct chart {
	uint64_t count[CHART_BINS];
	unsigned int bins; /* 0: there is nothing to draw */
	int bin_width; /* columns of the screen */
	struct {
		int column; /* from the chart's left end */
		char text[FMT_MAX];
	} label[CHART_LABELS];
	unsigned int labels;
};

/* Durations, into at most `width` columns; the axis reaches from a round number below the least
 * to one above the most. */
void chart_of_hist(struct chart *c, const struct hist *h, int width);
/* Sizes: count[k] of 2^k to 2^(k+1) - 1; n of them. */
void chart_of_sizes(struct chart *c, const uint64_t *count, unsigned int n, int width);

/* Line `line` of `height` (0: the top), from the pen's place on. What is more than 0 is seen. */
void chart_line(const struct chart *c, struct pen *p, int line, int height);
/* The axis: labels that do not touch one another. */
void chart_axis(const struct chart *c, struct pen *p);

#endif
