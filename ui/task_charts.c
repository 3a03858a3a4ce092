/* SPDX-License-Identifier: GPL-2.0-only */
/* How long tasks ran, and how large chunks are: two histograms beside one another. */
#include "ui/task_charts.h"

#include <stdio.h>

#include "ui/chart.h"
#include "ui/show.h"

enum { WORDS = 11, GAP = 2, SMALL = 15, LARGE = 36, MOST = 8 };

/* One half: its words to the left, its chart to the right. */
struct half {
	const char *title;
	char words[3][FMT_MAX]; /* below the title */
	struct chart chart;
	int start, width;
};

static void draw_half(const struct half *h, struct grid *g, int row, int height)
{
	for (int line = 0; line <= height; line++) {
		struct pen words = grid_pen(g, row + line, h->start, WORDS);
		struct pen chart = grid_pen(g, row + line, h->start + WORDS, h->width - WORDS);

		if (!line)
			pen_fit(&words, STYLE_DIM, h->title);
		else if (line <= 3 && line < (height > 1 ? height + 1 : 1))
			pen_fit(&words, STYLE_TEXT, h->words[line - 1]);
		if (line < height)
			chart_line(&h->chart, &chart, line, height);
		else
			chart_axis(&h->chart, &chart);
	}
}

static void prepare_run(struct half *h, const struct pool *p)
{
	char a[FMT_MAX];

	h->title = "run times";
	chart_of_hist(&h->chart, &p->run, h->width - WORDS);
	snprintf(h->words[0], FMT_MAX, "p50 %.20s", show_percentile(a, &p->run, 50));
	snprintf(h->words[1], FMT_MAX, "p99 %.20s", show_percentile(a, &p->run, 99));
	snprintf(h->words[2], FMT_MAX, "max %.20s", show_duration(a, p->run.count, p->run.max_ns));
}

static uint64_t sized(const struct pool *p)
{
	uint64_t chunks = 0;

	for (unsigned int i = 0; i < MODEL_CHUNK_SIZES; i++)
		chunks += p->chunk_sizes[i];
	return chunks;
}

static void prepare_sizes(struct half *h, const struct pool *p)
{
	char a[FMT_MAX];

	h->title = "chunk size";
	chart_of_sizes(&h->chart, p->chunk_sizes, MODEL_CHUNK_SIZES, h->width - WORDS);
	snprintf(h->words[0], FMT_MAX, "%.20s", fmt_count(a, sized(p)));
	snprintf(h->words[1], FMT_MAX, "chunks");
	if (p->chunks_unsized)
		snprintf(h->words[2], FMT_MAX, "? %.20s", fmt_count(a, p->chunks_unsized));
}

int task_charts(const struct pool *p, struct grid *g, int row)
{
	int room = g->rows - row;
	int height = room >= LARGE ? MOST : room >= SMALL ? 2 : 0;
	struct half run = {.start = 1}, sizes = {0};

	if (!height || !p->run.count)
		return 0;
	run.width = sized(p) ? (g->columns - 2 - GAP) * 3 / 5 : g->columns - 2;
	prepare_run(&run, p);
	draw_half(&run, g, row, height);
	if (!sized(p))
		return height + 1;
	sizes.start = 1 + run.width + GAP;
	sizes.width = g->columns - 1 - sizes.start;
	prepare_sizes(&sizes, p);
	draw_half(&sizes, g, row, height);
	return height + 1;
}
