/* SPDX-License-Identifier: GPL-2.0-only */
/* What the model's own code relies on between its members, and no single row can tell. Inside of
 * src/image. */
#ifndef POOLTOP_SOUND_H
#define POOLTOP_SOUND_H

#include "model/model.h"

/* Each value is possible by its row; maps are not yet made. */
bool is_sound(const struct model *m);

#endif
