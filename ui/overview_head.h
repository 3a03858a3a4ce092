/* SPDX-License-Identifier: GPL-2.0-only */
/* The lines of the overview above its table: cores, time, tasks, bytes, findings. */
#ifndef POOLTOP_OVERVIEW_HEAD_H
#define POOLTOP_OVERVIEW_HEAD_H

#include "ui/grid.h"
#include "ui/state.h"

enum { OVERVIEW_WORDS_AT = 8 }; /* column behind the labels */

/* Each draws from g's first row on, at most g->rows, and returns the rows it took. */
int overview_cores(const struct model *m, const struct pool *p, struct grid *g);
int overview_time(const struct model *m, const struct pool *p, struct grid *g);
int overview_tasks(const struct model *m, const struct pool *p, struct grid *g);
int overview_bytes(const struct model *m, const struct pool *p, struct grid *g);
int overview_findings(const struct model *m, const struct pool *p, struct grid *g);

/* A pen for the words of row `row`, behind a label. */
struct pen overview_line(struct grid *g, int row, const char *label);

#endif
