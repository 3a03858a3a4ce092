/* SPDX-License-Identifier: GPL-2.0-only */
/* Functions of a pool, by name. */
#include "model/inside.h"

struct func *func_get(struct model *m, struct pool *p, uint32_t name)
{
	uint32_t at;

	(void)m;
	if (map_get(&p->funcs_by_name, name, &at))
		return &p->funcs[at];
	/* The last one stands for all that have no place of their own. */
	if (p->funcs_count >= MODEL_FUNCS - 1 && name != MODEL_TEXT_OTHERS)
		return func_get(m, p, MODEL_TEXT_OTHERS);
	if (vec_grow(&p->funcs, &p->funcs_cap, p->funcs_count,
		    (struct vec_shape){sizeof(*p->funcs), MODEL_FUNCS}) ||
		map_put(&p->funcs_by_name, name, p->funcs_count))
		return NULL;
	p->funcs[p->funcs_count] = (struct func){.name = name};
	return &p->funcs[p->funcs_count++];
}
