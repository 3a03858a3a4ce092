/* SPDX-License-Identifier: GPL-2.0-only */
/* The functions in which the tasks' own code spends its time on cores, above the stacks. */
#ifndef POOLTOP_HOT_LIST_H
#define POOLTOP_HOT_LIST_H

#include "ui/grid.h"
#include "ui/state.h"

/* A view's head: the lines it took; 0 where nothing was sampled. */
int hot_list(const struct model *m, const struct ui_state *s, struct grid *g);

#endif
