/* SPDX-License-Identifier: GPL-2.0-only */
/* Says after each frame what it shows of pools: that there is one, who works for it, which of
 * its workers ended and how, and in which state it is. */
#ifndef POOLTOP_CLASSIFY_H
#define POOLTOP_CLASSIFY_H

#include "model/change.h"

/* f was folded in by model_apply() just before. 0 or -ENOMEM. */
int pool_classify(struct model *m, const struct frame *f);

/* It has children that could be workers and shares pipes with them: whether they are a pool, and
 * of which kind, only their messages will say (most kinds' workers keep both ends of all pipes). */
bool pool_is_suspected(const struct model *m, uint32_t pid);

#endif
