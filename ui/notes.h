/* SPDX-License-Identifier: GPL-2.0-only */
/* What is wrong with a pool: its stall, if it is stalled, then what the traps have found. */
#ifndef POOLTOP_NOTES_H
#define POOLTOP_NOTES_H

#include "model/model.h"
#include "ui/style.h"

/* Borrowed from the pool. */
struct note {
	enum severity severity;
	const char *id; /* the trap's, or "stalled" */
	const char *text;
	const char *advice; /* "": none */
	uint64_t since_ns;
	uint64_t key; /* the same for as long as it is found; tells it from the pool's others */
	const struct finding *finding; /* NULL: the stall */
};

uint32_t notes_count(const struct pool *p);
/* Worst first; index < notes_count(). */
struct note note_at(const struct pool *p, uint32_t index);

/* "!", "*" or "i", one column; constant. */
const char *note_mark(enum severity severity);
enum style note_style(enum severity severity);

#endif
