/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A worker that is started by spawn or forkserver runs the main script's top level again. Where
 * that makes a pool, for want of `if __name__ == "__main__":`, the worker dies of it before its
 * first task (CPython Lib/multiprocessing/spawn.py, _check_not_importing_main).
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "trap/trap.h"

static void judge(const struct model *m, const struct pool *p, struct trap_sink *sink)
{
	const struct death *newest = NULL;
	uint64_t since_ns = 0;
	uint32_t count = 0;
	struct finding *f;

	for (uint32_t i = p->deaths_count; i--;) {
		const struct death *d = &p->deaths[i];

		if (d->hand.has || !d->stderr_tail ||
			!strstr(d->stderr_tail, "bootstrapping phase"))
			continue;
		newest = newest ? newest : d;
		since_ns = d->t_ns;
		count++;
	}
	f = count ? trap_find(sink, 0) : NULL;
	if (!f)
		return;
	f->severity = SEVERITY_CRITICAL;
	f->since_ns = since_ns;
	snprintf(f->text, sizeof(f->text),
		"%" PRIu32
		" worker%s died while running %.90s again: its top level starts processes "
		"in the worker too",
		count, count == 1 ? "" : "s", model_text(m, p->command, "the main script"));
	snprintf(f->advice, sizeof(f->advice),
		"put what starts the pool under `if __name__ == \"__main__\":`; a worker started "
		"by "
		"%s imports the script",
		start_method_name(p->start_method) ? start_method_name(p->start_method) : "spawn");
	trap_evidence(f, "deaths", count);
	trap_evidence(f, "pid", newest->pid);
}

const struct trap_rule trap_main_rerun = {
	.id = "main-rerun",
	.judge = judge,
};
