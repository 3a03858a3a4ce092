/* SPDX-License-Identifier: GPL-2.0-only */
/* Between the files of src/model alone. */
#ifndef POOLTOP_INSIDE_H
#define POOLTOP_INSIDE_H

#include "model/change.h"

static inline uint64_t since_ns(uint64_t now_ns, uint64_t then_ns)
{
	return now_ns > then_ns ? now_ns - then_ns : 0;
}

/* Room for one more element in a vector that grows by doubling, up to `bound` (0: none); new
 * room is zeros. `vec` points to the pointer. 0, -ENOMEM, or -ENOSPC at the bound. */
struct vec_shape {
	size_t size; /* of an element */
	uint32_t bound;
};
int vec_grow(void *vec, uint32_t *cap, uint32_t count, struct vec_shape shape);

/* Handlers, one for each kind of frame: 0 or -ENOMEM. */
int apply_session(struct model *m, const struct frame *f);
int apply_tick(struct model *m, const struct frame *f);
int apply_lost(struct model *m, const struct frame *f);
int apply_missing(struct model *m, const struct frame *f);
int apply_text(struct model *m, const struct frame *f);
int apply_done(struct model *m, const struct frame *f);
int apply_proc(struct model *m, const struct frame *f);
int apply_fork(struct model *m, const struct frame *f);
int apply_exec(struct model *m, const struct frame *f);
int apply_exit(struct model *m, const struct frame *f);
int apply_signal(struct model *m, const struct frame *f);
int apply_oom(struct model *m, const struct frame *f);
int apply_pipe(struct model *m, const struct frame *f);
int apply_thread_exit(struct model *m, const struct frame *f);
int apply_msg(struct model *m, const struct frame *f);
int apply_failure(struct model *m, const struct frame *f);
int apply_work(struct model *m, const struct frame *f);
int apply_core(struct model *m, const struct frame *f);
int apply_cpu(struct model *m, const struct frame *f);
int apply_usage(struct model *m, const struct frame *f);
int apply_shared(struct model *m, const struct frame *f);
int apply_sum(struct model *m, const struct frame *f);
int apply_level(struct model *m, const struct frame *f);
int apply_stack(struct model *m, const struct frame *f);
int apply_stderr(struct model *m, const struct frame *f);
int apply_thread(struct model *m, const struct frame *f);
int apply_wait(struct model *m, const struct frame *f);
int apply_step(struct model *m, const struct frame *f);
int apply_trace(struct model *m, const struct frame *f);
int apply_sample(struct model *m, const struct frame *f);
int apply_throttle(struct model *m, const struct frame *f);
int apply_departed(struct model *m, const struct frame *f);

/* The ends of a tick, each for what it owns. */
void tick_cpus(struct model *m);
void tick_cores(const struct model *m, struct pool *p); /* after tick_cpus() */
void tick_shared(const struct model *m, struct pool *p);
void tick_pool(struct model *m, struct pool *p);
void tick_worker(const struct model *m, struct worker *w);
void tick_tasks(struct model *m, struct pool *p);

/* pending.c: keeps a message; 0 or -ENOMEM. */
int pending_add(struct model *m, const struct frame_msg *f);
/* Gives the memory back if none is kept: two megabytes that are wanted at the beginning. */
void pending_rest(struct model *m);

/* message.c: true if the message found its pool and worker and was counted. *ret is 0 or
 * -ENOMEM. */
bool message_apply(struct model *m, const struct frame_msg *f, int *ret);
/* A sentinel by which a pool's parent wakes its own threads, on none of the pool's queues. */
bool message_is_wakeup(struct model *m, const struct frame_msg *f);

/* What a pool's maps find a task and a sampled stack by. Two tasks may share theirs, if somebody
 * wants it so: what is found is compared. */
static inline uint64_t task_hash(struct task_key key)
{
	return ((uint64_t)key.job << 24) ^ (uint32_t)key.chunk;
}

static inline uint64_t sampled_key(const struct sampled *s)
{
	return (uint64_t)s->trace << 8 | (uint64_t)s->class << 1 | s->by_parent;
}

/* task.c */
struct task *task_find(const struct pool *p, struct task_key key);
/* NULL without memory or room. */
struct task *task_add(struct model *m, struct pool *p, struct task_key key);
void task_remove(struct pool *p, struct task *t);
int task_sent(struct model *m, struct pool *p, const struct frame_msg *f);
int task_taken(struct model *m, struct pool *p, struct worker *w, const struct frame_msg *f);
int task_done(struct model *m, struct pool *p, struct worker *w, const struct frame_msg *f);
int task_returned(struct model *m, struct pool *p, const struct frame_msg *f);
/* What comes back counts when it is written. w: who wrote it, NULL: not known. */
void task_bytes_back(struct pool *p, struct worker *w, uint64_t bytes);
/* Where each worker may have a queue of its own: the answer is read before it is known whose its
 * task was. That will turn out, since nothing was missed. */
bool task_is_to_come(const struct model *m, const struct pool *p, const struct frame_msg *f);
/* Counts one that is done among its function's. */
void task_name(struct model *m, struct pool *p, struct task *t);
void task_lost(struct model *m, struct pool *p, struct worker *w, uint64_t t_ns);

/* past.c: keeps it in m->past if somebody wants that. */
struct past_end {
	enum task_outcome outcome;
	uint64_t t_ns;
};
void past_add(struct model *m, const struct pool *p, const struct task *t, struct past_end end);
/* The same, and it leaves the pool. */
void task_end(struct model *m, struct pool *p, struct task *t, struct past_end end);
/* The pool makes room: what is still in its list. */
void past_pool(struct model *m, const struct pool *p);

/* job.c, func.c: found or made; NULL without memory. */
struct job *job_get(struct model *m, struct pool *p, int64_t id);
struct func *func_get(struct model *m, struct pool *p, uint32_t name);
/* Adds where the time of its task went, which is done. */
void func_spent(struct func *f, const struct task *t);

/* items.c: what is known of a task's items when it is sent, and when it ends (result is NULL for
 * a lost one). job and func may be NULL. */
void items_sent(struct pool *p, struct job *j, struct task *t, const struct frame_msg *f);
void items_ended(struct pool *p, struct job *j, struct task *t, const struct frame_msg *result);

/* worker.c, work.c */
void worker_release(struct worker *w);
/* Nobody was forked in its place yet. */
void worker_unreplaced(struct pool *p, uint32_t worker_id);
void worker_refine(
	struct worker *w, const struct proc *proc, enum worker_state state, uint64_t t_ns);
void worker_work(struct worker *w, const struct frame_work *f);
void worker_usage(struct worker *w, const struct frame_usage *f);
/* Index of a worker of this id, or where it would stand. */
uint32_t worker_index(const struct pool *p, uint32_t worker_id);

/* reader.c: the thread that reads results has read one; or some that were only added up, the newest
 * at t_ns; some thread (tid; 0: not known) has sent a wake-up; a worker was sent a signal. */
void results_read(struct pool *p, const struct task *t, uint64_t t_ns);
void results_summed(struct pool *p, uint64_t t_ns);
void results_woken(struct model *m, uint32_t pid, uint32_t tid, uint64_t t_ns);
void results_struck(struct pool *p, const struct frame_signal *f);

/* unsent.c: before a task that was sent is counted in its job; and a sentinel that is on none of
 * the pool's queues. */
void unsent_before(
	const struct model *m, struct pool *p, const struct job *j, const struct frame_msg *f);
void unsent_told(struct model *m, const struct frame_msg *f);

/* queue.c */
struct queue *queue_find(struct pool *p, uint64_t ino); /* NULL: none of its */
/* The pool ends: its pipes are nobody's. */
void queues_forget(struct model *m, const struct pool *p);
void queue_used_by(struct queue *q, uint32_t worker_id);
/* Counts a task or a result that was written or read. */
void queue_message(struct queue *q, const struct frame_msg *f);
/* One more message that was written and not yet read, and one less. */
void queue_wait(struct pool *p, uint64_t ino, uint64_t bytes);
void queue_wait_over(struct pool *p, uint64_t ino, uint64_t bytes);
void tick_queues(struct pool *p);

/* Of a task that is not in its list a part may have been added up, or is about to be told so. */
static inline bool is_told_in_part(const struct model *m, const struct pool *p)
{
	return p->summed || (m->level.level && !p->traits.unnumbered);
}

/* Every message of its tasks is told: one that is missing is to come. */
static inline bool is_all_told(const struct model *m, const struct pool *p)
{
	return p->from_start && !m->lost_records && !is_told_in_part(m, p);
}

/* sum.c: the rest of this task's messages was only added up, or will be. */
bool sum_overtook(const struct model *m, struct pool *p, const struct task *t);
void tick_sums(struct pool *p); /* last of a tick */

/* load.c: the integrals go on to t_ns; then so many more (or fewer) hands and waiting tasks. */
void load_move(struct pool *p, uint64_t t_ns, int hands, int waiting);
void tick_load(const struct model *m, struct pool *p);

/* pace.c: of a task whose sent was seen; taken and done as soon as both this and that were.
 * free_ns: when the worker's last result was written, 0: it had none. */
void pace_sent(struct pool *p, struct func *func, const struct task *t, const struct frame_msg *f);
void pace_taken(struct pool *p, struct func *func, const struct task *t, uint64_t free_ns);
void pace_done(struct pool *p, struct func *func, const struct task *t);
void pace_lost(struct func *func);
/* Of tasks that are done, and were only added up: what is not known of them is taken to be as of
 * the others. */
void pace_summed(const struct model *m, struct func *func, const struct frame_sum *f);
void tick_pace(const struct model *m, struct pool *p);

/* plain.c: the same as task_sent() and its likes, of messages that have no numbers. */
int plain_sent(struct model *m, struct pool *p, struct queue *q, const struct frame_msg *f);
int plain_taken(struct model *m, struct worker *w, struct queue *q, const struct frame_msg *f);
/* w is NULL if the parent itself wrote it. */
int plain_done(struct model *m, struct worker *w, struct queue *q, const struct frame_msg *f);
int plain_returned(struct model *m, struct pool *p, struct queue *q, const struct frame_msg *f);
/* The worker goes on, or waits, without having answered what it has in hand. */
void plain_left(struct pool *p, struct worker *w, uint64_t t_ns);
/* A reader waits: nothing is in the queue. */
void plain_idle(struct model *m, struct pool *p, struct queue *q);

/* left.c: the worker goes on from a task without a number, unanswered, for the first time; and the
 * task that its next answer is to, of those it had gone on from by then. False: there is none. */
void left_add(const struct pool *p, struct worker *w, struct task *t, uint64_t t_ns);
bool left_answer(const struct pool *p, struct worker *w, uint64_t t_ns, struct task_key *ret_key);

/* failure.c: frees what it owns. */
void failure_release(struct failure *f);
/* A failure that came with this result, before it was known whose that is, counts now. 0 or
 * -ENOMEM. */
int failure_settle(
	struct model *m, struct pool *p, const struct worker *w, const struct frame_msg *f);
/* This task's function is known now, and it has failed before. */
void failure_named(struct pool *p, const struct task *t);

/* slow.c */
void slow_add(struct pool *p, const struct task *t, uint64_t run_ns);

/* stack.c: forgets stacks, and that they were named here. */
void stacks_forget(struct model *m, struct stack_ids *ids);
void stacks_release(struct model *m);
/* Its stack of a thread and sort (bits of enum stack_flags); NULL: none. */
struct stack *stack_of(struct model *m, const struct stack_ids *ids, uint32_t tid, uint32_t sort);
/* thread.c: forgets the samples of threads that were not there at the newest look. */
void threads_forget_gone(struct model *m, struct proc *p);
/* Forgets the samples of threads of which more is known: what they did when they died. */
void threads_settle(struct model *m, struct stack_ids *ids);
int stacks_copy(struct model *to, const struct model *from);

/* profile.c */
void traces_release(struct model *m);
int traces_copy(struct model *to, const struct model *from);
void profile_release(struct profile *p);

/* end.c: takes the certificate over, with what it owns; the list is by time. 0 or -ENOMEM. */
int death_add(struct model *m, struct pool *p, const struct death *d);

/* proc.c: ends a process whose exit nobody saw. */
int proc_lose(struct model *m, struct proc *p, uint64_t t_ns);

/* start.c: the process becomes another program. -ENOMEM: none is kept. */
int start_exec(struct model *m, struct proc *p, uint64_t t_ns);
/* A process is born: if a fork server forked it, that one has started. */
void start_served_first(struct model *m, const struct proc *child);
/* Keeps how the fork server of a new worker started, if it has one. 0 or -ENOMEM. */
int start_served(struct model *m, struct pool *p, const struct proc *worker);
/* Adds to what a module has cost; where there is no room the cheapest goes. */
void start_add_module(struct start *s, const struct start_module *x, uint64_t ns);
/* An own copy of what *start points to, or NULL. 0 or -ENOMEM. */
int start_copy(struct start **start);

void pool_release(struct pool *p);

#endif
