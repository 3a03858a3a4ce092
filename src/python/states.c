/* SPDX-License-Identifier: GPL-2.0-only */
#include "python/states.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>

enum { STATE_BYTES = 512 };

/* Where the C library's struct pthread, which thread_id is the address of, has the TID: glibc on
 * x86-64 and on aarch64, musl. Before 3.11 nothing else says it. */
static const uint32_t tid_offsets[] = {720, 208, 48};

/* One PyThreadState, as it was read. */
struct state {
	unsigned char bytes[STATE_BYTES];
};

static uint64_t word_at(const struct state *s, uint32_t offset)
{
	uint64_t n;

	memcpy(&n, s->bytes + offset, sizeof(n));
	return n;
}

/* How many bytes hold all the fields; 0 if no more than STATE_BYTES do. */
static size_t state_size(const struct py_layout *l)
{
	const uint32_t last[] = {l->thread.next, l->thread.interp, l->thread.id,
		l->thread.native_id, l->thread.frame};
	size_t i, size = 0;

	for (i = 0; i < sizeof(last) / sizeof(last[0]); i++)
		if (last[i] != PY_ABSENT && last[i] + 8 > size)
			size = last[i] + 8;
	return size <= STATE_BYTES ? size : 0;
}

static struct py_task *find_task(struct memory *m, const struct py_layout *l, const struct state *s,
	const struct py_tasks *tasks)
{
	struct py_task *t = NULL;
	uint32_t tid;
	size_t i;

	if (l->thread.native_id != PY_ABSENT)
		t = tasks_by_inner(tasks, (uint32_t)word_at(s, l->thread.native_id));
	for (i = 0; !t && i < sizeof(tid_offsets) / sizeof(tid_offsets[0]); i++)
		if (!memory_u32(m, word_at(s, l->thread.id) + tid_offsets[i], &tid))
			t = tasks_by_inner(tasks, tid);
	return t;
}

static bool has_frame(struct memory *m, const struct py_layout *l, const struct state *s)
{
	uint64_t frame = word_at(s, l->thread.frame);

	if (frame && l->thread.cframe != PY_ABSENT &&
		memory_u64(m, frame + l->thread.cframe, &frame))
		return false;
	return frame != 0;
}

static int find_threads(
	struct memory *m, const struct py_layout *l, uint64_t interp, struct py_tasks *tasks)
{
	size_t size = state_size(l);
	struct state s;
	struct py_task *t;
	uint64_t at;
	int r, i;

	r = memory_u64(m, interp + l->interp.threads, &at);
	for (i = 0; !r && at && i < STATES_MAX; i++) {
		r = size ? memory_read(m, at, s.bytes, size) : -EAGAIN;
		if (!r && word_at(&s, l->thread.interp) != interp)
			r = -EAGAIN;
		if (r)
			break;
		t = find_task(m, l, &s, tasks);
		if (t && (!t->thread || (!t->has_frame && has_frame(m, l, &s)))) {
			t->thread = at;
			t->interp = interp;
			t->has_frame = has_frame(m, l, &s);
		}
		at = word_at(&s, l->thread.next);
	}
	return r;
}

int states_find(struct memory *m, const struct py_layout *l, struct py_tasks *tasks)
{
	uint64_t interp;
	uint32_t k;
	int r, i;

	for (k = 0; k < tasks->count; k++) {
		tasks->tasks[k].thread = tasks->tasks[k].interp = 0;
		tasks->tasks[k].has_frame = false;
	}
	r = memory_u64(m, l->runtime + l->interpreters, &interp);
	for (i = 0; !r && interp && i < STATES_INTERPRETERS; i++) {
		r = find_threads(m, l, interp, tasks);
		if (!r)
			r = memory_u64(m, interp + l->interp.next, &interp);
	}
	return r == -EFAULT ? -EAGAIN : r;
}

void gil_read(struct memory *m, const struct py_layout *l, uint64_t interp, struct gil *ret)
{
	struct gil g = {0};
	uint32_t locked;
	uint64_t holder;

	*ret = g;
	if (l->gil.runtime != PY_ABSENT)
		g.address = l->runtime + l->gil.runtime;
	else if (l->gil.interp == PY_ABSENT || memory_u64(m, interp + l->gil.interp, &g.address))
		return;
	if (!g.address || memory_u32(m, g.address + l->gil.locked, &locked) ||
		memory_u64(m, g.address + l->gil.holder, &holder))
		return;
	if (locked == 1)
		g.holder = holder;
	*ret = g;
}

/* The list has the newest first. */
static uint64_t first_interpreter(struct memory *m, const struct py_layout *l)
{
	uint64_t at, next;

	if (memory_u64(m, l->runtime + l->interpreters, &at))
		return 0;
	for (int i = 0; at && i < STATES_INTERPRETERS; i++) {
		if (memory_u64(m, at + l->interp.next, &next))
			return 0;
		if (!next)
			return at;
		at = next;
	}
	return 0;
}

uint64_t gil_of_main(struct memory *m, const struct py_layout *l)
{
	uint64_t interp = first_interpreter(m, l);
	struct gil g = {0};

	if (interp)
		gil_read(m, l, interp, &g);
	return g.address;
}

bool gil_is_waited_for(const struct gil *g, const struct py_layout *l, const struct task_call *call)
{
	return g->address && call->nr == SYS_futex && call->arg >= g->address &&
	       call->arg - g->address < l->gil.size;
}
