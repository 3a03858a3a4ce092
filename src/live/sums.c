/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "live/samples.h"
#include "live/state.h"

/* Times that run on at this moment are added to what the kernel has summed up: a worker that
 * computes alone on its core is not switched for seconds. */
struct running {
	struct live *l;
	struct {
		uint32_t tgid;
		uint64_t ns;
	} on[LIVE_CPUS];
	uint32_t count;
	struct cpu_times cpus[LIVE_CPUS];
};

static void read_stat(struct cpu_times *times)
{
	uint64_t tick_ns = 1000000000 / sysconf(_SC_CLK_TCK);
	FILE *f = fopen("/proc/stat", "re");
	char line[512];

	while (f && fgets(line, sizeof(line), f)) {
		unsigned long long v[8] = {0};
		unsigned int cpu;

		if (sscanf(line, "cpu%u %llu %llu %llu %llu %llu %llu %llu %llu", &cpu, &v[0],
			    &v[1], &v[2], &v[3], &v[4], &v[5], &v[6], &v[7]) != 9)
			continue;
		if (cpu >= LIVE_CPUS)
			continue;
		times[cpu].idle_ns = (v[3] + v[4]) * tick_ns;
		times[cpu].busy_ns = (v[0] + v[1] + v[2] + v[5] + v[6]) * tick_ns;
		times[cpu].steal_ns = v[7] * tick_ns;
	}
	if (f)
		fclose(f);
}

void sums_begin(struct live *l)
{
	read_stat(l->cpu_start);
}

void sums_cpus(struct live *l, bool steal_only, const struct cpu_times *measured)
{
	struct frame_cpu f = {.h = {.kind = FRAME_CPU, .t_ns = l->now_ns}};
	struct cpu_times now[LIVE_CPUS] = {0};

	read_stat(now);
	for (uint32_t cpu = 0; cpu < LIVE_CPUS; cpu++) {
		if (!now[cpu].idle_ns && !now[cpu].busy_ns)
			continue;
		f.cpu = cpu;
		f.steal_ns = now[cpu].steal_ns - l->cpu_start[cpu].steal_ns;
		f.busy_ns = now[cpu].busy_ns - l->cpu_start[cpu].busy_ns;
		f.idle_ns = now[cpu].idle_ns - l->cpu_start[cpu].idle_ns;
		if (steal_only) {
			f.idle_ns = measured[cpu].idle_ns;
			f.busy_ns = measured[cpu].busy_ns;
			/* A stolen core looks busy to its own scheduler. */
			f.busy_ns -= f.steal_ns < f.busy_ns ? f.steal_ns : f.busy_ns;
		}
		outbox_put(&l->out, &f.h, sizeof(f), NULL, 0);
	}
}

static void put_core(void *arg, uint32_t cpu, const struct core_sums *sums)
{
	struct running *r = arg;
	struct live *l = r->l;
	uint64_t pending = l->now_ns > sums->since_ns ? l->now_ns - sums->since_ns : 0;
	struct frame_core f = {.h = {.kind = FRAME_CORE, .t_ns = l->now_ns}, .cpu = cpu};
	struct known *on = sums->tgid ? known_get(l, sums->tgid) : NULL;

	if (cpu >= LIVE_CPUS)
		return;
	r->cpus[cpu].idle_ns = sums->idle_ns + (sums->idle ? pending : 0);
	r->cpus[cpu].busy_ns = sums->busy_ns + (sums->idle ? 0 : pending);
	if (on) {
		r->on[r->count].tgid = sums->tgid;
		r->on[r->count++].ns = pending;
	}
	for (uint32_t i = 0; i < LIVE_FAMILIES; i++) {
		bool here = on && on->family == i;

		f.h.pid = l->families[i].head;
		f.parent_ns = sums->group_ns[2 * i] + (here && on->is_head ? pending : 0);
		f.workers_ns = sums->group_ns[2 * i + 1] + (here && !on->is_head ? pending : 0);
		if (f.h.pid && (f.parent_ns || f.workers_ns))
			outbox_put(&l->out, &f.h, sizeof(f), NULL, 0);
	}
}

static void put_work(void *arg, uint32_t pid, const struct watch *w)
{
	struct running *r = arg;
	struct live *l = r->l;
	struct frame_work f = {.h = {.kind = FRAME_WORK, .pid = pid, .t_ns = l->now_ns}};
	struct known *k = known_get(l, pid);

	if (!k || w->flags & WATCH_ROOT)
		return;
	f.start_ns = k->start_ns;
	f.since_ns = w->since_ns;
	memcpy(f.state_ns, w->state_ns, sizeof(f.state_ns));
	f.known = WATCH_KNOWN;
	f.state = w->state;
	f.cpu_ns = w->cpu_ns;
	for (uint32_t i = 0; i < r->count; i++)
		if (r->on[i].tgid == pid)
			f.cpu_ns += r->on[i].ns;
	f.syscall = w->syscall;
	f.syscall_ino = w->ino;
	f.core = w->core;
	f.flags = w->flags & WATCH_PRIVATE && w->syscall >= 0 ? WORK_PRIVATE_FUTEX : 0;
	f.gil_ns = w->gil_ns;
	if (k->has_gil)
		f.flags |= WORK_GIL_KNOWN;
	f.side_ns = w->side_ns;
	if (f.side_ns)
		f.flags |= WORK_SIDE_KNOWN;
	samples_work(l, k, &f);
	if (f.since_ns == k->since_ns && f.cpu_ns == k->cpu_ns)
		return;
	k->since_ns = f.since_ns;
	k->cpu_ns = f.cpu_ns;
	outbox_put(&l->out, &f.h, sizeof(f), NULL, 0);
}

void sums_put(struct live *l)
{
	struct running r = {.l = l};

	probes_cores(l->probes, put_core, &r);
	probes_procs(l->probes, put_work, &r);
	sums_cpus(l, true, r.cpus);
}
