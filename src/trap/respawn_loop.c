/* SPDX-License-Identifier: GPL-2.0-only */
/* Workers end before their first task and are replaced, over and over. */
#include <inttypes.h>
#include <stdio.h>

#include "base/fmt.h"
#include "trap/trap.h"

/* A first set that dies may be bad luck; a replacement's replacement that dies too is none. */
enum { LEAST_ENDS = 3, LEAST_GENERATION = 3 };

static const struct death *last_stillborn(const struct pool *p)
{
	for (uint32_t i = p->deaths_count; i--;)
		if (!p->deaths[i].hand.has)
			return &p->deaths[i];
	return NULL;
}

static void judge(const struct model *m, const struct pool *p, struct trap_sink *sink)
{
	const struct death *d = last_stillborn(p);
	uint64_t span_ns = p->stillborn_last_ns - p->stillborn_first_ns;
	char how[48] = "", span[FMT_MAX], signal[16];
	struct exception_said said;
	struct finding *f;

	(void)m;
	if (p->stillborn < LEAST_ENDS || p->stillborn_generation < LEAST_GENERATION)
		return;
	f = trap_find(sink, 0);
	if (!f)
		return;
	f->severity = SEVERITY_CRITICAL;
	f->since_ns = p->stillborn_first_ns;
	if (d && d->status & 0x7f)
		snprintf(how, sizeof(how), ", the last by %s",
			signal_name(d->status & 0x7f, signal));
	else if (d)
		snprintf(how, sizeof(how), ", the last with status %u", d->status >> 8 & 0xff);
	snprintf(f->text, sizeof(f->text),
		"%" PRIu64
		" workers ended before their first task, in %s, and were replaced over and "
		"over%s",
		p->stillborn, fmt_duration(span, span_ns), how);
	if (d && death_exception(d, &said))
		snprintf(f->advice, sizeof(f->advice),
			"what they run before their first task, most often the pool's initializer, "
			"raises %.50s: %.80s",
			said.type, said.message);
	else
		snprintf(f->advice, sizeof(f->advice),
			"most often the pool's initializer raises: see the traceback on standard "
			"error; nothing will run until it is mended");
	trap_evidence(f, "ends", (double)p->stillborn);
	trap_evidence(f, "generations", p->stillborn_generation);
	trap_evidence(f, "span_ns", (double)span_ns);
}

const struct trap_rule trap_respawn_loop = {
	.id = "respawn-loop",
	.judge = judge,
};
