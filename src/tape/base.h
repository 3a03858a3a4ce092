/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What must stay of segments that are dropped, so that the rest can be replayed: the session, all
 * texts, what is missing, what was lost, and of the processes that live at that point how they
 * came to be and what they hold. What the dropped messages added up to is not in it: a replay
 * counts tasks from the first segment that is left. For src/tape, and for what else drops the
 * oldest frames (app/reel.h).
 */
#ifndef POOLTOP_BASE_H
#define POOLTOP_BASE_H

#include <stddef.h>

#include "base/buf.h"

enum { BASE_MAX = 8 << 20 }; /* bytes; then the oldest texts go and are counted as lost */

/*
 * frames: whole frames one after another, an earlier base first. Leaves what must stay, in the
 * same order, in at most `limit` bytes. 0, or -ENOMEM with frames as they were.
 */
int base_compact(struct buf *frames, size_t limit);

#endif
