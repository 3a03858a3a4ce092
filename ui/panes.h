/* SPDX-License-Identifier: GPL-2.0-only */
/* Views that are made of tables, one below the other. */
#ifndef POOLTOP_PANES_H
#define POOLTOP_PANES_H

#include "ui/view.h"

enum { PANES = 6 }; /* tables of a view at most */

/* view.draw and view.act for a view with tables. */
void panes_draw(const struct model *m, const struct ui_state *s, struct grid *g);
bool panes_act(const struct model *m, struct ui_state *s, enum request r, struct grid *body);

#endif
