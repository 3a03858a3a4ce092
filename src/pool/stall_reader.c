/* SPDX-License-Identifier: GPL-2.0-only */
/* Rule F: the parent's thread that reads results has ended. */
#include <inttypes.h>
#include <stdio.h>

#include "pool/stall.h"

static bool judge(const struct model *m, const struct pool *p, struct stall *ret)
{
	uint64_t gone_ns = pool_reader_gone_ns(p, m->now_ns);

	if (!gone_ns || !pool_in_flight(p) || p->kind != pool_kind_pool.name)
		return false;
	ret->since_ns = gone_ns;
	snprintf(ret->text, sizeof(ret->text),
		"the parent's thread that reads results has ended: nothing returns any more, "
		"%" PRIu64 " tasks wait for ever",
		pool_in_flight(p));
	return true;
}

const struct stall_rule stall_reader = {
	.letters = "F",
	.reason = "result-handler-died",
	.judge = judge,
};
