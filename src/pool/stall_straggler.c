/* SPDX-License-Identifier: GPL-2.0-only */
/* All wait for one: the last task of its function runs far longer than any before it, and the
 * other workers have nothing to do. */
#include <inttypes.h>
#include <stdio.h>

#include "base/fmt.h"
#include "pool/stall.h"

#define LEAST_NS UINT64_C(3000000000)

enum {
	TIMES = 8, /* the longest run of that function that was seen */
	LEAST_DONE = 10, /* runs of it */
};

static const struct func *func_of(const struct pool *p, uint32_t name)
{
	for (uint32_t i = 0; name && i < p->funcs_count; i++)
		if (p->funcs[i].name == name)
			return &p->funcs[i];
	return NULL;
}

/* Somebody was through with a task after this one was sent: they were on their way together. */
static bool is_overtaken(const struct pool *p, const struct worker *w)
{
	const struct task *t = pool_task(p, w->hand.key);

	for (uint32_t i = 0; t && t->sent_ns && i < p->workers_count; i++)
		if (&p->workers[i] != w && p->workers[i].last_done_ns > t->sent_ns)
			return true;
	return false;
}

static uint64_t age_ns(const struct model *m, const struct worker *w)
{
	return w->hand.since_ns && m->now_ns > w->hand.since_ns ? m->now_ns - w->hand.since_ns : 0;
}

static bool is_straggler(const struct model *m, const struct pool *p, const struct worker *w)
{
	const struct func *f = func_of(p, w->hand.func);

	return f && f->run.count >= LEAST_DONE && age_ns(m, w) >= LEAST_NS &&
	       age_ns(m, w) / TIMES >= f->run.max_ns && is_overtaken(p, w);
}

/* The one that runs longest, if all that work are such, and some have nothing to do. */
static const struct worker *find(const struct model *m, const struct pool *p, uint32_t *ret_count)
{
	const struct worker *longest = NULL;

	*ret_count = 0;
	for (uint32_t i = 0; i < p->workers_count; i++) {
		const struct worker *w = &p->workers[i];

		if (w->ended_ns || !worker_is_busy(m, w))
			continue;
		if (!w->hand.has || !is_straggler(m, p, w))
			return NULL;
		(*ret_count)++;
		if (!longest || age_ns(m, w) > age_ns(m, longest))
			longest = w;
	}
	return *ret_count < p->workers_alive && *ret_count == pool_in_flight(p) ? longest : NULL;
}

static bool judge(const struct model *m, const struct pool *p, struct stall *ret)
{
	char age[FMT_MAX], longest[FMT_MAX], more[32] = "";
	const struct worker *w;
	const struct func *f;
	uint32_t count;

	/* What has no numbers may stand in a loop of its own for ever. */
	w = p->traits.unnumbered || p->closing ? NULL : find(m, p, &count);
	if (!w)
		return false;
	f = func_of(p, w->hand.func);
	ret->since_ns = w->hand.since_ns;
	if (count > 1)
		snprintf(more, sizeof(more), " and %" PRIu32 " more", count - 1);
	snprintf(ret->text, sizeof(ret->text),
		"all wait for %" PRIu32 "%s: task %" PRId64 " of %.60s runs for %s, and of %" PRIu64
		" before it none took longer than %s",
		w->pid, more, w->hand.key.job, model_text(m, w->hand.func, "an unknown function"),
		fmt_duration(age, age_ns(m, w)), f->run.count,
		fmt_duration(longest, f->run.max_ns));
	return true;
}

const struct stall_rule stall_straggler = {
	.letters = "",
	.reason = "straggler",
	.judge = judge,
};
