/* SPDX-License-Identifier: GPL-2.0-only */
/* Between notes.c, which words the plain tables, and tape_writer.c. Inside of src/tape. */
#ifndef POOLTOP_NOTES_H
#define POOLTOP_NOTES_H

#include "tape/tape_writer.h"

/* What was noted already. */
struct notes;

/* NULL is allowed. */
void notes_free(struct notes *n);

/* The writer's; NULL before the first. */
struct notes **tape_notes(struct tape_writer *w);

/* The notes handed over before are written. */
bool tape_wants_notes(struct tape_writer *w);

/* To be run with the next commit. sql is malloc'ed and taken over. */
void tape_hand_notes(struct tape_writer *w, char *sql);

#endif
