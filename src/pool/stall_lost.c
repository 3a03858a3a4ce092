/* SPDX-License-Identifier: GPL-2.0-only */
/* Rule A: a task went with its worker, and there is nothing else to do. */
#include <inttypes.h>
#include <stdio.h>

#include "pool/stall.h"

/* So many ticks without anything on its way or in hand. */
enum { QUIET_TICKS = 2 };

static bool judge(const struct model *m, const struct pool *p, struct stall *ret)
{
	const struct lost_task *lost = p->lost_count ? &p->lost[p->lost_count - 1] : NULL;

	if (p->totals.lost <= p->forgiven_lost || !lost || p->quiet_ticks <= QUIET_TICKS ||
		p->closing)
		return false;
	ret->since_ns = lost->t_ns;
	snprintf(ret->text, sizeof(ret->text),
		"task %" PRId64 "/%" PRId32 " of %.100s went with %" PRIu32
		": its caller waits for ever, and there is nothing else to do",
		lost->key.job, lost->key.chunk, model_text(m, lost->func, "an unknown function"),
		lost->pid);
	return true;
}

const struct stall_rule stall_lost_task = {
	.letters = "A",
	.reason = "lost-task",
	.judge = judge,
};
