/* SPDX-License-Identifier: GPL-2.0-only */
#include "pool/kind.h"

#include <string.h>

static const struct pool_kind *const kinds[] = {
	&pool_kind_pool,
	&pool_kind_loky, /* before the executor: their messages have the same shapes */
	&pool_kind_executor,
	&pool_kind_billiard,
	&pool_kind_dataloader,
	&pool_kind_process,
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

const struct pool_kind *pool_kind_at(unsigned int index)
{
	return index < KINDS ? kinds[index] : NULL;
}

const struct pool_kind *pool_kind_named(const char *name)
{
	for (unsigned int i = 0; i < KINDS; i++)
		if (!strcmp(kinds[i]->name, name))
			return kinds[i];
	return NULL;
}

const struct pool_kind *pool_kind_of_role(const struct proc *c)
{
	for (unsigned int i = 0; i < KINDS; i++)
		if (c->flags & kinds[i]->role)
			return kinds[i];
	return NULL;
}

static bool is_kind(const struct pool_kind *kind, const struct model *m, const struct frame_msg *f,
	const struct proc *by)
{
	return !kind->is_kind || kind->is_kind(m, f, by);
}

const struct pool_kind *pool_kind_of_task(
	const struct model *m, const struct frame_msg *f, const struct proc *by)
{
	for (unsigned int i = 0; i < KINDS; i++)
		if (f->shape && kinds[i]->task_shape == f->shape && is_kind(kinds[i], m, f, by))
			return kinds[i];
	return NULL;
}

const struct pool_kind *pool_kind_of_result(
	const struct model *m, const struct frame_msg *f, const struct proc *by)
{
	for (unsigned int i = 0; i < KINDS; i++)
		if (f->shape && kinds[i]->result_shape == f->shape && is_kind(kinds[i], m, f, by))
			return kinds[i];
	return NULL;
}
