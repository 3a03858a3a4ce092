/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A view is a picture of the model for people: one file and one row in `views`. Most are made of
 * tables (panes.h) or of lines (sheet.h) and take their draw and act from there.
 */
#ifndef POOLTOP_VIEW_H
#define POOLTOP_VIEW_H

#include "ui/grid.h"
#include "ui/keys.h"
#include "ui/state.h"

struct sheet;

struct view {
	const char *name; /* "workers": --view, file names */
	const char *title;
	const char *about; /* one line of the help view */
	uint32_t key; /* '2', and F2 with it; 0: only opened from another view */
	bool needs_pool; /* without one, what to do about that is shown instead */

	/* Into the screen's body. */
	void (*draw)(const struct model *m, const struct ui_state *s, struct grid *g);
	/* False if the view has no use for the request. body: as draw got it, contents void. */
	bool (*act)(const struct model *m, struct ui_state *s, enum request r, struct grid *body);

	/* Of panes_draw and panes_act: from top to bottom, NULL behind the last. */
	const struct table *const *tables;
	/* Tables that stand below where there is room for all of their rows; NULL behind the last,
	 * or NULL. Keys do not reach them. */
	const struct table *const *spare;
	/* What stands above the tables; returns the lines it took, at most g->rows. May be NULL. */
	int (*head)(const struct model *m, const struct ui_state *s, struct grid *g);

	/* Of sheet_draw and sheet_act. */
	void (*sheet)(const struct model *m, const struct ui_state *s, struct sheet *sheet);
};

/* Every view; constant, NULL behind the last. The first is where one starts. */
extern const struct view *const views[];

extern const struct view view_overview, view_workers, view_tasks, view_deaths, view_startup;
extern const struct view view_stacks, view_stack;
extern const struct view view_traffic, view_cores, view_traps, view_help;
extern const struct view view_pools, view_worker, view_func, view_death, view_failure, view_trap;

/* By name, or NULL. */
const struct view *view_named(const char *name);
/* By key, the F-key included, or NULL. */
const struct view *view_by_key(uint32_t code);

#endif
