/* SPDX-License-Identifier: GPL-2.0-only */
/* How long the quotas of cgroups have kept watched processes from cores. */
#include <string.h>

#include "live/limits.h"
#include "live/state.h"

/* Its place; of too many the one that was looked at longest ago makes room. */
static struct throttle_seen *seen_of(struct live *l, uint32_t cgroup)
{
	struct throttle_seen *oldest = &l->quotas[0];

	for (uint32_t i = 0; i < LIVE_QUOTAS; i++) {
		struct throttle_seen *seen = &l->quotas[i];

		if (seen->cgroup == cgroup)
			return seen;
		if (seen->looked_ns < oldest->looked_ns)
			oldest = seen;
	}
	*oldest = (struct throttle_seen){.cgroup = cgroup};
	return oldest;
}

void throttle_look(struct live *l, const struct known *k)
{
	struct throttle_seen *seen = k->quota_cgroup ? seen_of(l, k->quota_cgroup) : NULL;
	struct frame_throttle f = {
		.h = {.kind = FRAME_THROTTLE, .pid = k->pid, .t_ns = l->now_ns},
		.cgroup = k->quota_cgroup,
	};
	struct quota_times now;

	if (!seen || seen->looked_ns == l->now_ns)
		return;
	seen->looked_ns = l->now_ns;
	if (!limits_throttled(texts_get(&l->texts, k->quota_cgroup), &now) ||
		(seen->is_told && now.periods == seen->periods && now.ns == seen->ns))
		return;
	seen->is_told = true;
	seen->periods = now.periods;
	seen->ns = now.ns;
	f.throttled_ns = now.ns;
	f.periods = now.periods;
	f.throttled = now.throttled;
	outbox_put(&l->out, &f.h, sizeof(f), NULL, 0);
}

void throttle_put(struct live *l)
{
	for (uint32_t i = 0; i < l->known_top; i++)
		if (l->known[i].pid)
			throttle_look(l, &l->known[i]);
}
