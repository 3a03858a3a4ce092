/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>

#include "base/fmt.h"
#include "export/facts.h"
#include "export/text.h"

static void head(struct page *out, const struct model *m)
{
	const struct frame_session *s = &m->session;
	char duration[FMT_MAX], wall[FMT_MAX], cpus[FMT_MAX];

	if (!s->h.kind) {
		page_add(out, "A session of which nothing is known.");
		page_end(out);
		return;
	}
	snprintf(cpus, sizeof(cpus), ", %u cores", s->cpus);
	page_say(out, 1, "%s, Linux %s%s, watched %s for %s from %s", m->host, m->kernel,
		s->cpus ? cpus : "", s->mode == MODE_PROC ? "through /proc alone" : "with BPF",
		fmt_duration(duration, facts_duration_ns(m)), fmt_wall(wall, s->wall_ns, 1));
	page_end(out);
}

static void cost(struct page *out, const struct model *m)
{
	char a[FMT_MAX], b[FMT_MAX];
	uint64_t duration = facts_duration_ns(m);

	page_add(
		out, " lost records  %s", m->lost_records ? fmt_count(a, m->lost_records) : "none");
	page_end(out);
	if (!m->tick.h.kind)
		return;
	page_add(out, " own cost      %s of CPU", fmt_duration(a, m->tick.self_cpu_ns));
	if (duration)
		page_add(out, " (%s)",
			fmt_percent(a, (double)m->tick.self_cpu_ns / (double)duration));
	if (m->tick.self_rss_bytes)
		page_add(out, ", %s of memory", fmt_bytes(a, m->tick.self_rss_bytes));
	if (facts_probes(m) && m->tick.probe_runs)
		page_add(out, ", %s in %s probe runs", fmt_duration(a, m->tick.probe_ns),
			fmt_count(b, m->tick.probe_runs));
	page_end(out);
}

/* What was left out because it would have cost too much. */
static void budget(struct page *out, const struct model *m)
{
	const struct frame_level *f = &m->level;
	char time[FMT_MAX], share[FMT_MAX], words[32], count[FMT_MAX];

	if (!m->level_most)
		return;
	page_add(out, " budget        ");
	fmt_percent(share, (double)f->budget / 1e6);
	fmt_duration(time, model_reduced_ns(m));
	if (!m->summed)
		page_say(out, 15,
			"for %s watching took more than %s of the machine, and all was told one by "
			"one all the same: messages of these pools cannot be counted otherwise",
			time, share);
	else
		page_say(out, 15,
			"%s of the machine did not pay for every task: for %s not all were told "
			"one by one (now: %s); %s messages were only counted. Counts and bytes are "
			"exact, times are those of the tasks that were told. For all of them: "
			"--budget 100",
			share, time, told_words(f->every, words), fmt_count(count, m->summed));
	page_end(out);
}

static void missing(struct page *out, const struct model *m)
{
	uint32_t i;

	for (i = 0; i < m->missing_count; i++) {
		const struct missing *row = &m->missing[i];
		const char *fix = model_text(m, row->fix, "");

		page_add(out, " missing       ");
		page_say(out, 15, "%s: %s", model_text(m, row->feature, "?"),
			model_text(m, row->lost, "what it tells is not known"));
		page_end(out);
		if (!*fix)
			continue;
		page_add(out, " to get it     ");
		page_words(out, 15, fix);
		page_end(out);
	}
}

/* What was not kept or not understood. */
static void dropped(struct page *out, const struct dropped *d)
{
	const struct {
		const char *what;
		uint64_t n;
	} rows[] = {
		{"texts", d->texts},
		{"processes", d->procs},
		{"pools", d->pools},
		{"workers", d->workers},
		{"tasks", d->tasks},
		{"pipes", d->pipes},
		{"events", d->events},
		{"messages", d->messages},
		{"kinds of failure", d->failures},
		{"queues", d->queues},
		{"findings", d->findings},
		{"damaged frames", d->bad_frames},
		{"frames of an unknown kind", d->unknown_frames},
		{"frames about processes never announced", d->orphan_frames},
	};
	char buf[FMT_MAX];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!rows[i].n)
			continue;
		page_add(out, " not kept      %s: %s", rows[i].what, fmt_count(buf, rows[i].n));
		page_end(out);
	}
}

void text_session(struct page *out, const struct model *m)
{
	head(out, m);
	cost(out, m);
	budget(out, m);
	missing(out, m);
	dropped(out, &m->dropped);
}
