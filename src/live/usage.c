/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "live/limits.h"
#include "live/state.h"

enum { RESTS = 8 /* ticks */ };

void usage_send(struct live *l, struct known *k, const struct proc_sample *s)
{
	struct frame_usage f = k->usage;
	uint64_t mask[USAGE_MASK];

	k->mapped_bytes = s->mapped_bytes;
	f.h = (struct frame){.kind = FRAME_USAGE, .pid = k->pid, .t_ns = k->usage.h.t_ns};
	f.start_ns = k->start_ns;
	f.rss_bytes = s->rss_bytes;
	if (f.rss_peak_bytes < s->rss_bytes)
		f.rss_peak_bytes = s->rss_bytes;
	f.cpu_ns = s->cpu_ns;
	f.threads = s->threads;
	f.shared_bytes = k->shared_bytes;
	f.cpus = limits_cpus(s->pid, mask, USAGE_MASK);
	memcpy(f.cpu_mask, mask, sizeof(mask));
	f.h.size = k->usage.h.size;
	if (!memcmp(&f, &k->usage, sizeof(f)))
		return;
	/* It may have loaded a library that computes with threads. */
	if (k->usage.threads && f.threads > k->usage.threads && !(k->libraries & PROC_THREADED))
		known_look_again(l, k);
	f.h.t_ns = l->now_ns;
	f.h.size = sizeof(f);
	k->usage = f;
	outbox_put(&l->out, &f.h, sizeof(f), NULL, 0);
}

static void send_sample(void *arg, const struct proc_sample *s)
{
	struct live *l = arg;
	struct known *k = known_get(l, s->pid);

	if (k)
		usage_send(l, k, s);
}

/* It has not run since it was last asked for, as the kernel's programs count a worker's time on a
 * core (since_ns: they do): then all of it is as it was, but for what others have done to it. */
static bool may_rest(struct known *k)
{
	bool rests = k->since_ns && k->usage.h.kind && k->cpu_ns == k->usage_cpu_ns &&
		     k->shared_bytes == k->usage.shared_bytes && k->usage_rests < RESTS;

	k->usage_rests = rests ? k->usage_rests + 1 : 0;
	k->usage_cpu_ns = k->cpu_ns;
	return rests;
}

void usage_put(struct live *l)
{
	uint32_t pids[LIVE_SAMPLES], count = 0;

	for (uint32_t i = 0; i < l->known_top && count < LIVE_SAMPLES; i++) {
		uint32_t at = (l->next_sample + i) % l->known_top;

		if (l->known[at].pid && !may_rest(&l->known[at]))
			pids[count++] = l->known[at].pid;
		if (count == LIVE_SAMPLES)
			l->next_sample = at + 1;
	}
	procs_sample(l->procs, pids, count, send_sample, l);
}
