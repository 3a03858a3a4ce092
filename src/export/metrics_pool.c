/* SPDX-License-Identifier: GPL-2.0-only */
/* Of each pool, and of each function of its tasks. */
#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "base/command.h"
#include "export/facts.h"
#include "export/metrics.h"

static void info(struct metrics *x)
{
	const struct pool *p = x->pool;
	const char *method = start_method_name(p->start_method);
	char program[MODEL_TEXT_MAX];
	const struct label labels[] = {
		{"kind", p->kind ? p->kind : ""},
		{"command", command_program(
				    program, sizeof(program), model_text(x->m, p->command, ""))},
		{"python", model_text(x->m, p->python, "")},
		{"start_method", method ? method : ""},
		{0},
	};

	metrics_put(x, "_info", labels, 1);
}

static void state(struct metrics *x)
{
	for (enum pool_state s = POOL_STARTING; s <= POOL_GONE; s++) {
		const struct label labels[] = {{"pooltop_pool_state", pool_state_name(s)}, {0}};

		metrics_put(x, "", labels, x->pool->state == s);
	}
}

static void stalled(struct metrics *x)
{
	const struct stall *s = &x->pool->stall;
	const struct label labels[] = {{"reason", s->reason}, {0}};

	if (s->reason)
		metrics_put(
			x, "", labels, x->m->now_ns > s->since_ns ? x->m->now_ns - s->since_ns : 0);
}

static void workers(struct metrics *x)
{
	const struct pool *p = x->pool;
	uint32_t in[WORKER_STATES] = {0};

	for (uint32_t i = 0; i < p->workers_count; i++)
		if (!p->workers[i].ended_ns && p->workers[i].state < WORKER_STATES)
			in[p->workers[i].state]++;
	for (int s = 0; s < WORKER_STATES; s++) {
		const struct label labels[] = {{"state", worker_state_name(s)}, {0}};

		metrics_put(x, "", labels, in[s]);
	}
}

static void worker_states(struct metrics *x)
{
	uint64_t ns[WORKER_STATES];

	pool_state_ns(x->pool, x->m->now_ns, ns);
	for (int s = 0; s < WORKER_STATES; s++) {
		const struct label labels[] = {{"state", worker_state_name(s)}, {0}};

		metrics_put(x, "", labels, ns[s]);
	}
}

static void ends(struct metrics *x)
{
	for (enum end_kind k = END_SIGNAL; k <= END_UNKNOWN; k++) {
		const struct label labels[] = {{"end", end_kind_name(k)}, {0}};

		metrics_put(x, "_total", labels, x->pool->ends[k]);
	}
}

static void resident(struct metrics *x)
{
	uint64_t bytes = 0;

	for (uint32_t i = 0; i < x->pool->workers_count; i++)
		if (!x->pool->workers[i].ended_ns)
			bytes += x->pool->workers[i].rss_bytes;
	metrics_put(x, "", NULL, bytes);
}

static void shared(struct metrics *x)
{
	if (x->pool->shared.h.kind)
		metrics_put(x, "", NULL, x->pool->shared.bytes);
}

static void in_flight(struct metrics *x)
{
	metrics_put(x, "", NULL, pool_in_flight(x->pool));
}

static void waiting(struct metrics *x)
{
	metrics_put(x, "", NULL, pool_waiting(x->pool, x->m->now_ns, NULL));
}

static void oldest(struct metrics *x)
{
	uint64_t ns = 0;

	pool_waiting(x->pool, x->m->now_ns, &ns);
	metrics_put(x, "", NULL, ns);
}

/* labels[0] stays; [1] is the quantile. */
static void summary(struct metrics *x, const struct hist *h, struct label labels[static 3])
{
	static const struct {
		const char *name;
		double percent;
	} rows[] = {{"0.5", 50}, {"0.9", 90}, {"0.99", 99}};
	struct label *quantile = labels[0].name ? &labels[1] : &labels[0];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && h->count; i++) {
		*quantile = (struct label){"quantile", rows[i].name};
		metrics_put(x, "", labels, hist_percentile(h, rows[i].percent));
	}
	*quantile = (struct label){0};
	metrics_put(x, "_sum", labels, h->total_ns);
	metrics_put(x, "_count", labels, h->count);
}

static void wait_times(struct metrics *x)
{
	summary(x, &x->pool->wait, (struct label[3]){{0}});
}

static void run_times(struct metrics *x)
{
	summary(x, &x->pool->run, (struct label[3]){{0}});
}

static void return_times(struct metrics *x)
{
	summary(x, &x->pool->back, (struct label[3]){{0}});
}

static const char *func_name(const struct metrics *x, uint32_t i)
{
	return model_text(x->m, x->pool->funcs[i].name, "?");
}

/* Two names may be the same once they are cleaned: a second one would be no valid text. */
static bool is_first_of_its_name(const struct metrics *x, uint32_t i)
{
	for (uint32_t k = 0; k < i; k++)
		if (!strcmp(func_name(x, k), func_name(x, i)))
			return false;
	return true;
}

static void func_run(struct metrics *x)
{
	for (uint32_t i = 0; i < x->pool->funcs_count; i++)
		if (is_first_of_its_name(x, i))
			summary(x, &x->pool->funcs[i].run,
				(struct label[3]){{"function", func_name(x, i)}});
}

static void func_counts(struct metrics *x, size_t at)
{
	for (uint32_t i = 0; i < x->pool->funcs_count; i++) {
		const struct label labels[] = {{"function", func_name(x, i)}, {0}};
		uint64_t n;

		memcpy(&n, (const char *)&x->pool->funcs[i] + at, sizeof(n));
		if (is_first_of_its_name(x, i))
			metrics_put(x, "_total", labels, n);
	}
}

static void func_failed(struct metrics *x)
{
	func_counts(x, offsetof(struct func, failed));
}

static void func_lost(struct metrics *x)
{
	func_counts(x, offsetof(struct func, lost));
}

static void throttled(struct metrics *x)
{
	if (x->pool->has_quota)
		metrics_put(x, "_total", NULL, x->pool->throttled.ns);
}

static bool is_same(const struct finding *a, const struct finding *b)
{
	return !strcmp(a->id, b->id) && a->severity == b->severity;
}

/* One trap may have several findings, each of another subject. */
static void findings(struct metrics *x)
{
	const struct finding *list = x->pool->findings;

	for (uint32_t i = 0; i < x->pool->findings_count; i++) {
		const struct label labels[] = {
			{"trap", list[i].id}, {"severity", severity_name(list[i].severity)}, {0}};
		uint32_t first = 0;
		uint64_t same = 0;

		while (!is_same(&list[first], &list[i]))
			first++;
		for (uint32_t k = i; k < x->pool->findings_count; k++)
			same += is_same(&list[k], &list[i]);
		if (first == i)
			metrics_put(x, "", labels, same);
	}
}

#define TOTAL(field) offsetof(struct pool, totals.field)

const struct family pool_families[] = {
	{"pool", "info", NULL, "What each pool is.", false, 0, info},
	{"pool_state", "stateset", NULL, "The state that each pool is in.", false, 0, state},
	{"pool_stalled_seconds", "gauge", "seconds",
		"How long a pool that does not move has not moved, and why.", false, 0, stalled},
	{"workers", "gauge", NULL, "Workers alive, by what they are at.", false, 0, workers},
	{"workers_resident_bytes", "gauge", "bytes",
		"Memory of the workers, shared pages counted "
		"in each.",
		false, 0, resident},
	/* No counter: what a worker was at is known better later. */
	{"worker_state_seconds", "gauge", "seconds",
		"Time of all workers, alive and gone, by what they were at.", false, 0,
		worker_states},
	{"worker_ends", "counter", NULL, "Workers gone; signal, oom and exit are deaths.", false, 0,
		ends},
	{"shared_bytes", "gauge", "bytes", "Memory that the program's processes share.", false, 0,
		shared},
	{"tasks_sent", "counter", NULL, "Tasks written by the parent.", true, TOTAL(sent), NULL},
	{"tasks_taken", "counter", NULL, "Tasks read by a worker.", true, TOTAL(taken), NULL},
	{"tasks_done", "counter", NULL, "Results written by a worker.", true, TOTAL(done), NULL},
	{"tasks_returned", "counter", NULL, "Results read by the parent.", true, TOTAL(returned),
		NULL},
	{"tasks_failed", "counter", NULL, "Results that are an exception.", true, TOTAL(failed),
		NULL},
	{"tasks_lost", "counter", NULL, "Tasks whose worker is gone without a result.", true,
		TOTAL(lost), NULL},
	{"tasks_in_flight", "gauge", NULL, "Tasks sent, neither returned nor lost.", true, 0,
		in_flight},
	{"tasks_waiting", "gauge", NULL, "Tasks sent and not yet taken.", true, 0, waiting},
	{"oldest_waiting_seconds", "gauge", "seconds", "Age of the oldest task that waits.", true,
		0, oldest},
	{"items", "gauge", NULL, "Items of tasks that were sent, corrected as they get known.",
		true, TOTAL(items), NULL},
	{"task_bytes", "counter", "bytes", "Pickled bytes of tasks.", true, TOTAL(bytes_out), NULL},
	{"result_bytes", "counter", "bytes", "Pickled bytes of results.", true, TOTAL(bytes_back),
		NULL},
	{"task_wait_seconds", "summary", "seconds", "From sent to taken.", true, 0, wait_times},
	{"task_run_seconds", "summary", "seconds", "From taken to done.", true, 0, run_times},
	{"task_return_seconds", "summary", "seconds", "From done to returned.", true, 0,
		return_times},
	{"function_run_seconds", "summary", "seconds", "From taken to done, of each function.",
		true, 0, func_run},
	{"function_failed", "counter", NULL, "Results that are an exception, of each function.",
		true, 0, func_failed},
	{"function_lost", "counter", NULL, "Lost tasks of each function.", true, 0, func_lost},
	{"throttled_seconds", "counter", "seconds",
		"Time that a cgroup's quota kept the pool's processes from cores.", false, 0,
		throttled},
	{"findings", "gauge", NULL, "What is wrong: findings that stand, by trap.", false, 0,
		findings},
	{0},
};
