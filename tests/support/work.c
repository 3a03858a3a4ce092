/* SPDX-License-Identifier: GPL-2.0-only */
/* Messages, states and ticks. */
#include <stdlib.h>
#include <string.h>

#include "tests/support/frames.h"

void history_state(struct history *h, uint32_t pid, enum worker_state state)
{
	struct history_actor *a = history_actor(h, pid);
	uint64_t ns = h->now_ns - a->since_ns;

	a->state_ns[a->state] += ns;
	if (a->state == STATE_RUN || a->state == STATE_START) {
		a->cpu_ns += ns;
		h->core_workers_ns[a->core] += ns;
	}
	a->since_ns = h->now_ns;
	a->state = state;
}

void history_blocked(struct history *h, uint32_t pid, uint64_t ino)
{
	struct history_actor *a = history_actor(h, pid);

	a->syscall = ino ? 0 : -1;
	a->syscall_ino = ino;
}

void history_work(struct history *h, uint32_t pid)
{
	const struct history_actor *a = history_actor(h, pid);
	struct frame_work f = {
		.h = history_head(FRAME_WORK, sizeof(f), pid),
		.start_ns = a->start_ns,
		.since_ns = a->since_ns,
		.known = h->known,
		.state = a->state,
		.cpu_ns = a->cpu_ns,
		.syscall_ino = a->syscall_ino,
		.syscall = a->syscall,
		.core = a->core,
		.flags = a->work_flags,
		.gil_ns = a->gil_ns,
		.side_ns = a->side_ns,
	};

	if (a->state == STATE_RUN)
		f.cpu_ns += h->now_ns - a->since_ns;
	for (unsigned int i = 0; i < WORKER_STATES; i++)
		f.state_ns[i] = a->state_ns[i];
	history_add(h, &f);
}

static void send_usage(struct history *h, const struct history_actor *a)
{
	struct frame_usage f = {
		.h = history_head(FRAME_USAGE, sizeof(f), a->pid),
		.start_ns = a->start_ns,
		.rss_bytes = a->rss_bytes,
		.rss_peak_bytes = a->rss_bytes + (1 << 20),
		.cpu_ns = a->cpu_ns,
		.threads = a->threads ? a->threads : 1,
		.cpus = a->cpu_mask ? (uint32_t)__builtin_popcountll(a->cpu_mask) : h->cpus,
		.cpu_mask = {a->cpu_mask},
	};

	history_add(h, &f);
}

static void send_core(struct history *h, uint32_t cpu)
{
	struct frame_core core = {
		.h = history_head(FRAME_CORE, sizeof(core), h->pool_pid),
		.cpu = cpu,
		.workers_ns = h->core_workers_ns[cpu],
		.parent_ns = h->core_parent_ns[cpu],
	};
	struct frame_cpu all = {
		.h = history_head(FRAME_CPU, sizeof(all), 0),
		.cpu = cpu,
		.busy_ns = h->core_workers_ns[cpu] + h->core_parent_ns[cpu] + h->cpu_busy_ns[cpu],
	};
	uint64_t watched = h->now_ns - HISTORY_START_NS;

	all.idle_ns = watched > all.busy_ns ? watched - all.busy_ns : 0;
	if (h->pool_pid)
		history_add(h, &core);
	history_add(h, &all);
}

void history_tick(struct history *h)
{
	struct frame_tick f = {
		.h = history_head(FRAME_TICK, sizeof(f), 0),
		.seq = ++h->seq,
		.wall_ns = HISTORY_WALL_NS + h->now_ns - HISTORY_START_NS,
		.self_cpu_ns = h->seq * 3 * HISTORY_MS,
		.self_rss_bytes = 12 << 20,
		.probe_ns = h->seq * HISTORY_MS,
		.probe_runs = h->seq * 1000,
		.lost = h->lost,
	};

	for (uint32_t i = 0; i < h->actors; i++) {
		struct history_actor *a = &h->actor[i];

		if (!a->pid || !a->worker)
			continue;
		history_state(h, a->pid, (enum worker_state)a->state);
		history_work(h, a->pid);
		send_usage(h, a);
	}
	for (uint32_t cpu = 0; cpu < HISTORY_CPUS; cpu++)
		send_core(h, cpu);
	f.records = h->records;
	history_add(h, &f);
}

void history_ticks(struct history *h, unsigned int n)
{
	while (n--) {
		history_wait(h, h->interval_ns);
		history_tick(h);
	}
}

static struct frame_msg message(struct history *h, uint32_t pid, const struct history_task *t)
{
	struct frame_msg f = {
		.h = history_head(FRAME_MSG, sizeof(f), pid),
		.job = t->job,
		.chunk = t->chunk,
		.tid = pid,
		.flags = MSG_HAS_JOB | (t->chunk < 0 ? 0 : MSG_HAS_CHUNK),
		.blocked_us = 3,
	};

	(void)h;
	return f;
}

static struct frame_msg task_message(
	struct history *h, const struct history_pool *p, uint32_t pid, const struct history_task *t)
{
	struct frame_msg f = message(h, pid, t);

	f.ino = p->task_ino;
	f.shape = p->task_shape ? p->task_shape : SHAPE_POOL_TASK;
	return f;
}

static struct frame_msg result_message(
	struct history *h, const struct history_pool *p, uint32_t pid, const struct history_task *t)
{
	struct frame_msg f = message(h, pid, t);

	f.ino = p->result_ino;
	f.shape = p->result_shape ? p->result_shape : SHAPE_POOL_RESULT;
	f.flags |= (uint16_t)t->result_flags;
	f.tid = t->result_tid ? t->result_tid : pid;
	return f;
}

static void send_task(struct history *h, struct frame_msg *f, const struct history_task *t)
{
	f->bytes = t->bytes_out;
	f->func = history_text(h, t->func);
	f->items = t->items;
	if (f->dir == MSG_WRITE) {
		f->head_mark = t->head_mark;
		f->tail_mark = t->tail_mark;
	}
	f->flags |= (uint16_t)t->flags;
	if (t->items && !(t->flags & MSG_ITEMS_ABOUT))
		f->flags |= MSG_ITEMS;
	history_add(h, f);
}

static void send_result(struct history *h, struct frame_msg *f, const struct history_task *t)
{
	f->bytes = t->bytes_back;
	f->spent = t->spent;
	f->items = t->result_items;
	if (t->result_items)
		f->flags |= MSG_CHUNKED | MSG_ITEMS;
	history_add(h, f);
}

void history_send(struct history *h, const struct history_pool *p, const struct history_task *t)
{
	struct frame_msg f = task_message(h, p, p->pid, t);

	f.dir = MSG_WRITE;
	f.tid = h->write_tid ? h->write_tid : f.tid;
	send_task(h, &f, t);
}

void history_take(
	struct history *h, const struct history_pool *p, uint32_t pid, const struct history_task *t)
{
	struct frame_msg f = task_message(h, p, pid, t);

	f.dir = MSG_READ;
	send_task(h, &f, t);
	history_blocked(h, pid, 0);
	history_state(h, pid, STATE_RUN);
}

void history_done(
	struct history *h, const struct history_pool *p, uint32_t pid, const struct history_task *t)
{
	struct frame_msg f = result_message(h, p, pid, t);

	f.dir = MSG_WRITE;
	send_result(h, &f, t);
	history_state(h, pid, STATE_WAIT);
}

void history_raise(struct history *h, const struct history_pool *p, uint32_t pid,
	const struct history_task *t, const char *const what[3])
{
	struct frame_msg m = result_message(h, p, pid, t);
	struct history_task bare = *t;
	union {
		struct frame_failure f;
		char space[8192];
	} u;
	size_t len[3], all = 0;

	bare.result_items = 0;
	m.dir = MSG_WRITE;
	m.flags |= (uint16_t)(MSG_FAILED | h->fail_flags);
	send_result(h, &m, &bare);
	memset(&u, 0, sizeof(u));
	for (int i = 0; i < 3; i++) {
		len[i] = strlen(what[i]);
		if (sizeof(u.f) + all + len[i] + 8 > sizeof(u))
			abort();
		memcpy(u.f.text + all, what[i], len[i]);
		all += len[i];
	}
	u.f.h = history_head(FRAME_FAILURE, (sizeof(u.f) + all + 7) & ~(size_t)7, pid);
	u.f.ino = p->result_ino;
	u.f.job = t->job;
	u.f.chunk = t->chunk;
	u.f.flags = m.flags;
	u.f.exc_len = (uint16_t)len[0];
	u.f.message_len = (uint16_t)len[1];
	u.f.traceback_len = (uint16_t)len[2];
	history_add(h, &u.f);
	history_state(h, pid, STATE_WAIT);
}

void history_return(struct history *h, const struct history_pool *p, const struct history_task *t)
{
	struct frame_msg f = result_message(h, p, p->pid, t);

	f.dir = MSG_READ;
	send_result(h, &f, t);
}

void history_run(struct history *h, const struct history_pool *p, uint32_t pid,
	const struct history_task *t, uint64_t run_ns)
{
	history_take(h, p, pid, t);
	history_wait(h, run_ns);
	history_done(h, p, pid, t);
	history_wait(h, 20 * HISTORY_US);
	history_return(h, p, t);
}

void history_thread_exit(struct history *h, uint32_t pid, uint32_t tid, uint64_t ino)
{
	struct frame_thread_exit f = {
		.h = history_head(FRAME_THREAD_EXIT, sizeof(f), pid),
		.ino = ino,
		.tid = tid,
	};

	history_add(h, &f);
}

void history_sentinel(struct history *h, uint32_t pid, uint64_t ino, enum msg_dir dir)
{
	struct frame_msg f = {
		.h = history_head(FRAME_MSG, sizeof(f), pid),
		.ino = ino,
		.bytes = 4,
		.tid = h->write_tid ? h->write_tid : pid,
		.dir = (uint8_t)dir,
		.shape = SHAPE_NONE,
	};

	history_add(h, &f);
}

void history_say(struct history *h, struct history_said s)
{
	struct frame_msg f = {
		.h = history_head(FRAME_MSG, sizeof(f), s.pid),
		.ino = s.ino,
		.bytes = s.bytes,
		.tid = s.tid ? s.tid : s.pid,
		.dir = (uint8_t)s.dir,
		.shape = s.shape ? s.shape : SHAPE_OBJECT,
	};

	history_add(h, &f);
}

void history_wake(struct history *h, uint32_t pid, uint64_t ino)
{
	struct frame_msg f = {
		.h = history_head(FRAME_MSG, sizeof(f), pid),
		.ino = ino,
		.tid = h->write_tid ? h->write_tid : pid,
		.dir = MSG_WRITE,
		.shape = SHAPE_EMPTY,
	};

	history_add(h, &f);
}
