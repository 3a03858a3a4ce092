/* SPDX-License-Identifier: GPL-2.0-only */
/* Who was gone before watching began: what it takes to read that. */
#ifndef POOLTOP_DEPARTED_H
#define POOLTOP_DEPARTED_H

#include "base/err.h"

/* The kernel's log, from its beginning, non-blocking; or -errno with *why: what to do. */
int departed_open_log(struct err *why);

#endif
