/* SPDX-License-Identifier: GPL-2.0-only */
/* Whole stories. */
#include <string.h>

#include "tests/support/frames.h"

const struct history_pool history_lively_pool = {
	.pid = 4242,
	.task_ino = 70001,
	.result_ino = 70002,
};

void history_worker_ends(struct history *h, const struct history_pool *p, uint32_t pid)
{
	history_pipe(h, pid, p->task_ino, 5, PIPE_READ);
	history_pipe(h, pid, p->result_ino, 8, PIPE_WRITE);
	history_ends(h, pid);
}

static void parent_ends(struct history *h, const struct history_pool *p)
{
	history_pipe(h, p->pid, p->task_ino, 5, PIPE_READ);
	history_pipe(h, p->pid, p->task_ino, 6, PIPE_WRITE);
	history_pipe(h, p->pid, p->result_ino, 7, PIPE_READ);
	history_pipe(h, p->pid, p->result_ino, 8, PIPE_WRITE);
	history_ends(h, p->pid);
}

void history_start_pool(
	struct history *h, const struct history_pool *p, uint32_t first, unsigned int workers)
{
	for (uint32_t pid = first; pid < first + workers; pid++) {
		history_fork(h, p->pid, pid);
		history_wait(h, 2 * HISTORY_MS);
	}
	parent_ends(h, p);
	for (uint32_t pid = first; pid < first + workers; pid++) {
		history_born(h, pid);
		history_worker_ends(h, p, pid);
		history_state(h, pid, STATE_WAIT);
	}
	history_blocked(h, first, p->task_ino);
}

struct lively {
	struct history *h;
	const struct history_pool *p;
	struct history_task tasks[512];
	unsigned int sent, taken;
	struct {
		uint32_t pid;
		bool busy;
		unsigned int task;
		uint64_t until_ns;
	} worker[4];
};

/* Jobs of 64 chunks each, of three functions in turn. */
static struct history_task lively_task(unsigned int n)
{
	static const char *const func[] = {"etl.extract", "etl.transform", "etl.load"};
	unsigned int job = n / 64;
	struct history_task t = {
		.job = job,
		.chunk = (int32_t)(n % 64),
		.func = func[job % 3],
		.items = 1 + job % 3 * 4,
		.flags = job % 3 ? MSG_CHUNKED : 0,
		.bytes_out = 900 + n * 37 % 5000 + (job % 3 == 1 ? 2 << 20 : 0),
		.bytes_back = 120 + n * 13 % 300,
	};

	t.result_items = job % 3 ? t.items : 0;
	t.result_flags = MSG_TIMES | (job % 3 == 1 ? MSG_EXACT : 0);
	t.spent = (struct task_times){
		.send_ns = HISTORY_MS,
		.io_ns = (1 + job % 3) * 8 * HISTORY_MS,
		.lock_ns = job % 3 * HISTORY_MS,
		.runq_ns = 3 * HISTORY_MS,
		.unpickle_ns = job % 3 == 1 ? 12 * HISTORY_MS : 0,
		.pickle_ns = job % 3 == 1 ? HISTORY_MS : 0,
	};
	return t;
}

static void lively_send(struct lively *l)
{
	while (l->sent < l->taken + 12 && l->sent < 512) {
		l->tasks[l->sent] = lively_task(l->sent);
		history_send(l->h, l->p, &l->tasks[l->sent++]);
		history_wait(l->h, 15 * HISTORY_US);
	}
}

static void lively_take(struct lively *l, unsigned int w)
{
	unsigned int n = l->taken++;

	history_take(l->h, l->p, l->worker[w].pid, &l->tasks[n]);
	l->worker[w].busy = true;
	l->worker[w].task = n;
	l->worker[w].until_ns =
		l->h->now_ns + (40 + n * 7919 % 500 + (n % 29 ? 0 : 1400)) * HISTORY_MS;
	history_wait(l->h, 30 * HISTORY_US);
}

static void lively_done(struct lively *l, unsigned int w)
{
	static const char *const raised[] = {"ValueError", "bad row 17",
		"Traceback (most recent call last):\n"
		"  File \"/usr/lib/python3.11/multiprocessing/pool.py\", line 125, in worker\n"
		"    result = (True, func(*args, **kwds))\n"
		"  File \"/srv/etl/etl.py\", line 61, in load\n"
		"    raise ValueError(f\"bad row {n}\")\n"
		"ValueError: bad row 17"};
	const struct history_task *t = &l->tasks[l->worker[w].task];

	if (t->job == 2 && (t->chunk == 9 || t->chunk == 11))
		history_raise(l->h, l->p, l->worker[w].pid, t, raised);
	else
		history_done(l->h, l->p, l->worker[w].pid, t);
	history_wait(l->h, 50 * HISTORY_US);
	history_return(l->h, l->p, t);
	l->worker[w].busy = false;
}

static void lively_replace(struct lively *l, unsigned int w, uint32_t pid)
{
	history_wait(l->h, HISTORY_MS);
	l->h->fork_tid = l->p->pid + 1;
	history_fork(l->h, l->p->pid, pid);
	history_born(l->h, pid);
	history_wait(l->h, 2 * HISTORY_MS);
	history_state(l->h, pid, STATE_WAIT);
	history_worker_ends(l->h, l->p, pid);
	l->worker[w].pid = pid;
	l->worker[w].busy = false;
}

static const struct history_place last_stack[] = {
	{"Table.merge", "/srv/etl/tables.py", 212, PLACE_PYTHON},
	{"transform.<locals>.join", "/srv/etl/etl.py", 41, PLACE_PYTHON},
	{"transform", "/srv/etl/etl.py", 48, PLACE_PYTHON},
	{"mapstar", "/usr/lib/python3.11/multiprocessing/pool.py", 48, PLACE_PYTHON},
	{"worker", "/usr/lib/python3.11/multiprocessing/pool.py", 125, PLACE_PYTHON},
	{"BaseProcess.run", "/usr/lib/python3.11/multiprocessing/process.py", 108, PLACE_PYTHON},
	{0},
};

static const struct history_place waiting[] = {
	{"Connection._recv", "/usr/lib/python3.11/multiprocessing/connection.py", 395,
		PLACE_PYTHON},
	{"SimpleQueue.get", "/usr/lib/python3.11/multiprocessing/queues.py", 367, PLACE_PYTHON},
	{"worker", "/usr/lib/python3.11/multiprocessing/pool.py", 114, PLACE_PYTHON},
	{0},
};

static const struct history_place handling[] = {
	{"Connection._recv", "/usr/lib/python3.11/multiprocessing/connection.py", 395,
		PLACE_PYTHON},
	{"Pool._handle_results", "/usr/lib/python3.11/multiprocessing/pool.py", 579, PLACE_PYTHON},
	{"Thread.run", "/usr/lib/python3.11/threading.py", 982, PLACE_PYTHON},
	{0},
};

/* What a watcher sees of some of them at a tick; each in the same place for another time. */
static void lively_sample(struct lively *l, uint64_t tick)
{
	if (tick < 20)
		return;
	history_stack(l->h, 4304, 4304, 0, last_stack);
	history_thread(l->h, 4304, 4304, THREAD_ON_CPU | THREAD_GIL_KNOWN | THREAD_GIL_HELD);
	history_stack(l->h, 4301, 4301, 0, tick % 2 ? last_stack : waiting);
	history_thread(l->h, 4301, 4301, tick % 2 ? THREAD_ON_CPU : 0);
	history_stack(l->h, 4242, 4245, 0, handling);
	history_thread(l->h, 4242, 4245, THREAD_GIL_KNOWN | THREAD_GIL_WAITING);
	history_stack(l->h, 4242, 4242, 0, tick < 30 ? waiting : last_stack);
	history_thread(l->h, 4242, 4242, 0);
}

/* 4303 dies with the task in hand; 4302 has done enough tasks. */
static void lively_ends(struct lively *l, unsigned int w)
{
	const struct history_task *t = &l->tasks[l->worker[w].task];

	if (l->worker[w].pid == 4303 && l->worker[w].busy && t->job == 1) {
		history_stack(l->h, 4303, 4303, STACK_AT_DEATH, last_stack);
		history_kill(l->h, 4303, 9, 900, "bash");
		lively_replace(l, w, 4310);
	} else if (l->worker[w].pid == 4302 && !l->worker[w].busy && l->taken > 150) {
		history_exit(l->h, 4302, 0);
		lively_replace(l, w, 4311);
	}
}

static void lively_step(struct lively *l, uint64_t until_ns)
{
	while (l->h->now_ns < until_ns) {
		lively_send(l);
		for (unsigned int w = 0; w < 4; w++) {
			if (l->worker[w].busy && l->worker[w].until_ns <= l->h->now_ns)
				lively_done(l, w);
			lively_ends(l, w);
			if (!l->worker[w].busy && l->taken < l->sent)
				lively_take(l, w);
		}
		history_wait(l->h, 10 * HISTORY_MS);
	}
}

static const struct history_place joining[] = {
	{"transform.<locals>.join", "/srv/etl/etl.py", 41, PLACE_PYTHON},
	{"transform", "/srv/etl/etl.py", 0, PLACE_PYTHON},
	{"worker", "/usr/lib/python3.11/multiprocessing/pool.py", 0, PLACE_PYTHON},
	{0},
};
static const struct history_place getting[] = {
	{"SimpleQueue.get", "/usr/lib/python3.11/multiprocessing/queues.py", 367, PLACE_PYTHON},
	{"worker", "/usr/lib/python3.11/multiprocessing/pool.py", 0, PLACE_PYTHON},
	{0},
};

/* The clock: of every second a worker, three parts at its task and one unpickling. */
static void lively_clock(struct lively *l)
{
	for (unsigned int w = 0; w < 4; w++) {
		if (!l->worker[w].busy)
			continue;
		history_sample(l->h, l->worker[w].pid, 1, CLASS_TASK, 450 * HISTORY_MS);
		history_sample(l->h, l->worker[w].pid, 2, CLASS_TASK, 300 * HISTORY_MS);
		history_sample(l->h, l->worker[w].pid, 3, CLASS_UNPICKLE, 250 * HISTORY_MS);
	}
	history_sample(l->h, l->p->pid, 4, CLASS_OTHER, 90 * HISTORY_MS);
}

void history_lively(struct history *h)
{
	static struct lively l;

	memset(&l, 0, sizeof(l));
	l.h = h;
	l.p = &history_lively_pool;
	history_session(h, MODE_BPF);
	history_found(h, 900, 1, "bash", NULL);
	history_found(h, 4242, 900, "python3 etl.py --all", "3.11.7");
	h->pool_pid = 4242;
	history_wait(h, 100 * HISTORY_MS);
	history_start_pool(h, l.p, 4301, 4);
	history_trace(h, 1, last_stack);
	history_trace(h, 2, joining);
	history_trace(h, 3, getting);
	history_trace(h, 4, &joining[2]);
	for (uint32_t w = 0; w < 4; w++)
		l.worker[w].pid = 4301 + w;
	for (uint64_t tick = 1; tick <= 40; tick++) {
		lively_step(&l, HISTORY_START_NS + tick * HISTORY_S);
		for (uint32_t cpu = 0; cpu < HISTORY_CPUS; cpu++) {
			h->core_parent_ns[cpu] += cpu ? 0 : 90 * HISTORY_MS;
			h->cpu_busy_ns[cpu] += 20 * HISTORY_MS * cpu;
		}
		lively_sample(&l, tick);
		lively_clock(&l);
		history_tick(h);
	}
}
