/* SPDX-License-Identifier: GPL-2.0-only */
/* Views that are made of lines, scrolled as a whole. */
#ifndef POOLTOP_SHEET_H
#define POOLTOP_SHEET_H

#include "ui/view.h"

/* Lines go below one another; those outside of the grid are counted and not drawn. */
struct sheet {
	struct grid *g;
	int line; /* the next, from the sheet's top */
	int scroll; /* lines above the grid */
};

/* A pen for the next line. */
struct pen sheet_pen(struct sheet *sheet);
void sheet_blank(struct sheet *sheet);
void sheet_title(struct sheet *sheet, const char *title);
/* "   label       words": what does not fit goes on below, under the words. */
void sheet_field(struct sheet *sheet, const char *label, enum style style, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* A text with its own lines, from column `indent` on; long ones go on below. */
void sheet_text(struct sheet *sheet, int indent, enum style style, const char *text);

/* Lines that the shown view's sheet has in all, as wide as g. */
int sheet_lines(const struct model *m, const struct ui_state *s, const struct grid *g);

/* view.draw and view.act for a view with a sheet. */
void sheet_draw(const struct model *m, const struct ui_state *s, struct grid *g);
bool sheet_act(const struct model *m, struct ui_state *s, enum request r, struct grid *body);

#endif
