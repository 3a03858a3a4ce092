/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The third object: what Python code is on a core, so many times a second, by a clock on every
 * core. It shares the ring and the counts with the first, whom it asks which processes are watched
 * and whether they have a task in hand, and the layouts of interpreters with the second.
 *
 * The thread that is looked at is the one that the clock has interrupted, so its stack stands
 * still. A sample is cheap for what it leaves out: it reads a frame and a code object a step, and
 * no text of code that was told before.
 */
#include "slots.h"
#include "stack.h"
#include "tell.h"

char LICENSE[] SEC("license") = "GPL";

/* Setting by the watcher: of the clock. */
__u64 period_ns = 1;

#define SEARCH_AGAIN_NS 1000000000ULL /* for a thread that Python did not know */

/* The second's. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, RING_PROCS);
	__type(key, __u32);
	__type(value, struct python);
} pythons SEC(".maps");

/* Where the interpreter keeps a thread, by TID. */
struct place {
	__u64 thread; /* PyThreadState; 0: it knows none such */
	__u64 searched_ns;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, __u32);
	__type(value, struct place);
} places SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct sample_cost);
} costs SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct sampler);
} samplers SEC(".maps");

/* The innermost frame of the thread that s->thread is, 0: none. */
static __always_inline void find_frame(struct sampler *s)
{
	const struct py_layout *p = &s->layout;

	s->frame = user_word(s->thread + p->thread.frame);
	if (p->thread.cframe != PY_ABSENT)
		s->frame = user_word(s->frame + p->thread.cframe);
}

/* One thread, or one interpreter, on. 1: this was the last step. */
static int find_step(struct sampler *s)
{
	const struct py_layout *p = &s->layout;

	if (!s->thread) {
		if (!s->interp)
			return 1;
		s->thread = user_word(s->interp + p->interp.threads);
		s->interp = user_word(s->interp + p->interp.next);
		return 0;
	}
	if (user_word(s->thread + p->thread.id) == s->thread_id) {
		s->sample.flags |= SAMPLE_PYTHON;
		find_frame(s);
		if (s->frame)
			return 1;
	}
	s->thread = user_word(s->thread + p->thread.next);
	return 0;
}

/* CPython hides a frame that is still being set up. */
static __always_inline bool is_incomplete(struct sampler *s, __u64 code, __u64 lasti)
{
	const struct py_layout *p = &s->layout;
	__s64 first;

	if (p->lasti != PY_LASTI_POINTER)
		return false;
	if (s->raw_frame[p->frame.owner & (RAW - 1)] == OWNER_GENERATOR)
		return false;
	first = 2 * (__s64)int_at(s->raw_code, p->code.firsttraceable);
	return (__s64)(lasti - code - p->code.bytecode) < first;
}

/* One frame on. 1: this was the last step. */
static int frame_step(struct sampler *s)
{
	const struct py_layout *p = &s->layout;
	__u32 n = s->sample.count, size = p->frame.size;
	__u64 code;

	if (!s->frame)
		return 1;
	if (n >= SAMPLE_FRAMES) {
		s->sample.flags |= SAMPLE_MORE;
		return 1;
	}
	if (size > FRAME_RAW)
		size = FRAME_RAW;
	bpf_probe_read_user(s->raw_frame, size, (void *)s->frame);
	s->frame = word_at(s->raw_frame, p->frame.previous);
	if (p->frame.owner != PY_ABSENT &&
		s->raw_frame[p->frame.owner & (RAW - 1)] >= p->frame.shim)
		return 0;
	code = word_at(s->raw_frame, p->frame.code) & ~(__u64)p->frame.code_mask;
	if (!code)
		return 0;
	bpf_probe_read_user(s->raw_code, CODE_RAW, (void *)code);
	if (p->code_type && word_at(s->raw_code, p->object.type) != p->code_type)
		return 1;
	if (is_incomplete(s, code, word_at(s->raw_frame, p->frame.lasti)))
		return 0;
	meet_code(s, code);
	if (!n)
		s->sample.lasti = word_at(s->raw_frame, p->frame.lasti);
	s->sample.codes[n & (SAMPLE_FRAMES - 1)] = code;
	s->sample.count = n + 1;
	return 0;
}

struct steps {
	struct sampler *s;
};

static int find_again(__u32 i, struct steps *steps)
{
	return find_step(steps->s);
}

static int frame_again(__u32 i, struct steps *steps)
{
	return frame_step(steps->s);
}

/* by_loop is a constant: a kernel without bpf_loop (before 5.17) never sees that it is used. */
static __always_inline void search(struct sampler *s, const bool by_loop)
{
	struct steps steps = {.s = s};

	s->interp = user_word(s->layout.runtime + s->layout.interpreters);
	s->thread = 0;
	if (by_loop) {
		bpf_loop(SAMPLE_SEARCH, find_again, &steps, 0);
		return;
	}
#pragma clang loop unroll(disable)
	for (int i = 0; i < SAMPLE_SEARCH; i++)
		if (find_step(s))
			break;
}

/* The collector's flag is its interpreter's: it runs in the thread that holds the GIL. */
static __always_inline void see_collector(struct sampler *s)
{
	const struct py_layout *p = &s->layout;
	__u64 interp, gil;

	if (!s->frame || (p->gc.runtime == PY_ABSENT && p->gc.interp == PY_ABSENT))
		return;
	s->sample.flags |= SAMPLE_GC_KNOWN;
	interp = user_word(s->thread + p->thread.interp);
	if (!(__u32)user_word(p->gc.runtime != PY_ABSENT ? p->runtime + p->gc.runtime
							 : interp + p->gc.interp))
		return;
	gil = p->gil.runtime != PY_ABSENT ? p->runtime + p->gil.runtime
					  : user_word(interp + p->gil.interp);
	if ((__u32)user_word(gil + p->gil.locked) == 1 &&
		user_word(gil + p->gil.holder) == s->thread)
		s->sample.flags |= SAMPLE_GC;
}

/* Where it was found the last time, it is again, as a rule. */
static __always_inline void find_thread(struct sampler *s, const bool by_loop)
{
	__u32 tid = s->sample.tid;
	struct place *known = bpf_map_lookup_elem(&places, &tid), found = {};

	if (known && known->thread &&
		user_word(known->thread + s->layout.thread.id) == s->thread_id) {
		s->thread = known->thread;
		s->sample.flags |= SAMPLE_PYTHON;
		find_frame(s);
		if (s->frame)
			return;
	}
	if (known && s->sample.h.t_ns - known->searched_ns < SEARCH_AGAIN_NS)
		return;
	search(s, by_loop);
	found.thread = s->frame ? s->thread : 0;
	found.searched_ns = s->sample.h.t_ns;
	bpf_map_update_elem(&places, &tid, &found, BPF_ANY);
}

static __always_inline void walk(struct sampler *s, const bool by_loop)
{
	struct steps steps = {.s = s};

	if (by_loop) {
		bpf_loop(SAMPLE_STEPS, frame_again, &steps, 0);
		return;
	}
#pragma clang loop unroll(disable)
	for (int i = 0; i < SAMPLE_STEPS; i++)
		if (frame_step(s))
			break;
}

static __always_inline void begin_sample(struct sampler *s, const struct watch *w, __u64 now)
{
	__u64 id = bpf_get_current_pid_tgid();
	struct ring_sample *r = &s->sample;

	__builtin_memset(r, 0, __builtin_offsetof(struct ring_sample, codes));
	r->h.kind = RING_SAMPLE;
	r->h.pid = id >> 32;
	r->h.t_ns = now;
	r->tid = id;
	r->core = bpf_get_smp_processor_id();
	if (r->tid == r->h.pid)
		r->flags |= SAMPLE_MAIN;
	if (w->flags & WATCH_HAND)
		r->flags |= SAMPLE_HAND;
	if (w->flags & WATCH_ROOT)
		r->flags |= SAMPLE_ROOT;
	if (w->loads || w->dumps)
		r->flags |= SAMPLE_MEASURED;
	s->frame = 0;
}

static __always_inline void take_sample(struct watch *w, __u64 now, const bool by_loop)
{
	__u32 zero = 0, tgid = bpf_get_current_pid_tgid() >> 32;
	struct python *py = bpf_map_lookup_elem(&pythons, &tgid);
	struct sampler *s = bpf_map_lookup_elem(&samplers, &zero);
	__u64 size;

	if (!py || !s)
		return;
	begin_sample(s, w, now);
	s->sample.period_ns = period_ns;
	s->layout = py->layout;
	s->thread_id = thread_id((struct task_struct *)bpf_get_current_task());
	find_thread(s, by_loop);
	see_collector(s);
	walk(s, by_loop);
	size = __builtin_offsetof(struct ring_sample, codes) + 8 * (__u64)s->sample.count;
	s->sample.h.size = size;
	barrier_var(size);
	if (size <= sizeof(s->sample))
		put_record(&s->sample, size);
}

static __always_inline int on_clock(const bool by_loop)
{
	__u32 zero = 0, tgid = bpf_get_current_pid_tgid() >> 32;
	struct watch *w = watched(tgid);
	struct sample_cost *cost = bpf_map_lookup_elem(&costs, &zero);
	__u64 now;

	if (!cost)
		return 0;
	cost->runs++;
	if (!w)
		return 0;
	now = bpf_ktime_get_ns();
	take_sample(w, now, by_loop);
	cost->samples++;
	cost->ns += bpf_ktime_get_ns() - now;
	return 0;
}

SEC("?perf_event")
int on_clock_loop(void *ctx)
{
	return on_clock(true);
}

SEC("?perf_event")
int on_clock_for(void *ctx)
{
	return on_clock(false);
}
