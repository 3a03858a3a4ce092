/* SPDX-License-Identifier: GPL-2.0-only */
#include "ui/hot_list.h"

#include <inttypes.h>
#include <string.h>

#include "ui/draw.h"
#include "ui/show.h"

enum {
	HOT_MOST = 8,
	LINES_OF_ONE = 6, /* of the body, for each function */
	GAUGE = 10,
	FUNCTION_LEAST = 20,
};

/* Less than this is no answer to where the time goes. */
#define LEAST_SHARE 0.005

static void draw_hot(const struct model *m, const struct hot *h, int function, struct pen *p)
{
	const char *file = model_text(m, h->file, "?"), *base = strrchr(file, '/');
	char share[FMT_MAX];
	int end;

	pen_printf(p, STYLE_NUMBER, "%5s ", show_percent(share, true, h->share));
	draw_gauge(p, STYLE_PLOT, GAUGE, h->share);
	pen_skip(p, 1);
	end = p->end;
	if (p->col + function < end)
		p->end = p->col + function;
	pen_fit(p, STYLE_TEXT, model_text(m, h->function, "?"));
	p->col = p->end;
	p->end = end;
	pen_printf(p, STYLE_DIM, "  %s", base ? base + 1 : file);
	if (h->line)
		pen_printf(p, STYLE_DIM, ":%" PRIu32, h->line);
}

int hot_list(const struct model *m, const struct ui_state *s, struct grid *g)
{
	int most = g->rows / LINES_OF_ONE < HOT_MOST ? g->rows / LINES_OF_ONE : HOT_MOST;
	int function = g->columns / 3 > FUNCTION_LEAST ? g->columns / 3 : FUNCTION_LEAST;
	struct hot list[HOT_MOST];
	struct pen p = grid_pen(g, 0, 1, g->columns - 2);
	enum hot_by by = s->shows_lines ? HOT_LINES : HOT_FUNCTIONS;
	int count = 0, found;

	if (most < 1)
		return 0;
	found = (int)pool_hot(m, ui_pool(m, s), by, list, (uint32_t)most);
	while (count < found && list[count].share >= LEAST_SHARE)
		count++;
	if (!count)
		return 0;
	pen_text(&p, STYLE_TITLE, s->shows_lines ? "Hot lines" : "Hot functions");
	pen_fit(&p, STYLE_DIM, "  shares of the tasks' own time on cores");
	for (int i = 0; i < count; i++) {
		p = grid_pen(g, 1 + i, 1, g->columns - 2);
		draw_hot(m, &list[i], function, &p);
	}
	return 1 + count + (g->rows > LINES_OF_ONE * count); /* a blank line where there is room */
}
