/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef POOLTOP_STALL_SHEET_H
#define POOLTOP_STALL_SHEET_H

#include "ui/sheet.h"

/* What every process of a pool that does not move waits in, on what, and since when. */
void stall_sheet(const struct model *m, const struct pool *p, struct sheet *sheet);

#endif
