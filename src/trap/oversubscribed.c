/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Far more threads of the pool want a core than it may use. Main threads are measured; those that
 * a library started (BLAS, OpenMP) show in time on cores that is not the main thread's.
 */
#include <inttypes.h>
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

static void judge(const struct model *m, const struct pool *p, struct trap_sink *sink)
{
	const struct load_sums *s = &p->load.sums;
	double ns = (double)s->work_ns, cores = cores_of(m, p), mains, more, want, used;
	double workers = p->workers_alive ? p->workers_alive : p->first_size;
	/* Others may use the machine too; but while cores are idle nobody waits for one. */
	bool no_idle = (double)s->idle_ns < 0.1 * m->session.cpus * (double)s->ns;
	struct finding *f;

	if (ns < LEAST_NS || !(cores > 0))
		return;
	mains = (double)(s->state_ns[STATE_RUN] + s->state_ns[STATE_RUNQ] +
			 s->state_ns[STATE_UNPICKLE] + s->state_ns[STATE_PICKLE]) /
		ns;
	more = s->threads_ns > s->hands_ns ? (double)(s->threads_ns - s->hands_ns) / ns : 0;
	want = mains + more;
	used = (double)s->workers_ns / ns;
	if (want < (trap_stands(sink, 0) ? 2.5 : 3) * cores || (used < 0.4 * cores && !no_idle))
		return;
	f = trap_find(sink, 0);
	if (!f)
		return;
	if (more < mains)
		f->severity = SEVERITY_INFO;
	snprintf(f->text, sizeof(f->text),
		"%.0f threads want %.1f cores%s: a worker that could run waits %.0f %% of its time",
		want, cores,
		more < mains ? ", one for each worker"
			     : ", most of them started by a library in the workers",
		100.0 * (double)s->state_ns[STATE_RUNQ] / ns / (mains > 0 ? mains : 1));
	if (more < mains)
		snprintf(f->advice, sizeof(f->advice),
			"%.0f workers fill the cores; more of them only wait for each other",
			cores);
	else
		snprintf(f->advice, sizeof(f->advice),
			"%.0f thread%s per worker fit: set OMP_NUM_THREADS, OPENBLAS_NUM_THREADS "
			"and "
			"MKL_NUM_THREADS before the workers start, or use threadpoolctl",
			cores < 2 * workers ? 1 : cores / workers, cores < 2 * workers ? "" : "s");
	trap_evidence(f, "threads", want);
	trap_evidence(f, "cores", cores);
	trap_evidence(f, "threads_of_libraries", more);
	trap_evidence(f, "cores_used", used);
	trap_evidence(f, "workers", workers);
}

const struct trap_rule trap_oversubscribed = {
	.id = "oversubscribed",
	.judge = judge,
};
