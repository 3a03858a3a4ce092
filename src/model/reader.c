/* SPDX-License-Identifier: GPL-2.0-only */
/* The parent's thread that reads results. */
#include <signal.h>

#include "model/inside.h"

#define SURE_NS UINT64_C(1000000000)
/* The reader of a wake-up may be on before its writer's system call has ended. */
#define OVERTAKEN_NS UINT64_C(1000000)
/* What a parent has read is summed by a clock that is late by a tick of the machine, at most. */
#define SUM_LATE_NS UINT64_C(10000000)

/* It ends by itself when the pool is closed, and then it was told so. Else nothing will return. */
int apply_thread_exit(struct model *m, const struct frame *f)
{
	const struct frame_thread_exit *exit = (const struct frame_thread_exit *)f;
	struct pool *p = model_result_pool(m, exit->ino);

	if (p && p->pid == f->pid && !p->closing && !p->reader_gone_ns)
		p->reader_gone_ns = f->t_ns;
	return 0;
}

uint64_t pool_reader_gone_ns(const struct pool *p, uint64_t now_ns)
{
	uint64_t gone_ns = p->reader_gone_ns;

	if (!gone_ns || now_ns < gone_ns + SURE_NS)
		return 0;
	return p->closing && p->closing_ns < gone_ns + SURE_NS ? 0 : gone_ns;
}

/* 0: not known. */
static uint32_t reader_tid(struct pool *p)
{
	const struct queue *q = p->result_ino ? queue_find(p, p->result_ino) : NULL;

	return q ? q->parent_tid : 0;
}

void results_read(struct pool *p, const struct task *t, uint64_t t_ns)
{
	p->reader_key = t->key;
	p->reader_func = t->func;
	p->reading.read_ns = t_ns;
	p->reading.pid = t->pid;
}

void results_summed(struct pool *p, uint64_t t_ns)
{
	if (t_ns + SUM_LATE_NS >= p->reading.read_ns)
		p->reading.read_ns = 0;
}

void results_woken(struct model *m, uint32_t pid, uint32_t tid, uint64_t t_ns)
{
	for (uint32_t i = 0; i < m->pools_count; i++) {
		struct pool *p = &m->pools[i];
		uint64_t struck_ns = p->reading.struck_ns;

		if (p->pid != pid || !p->traits.breaks || (tid && tid == reader_tid(p)))
			continue;
		if (!struck_ns || t_ns <= struck_ns + OVERTAKEN_NS)
			p->reading.woken_ns = t_ns;
	}
}

/*
 * An executor's thread that reads results ends the workers for one of three reasons: one of them
 * left without a word; it was told to by another thread (loky), which sends it a wake-up; or what
 * it has just read could not be unpickled (CPython 3.7 to 3.14 Lib/concurrent/futures/process.py,
 * loky/process_executor.py: wait_result_broken_or_wakeup(), terminate_broken()).
 */
void results_struck(struct pool *p, const struct frame_signal *f)
{
	if (!p->traits.breaks || p->closing || p->broken_ns || !p->reading.read_ns ||
		(f->sig != SIGTERM && f->sig != SIGKILL) || f->sender != p->pid || !f->sender_tid ||
		f->sender_tid != reader_tid(p))
		return;
	p->reading.struck_ns = f->h.t_ns;
	p->reading.struck_flight = (uint32_t)pool_in_flight(p);
	if (p->reading.woken_ns >= p->reading.read_ns)
		return;
	p->broken_ns = f->h.t_ns ? f->h.t_ns : 1;
	p->broken_by = 0;
	p->suffering = p->reading.struck_flight;
}

bool pool_broke_unread(const struct pool *p)
{
	return p->broken_ns && !p->broken_by && p->reading.struck_ns &&
	       p->reading.woken_ns < p->reading.read_ns;
}
