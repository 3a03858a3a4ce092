/* SPDX-License-Identifier: GPL-2.0-only */
/* Watched processes: announced, forked, replaced by another program. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/inside.h"

/* /proc counts starts in hundredths of a second, the kernel's own events in nanoseconds. */
#define SAME_START_NS UINT64_C(100000000)

struct proc *model_find_proc(struct model *m, uint32_t pid)
{
	uint32_t at;

	return map_get(&m->procs_by_pid, pid, &at) ? &m->procs[at] : NULL;
}

const struct proc *model_find_gone(const struct model *m, uint32_t pid)
{
	uint32_t at;

	return map_get(&m->procs_by_pid, pid, &at) && m->procs[at].gone ? &m->procs[at] : NULL;
}

static bool same_start(uint64_t a_ns, uint64_t b_ns)
{
	return since_ns(a_ns, b_ns) + since_ns(b_ns, a_ns) <= SAME_START_NS;
}

static bool same_process(const struct proc *p, uint64_t start_ns)
{
	return !p->start_ns || !start_ns || same_start(p->start_ns, start_ns);
}

static bool has_ended(const struct model *m, uint32_t pid, uint64_t start_ns)
{
	for (uint32_t i = 0; start_ns && i < MODEL_ENDED; i++)
		if (m->ended[i].pid == pid && same_start(m->ended[i].start_ns, start_ns))
			return true;
	return false;
}

/* *ret_proc is NULL where there is no room. */
static int add_proc(struct model *m, uint32_t pid, uint64_t t_ns, struct proc **ret_proc)
{
	int ret = vec_grow(&m->procs, &m->procs_cap, m->procs_count,
		(struct vec_shape){sizeof(*m->procs), MODEL_PROCS});

	*ret_proc = NULL;
	if (ret == -ENOSPC) {
		m->dropped.procs++;
		return 0;
	}
	if (!ret)
		ret = map_put(&m->procs_by_pid, pid, m->procs_count);
	if (ret)
		return ret;
	*ret_proc = &m->procs[m->procs_count++];
	**ret_proc = (struct proc){.pid = pid, .seen_ns = t_ns, .blocked_syscall = -1};
	return 0;
}

void model_drop_proc(struct model *m, struct proc *p)
{
	uint32_t at = (uint32_t)(p - m->procs);
	uint32_t last = m->procs_count - 1;

	for (uint32_t i = 0; p->gone && i < m->gone_count; i++) {
		if (m->gone[i].pid != p->pid)
			continue;
		m->gone_count--;
		memmove(&m->gone[i], &m->gone[i + 1], (m->gone_count - i) * sizeof(m->gone[0]));
		break;
	}
	stacks_forget(m, &p->stacks);
	free(p->stderr_tail);
	free(p->waits);
	free(p->start);
	map_del(&m->procs_by_pid, p->pid);
	if (at != last) {
		*p = m->procs[last];
		/* Replaces a key that is there, which takes no memory. */
		map_put(&m->procs_by_pid, p->pid, at);
	}
	memset(&m->procs[last], 0, sizeof(*p));
	m->procs_count--;
}

int proc_lose(struct model *m, struct proc *p, uint64_t t_ns)
{
	const struct frame_exit unseen = {
		.h = {.kind = FRAME_EXIT, .size = sizeof(unseen), .pid = p->pid, .t_ns = t_ns},
		.syscall = -1,
		.flags = EXIT_STATUS_UNKNOWN,
	};
	struct pool *parent_of;
	int ret = 0;

	while ((parent_of = model_parent_pool(m, p->pid)))
		model_end_pool(m, parent_of, t_ns);
	if (p->pool)
		ret = model_end_worker(
			m, p, &unseen, (struct ending){.end = END_UNKNOWN, .loses = true});
	model_drop_proc(m, p);
	return ret;
}

int model_keep_gone(struct model *m, struct proc *p, const struct frame_exit *exit)
{
	uint32_t pid = p->pid;
	struct proc *oldest;

	if (!m->gone)
		m->gone = calloc(MODEL_GONE, sizeof(*m->gone));
	if (!m->gone)
		return -ENOMEM;
	if (m->gone_count == MODEL_GONE) {
		oldest = model_find_proc(m, m->gone[0].pid);
		m->dropped.procs++;
		if (oldest)
			model_drop_proc(m, oldest);
	}
	p = model_find_proc(m, pid);
	p->gone = true;
	m->gone[m->gone_count++] = (struct gone){.pid = pid, .exit = *exit};
	return 0;
}

const struct frame_exit *model_gone_exit(const struct model *m, uint32_t pid)
{
	for (uint32_t i = 0; i < m->gone_count; i++)
		if (m->gone[i].pid == pid)
			return &m->gone[i].exit;
	return NULL;
}

/* Makes room for a process of this identity: *ret_proc is it, if it is known. */
static int meet(
	struct model *m, uint32_t pid, uint64_t start_ns, uint64_t t_ns, struct proc **ret_proc)
{
	struct proc *p = model_find_proc(m, pid);
	int ret;

	if (p && !p->gone && same_process(p, start_ns)) {
		*ret_proc = p;
		return 0;
	}
	ret = p ? proc_lose(m, p, t_ns) : 0;
	return ret ? ret : add_proc(m, pid, t_ns, ret_proc);
}

static void inherit(struct proc *p, const struct proc *parent)
{
	p->uid = parent->uid;
	p->cmd = parent->cmd;
	p->exe = parent->exe;
	p->python = parent->python;
	p->cgroup = parent->cgroup;
	p->user = parent->user;
	p->flags = parent->flags;
}

int apply_fork(struct model *m, const struct frame *f)
{
	const struct frame_fork *fork = (const struct frame_fork *)f;
	const struct proc *parent;
	struct proc *p;
	int ret = meet(m, fork->child, fork->start_ns, f->t_ns, &p);

	if (ret || !p)
		return ret;
	p->ppid = f->pid;
	p->how = PROC_BORN;
	p->start_ns = fork->start_ns;
	p->forked_ns = f->t_ns;
	p->forked_by_tid = fork->tid;
	p->parent_threads = fork->parent_threads;
	parent = model_find_proc(m, f->pid);
	if (parent && !p->cmd)
		inherit(p, parent);
	text_clean(p->comm, sizeof(p->comm), fork->comm, sizeof(fork->comm), 0);
	start_served_first(m, p);
	return 0;
}

/* What a process forked before it became another program runs the old one: a shell that starts
 * Python by exec leaves children behind that are none of Python's. */
static void disown_children(struct model *m, uint32_t pid)
{
	for (uint32_t i = m->procs_count; i--;) {
		struct proc *c = &m->procs[i];

		if (c->ppid != pid)
			continue;
		if (c->gone)
			model_drop_proc(m, c);
		else
			c->execed = true;
	}
}

int apply_exec(struct model *m, const struct frame *f)
{
	const struct frame_exec *exec = (const struct frame_exec *)f;
	struct proc *p = model_find_proc(m, f->pid);

	if (!p) {
		m->dropped.orphan_frames++;
		return 0;
	}
	disown_children(m, f->pid);
	p = model_find_proc(m, f->pid);
	p->execed = true;
	p->flags = 0;
	p->cmd = p->exe = p->python = 0;
	p->ends_count = 0;
	p->ends_ns = 0;
	text_clean(p->comm, sizeof(p->comm), exec->comm, sizeof(exec->comm), 0);
	return start_exec(m, p, f->t_ns);
}

static bool same_text(const struct model *m, uint32_t a, uint32_t b)
{
	return a && b && (a == b || !strcmp(model_text(m, a, ""), model_text(m, b, "?")));
}

bool model_is_forked(const struct model *m, const struct proc *p)
{
	uint32_t at;

	if (p->forked_ns)
		return !p->execed;
	return map_get(&m->procs_by_pid, p->ppid, &at) && same_text(m, p->cmd, m->procs[at].cmd);
}

uint64_t proc_born_ns(const struct proc *p)
{
	if (p->forked_ns)
		return p->forked_ns;
	return p->start_ns ? p->start_ns : p->seen_ns;
}

static void refresh_pools(struct model *m, const struct proc *p)
{
	for (uint32_t i = 0; i < m->pools_count; i++) {
		struct pool *pool = &m->pools[i];

		if (pool->pid != p->pid || pool->ended_ns)
			continue;
		pool->command = p->cmd;
		pool->python = p->python ? p->python : pool->python;
		pool->user = p->user;
		pool->cgroup = p->cgroup;
	}
}

int apply_proc(struct model *m, const struct frame *f)
{
	const struct frame_proc *from = (const struct frame_proc *)f;
	struct proc *p;
	int ret;

	if (has_ended(m, f->pid, from->start_ns)) {
		m->dropped.orphan_frames++;
		return 0;
	}
	ret = meet(m, f->pid, from->start_ns, f->t_ns, &p);
	if (ret || !p)
		return ret;
	/* An orphan is given to another parent; what it was born of is what counts here. */
	if (!p->ppid || (!p->pool && !p->forked_ns))
		p->ppid = from->ppid;
	if (!p->how)
		p->how = from->how == PROC_BORN ? PROC_BORN : PROC_FOUND;
	if (!p->start_ns)
		p->start_ns = from->start_ns;
	p->uid = from->uid;
	p->threads = from->threads;
	p->flags = from->flags;
	p->quota_milli = from->quota_milli;
	p->quota_cgroup = from->quota_cgroup;
	p->cmd = from->cmd ? from->cmd : p->cmd;
	p->exe = from->exe ? from->exe : p->exe;
	p->python = from->python ? from->python : p->python;
	p->cgroup = from->cgroup ? from->cgroup : p->cgroup;
	p->user = from->user ? from->user : p->user;
	text_clean(p->comm, sizeof(p->comm), from->comm, sizeof(from->comm), 0);
	if (!p->forked_ns)
		p->execed = model_find_proc(m, p->ppid) && !model_is_forked(m, p);
	refresh_pools(m, p);
	return 0;
}

int apply_exit(struct model *m, const struct frame *f)
{
	const struct frame_exit *exit = (const struct frame_exit *)f;

	if (!model_find_proc(m, f->pid))
		m->dropped.orphan_frames++;
	m->ended[m->ended_head++ % MODEL_ENDED] =
		(struct ended_proc){.pid = f->pid, .start_ns = exit->start_ns};
	return 0;
}
