/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The viewer: frames in, pictures out, keys between. Parses, folds and paints; needs no rights and
 * knows nothing of the machine that is watched.
 */
#ifndef POOLTOP_APP_VIEW_H
#define POOLTOP_APP_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "app/options.h"
#include "base/err.h"
#include "session/source.h"

struct view_options {
	bool live; /* frames come as they happen: show each at once; else play by their times */
	bool once; /* draw one screen as text on standard output */
	unsigned int once_ticks; /* live and once: after so many ticks; 0: at the end */
	bool ascii, no_color;
	int columns, rows; /* with once; 0: 80x24 */
	const char *view; /* the first view's name, NULL: the first there is */
	uint64_t until_ns; /* the source goes on to there, 0: not known */
	uint32_t pid; /* the pool to show is this process's, 0: any */
};

/* What the command line says of the above. */
void view_options_from(const struct options *o, struct view_options *ret);

/*
 * Runs until the user quits, the terminal is gone, or (once) the screen is drawn. 0, or -errno
 * with *err worded. source stays the caller's.
 */
int view_run(struct source *source, const struct view_options *o, struct err *err);

#endif
