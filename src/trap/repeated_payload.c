/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The same long argument goes out with task after task. Two messages are held to carry the same
 * when samples at some thirty places of them are equal, and their lengths nearly so; an argument
 * in which little differs from task to task is not told apart from one that is the same.
 */
#include <inttypes.h>
#include <stdio.h>

#include "trap/words.h"
#include "trap/trap.h"

#define LEAST_BYTES (16 << 20)
#define MANY_BYTES (64 << 20)

enum { LEAST_TASKS = 8 };

static const struct payload *worst(const struct func *func)
{
	const struct payload *worst = NULL;

	for (unsigned int i = 0; i < PACE_PAYLOADS; i++) {
		const struct payload *a = &func->pace.payloads[i];

		if (a->tasks >= LEAST_TASKS && (!worst || a->bytes_all > worst->bytes_all))
			worst = a;
	}
	return worst && worst->bytes_all >= LEAST_BYTES ? worst : NULL;
}

/* How long it would take without: the parent sends nothing and no worker waits for it. */
static double then_ns(const struct pool *p, const struct pace_sums *s)
{
	double workers = p->workers_alive ? p->workers_alive : p->first_size;
	double then = (double)s->run_ns / (workers > 0 ? workers : 1);
	double least = (double)s->active_ns - (double)s->handover_ns - (double)s->parent_ns;

	return then > least ? then : least;
}

static void word(const struct model *m, const struct pool *p, const struct func *func,
	const struct payload *a, struct finding *f)
{
	const struct pace_sums *s = &func->pace.sums;
	double then = then_ns(p, s), now = (double)s->active_ns;
	char bytes[FMT_MAX], tasks[FMT_MAX], all[FMT_MAX], time[FMT_MAX], less[FMT_MAX];
	double share = (double)s->handover_ns / (double)(s->handover_ns + s->run_ns + 1);
	int len;

	snprintf(f->text, sizeof(f->text),
		"the same %s goes out with task after task of %.80s (%s times, %s in all): workers "
		"wait for it %.0f %% of their time",
		fmt_bytes(bytes, a->bytes), model_text(m, func->name, "an unknown function"),
		fmt_count(tasks, a->tasks), fmt_bytes(all, a->bytes_all), 100 * share);
	len = snprintf(f->advice, sizeof(f->advice),
		"give it to each worker once, by the pool's initializer, or send a path or shared "
		"memory instead");
	if (then < 0.95 * now)
		snprintf(f->advice + len, sizeof(f->advice) - (size_t)len,
			": %s would become about %s", words_duration(time, now),
			words_duration(less, then));
	if (a->bytes_all < MANY_BYTES && share < 0.1)
		f->severity = SEVERITY_INFO;
	trap_evidence(f, "payload_bytes", (double)a->bytes);
	trap_evidence(f, "tasks", (double)a->tasks);
	trap_evidence(f, "all_bytes", (double)a->bytes_all);
	trap_evidence(f, "waiting_share", share);
	trap_evidence(f, "parent_ns", (double)s->parent_ns);
	trap_evidence(f, "now_ns", now);
	trap_evidence(f, "then_ns", then < now ? then : now);
}

static void judge(const struct model *m, const struct pool *p, struct trap_sink *sink)
{
	for (uint32_t i = 0; i < p->funcs_count; i++) {
		const struct payload *a = worst(&p->funcs[i]);
		struct finding *f = a ? trap_find(sink, p->funcs[i].name) : NULL;

		if (!f)
			continue;
		f->since_ns = a->first_ns;
		word(m, p, &p->funcs[i], a, f);
	}
}

const struct trap_rule trap_repeated_payload = {
	.id = "repeated-payload",
	.judge = judge,
};
