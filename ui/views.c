/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "ui/view.h"

const struct view *const views[] = {
	&view_overview,
	&view_workers,
	&view_tasks,
	&view_traffic,
	&view_deaths,
	&view_startup,
	&view_stacks,
	&view_cores,
	&view_traps,
	&view_help,
	&view_pools,
	&view_worker,
	&view_func,
	&view_death,
	&view_stack,
	&view_failure,
	&view_trap,
	NULL,
};

const struct view *view_named(const char *name)
{
	for (unsigned int i = 0; views[i]; i++)
		if (!strcmp(views[i]->name, name))
			return views[i];
	return NULL;
}

const struct view *view_by_key(uint32_t code)
{
	if (code > KEY_CODE_F && code <= KEY_CODE_F + 9)
		code = '0' + code - KEY_CODE_F;
	for (unsigned int i = 0; views[i]; i++)
		if (views[i]->key && views[i]->key == code)
			return views[i];
	return NULL;
}
