/* SPDX-License-Identifier: GPL-2.0-only */
/* How a worker was started, by its command line (../shared/ref/wire-format.md 7.3). */
#include <string.h>

#include "pool/inside.h"

static const struct {
	const char *has;
	enum start_method method;
} signs[] = {
	{"loky.backend.popen_loky_posix", START_LOKY},
	{"multiprocessing.forkserver import main", START_FORKSERVER},
	{"multiprocessing.spawn import spawn_main", START_SPAWN},
	{"--multiprocessing-fork", START_SPAWN},
};

enum start_method start_of(const struct model *m, const struct proc *c)
{
	const char *cmd = model_text(m, c->cmd, "");

	for (unsigned int i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (strstr(cmd, signs[i].has))
			return signs[i].method;
	return model_is_forked(m, c) ? START_FORK : START_UNKNOWN;
}
