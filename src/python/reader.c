/* SPDX-License-Identifier: GPL-2.0-only */
#include "python/reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "python/states.h"
#include "python/still.h"

enum {
	GIL_TRIES = 10,
	LIST_TRIES = 5, /* for the list of threads */
	TAKES = 6, /* for what a taker wants of one that runs */
};

/* What reading one thread after the other needs: large, so not on the stack. */
struct scratch {
	struct walk walk[2]; /* the newest two readings */
	unsigned int newest;
	struct still still;
	bool in_call; /* at the newest of them it waited in the kernel */
};

static const struct reader_limits thorough = {
	.threads = TASKS_MAX,
	.tries = 24,
	.bytes = MEMORY_BUDGET,
};

int reader_init(struct reader *r, const char *proc, uint32_t pid, struct err *err)
{
	*r = (struct reader){.proc = proc, .limits = thorough};
	memory_of_process(&r->m, pid);
	return interp_find(proc, &r->m, &r->interp, err);
}

void reader_init_known(struct reader *r, const char *proc, uint32_t pid,
	const struct py_layout *layout, const struct reader_limits *limits)
{
	*r = (struct reader){.proc = proc, .limits = *limits};
	memory_of_process(&r->m, pid);
	r->interp.layout = *layout;
}

static void forget(struct reader *r)
{
	free(r->threads);
	r->threads = NULL;
	r->threads_count = r->frames_count = 0;
}

void reader_release(struct reader *r)
{
	forget(r);
	free(r->frames);
	codes_release(&r->codes);
	*r = (struct reader){0};
}

static int keep_frames(struct reader *r, const struct walk *w, struct py_thread *out)
{
	if (w->count > r->frames_cap - r->frames_count) {
		uint32_t cap = (r->frames_count + w->count) * 2;
		struct py_frame *frames = realloc(r->frames, cap * sizeof(*frames));

		if (!frames)
			return -ENOMEM;
		r->frames = frames;
		r->frames_cap = cap;
	}
	if (w->count)
		memcpy(r->frames + r->frames_count, w->frames, w->count * sizeof(w->frames[0]));
	out->frames = r->frames_count;
	out->count = w->count;
	out->is_cut = w->is_cut;
	r->frames_count += w->count;
	return 0;
}

static void look_at_gil(struct reader *r, struct py_thread *t)
{
	struct task_call call;
	struct gil g;

	gil_read(&r->m, &r->interp.layout, t->interp, &g);
	if (task_call(r->proc, r->m.pid, t->tid, &call)) {
		t->call = call;
		t->on_cpu = call.is_running;
	}
	if (!g.address)
		t->gil = PY_GIL_UNKNOWN;
	else if (g.holder == t->state)
		t->gil = PY_GIL_HELD;
	else if (gil_is_waited_for(&g, &r->interp.layout, &t->call))
		t->gil = PY_GIL_WAITING;
	else
		t->gil = PY_GIL_FREE;
}

static bool still_holds(struct reader *r, const struct py_thread *t)
{
	struct gil g;

	gil_read(&r->m, &r->interp.layout, t->interp, &g);
	return (g.address && g.holder == t->state) == (t->gil == PY_GIL_HELD);
}

/* All of one moment: whoever held it when we began still does when we are through. */
static void read_gil(struct reader *r)
{
	bool same = false;
	uint32_t i;
	int k;

	for (k = 0; k < GIL_TRIES && !same; k++) {
		same = true;
		for (i = 0; i < r->threads_count; i++)
			if (r->threads[i].state)
				look_at_gil(r, &r->threads[i]);
		for (i = 0; i < r->threads_count && same; i++)
			same = !r->threads[i].state || still_holds(r, &r->threads[i]);
	}
}

/* One reading. 0, or SURE if the thread stood still all the while, or -errno. */
enum { SURE = 1 };

static int read_once(struct reader *r, const struct py_thread *t, struct scratch *s)
{
	const struct py_layout *l = &r->interp.layout;
	struct walk *w = &s->walk[s->newest ^= 1];
	struct task_call call;
	int ret = still_begin(&s->still, r->proc, r->m.pid, t->tid);

	if (ret)
		return -ESRCH;
	if (!task_call(r->proc, r->m.pid, t->tid, &call))
		call = (struct task_call){.nr = -1, .is_running = true};
	s->in_call = !call.is_running;
	w->count = 0;
	w->is_cut = false;
	if (t->state)
		ret = walk_thread(&r->m, l, &r->codes, t->state, w);
	if (ret)
		return ret;
	if (r->taker && s->in_call)
		r->taker->copy(r->taker->arg, t->tid, &call);
	/* Off its core when the call was read: else it may be on the way to sleep, or back. */
	if (!still_end(&s->still, r->proc, r->m.pid, t->tid))
		return 0;
	return call.is_running == (s->still.now.state == 'R') ? SURE : 0;
}

/* Without any frames for a thread that has ended meanwhile. */
static int read_stack(struct reader *r, struct py_thread *t, struct scratch *s)
{
	bool agreed = false;
	uint32_t tries = r->limits.tries, i;
	int ret = -EAGAIN, before;

	for (i = 0; i < tries && ret != SURE && !(agreed && i >= tries / 2); i++) {
		before = ret;
		ret = read_once(r, t, s);
		if (ret < 0 && ret != -EAGAIN)
			return ret;
		agreed = !before && !ret && walk_is_same(&s->walk[0], &s->walk[1]);
	}
	if (ret != SURE && !agreed) {
		t->whole = PY_TORN;
		return 0;
	}
	t->whole = ret == SURE ? PY_WHOLE : PY_AGREED;
	if (!s->walk[s->newest].count)
		t->whole = PY_NO_STACK;
	return keep_frames(r, &s->walk[s->newest], t);
}

/* The stack, and what goes with it. */
static int take_stack(struct reader *r, struct py_thread *t, struct scratch *s)
{
	const struct reader_taker *taker = r->taker;
	uint32_t frames = r->frames_count;
	int ret = 0, i;

	if (!t->state && !taker)
		return 0;
	for (i = 0; i < TAKES && !ret; i++) {
		r->frames_count = frames;
		ret = read_stack(r, t, s);
		if (ret || !taker || taker->keep(taker->arg, r, t, s->in_call))
			return ret;
	}
	return ret;
}

static void read_name(const struct reader *r, struct py_thread *out)
{
	char comm[TASK_COMM];

	task_comm(r->proc, r->m.pid, out->tid, comm);
	text_clean(out->name, sizeof(out->name), comm, strlen(comm), 0);
}

/* Who there is, without their stacks; a thread that has ended meanwhile is left out. */
static void list_threads(struct reader *r, const struct py_tasks *tasks)
{
	struct task_now now;
	uint32_t i;

	for (i = 0; i < tasks->count; i++) {
		const struct py_task *t = &tasks->tasks[i];
		struct py_thread *out = &r->threads[r->threads_count];

		if (task_look(r->proc, r->m.pid, t->tid, &now))
			continue;
		*out = (struct py_thread){
			.tid = t->tid, .state = t->thread, .interp = t->interp, .call = {.nr = -1}};
		out->on_cpu = now.state == 'R';
		read_name(r, out);
		if (!t->thread)
			task_call(r->proc, r->m.pid, t->tid, &out->call);
		r->threads_count++;
	}
}

static int read_stacks(struct reader *r, struct scratch *s)
{
	uint32_t i;
	int ret = 0;

	for (i = 0; i < r->threads_count && !ret; i++) {
		struct py_thread *t = &r->threads[i];

		ret = take_stack(r, t, s);
		if (ret == -ESRCH)
			ret = task_look(r->proc, r->m.pid, r->m.pid, &s->still.now) ? ret : 0;
	}
	return ret;
}

static int read_threads(struct reader *r, const struct py_tasks *tasks)
{
	struct scratch *s = calloc(1, sizeof(*s));
	int ret;

	r->threads = calloc(tasks->count, sizeof(*r->threads));
	if (!s || !r->threads) {
		free(s);
		return -ENOMEM;
	}
	list_threads(r, tasks);
	read_gil(r);
	ret = read_stacks(r, s);
	still_release(&s->still);
	free(s);
	return ret;
}

static int find_tasks(struct reader *r, struct py_tasks *ret_tasks)
{
	int ret = tasks_read(r->proc, r->m.pid, r->limits.threads, ret_tasks), i;

	if (ret)
		return ret;
	ret = -EAGAIN;
	for (i = 0; i < LIST_TRIES && ret == -EAGAIN; i++)
		ret = states_find(&r->m, &r->interp.layout, ret_tasks);
	if (ret && ret != -EAGAIN)
		tasks_release(ret_tasks);
	return ret == -EAGAIN ? 0 : ret; /* those that were found are better than none */
}

int reader_read(struct reader *r, struct err *err)
{
	struct py_tasks tasks;
	int ret;

	forget(r);
	codes_trim(&r->codes);
	r->m.left = r->limits.bytes;
	ret = find_tasks(r, &tasks);
	if (!ret) {
		r->left_out = tasks.left_out;
		ret = read_threads(r, &tasks);
		tasks_release(&tasks);
	}
	if (ret == -ENOMEM)
		return err_set(err, ret, ERR_FAILED, "out of memory");
	if (ret == -EDQUOT || ret == -ENOSPC)
		return err_set(err, ret, ERR_FAILED,
			"process %u has more on its stacks than pooltop reads", r->m.pid);
	if (ret && !r->threads_count)
		return err_set(err, -ESRCH, ERR_NO_TARGET, "process %u has ended", r->m.pid);
	return 0;
}
