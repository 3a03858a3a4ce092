/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The pool keeps about one core busy though it has several workers. Each reason has evidence of its
 * own, and without any there is no finding: that a machine is busy with other things is no fault
 * of the pool, so threads that wait for a core count like those that have one.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/fmt.h"
#include "trap/trap.h"

#define LEAST_NS 4e9
/* There is something to do most of the time. */
#define MOSTLY 0.6
/* Of the time with a task in hand: of the rest, in which there was no core, nothing is known. */
#define LEAST_CORES 0.3

/* Cores, and workers, on average. */
struct use {
	double busy; /* parent and workers */
	double parent;
	double hands; /* workers with a task */
	double waiting; /* share of the time in which a task waited */
	double work; /* ... or was in hand */
	double wanted; /* cores, by all threads of workers, were there enough */
	bool no_idle; /* the machine's cores are all in use */
	double run, runq, io, lock, wait; /* workers in that state */
	double gil; /* of those in lock: for their own interpreter's */
	double workers;
};

struct reason {
	const char *name;
	uint64_t subject;
	bool (*holds)(const struct model *m, const struct pool *p, const struct use *u);
	const char *text; /* after "because" */
	const char *advice;
	enum severity severity;
};

static bool pinned(const struct model *m, const struct pool *p, const struct use *u)
{
	return p->load.cpus == 1 && m->session.cpus > 1 && u->hands > 1.2;
}

static bool quota(const struct model *m, const struct pool *p, const struct use *u)
{
	uint32_t milli = p->load.quota_milli;

	return milli && milli <= 1500 && m->session.cpus * 1000 > milli &&
	       u->runq > 0.3 * u->hands && u->hands > 1.2;
}

/* Where others use the machine too, the parent gets less than a whole core. Workers that start and
 * die all the time do not wait for it. */
static bool parent_bound(const struct model *m, const struct pool *p, const struct use *u)
{
	(void)m;
	(void)p;
	return u->hands < 0.5 * u->workers && u->parent > 1.5 * u->run &&
	       u->wait > 0.5 * (u->workers - u->hands) && u->parent > (u->no_idle ? 0.25 : 0.6);
}

static bool too_few_tasks(const struct model *m, const struct pool *p, const struct use *u)
{
	(void)m;
	(void)p;
	return u->work > MOSTLY && u->hands < 1.3 && u->parent < 0.5 && u->waiting < 0.2 &&
	       u->run + u->runq > 0.5 * u->hands;
}

/* What tasks do when they have a core is seen often enough. */
static bool is_seen(const struct use *u)
{
	return u->hands - u->runq > LEAST_CORES * u->hands;
}

static bool lock_bound(const struct model *m, const struct pool *p, const struct use *u)
{
	(void)m;
	(void)p;
	return u->work > MOSTLY && u->hands > 1.5 && is_seen(u) &&
	       u->lock > 0.4 * (u->hands - u->runq) && u->wanted < 1.5;
}

/* Threads within the tasks, and not the tasks, are in each other's way. */
static bool gil_bound(const struct model *m, const struct pool *p, const struct use *u)
{
	return lock_bound(m, p, u) && u->gil > 0.5 * u->lock;
}

static bool io_bound(const struct model *m, const struct pool *p, const struct use *u)
{
	(void)m;
	(void)p;
	return u->work > MOSTLY && u->hands > 1.5 && is_seen(u) &&
	       u->io > 0.4 * (u->hands - u->runq) && u->wanted < 1.5;
}

static const struct reason reasons[] = {
	{"pinned", 1, pinned, "all its workers may run on %C alone (affinity)",
		"undo the affinity: os.sched_setaffinity(0, range(os.cpu_count())) in the pool's "
		"initializer, or look for taskset and for a library that pins its process",
		SEVERITY_WARNING},
	{"quota", 2, quota, "the cgroup's quota is %Q cores",
		"raise the quota (cpu.max, docker --cpus, limits.cpu), or use no more workers than "
		"it has cores",
		SEVERITY_WARNING},
	{"parent-bound", 3, parent_bound,
		"the parent computes all the time (%P cores) while the workers wait for it",
		"let the parent do less for each task: larger chunks, smaller arguments and "
		"results, "
		"no preparing of tasks in the parent",
		SEVERITY_WARNING},
	{"too-few-tasks", 4, too_few_tasks, "only %H tasks are under way at a time",
		"send tasks without waiting for each: map, imap_unordered or submit all of them, "
		"not "
		"apply or result() one by one",
		SEVERITY_WARNING},
	{"lock-bound", 5, gil_bound,
		"%L of %H tasks at a time wait for a lock, most of them for their own "
		"interpreter's (the GIL)",
		"threads within a task compute one at a time: give what they do to the pool as "
		"tasks of their own",
		SEVERITY_WARNING},
	{"lock-bound", 5, lock_bound, "%L of %H tasks at a time wait for a lock",
		"hold the lock for less, or give every worker data of its own and join the results "
		"in the parent",
		SEVERITY_WARNING},
	{"io-bound", 6, io_bound, "%I of %H tasks at a time wait for I/O",
		"more workers than cores keep the cores busy; or threads, for waiting needs no "
		"process of its own",
		SEVERITY_INFO},
};

static struct use use_of(const struct model *m, const struct pool *p)
{
	const struct load_sums *s = &p->load.sums;
	double ns = (double)s->ns, more = (double)s->side_ns / ns;
	struct use u;

	u = (struct use){
		.busy = (double)(s->workers_ns + s->parent_ns) / ns,
		.parent = (double)s->parent_ns / ns,
		.hands = (double)s->hands_ns / ns,
		.waiting = (double)s->waiting_ns / ns,
		.run = (double)(s->state_ns[STATE_RUN] + s->state_ns[STATE_UNPICKLE] +
				s->state_ns[STATE_PICKLE]) /
		       ns,
		.runq = (double)s->state_ns[STATE_RUNQ] / ns,
		.io = (double)s->state_ns[STATE_IO] / ns,
		.lock = (double)s->state_ns[STATE_LOCK] / ns,
		.gil = (double)s->gil_ns / ns,
		.wait = (double)s->state_ns[STATE_WAIT] / ns,
		.work = (double)s->work_ns / ns,
		.no_idle = (double)s->idle_ns < 0.1 * m->session.cpus * ns,
		.workers = p->workers_alive ? p->workers_alive : p->first_size,
	};
	/* A task that waits for a core would run and wait as the others do. */
	if (u.hands > u.runq)
		u.wanted = u.hands * u.run / (u.hands - u.runq) + more;
	return u;
}

static char *core_words(char buf[static FMT_MAX], int32_t core)
{
	if (core < 0)
		snprintf(buf, FMT_MAX, "one core");
	else
		snprintf(buf, FMT_MAX, "core %" PRId32, core);
	return buf;
}

/* Fills in the numbers that a reason names. */
static void tell(char *to, size_t size, const char *text, const struct pool *p, const struct use *u)
{
	const struct {
		char sign;
		double value;
	} numbers[] = {
		{'Q', p->load.quota_milli / 1000.0},
		{'P', u->parent},
		{'H', u->hands},
		{'L', u->lock},
		{'I', u->io},
	};
	char core[FMT_MAX];
	size_t len = 0;

	for (; *text && len + FMT_MAX < size; text++) {
		if (*text != '%') {
			to[len++] = *text;
			continue;
		}
		text++;
		if (*text == 'C')
			len += (size_t)snprintf(
				to + len, size - len, "%s", core_words(core, p->load.only_core));
		for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
			if (numbers[i].sign == *text)
				len += (size_t)snprintf(
					to + len, size - len, "%.1f", numbers[i].value);
	}
	to[len] = '\0';
}

static void find(
	const struct reason *r, const struct pool *p, const struct use *u, struct trap_sink *sink)
{
	struct finding *f = trap_find(sink, r->subject);
	char why[160];

	if (!f)
		return;
	f->severity = r->severity;
	tell(why, sizeof(why), r->text, p, u);
	snprintf(f->text, sizeof(f->text), "%s: %.1f cores are busy though it has %.0f workers: %s",
		r->name, u->busy, u->workers, why);
	snprintf(f->advice, sizeof(f->advice), "%s", r->advice);
	trap_evidence(f, "cores_busy", u->busy);
	trap_evidence(f, "workers", u->workers);
	trap_evidence(f, "parent_cores", u->parent);
	trap_evidence(f, "tasks_in_hand", u->hands);
	trap_evidence(f, "running", u->run);
	trap_evidence(f, "waiting_for_core", u->runq);
	trap_evidence(f, "waiting_for_io", u->io);
	trap_evidence(f, "waiting_for_lock", u->lock);
	trap_evidence(f, "waiting_for_gil", u->gil);
}

static void judge(const struct model *m, const struct pool *p, struct trap_sink *sink)
{
	const unsigned int count = sizeof(reasons) / sizeof(reasons[0]);
	struct use u;
	double give;

	if ((double)p->load.sums.ns < LEAST_NS || m->session.cpus < 2)
		return;
	u = use_of(m, p);
	for (unsigned int i = 0; i < count; i++) {
		give = trap_stands(sink, reasons[i].subject) ? 0.15 : 0;
		if (u.workers < 2 || u.busy > 1.3 + give || u.busy < 0.2 - give / 2 ||
			!reasons[i].holds(m, p, &u))
			continue;
		find(&reasons[i], p, &u, sink);
		return;
	}
}

const struct trap_rule trap_one_core = {
	.id = "one-core",
	.judge = judge,
};
