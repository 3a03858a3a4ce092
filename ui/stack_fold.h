/* SPDX-License-Identifier: GPL-2.0-only */
/* Stacks of a pool that are seen now; equal ones are one row, the one that is so longest leads. */
#ifndef POOLTOP_STACK_FOLD_H
#define POOLTOP_STACK_FOLD_H

#include "model/model.h"

/* A living process of the pool's is there now. */
bool stack_is_now(const struct model *m, const struct pool *p, const struct stack *s);

/* The next from slot *at on that is the same as s, line by line, by a process with the same part in
 * the pool that does the same; s itself is none. NULL: no more. *at is behind it then. */
const struct stack *stack_next_same(
	const struct model *m, const struct pool *p, const struct stack *s, uint32_t *at);

/* None of those has been so for longer. */
bool stack_leads(const struct model *m, const struct pool *p, const struct stack *s);

/* Its worker waits for a task, or it is a thread beside the work that waits. */
bool stack_is_idle(const struct model *m, const struct pool *p, const struct stack *s);

#endif
