/* SPDX-License-Identifier: GPL-2.0-only */
/* What pictures are made of, for each thing a terminal may be able to show. */
#ifndef POOLTOP_GLYPH_H
#define POOLTOP_GLYPH_H

#include <stdbool.h>

#include "model/model.h"

/* Whose time a core's bar shows. */
enum core_part { PART_WORKERS, PART_PARENT, PART_OTHER, PART_IDLE, CORE_PARTS };

/* Every text is one column wide. Constant. */
struct glyphs {
	const char *name;
	bool ascii; /* nothing but ASCII may be put */
	const char *eighths[9]; /* a bar's end, from nothing to full */
	const char *levels[9]; /* [0]: zero; 1 to 8: of a sparkline */
	const char *part[CORE_PARTS];
	const char *state[WORKER_STATES]; /* of a worker's strip */
	const char *phase[START_PHASES]; /* of a start */
	const char *none; /* of a strip: not watched then */
	const char *ellipsis;
	const char *mark; /* the selected row */
	const char *ascending;
	const char *descending;
	const char *rule;
	const char *tick; /* of an axis: its label follows */
};

extern const struct glyphs glyphs_utf8;
/* The Linux console has no eighths. */
extern const struct glyphs glyphs_console;
extern const struct glyphs glyphs_ascii;

#endif
