/* SPDX-License-Identifier: GPL-2.0-only */
/* Stacks of threads as lines of a sheet. */
#ifndef POOLTOP_STACK_SHEET_H
#define POOLTOP_STACK_SHEET_H

#include "ui/sheet.h"

/* What a worker was doing when it died: the stack that tells most first, then its other threads'.
 * Nothing if none was read. */
void stack_sheet_death(const struct model *m, const struct death *d, struct sheet *sheet);

/* Its innermost frames, at most `most`, from column `indent` on. */
void stack_sheet_inner(const struct model *m, const struct stack *s, uint32_t most, int indent,
	struct sheet *sheet);

/* What a thread does, as it was sampled. */
void stack_sheet_now(const struct model *m, const struct stack *s, struct sheet *sheet);

#endif
