/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A large share of the time that goes into tasks is pickling and unpickling, in the workers or in
 * the parent. The same argument sent over and over, and tasks so small that anything they do is a
 * large share, are other traps.
 */
#include <stdio.h>
#include <string.h>

#include "trap/trap.h"
#include "trap/words.h"

#define LEAST_NS 4e9 /* of work: fewer samples prove little */
#define LEAST_BUSY_NS 0.5e9 /* of that, with a task in hand and not waiting for a core */
#define LEAST_TASK_NS 500e3 /* of pickling a task: below it, sending fewer messages helps more */
#define BULKY_BYTES 65536 /* a task; below it, it is the objects that are slow to pickle */

struct share {
	double busy_ns; /* all time that went into tasks */
	double workers, parent; /* of it */
};

static struct share share_of(const struct load_sums *s)
{
	uint64_t workers_ns = s->state_ns[STATE_UNPICKLE] + s->state_ns[STATE_PICKLE];
	double parent = (double)s->parent_pickle_ns;
	/* Without the time in which a task would have run, had there been a core; workers wait for
	 * one without a task in hand, too. */
	double hands = (double)s->hands_ns - (double)s->state_ns[STATE_RUNQ];
	double busy = (double)(workers_ns + s->state_ns[STATE_RUN]);
	double all = (hands > busy ? hands : busy) + parent + 1;

	return (struct share){
		.busy_ns = all, .workers = (double)workers_ns / all, .parent = parent / all};
}

static uint64_t pickled_ns(const struct func *func)
{
	return func->class_ns[CLASS_PICKLE] + func->class_ns[CLASS_UNPICKLE];
}

static uint64_t moved(const struct func *func)
{
	return func->bytes_out + func->bytes_back;
}

/* Whose objects are dearest to pickle, by the workers; else whose are largest. */
static const struct func *dearest(const struct pool *p)
{
	const struct func *found = NULL;

	for (uint32_t i = 0; i < p->funcs_count; i++) {
		const struct func *func = &p->funcs[i];

		if (func->tasks && (!found || pickled_ns(func) > pickled_ns(found) ||
					   (pickled_ns(func) == pickled_ns(found) &&
						   moved(func) > moved(found))))
			found = func;
	}
	return found;
}

/* A task's pickling on both sides; the parent's goes to functions by the bytes they move. */
static double task_ns(const struct pool *p, const struct func *func)
{
	double parent =
		(double)(p->profile.parent_ns[CLASS_PICKLE] + p->profile.parent_ns[CLASS_UNPICKLE]);
	double all = (double)(p->totals.bytes_out + p->totals.bytes_back) + 1;

	return ((double)pickled_ns(func) + parent * (double)moved(func) / all) /
	       (double)func->tasks;
}

static bool is_said_already(const struct trap_sink *sink, uint64_t name)
{
	for (uint32_t i = 0; i < sink->count; i++)
		if (!strcmp(sink->findings[i].id, "repeated-payload") &&
			sink->findings[i].subject == name)
			return true;
	return false;
}

static void word(const struct model *m, const struct func *func, struct share share, double ns,
	struct finding *f)
{
	double bytes = (double)moved(func) / (double)func->tasks;
	char size[FMT_MAX], time[FMT_MAX], rate[FMT_MAX];

	snprintf(f->text, sizeof(f->text),
		"%.0f %% of the time that goes into tasks is pickling (workers %.0f %%, parent "
		"%.0f %%): %s and %s a task of %.80s, %s/s",
		100 * (share.workers + share.parent), 100 * share.workers, 100 * share.parent,
		fmt_bytes(size, fmt_whole(bytes)), words_duration(time, ns),
		model_text(m, func->name, "an unknown function"),
		fmt_bytes(rate, fmt_whole(bytes / ns * 1e9)));
	snprintf(f->advice, sizeof(f->advice), "%s; about %s a task would go",
		bytes >= BULKY_BYTES
			? "send what data is found by (a path, a range, a seed) and load or make "
			  "it in the task, or put it into shared memory; return sums instead of "
			  "rows"
			: "the objects are slow to pickle for their size (look at __reduce__ and "
			  "__setstate__): send plain tuples, or make them in the task",
		words_duration(time, ns));
	trap_evidence(f, "workers_share", share.workers);
	trap_evidence(f, "parent_share", share.parent);
	trap_evidence(f, "task_pickle_ns", ns);
	trap_evidence(f, "task_bytes", bytes);
}

static void judge(const struct model *m, const struct pool *p, struct trap_sink *sink)
{
	struct share share = share_of(&p->load.sums);
	const struct func *func = dearest(p);
	double enough = trap_stands(sink, 0) ? 0.25 : 0.30, ns;
	struct finding *f;

	if (!func || (double)p->load.sums.work_ns < LEAST_NS || share.busy_ns < LEAST_BUSY_NS ||
		share.workers + share.parent < enough || is_said_already(sink, func->name))
		return;
	ns = task_ns(p, func);
	f = ns < LEAST_TASK_NS ? NULL : trap_find(sink, 0);
	if (f)
		word(m, func, share, ns, f);
}

const struct trap_rule trap_pickle_heavy = {
	.id = "pickle-heavy",
	.judge = judge,
};
