/* SPDX-License-Identifier: GPL-2.0-only */
#include "pool/kind.h"

#include <string.h>

static const struct pool_kind *const kinds[] = {
	&pool_kind_pool,
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

const struct pool_kind *pool_kind_of_task(unsigned int shape)
{
	for (unsigned int i = 0; i < KINDS; i++)
		if (kinds[i]->task_shape == shape)
			return kinds[i];
	return NULL;
}

const struct pool_kind *pool_kind_of_result(unsigned int shape)
{
	for (unsigned int i = 0; i < KINDS; i++)
		if (kinds[i]->result_shape == shape)
			return kinds[i];
	return NULL;
}
