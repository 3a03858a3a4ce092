/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef POOLTOP_TASK_CHARTS_H
#define POOLTOP_TASK_CHARTS_H

#include "ui/grid.h"

/* Histograms of run times and of chunk sizes from that row on, as high as g has room for beside
 * the view's tables; returns the rows they took, 0 where there is no room or nothing to show. */
int task_charts(const struct pool *p, struct grid *g, int row);

#endif
