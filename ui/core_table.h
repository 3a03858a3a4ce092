/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of the view Cores. */
#ifndef POOLTOP_CORE_TABLE_H
#define POOLTOP_CORE_TABLE_H

#include "ui/glyph.h"
#include "ui/table.h"

/* The ticks that shares are means of. */
extern const struct core_span core_span_now;

extern const struct table table_cores;

/* Of the core that x is about, over the newest ticks; false: not known. */
bool core_shares(const struct subject *x, struct core_shares *ret_shares);
/* Who has most of it; what is stolen is other's. */
enum core_part core_dominant(const struct core_shares *x);
/* How the pool's part of a core is known at all. */
bool core_knows_pool(const struct model *m, const struct pool *p);

#endif
