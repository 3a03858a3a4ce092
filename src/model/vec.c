/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/inside.h"

int vec_grow(void *vec, uint32_t *cap, uint32_t count, struct vec_shape shape)
{
	uint32_t more = *cap ? 2 * *cap : 8;
	char *old, *grown;

	if (shape.bound && count >= shape.bound)
		return -ENOSPC;
	if (count < *cap)
		return 0;
	memcpy(&old, vec, sizeof(old));
	grown = reallocarray(old, more, shape.size);
	if (!grown)
		return -ENOMEM;
	memset(grown + *cap * shape.size, 0, (more - *cap) * shape.size);
	memcpy(vec, &grown, sizeof(grown));
	*cap = more;
	return 0;
}
