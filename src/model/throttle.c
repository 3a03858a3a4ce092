/* SPDX-License-Identifier: GPL-2.0-only */
/* What quotas of cgroups have kept pools from. */
#include "model/inside.h"

/* One of too many makes room: the one that was told of longest ago. */
static struct throttle *place_of(struct model *m, uint32_t cgroup)
{
	struct throttle *oldest = &m->throttles[0];

	for (unsigned int i = 0; i < MODEL_THROTTLES; i++) {
		struct throttle *t = &m->throttles[i];

		if (t->cgroup == cgroup)
			return t;
		if (t->t_ns < oldest->t_ns)
			oldest = t;
	}
	*oldest = (struct throttle){0};
	return oldest;
}

static bool is_in(const struct proc *proc, uint32_t cgroup)
{
	return proc && proc->quota_cgroup == cgroup;
}

static bool is_pools(const struct model *m, const struct pool *p, uint32_t cgroup)
{
	if (is_in(model_proc(m, p->pid), cgroup))
		return true;
	for (uint32_t i = 0; i < p->workers_count; i++)
		if (!p->workers[i].ended_ns && is_in(model_proc(m, p->workers[i].pid), cgroup))
			return true;
	return false;
}

int apply_throttle(struct model *m, const struct frame *frame)
{
	const struct frame_throttle *f = (const struct frame_throttle *)frame;
	struct throttled now = {f->throttled_ns, f->periods, f->throttled}, then;
	struct throttle *t;

	if (!f->cgroup)
		return 0;
	t = place_of(m, f->cgroup);
	/* What was before it was looked at first is nobody's that is watched. */
	then = t->cgroup ? t->sums : now;
	*t = (struct throttle){f->cgroup, frame->t_ns, now};
	for (uint32_t i = 0; i < m->pools_count; i++) {
		struct pool *p = &m->pools[i];

		if (p->ended_ns || !is_pools(m, p, f->cgroup))
			continue;
		p->has_quota = true;
		p->throttled.ns += since_ns(now.ns, then.ns);
		p->throttled.periods += since_ns(now.periods, then.periods);
		p->throttled.times += since_ns(now.times, then.times);
	}
	return 0;
}
