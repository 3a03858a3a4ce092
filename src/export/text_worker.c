/* SPDX-License-Identifier: GPL-2.0-only */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/fmt.h"
#include "export/facts.h"
#include "export/text.h"
#include "model/demand.h"

enum { WORKERS = 12, MODULES = 5 }; /* that are shown one by one */

static const struct page_cell narrow = {.width = 8, .right = true};
static const struct page_cell wide = {.width = 10, .right = true};

static void ends(struct page *out, const struct pool *p)
{
	static const enum end_kind kinds[] = {
		END_SIGNAL, END_OOM, END_EXIT, END_RECYCLED, END_TERMINATED, END_SHUTDOWN};
	static const char *const words[] = {[END_SIGNAL] = "killed by a signal",
		[END_OOM] = "killed for want of memory",
		[END_EXIT] = "exited by themselves",
		[END_RECYCLED] = "recycled",
		[END_TERMINATED] = "terminated by the parent",
		[END_SHUTDOWN] = "shut down"};
	char buf[FMT_MAX];
	size_t i;

	page_to(out, 2);
	page_say(out, 4, "%s alive", fmt_count(buf, p->workers_alive));
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!p->ends[kinds[i]])
			continue;
		page_add(out, ", ");
		page_say(out, 4, "%s %s", fmt_count(buf, p->ends[kinds[i]]), words[kinds[i]]);
	}
	if (p->ends[END_UNKNOWN])
		page_add(out, ", %s gone, nobody saw how", fmt_count(buf, p->ends[END_UNKNOWN]));
	page_end(out);
}

static uint32_t known_states(const struct pool *p)
{
	uint32_t known = 0, i;

	for (i = 0; i < p->workers_count; i++)
		known |= p->workers[i].known;
	return known;
}

/* Of the lock: how much of all time was for the interpreters' own. */
static void gil_share(struct page *out, const struct pool *p, uint64_t all_ns)
{
	uint64_t ns;
	char buf[FMT_MAX];

	if (pool_gil_ns(p, &ns) && ns > all_ns / 200)
		page_add(out, " (the GIL %s)", fmt_percent(buf, (double)ns / (double)all_ns));
}

/* The states' shares of all workers' lives, the largest first. */
static void shares(struct page *out, const struct model *m, const struct pool *p)
{
	uint64_t ns[WORKER_STATES], sum = 0;
	uint32_t left = known_states(p);
	unsigned int s, most;
	char buf[FMT_MAX];

	pool_state_ns(p, m->now_ns, ns);
	for (s = 0; s < WORKER_STATES; s++)
		sum += left >> s & 1 ? ns[s] : 0;
	if (!sum)
		return;
	page_add(out, "  their time:");
	while (left) {
		for (most = 0, s = 0; s < WORKER_STATES; s++)
			if (left >> s & 1 && (!(left >> most & 1) || ns[s] > ns[most]))
				most = s;
		left &= ~(1u << most);
		if (!ns[most])
			continue;
		page_add(out, "  %s %s", worker_state_name(most),
			fmt_percent(buf, (double)ns[most] / (double)sum));
		if (most == STATE_LOCK)
			gil_share(out, p, sum);
	}
	page_end(out);
}

static void unknown_states(struct page *out, const struct pool *p)
{
	uint32_t known = known_states(p);
	bool any = false;
	unsigned int s;

	if (!known) {
		page_add(out, "  how they spent their time is not known");
		page_end(out);
		return;
	}
	for (s = 0; s < WORKER_STATES; s++) {
		if (known >> s & 1)
			continue;
		page_add(out, "%s%s",
			any ? ", " : "  not told apart from the others: ", worker_state_name(s));
		any = true;
	}
	if (any)
		page_end(out);
}

/* Core-seconds since watching began. */
static void cores(struct page *out, const struct model *m, const struct pool *p)
{
	char workers[FMT_MAX], parent[FMT_MAX], other[FMT_MAX], idle[FMT_MAX];
	struct facts_core sum = {0}, c;
	uint32_t cpu;

	for (cpu = 0; cpu < m->cpus_count || cpu < p->cores_count; cpu++) {
		if (!facts_core(m, p, cpu, &c))
			continue;
		sum.is_pool_known |= c.is_pool_known;
		sum.is_cpu_known |= c.is_cpu_known;
		sum.workers_ns += c.workers_ns;
		sum.parent_ns += c.parent_ns;
		sum.other_ns += c.other_ns;
		sum.idle_ns += c.idle_ns;
	}
	if (!sum.is_pool_known)
		return;
	page_add(out, "  cores: workers %s, parent %s", fmt_duration(workers, sum.workers_ns),
		fmt_duration(parent, sum.parent_ns));
	if (sum.is_cpu_known)
		page_add(out, ", other %s, idle %s", fmt_duration(other, sum.other_ns),
			fmt_duration(idle, sum.idle_ns));
	page_end(out);
}

/* Threads that want a core, against those that they may use. */
static void demand(struct page *out, const struct model *m, const struct pool *p)
{
	char names[64];
	struct demand d;

	if (!model_demand(m, p, &d))
		return;
	page_add(out, "  wanted: %.1f threads for %.1f cores", d.mains + d.more, d.cores);
	if (p->load.cpus == 1 && p->load.only_core >= 0)
		page_add(out, " (core %" PRId32 " alone)", p->load.only_core);
	page_add(out, ", and wait %.0f %% of the time", 100.0 * d.waiting);
	if (d.more >= d.mains)
		page_add(out, "; most started by %s",
			model_demand_starters(p, names, sizeof(names)));
	page_end(out);
}

static void quota(struct page *out, const struct pool *p)
{
	char kept[FMT_MAX];

	if (!p->has_quota)
		return;
	page_add(out, "  quota: %.2f cores, throttled %s", p->load.quota_milli / 1000.0,
		fmt_duration(kept, p->throttled.ns));
	if (p->throttled.periods)
		page_add(out, ", in %.0f %% of its periods",
			100.0 * (double)p->throttled.times / (double)p->throttled.periods);
	page_end(out);
}

static void modules(struct page *out, const struct model *m, const char *whose,
	const struct start *s, uint32_t starts)
{
	char buf[FMT_MAX];
	uint32_t i;

	if (!s->modules_count)
		return;
	page_add(out, "  %s:", whose);
	for (i = 0; i < s->modules_count && i < MODULES; i++) {
		const char *name = model_text(m, s->modules[i].name, "?");

		page_add(out, "%s ", i ? "," : "");
		page_cut(out, name, strlen(name));
		page_add(out, " %s", fmt_duration(buf, s->modules[i].self_ns / starts));
	}
	page_end(out);
}

/* Phases of all starts, and the modules that cost most. */
static void starts(struct page *out, const struct model *m, const struct pool *p)
{
	const char *method = start_method_name(p->start_method);
	struct start_sum sum;
	char buf[FMT_MAX];
	uint32_t i;

	pool_starts(m, p, &sum);
	if (!sum.workers || !sum.total_ns)
		return;
	page_add(out, "  start%s%s: %s each", method ? " by " : "", method ? method : "",
		fmt_duration(buf, sum.total_ns / sum.workers));
	for (i = 0; i < START_PHASES; i++)
		if (sum.all.phase_ns[i] > sum.total_ns / 200)
			page_add(out, ", %s %s", start_phase_name((enum start_phase)i),
				fmt_percent(
					buf, (double)sum.all.phase_ns[i] / (double)sum.total_ns));
	page_end(out);
	modules(out, m, "dearest modules, each time", &sum.all, sum.workers);
}

/* A fork server may have loaded the main module, and then its workers have next to nothing to
 * load. */
static void server(struct page *out, const struct model *m, const struct pool *p)
{
	struct start s;
	char buf[FMT_MAX];

	if (!pool_server_start(p, &s))
		return;
	page_add(out, "  its fork server, %u, took %s to start before them", p->server_pid,
		fmt_duration(buf, s.at_ns - s.from_ns));
	page_end(out);
	modules(out, m, "dearest modules of its fork server", &s, 1);
}

static void put(struct page *out, const struct page_cell *cell, const char *text)
{
	page_add(out, " ");
	page_cell(out, cell, text);
}

static void worker(struct page *out, const struct model *m, const struct worker *w)
{
	bool messages = facts_messages(m);
	char buf[FMT_MAX], pid[FMT_MAX], key[TEXT_KEY];

	snprintf(pid, sizeof(pid), "%u", w->pid);
	page_add(out, " ");
	put(out, &narrow, pid);
	put(out, &narrow, messages || w->known ? worker_state_name(w->state) : "?");
	put(out, &narrow, messages ? fmt_count(buf, w->tasks) : "?");
	put(out, &wide, w->run.count ? fmt_duration(buf, hist_percentile(&w->run, 50)) : "-");
	put(out, &wide, w->run.count ? fmt_duration(buf, hist_percentile(&w->run, 99)) : "-");
	put(out, &wide, w->known || w->cpu_ns ? fmt_duration(buf, w->cpu_ns) : "?");
	put(out, &wide, w->rss_bytes ? fmt_bytes(buf, w->rss_bytes) : "?");
	if (w->hand.has) {
		page_add(out, "   %s ", text_key(key, &w->hand.key));
		page_cut(out, model_text(m, w->hand.func, "(not known)"),
			strlen(model_text(m, w->hand.func, "(not known)")));
	}
	page_end(out);
}

void text_workers(struct page *out, const struct model *m, const struct pool *p)
{
	static const struct {
		const char *name;
		const struct page_cell *cell;
	} columns[] = {{"pid", &narrow}, {"state", &narrow}, {"tasks", &narrow}, {"run p50", &wide},
		{"run p99", &wide}, {"cpu", &wide}, {"memory", &wide}};
	uint32_t i, shown = 0;

	text_title(out, "Workers");
	ends(out, p);
	shares(out, m, p);
	unknown_states(out, p);
	starts(out, m, p);
	server(out, m, p);
	cores(out, m, p);
	demand(out, m, p);
	quota(out, p);
	if (!p->workers_alive)
		return;
	page_add(out, " ");
	for (i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		put(out, columns[i].cell, columns[i].name);
	page_add(out, "   task in hand");
	page_end(out);
	for (i = 0; i < p->workers_count && shown < WORKERS; i++) {
		if (p->workers[i].ended_ns)
			continue;
		worker(out, m, &p->workers[i]);
		shown++;
	}
	if (p->workers_alive > shown) {
		page_add(out, "  and %u more", p->workers_alive - shown);
		page_end(out);
	}
}
