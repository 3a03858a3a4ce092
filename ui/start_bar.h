/* SPDX-License-Identifier: GPL-2.0-only */
/* How a start is drawn: its phases on an axis of time, and the modules that it cost most for. */
#ifndef POOLTOP_START_BAR_H
#define POOLTOP_START_BAR_H

#include "ui/grid.h"
#include "ui/table.h"

enum style style_of_phase(enum start_phase phase);

/* From the pen on: what goes on in each column of `width`, of an axis of axis_ns. */
void draw_start(struct pen *p, const struct start *s, int width, uint64_t axis_ns);

/* What the glyphs of these phases (bits) mean, and the columns that it takes. */
void draw_start_legend(struct pen *p, unsigned int phases);
int start_legend_width(unsigned int phases);

/* The dearest modules of the worker that is selected in the table of starts. */
extern const struct table table_start_modules;

/* The worker that is selected there, or NULL. Of view_startup.c. */
const struct worker *startup_selected(const struct model *m, const struct ui_state *s);

#endif
