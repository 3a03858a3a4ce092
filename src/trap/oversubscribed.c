/* SPDX-License-Identifier: GPL-2.0-only */
/* Far more threads of the pool want a core than it may use (model/demand.h). */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "base/fmt.h"
#include "model/demand.h"
#include "trap/trap.h"

#define LEAST_NS 3e9

/* Whose threads they are: "started by OpenMP". */
static const char *starters(const struct pool *p, char *buf, size_t size)
{
	char names[48];

	if (model_demand_is_python(p))
		return "threads of the tasks' own Python code";
	snprintf(buf, size, "started by %s", model_demand_starters(p, names, sizeof(names)));
	return buf;
}

static void advise(const struct pool *p, const struct demand *d, struct finding *f)
{
	bool one = d->cores < 2 * d->workers;
	const char *set;

	if (d->more < d->mains)
		snprintf(f->advice, sizeof(f->advice),
			"%.0f worker%s the cores; more of them only wait for each other",
			ceil(d->cores), d->cores > 1 ? "s fill" : " fills");
	else if (model_demand_is_python(p))
		snprintf(f->advice, sizeof(f->advice),
			"%.0f thread%s per worker fit: let the tasks start no more",
			one ? 1 : d->cores / d->workers, one ? "" : "s");
	else {
		set = p->load.libraries & PROC_TORCH
			      ? "call torch.set_num_threads() in the initializer, or set "
				"OMP_NUM_THREADS before the workers start"
			      : "set OMP_NUM_THREADS, OPENBLAS_NUM_THREADS and MKL_NUM_THREADS "
				"before the workers start, or use threadpoolctl";
		snprintf(f->advice, sizeof(f->advice), "%.0f thread%s per worker fit: %s",
			one ? 1 : d->cores / d->workers, one ? "" : "s", set);
	}
}

static void word(const struct pool *p, const struct demand *d, struct finding *f)
{
	char names[64];

	snprintf(f->text, sizeof(f->text),
		"%.0f threads want %.1f cores, %s%s: a worker that could run waits %.0f %% of its "
		"time",
		d->mains + d->more, d->cores,
		d->more < d->mains ? "one for each worker" : "most of them ",
		d->more < d->mains ? "" : starters(p, names, sizeof(names)), 100.0 * d->waiting);
	advise(p, d, f);
	trap_evidence(f, "threads", d->mains + d->more);
	trap_evidence(f, "cores", d->cores);
	trap_evidence(f, "threads_of_libraries", d->more);
	trap_evidence(f, "cores_used", d->used);
	trap_evidence(f, "workers", d->workers);
	trap_evidence(f, "waiting_share", d->waiting);
}

static void judge(const struct model *m, const struct pool *p, struct trap_sink *sink)
{
	const struct load_sums *s = &p->load.sums;
	double times = trap_stands(sink, 0) ? 2.5 : 3;
	/* Others may use the machine too; but while cores are idle nobody waits for one. */
	bool no_idle = (double)s->idle_ns < 0.1 * m->session.cpus * (double)s->ns;
	struct finding *f;
	struct demand d;

	if (!model_demand(m, p, &d) || (double)s->work_ns < LEAST_NS ||
		d.mains + d.more < times * d.cores || (d.used < 0.4 * d.cores && !no_idle))
		return;
	f = trap_find(sink, 0);
	if (!f)
		return;
	if (d.more < d.mains)
		f->severity = SEVERITY_INFO;
	word(p, &d, f);
}

const struct trap_rule trap_oversubscribed = {
	.id = "oversubscribed",
	.judge = judge,
};
