/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How the model is changed: by frames through model_apply(), and by src/pool, which says what is
 * a pool, who works for it and how a worker's end is to be called, and src/trap, which says what
 * was found. Views and exports include model.h alone.
 *
 * Pointers into the model are borrowed and valid until the next call that adds something.
 *
 * What is counted (INTERFACE 2, Counting):
 * - A task is found by (job, chunk), and is made by whichever of its messages comes first, for
 *   the four come from two processes and may overtake one another by a few microseconds: the
 *   reader of a pipe wakes before the writer's system call ends. Times are filled in as they
 *   come, and an interval that would be negative is 0.
 * - A task whose `sent` or `taken` was seen counts with everything that is seen of it. A result
 *   for a task of which neither was seen (it was on its way when watching began) counts nowhere;
 *   its worker is free again all the same.
 * - Tasks that the parent reads back from its own pipe (Pool.terminate) stay in flight: they were
 *   sent, and never return.
 */
#ifndef POOLTOP_CHANGE_H
#define POOLTOP_CHANGE_H

#include "model/model.h"

/* Makes all maps of a model whose vectors came from elsewhere and that has none yet, but for
 * pool_by_ino. 0, -ENOMEM, or -EBADMSG: two of a kind have one key. */
int model_remap(struct model *m);

/* Folds in a frame that decode() let through. FRAME_EXIT changes nothing here: src/pool judges
 * it first and calls model_drop_proc(). 0 or -ENOMEM. */
int model_apply(struct model *m, const struct frame *f);

/* Processes. model_find_proc() finds gone ones too. NULL: none. */
struct proc *model_find_proc(struct model *m, uint32_t pid);
/* Only one that is kept though it is gone. NULL: none. */
const struct proc *model_find_gone(const struct model *m, uint32_t pid);
/* It was forked by its parent and runs the same program: no exec since, or found with the same
 * command line. */
bool model_is_forked(const struct model *m, const struct proc *p);
/* How it was started; START_UNKNOWN: it cannot be anybody's worker. */
enum start_method start_of(const struct model *m, const struct proc *p);
bool is_hireable(const struct model *m, const struct proc *p);
/* The process that a worker would work for: its parent, but behind a fork server. */
uint32_t employer_of(const struct model *m, const struct proc *p);
/* When it was born: its fork was seen then, else what /proc says. */
uint64_t proc_born_ns(const struct proc *p);
/* What of a pipe it is known to hold: bits of enum pipe_mode. */
uint32_t proc_holds(const struct proc *p, uint64_t ino);
/* The newest signal of that number that was sent to it; NULL: none was seen. */
const struct signal_seen *proc_signal(const struct proc *p, uint32_t sig);
void model_drop_proc(struct model *m, struct proc *p);
/* Keeps a child that has ended until its parent's pool is known. 0 or -ENOMEM. */
int model_keep_gone(struct model *m, struct proc *p, const struct frame_exit *exit);
/* Its exit; NULL: it is not kept. */
const struct frame_exit *model_gone_exit(const struct model *m, uint32_t pid);

/* Pools. */
struct pool *model_find_pool(struct model *m, uint32_t id);
/* Newest living pool whose parent it is, NULL: none. */
struct pool *model_parent_pool(struct model *m, uint32_t parent_pid);
/* Living pool that uses this pipe, NULL: none. */
struct pool *model_task_pool(struct model *m, uint64_t ino);
struct pool *model_result_pool(struct model *m, uint64_t ino);
/* The kind's name is a constant. NULL without memory or room (then it is counted in dropped). */
struct pool_form {
	const char *kind;
	struct pool_traits traits;
};
struct pool *model_add_pool(
	struct model *m, struct pool_form form, const struct proc *parent, uint64_t t_ns);
/* Registers a pipe as one of the pool's queues; 0 or -ENOMEM. Without room it stays unknown, and
 * that is counted. */
int model_add_queue(struct model *m, struct pool *p, uint64_t ino, enum queue_role role);
/* The living pool whose queue it is, and the queue. NULL: none. */
struct pool *model_queue_pool(struct model *m, uint64_t ino, struct queue **ret_queue);
void model_end_pool(struct model *m, struct pool *p, uint64_t t_ns);
/* It never was one: its workers are nobody's, its pipes unknown, and nothing remains of it. */
void model_dissolve_pool(struct model *m, struct pool *p);

/* Workers. The process becomes a worker of p: NULL without memory. */
struct worker *model_add_worker(struct model *m, struct pool *p, struct proc *proc);
/* A worker had ended before this birth, and nobody was forked in its place yet. */
bool pool_has_vacancy(const struct model *m, const struct pool *p, uint64_t born_ns);
struct worker *pool_find_worker(struct pool *p, uint32_t worker_id);
/* It never was one: for a provisional worker that turned out to be something else. */
void model_withdraw_worker(struct model *m, struct proc *proc);
/* The worker is gone, and `end` is what it is called; its task in hand is lost if `loses` and it
 * is not known as done. 0 or -ENOMEM. */
struct ending {
	enum end_kind end;
	bool loses;
};
int model_end_worker(
	struct model *m, struct proc *proc, const struct frame_exit *exit, struct ending ending);

/* Adds a death that was before watching began: of *d, what is known. 0 or -ENOMEM. */
int model_infer_death(struct model *m, struct pool *p, const struct death *d);

/* Messages that came before their pool or worker was known. */
uint32_t model_pending(const struct model *m);
const struct frame_msg *model_pending_at(const struct model *m, uint32_t index); /* 0: oldest */
/* Of the newest `most` that wait: one that this process wrote there may be of a user's own. */
bool model_pending_plain(const struct model *m, uint32_t pid, uint64_t ino, uint32_t most);
/* What is on this pipe is nothing of a pool's. */
void model_forget_pending(struct model *m, uint64_t ino);
/* Of a form that a user's own message may have too. */
bool message_is_plain(const struct frame_msg *f);
/* Pools of several kinds write such. */
bool message_is_mute(const struct frame_msg *f);
/* Applies what can be told now; call it after a pipe was registered or a worker added. */
int model_settle(struct model *m);

/* Findings: one list replaces the other; since_ns is kept for the same id and subject. The list
 * is copied, worst first. 0 or -ENOMEM. */
int pool_set_findings(struct pool *p, const struct finding *list, uint32_t count);

/* Why it is stalled now, or that it is not (all zeros). What it is since stays what it was first
 * found to be; a stall that ends is kept among those that are over. */
void pool_set_stall(struct model *m, struct pool *p, const struct stall *now);
/* Adds one worker's start to a sum; sorts its modules, dearest first. */
void start_sum_add(struct start_sum *sum, const struct start *s);
void start_sort_modules(struct start *s);

void model_add_event(
	struct model *m, enum event_kind kind, uint32_t pool, uint32_t pid, uint64_t t_ns);
void model_forget_events(struct model *m, uint32_t pool);

#endif
