/* SPDX-License-Identifier: GPL-2.0-only */
#include "app/target.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "app/feed.h"
#include "config.h"
#include "pool/classify.h"

/* A pool that was made a moment ago looks like none yet: its workers have still to close the ends
 * of pipes that they do not need, and on a busy machine that takes a while. */
#define GROWN_NS 120000000
enum {
	LOOKS = 4,
	FEW = 16, /* of one program: its parent and its eldest children show what it is */
};

/* There is a child that may yet turn out to be a worker: a newborn, or, where no pool was found in
 * the one program that was asked for, any. */
static bool is_worth_a_look(const struct model *m, bool one_program)
{
	for (uint32_t i = 0; i < m->procs_count; i++) {
		const struct proc *p = &m->procs[i];

		if (p->pool || !model_proc(m, p->ppid))
			continue;
		if (p->start_ns + GROWN_NS > m->now_ns || (one_program && !m->pools_count))
			return true;
	}
	return false;
}

static int look(uint32_t pid, uint32_t first_looks, struct session *ret_session, struct err *err)
{
	struct live_options lo = {.pids = &pid,
		.pids_count = pid != 0,
		.all = !pid,
		.no_bpf = true,
		.first_looks = first_looks,
		.interval_ms = 1000,
		.version = PACKAGE_VERSION};
	struct live *live;
	int ret = session_init(ret_session);

	if (ret)
		return err_set(err, ret, ERR_FAILED, "out of memory");
	ret = live_open(&lo, &live, err);
	if (ret)
		goto fail;
	live_tick(live);
	ret = feed_all(live_source(live), ret_session, err);
	live_free(live);
	if (!ret)
		return 0;
fail:
	session_release(ret_session);
	return ret;
}

int glance(uint32_t pid, uint32_t first_looks, struct session *ret_session, struct err *err)
{
	const struct timespec grow_up = {.tv_nsec = GROWN_NS};
	int ret = look(pid, first_looks, ret_session, err);

	for (int looks = 1; !ret && looks < LOOKS && is_worth_a_look(&ret_session->model, pid);
		looks++) {
		session_release(ret_session);
		nanosleep(&grow_up, NULL);
		ret = look(pid, first_looks, ret_session, err);
	}
	return ret;
}

static int is_not_pool(uint32_t pid, const struct session *s, struct err *err)
{
	const struct proc *p = model_proc(&s->model, pid);
	char path[32];

	snprintf(path, sizeof(path), "/proc/%u/fd", pid);
	if (access(path, R_OK))
		return err_set(err, -EACCES, ERR_PERMISSION,
			"process %u belongs to %s, and this user may not look at it "
			"(CAP_SYS_PTRACE, "
			"CAP_DAC_READ_SEARCH): run pooltop as root (sudo)",
			pid, p ? model_text(&s->model, p->user, "somebody else") : "somebody else");
	return err_set(err, -ESRCH, ERR_NO_TARGET,
		"process %u (%s) is no process pool's parent or worker: see `pooltop list`", pid,
		p ? p->comm : "?");
}

/* With BPF, one that only looks as if it could be one is watched: its messages will tell. */
static bool may_be_pool(uint32_t pid, uint32_t program, const struct session *s, bool no_bpf)
{
	return model_pool_of(&s->model, pid) || model_pool_of(&s->model, program) ||
	       (!no_bpf && pool_is_suspected(&s->model, program));
}

static int read_one(const struct options *o, const char *text, uint32_t *ret_asked,
	uint32_t *ret_program, struct err *err)
{
	uint32_t pid, program;
	struct session s;
	int ret = options_pid(text, &pid, err);

	if (ret)
		return ret;
	program = live_program_of(pid);
	if (!program)
		return err_set(err, -ESRCH, ERR_NO_TARGET,
			"there is no process %u: see `pooltop list`", pid);
	ret = glance(program, FEW, &s, err);
	if (ret)
		return ret;
	if (!may_be_pool(pid, program, &s, o->no_bpf))
		ret = is_not_pool(pid, &s, err);
	session_release(&s);
	*ret_asked = pid;
	*ret_program = program;
	return ret;
}

int targets_read(const struct options *o, struct targets *ret_targets, struct err *err)
{
	struct targets t = {0};
	int ret;

	for (int i = 0; i < o->args_count; i++) {
		if (t.count == TARGETS_MAX)
			return err_set(err, -E2BIG, ERR_USAGE,
				"at most %d process ids: without any, all pools are watched",
				TARGETS_MAX);
		ret = read_one(o, o->args[i], &t.asked[t.count], &t.pids[t.count], err);
		if (ret)
			return ret;
		t.count++;
	}
	*ret_targets = t;
	return 0;
}

int targets_open(
	const struct options *o, const struct targets *t, struct live **ret_live, struct err *err)
{
	struct live_options lo = {.pids = t->pids,
		.pids_count = t->count,
		.no_bpf = o->no_bpf,
		.exact = o->exact,
		.all = !t->count,
		.budget = o->budget,
		.interval_ms = o->interval_ms,
		.version = PACKAGE_VERSION};

	return live_open(&lo, ret_live, err);
}
