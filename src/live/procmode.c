/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Without BPF: what /proc tells once per tick. CPU time is the kernel's own count; the state of a
 * worker that is off its core is that of the moment it was looked at.
 */
#include <string.h>
#include <sys/syscall.h>

#include "live/ends.h"
#include "live/state.h"

#define PROC_KNOWN ((1u << STATE_WAIT) | (1u << STATE_RUN) | (1u << STATE_IO) | (1u << STATE_LOCK))

static enum worker_state idle_state(const struct known *k, struct in_syscall *call)
{
	if (!syscall_read(k->pid, call) || call->nr < 0)
		return STATE_WAIT; /* may not be read: most often it waits for a task */
	if (syscall_is_task_wait(call))
		return STATE_WAIT;
	return call->nr == SYS_futex ? STATE_LOCK : STATE_IO;
}

static void share_core(
	struct live *l, const struct known *k, const struct proc_sample *s, uint64_t ns)
{
	struct core_share *share;
	struct frame_core f = {.h = {.kind = FRAME_CORE, .t_ns = l->now_ns}, .cpu = s->cpu};

	if (k->family >= LIVE_FAMILIES)
		return;
	share = &l->shares[k->family * LIVE_CPUS + s->cpu];
	if (k->is_head)
		share->parent_ns += ns;
	else
		share->workers_ns += ns;
	f.h.pid = l->families[k->family].head;
	f.parent_ns = share->parent_ns;
	f.workers_ns = share->workers_ns;
	if (f.h.pid)
		outbox_put(&l->out, &f.h, sizeof(f), NULL, 0);
}

static void put_states(struct live *l, struct known *k, const struct proc_sample *s, uint64_t ran)
{
	struct frame_work *w = &k->work;
	struct in_syscall call = {.nr = -1};
	enum worker_state off = s->state == 'R' ? STATE_RUN : idle_state(k, &call);
	uint64_t passed = l->now_ns - w->since_ns;

	w->state_ns[STATE_RUN] += ran < passed ? ran : passed;
	w->state_ns[off] += ran < passed ? passed - ran : 0;
	w->h = (struct frame){.kind = FRAME_WORK, .pid = k->pid, .t_ns = l->now_ns};
	w->start_ns = k->start_ns;
	w->since_ns = l->now_ns;
	w->known = PROC_KNOWN;
	w->state = off;
	w->cpu_ns += ran;
	w->syscall = call.nr;
	w->syscall_ino = call.nr == SYS_read ? ends_ino(k->pid, call.arg[0]) : 0;
	w->core = s->cpu;
	outbox_put(&l->out, &w->h, sizeof(*w), NULL, 0);
}

static struct known *newcomer(struct live *l, const struct proc_sample *s)
{
	struct known *parent = known_get(l, s->ppid), *k;

	if (!parent && !l->all)
		return NULL;
	k = known_add(l, s->pid, s->start_ns);
	if (!k)
		return NULL;
	k->how = PROC_BORN;
	k->ppid = s->ppid;
	k->family = parent ? parent->family : LIVE_FAMILIES;
	if (!known_announce(l, k) || (!parent && !k->is_python)) {
		known_del(l, k);
		return NULL;
	}
	if (!parent)
		known_make_head(l, k);
	return k;
}

static void take_sample(void *arg, const struct proc_sample *s)
{
	struct live *l = arg;
	struct known *k = known_get(l, s->pid);
	uint64_t ran = 0;

	if (k && (k->start_ns != s->start_ns || s->state == 'Z'))
		return; /* gone; another may have its pid, which is seen at the next tick */
	if (!k)
		k = newcomer(l, s);
	if (!k || s->cpu >= LIVE_CPUS)
		return;
	k->seen = true;
	if (k->usage.h.kind && s->cpu_ns > k->usage.cpu_ns)
		ran = s->cpu_ns - k->usage.cpu_ns;
	if (!k->work.since_ns)
		k->work.since_ns = l->now_ns;
	if (ran)
		waits_moved(k, l->now_ns);
	share_core(l, k, s, ran);
	usage_send(l, k, s);
	if (!k->is_head)
		put_states(l, k, s, ran);
}

static void bury(struct live *l)
{
	for (uint32_t i = 0; i < l->known_top; i++) {
		struct known *k = &l->known[i];
		struct frame_exit f = {.h = {.kind = FRAME_EXIT, .pid = k->pid, .t_ns = l->now_ns}};

		if (k->pid && !k->seen) {
			f.start_ns = k->start_ns;
			f.flags = EXIT_STATUS_UNKNOWN;
			f.syscall = -1;
			memcpy(f.state_ns, k->work.state_ns, sizeof(f.state_ns));
			f.known = k->is_head ? 0 : PROC_KNOWN;
			f.state = k->work.state;
			f.cpu_ns = k->work.cpu_ns;
			f.rss_peak_bytes = k->usage.rss_peak_bytes;
			outbox_put(&l->out, &f.h, sizeof(f), NULL, 0);
			known_del(l, k);
		}
		k->seen = false;
	}
}

void procmode_tick(struct live *l)
{
	known_look(l);
	procs_sample_all(l->procs, take_sample, l);
	bury(l);
	sums_cpus(l, false, NULL);
}
