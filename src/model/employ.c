/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a worker was started, and for whom it works, by command lines (../shared/ref/
 * wire-format.md 7.3). Between a worker and the pool's parent may stand the fork server; the
 * trackers of semaphores, and the fork server itself, work for nobody.
 */
#include <string.h>

#include "model/inside.h"

static const char server_mark[] = ".forkserver import main";

static const struct {
	const char *has;
	enum start_method method;
} signs[] = {
	{"loky.backend.popen_loky_posix", START_LOKY},
	{".spawn import spawn_main", START_SPAWN},
	{"--multiprocessing-fork", START_SPAWN},
};

static const struct proc *find_proc(const struct model *m, uint32_t pid)
{
	const struct proc *p = model_proc(m, pid);

	return p ? p : model_find_gone(m, pid);
}

static bool has_server_mark(const struct model *m, const struct proc *p)
{
	return p && strstr(model_text(m, p->cmd, ""), server_mark);
}

/* What a fork server forks has its command line, and is a worker. */
static bool is_server(const struct model *m, const struct proc *p)
{
	return has_server_mark(m, p) && !model_is_forked(m, p);
}

enum start_method start_of(const struct model *m, const struct proc *c)
{
	const char *cmd = model_text(m, c->cmd, "");

	if (model_is_forked(m, c))
		return is_server(m, find_proc(m, c->ppid)) ? START_FORKSERVER : START_FORK;
	for (unsigned int i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (strstr(cmd, signs[i].has))
			return signs[i].method;
	return START_UNKNOWN;
}

bool is_hireable(const struct model *m, const struct proc *c)
{
	return start_of(m, c) != START_UNKNOWN;
}

uint32_t employer_of(const struct model *m, const struct proc *c)
{
	const struct proc *parent = find_proc(m, c->ppid);

	return is_server(m, parent) ? parent->ppid : c->ppid;
}
