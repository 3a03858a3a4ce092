/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Far more threads of the pool want a core than it may use. Main threads are measured; those that
 * a library started (BLAS, OpenMP) show in time on cores that is not the main thread's.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "base/fmt.h"
#include "trap/trap.h"

#define LEAST_NS 3e9

static double cores_of(const struct model *m, const struct pool *p)
{
	double cores = p->load.cpus ? p->load.cpus : m->session.cpus;

	if (p->load.quota_milli && p->load.quota_milli < 1000 * cores)
		cores = p->load.quota_milli / 1000.0;
	return cores;
}

static bool are_pythons(const struct pool *p)
{
	return p->profile.side_python_ns > p->profile.side_native_ns;
}

/* Whose threads they are: "started by OpenMP". */
static const char *starters(const struct pool *p, char *buf, size_t size)
{
	static const struct {
		uint32_t flag;
		const char *name;
	} all[] = {{PROC_OPENBLAS, "OpenBLAS"}, {PROC_MKL, "MKL"}, {PROC_OPENMP, "OpenMP"}};
	uint32_t flags = p->load.libraries;
	size_t len = 0;

	if (are_pythons(p))
		return "threads of the tasks' own Python code";
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (flags & all[i].flag && len < size)
			len += (size_t)snprintf(buf + len, size - len, "%s%s",
				len ? " or " : "started by ", all[i].name);
	return len ? buf : "started by a library in the workers";
}

/* Cores that are wanted, had and used, at a time. */
struct demand {
	double mains; /* main threads that want one */
	double more; /* other threads of workers at work */
	double cores;
	double used;
	double workers;
};

static struct demand demand_of(const struct model *m, const struct pool *p)
{
	const struct load_sums *s = &p->load.sums;
	double ns = (double)s->work_ns + 1;
	uint64_t mains_ns = s->state_ns[STATE_RUN] + s->state_ns[STATE_RUNQ] +
			    s->state_ns[STATE_UNPICKLE] + s->state_ns[STATE_PICKLE];

	return (struct demand){
		.mains = (double)mains_ns / ns,
		.more = s->threads_ns > s->hands_ns ? (double)(s->threads_ns - s->hands_ns) / ns
						    : 0,
		.cores = cores_of(m, p),
		.used = (double)s->workers_ns / ns,
		.workers = p->workers_alive ? p->workers_alive : p->first_size,
	};
}

static void advise(const struct pool *p, const struct demand *d, struct finding *f)
{
	bool one = d->cores < 2 * d->workers;
	const char *set;

	if (d->more < d->mains)
		snprintf(f->advice, sizeof(f->advice),
			"%.0f worker%s the cores; more of them only wait for each other",
			ceil(d->cores), d->cores > 1 ? "s fill" : " fills");
	else if (are_pythons(p))
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
	double runq = (double)p->load.sums.state_ns[STATE_RUNQ] / (double)p->load.sums.work_ns;
	double share = runq / (d->mains > 0 ? d->mains : 1);
	char names[64];

	snprintf(f->text, sizeof(f->text),
		"%.0f threads want %.1f cores, %s%s: a worker that could run waits %.0f %% of its "
		"time",
		d->mains + d->more, d->cores,
		d->more < d->mains ? "one for each worker" : "most of them ",
		d->more < d->mains ? "" : starters(p, names, sizeof(names)), 100.0 * share);
	advise(p, d, f);
	trap_evidence(f, "threads", d->mains + d->more);
	trap_evidence(f, "cores", d->cores);
	trap_evidence(f, "threads_of_libraries", d->more);
	trap_evidence(f, "cores_used", d->used);
	trap_evidence(f, "workers", d->workers);
	trap_evidence(f, "waiting_share", share);
}

static void judge(const struct model *m, const struct pool *p, struct trap_sink *sink)
{
	const struct load_sums *s = &p->load.sums;
	struct demand d = demand_of(m, p);
	double times = trap_stands(sink, 0) ? 2.5 : 3;
	/* Others may use the machine too; but while cores are idle nobody waits for one. */
	bool no_idle = (double)s->idle_ns < 0.1 * m->session.cpus * (double)s->ns;
	struct finding *f;

	if ((double)s->work_ns < LEAST_NS || !(d.cores > 0) || d.mains + d.more < times * d.cores ||
		(d.used < 0.4 * d.cores && !no_idle))
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
