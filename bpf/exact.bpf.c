/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fourth object, loaded for --exact alone: probes at the entry and the return of the C
 * functions that multiprocessing pickles and unpickles by. They measure how long a worker's main
 * thread is on a core in the first unpickling after it took a task, and in the last pickling before
 * it writes the result: what lies between is the task's own.
 */
#include "exact.h"
#include "slots.h"
#include "worker_state.h"

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct exact_cost);
} costs SEC(".maps");

static __always_inline struct exact_cost *cost(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&costs, &zero);
}

static __always_inline void add_cost(__u64 began)
{
	struct exact_cost *c = cost();

	if (c)
		c->ns += bpf_ktime_get_ns() - began;
}

/* A worker's main thread with a task in hand; NULL: any other, whose call is not measured. */
static __always_inline struct watch *measured(struct watch *w)
{
	__u64 id = bpf_get_current_pid_tgid();

	if (!w || id >> 32 != (__u32)id)
		return NULL;
	return w->flags & WATCH_HAND && w->flags & WATCH_EXACT ? w : NULL;
}

static __always_inline struct watch *running(void)
{
	return watched(bpf_get_current_pid_tgid() >> 32);
}

/* The same, and the call is counted. */
static __always_inline struct watch *counted(enum exact_call call)
{
	struct watch *w = running();
	struct exact_cost *c = cost();

	if (c && w)
		c->calls[call]++;
	else if (c)
		c->others[call]++;
	return measured(w);
}

SEC("uprobe")
int on_loads(void *ctx)
{
	struct watch *w = counted(EXACT_LOADS);
	__u64 now;

	if (!w || w->flags & WATCH_UNPICKLED || w->dumps)
		return 0;
	now = bpf_ktime_get_ns();
	if (!w->loads++)
		w->call_run_ns = run_ns(w, now);
	add_cost(now);
	return 0;
}

SEC("uretprobe")
int on_loads_end(void *ctx)
{
	struct watch *w = measured(running());
	__u64 now;

	if (!w || !w->loads)
		return 0;
	now = bpf_ktime_get_ns();
	if (!--w->loads) {
		enter_state(w, w->state, now);
		w->unpickle_ns = w->state_ns[STATE_RUN] - w->call_run_ns;
		if (move_run(w, STATE_UNPICKLE, w->unpickle_ns))
			w->flags |= WATCH_UNPICKLED;
	}
	add_cost(now);
	return 0;
}

SEC("uprobe")
int on_dump(void *ctx)
{
	struct watch *w = counted(EXACT_DUMP);
	__u64 now;

	if (!w || w->loads)
		return 0;
	now = bpf_ktime_get_ns();
	if (!w->dumps++)
		w->call_run_ns = run_ns(w, now);
	add_cost(now);
	return 0;
}

SEC("uretprobe")
int on_dump_end(void *ctx)
{
	struct watch *w = measured(running());
	__u64 now;

	if (!w || !w->dumps)
		return 0;
	now = bpf_ktime_get_ns();
	if (!--w->dumps) {
		w->pickle_ns = run_ns(w, now) - w->call_run_ns;
		w->flags |= WATCH_PICKLED;
	}
	add_cost(now);
	return 0;
}
