/* SPDX-License-Identifier: GPL-2.0-only */
/* How a terminal is told to write in a style: ECMA-48's SGR, in the fewest bytes. */
#ifndef POOLTOP_INK_H
#define POOLTOP_INK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ui/style.h"

enum { INK_BYTES = 64 }; /* of one change at most, with its terminating 0 */

struct inks {
	struct look look[STYLES];
	uint8_t same[STYLES]; /* the first style that looks like this one */
	bool fills[STYLES]; /* it is seen on blanks too */
	uint8_t cost[STYLES][STYLES]; /* bytes from one to another */
};

/* looks: STYLES of them; the first is the terminal's own. */
void inks_init(struct inks *inks, const struct look *looks);

/* What turns one style into another; returns its length, 0 where they look the same. */
size_t ink_change(const struct inks *inks, enum style from, enum style to, char to_say[INK_BYTES]);

#endif
