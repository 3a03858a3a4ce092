/* SPDX-License-Identifier: GPL-2.0-only */
/* What the terminal of the current ncurses screen can do, by its description. */
#ifndef POOLTOP_TERM_CAPS_H
#define POOLTOP_TERM_CAPS_H

#include <stdbool.h>

/* ncurses takes any terminal, and then cannot paint on it. */
bool caps_paints(void);

/* The capability is there, and is that. */
bool caps_has(const char *name, const char *wanted);

/* It understands what squeeze() writes. */
bool caps_squeezes(void);

/* And what paint() writes besides. */
bool caps_changes(void);

/* It inserts and deletes lines as ECMA-48 has it. */
bool caps_shifts(void);

/* Colours, as ECMA-48 and xterm have them: once they were started. */
bool caps_colours(void);

#endif
