/* SPDX-License-Identifier: GPL-2.0-only */
/* Of the watching itself: what it costs, what it lost, how old its newest look is. */
#include "export/facts.h"
#include "export/metrics.h"

static void build(struct metrics *x)
{
	const struct label labels[] = {{"version", x->m->version}, {0}};

	if (x->m->session.h.kind)
		metrics_put(x, "_info", labels, 1);
}

static void newest(struct metrics *x)
{
	if (x->m->tick.h.kind)
		metrics_put(x, "", NULL, x->m->tick.wall_ns);
}

static void cpu(struct metrics *x)
{
	if (x->m->tick.h.kind)
		metrics_put(x, "_total", NULL, x->m->tick.self_cpu_ns);
}

static void resident(struct metrics *x)
{
	if (x->m->tick.h.kind)
		metrics_put(x, "", NULL, x->m->tick.self_rss_bytes);
}

static void probes(struct metrics *x)
{
	if (facts_probes(x->m))
		metrics_put(x, "_total", NULL, x->m->tick.probe_ns);
}

static void records(struct metrics *x)
{
	if (x->m->tick.h.kind)
		metrics_put(x, "_total", NULL, x->m->tick.records);
}

static void lost(struct metrics *x)
{
	metrics_put(x, "_total", NULL, x->m->lost_records);
}

static void pools(struct metrics *x)
{
	uint64_t n = 0;

	for (uint32_t i = 0; i < x->m->pools_count; i++)
		n += x->m->pools[i].state != POOL_GONE;
	metrics_put(x, "", NULL, n);
}

const struct family session_families[] = {
	{"build", "info", NULL, "What serves this.", false, 0, build},
	{"newest_data_timestamp_seconds", "gauge", "seconds",
		"Wall clock of the newest look at the machine.", false, 0, newest},
	{"watcher_cpu_seconds", "counter", "seconds",
		"CPU that watching took, kernel programs not "
		"included.",
		false, 0, cpu},
	{"watcher_resident_bytes", "gauge", "bytes", "Memory of the watcher.", false, 0, resident},
	{"watcher_probe_seconds", "counter", "seconds",
		"Time in the kernel programs, on all cores.", false, 0, probes},
	{"watcher_records", "counter", NULL, "Records that came from the kernel.", false, 0,
		records},
	{"watcher_lost_records", "counter", NULL,
		"Records that did not fit: while this stands "
		"still, counts are exact.",
		false, 0, lost},
	{"pools", "gauge", NULL, "Pools that are there.", false, 0, pools},
	{0},
};
