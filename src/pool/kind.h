/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What each kind of pool looks like, and what the end of one of its workers means. One file and
 * one row for each kind (see mp_pool.c).
 */
#ifndef POOLTOP_KIND_H
#define POOLTOP_KIND_H

#include "model/change.h"

/* How well a process fits as a worker of a pool. */
enum fit {
	FIT_NO, /* its pipe ends, or the thread that forked it, say that it is none */
	FIT_MAYBE, /* nothing speaks against it */
	FIT_YES,
};

/* What tells the pools of this kind apart that a parent has at a time (bond.c). */
enum pool_bond {
	BOND_PIPES, /* its task pipe and its result pipe, which all its workers share */
	BOND_RESULTS, /* its result pipe: each worker has a task pipe of its own */
	BOND_THREADS, /* the parent's threads that use its pipes: a worker may have a pair */
	BOND_PARENT, /* a parent has one */
};

struct pool_kind {
	const char *name; /* INTERFACE 2; the pool's `kind` */
	uint32_t role; /* of its workers: of enum proc_flags */
	/* Messages that only this kind writes: enum msg_shape; 0: they have no shape. */
	uint8_t task_shape;
	uint8_t result_shape;
	/* What a worker keeps of the task and of the result pipe, of both ends that its parent
	 * holds: bits of enum pipe_mode. Both bits: it closes nothing. 0: they tell nothing. */
	uint8_t task_mode;
	uint8_t result_mode;
	/* Under fork only its first workers are forked by the thread that made the pool; a thread
	 * of the parent's own forks those that replace them. */
	bool has_keeper;
	/* Under fork all workers are forked at once, and none later. */
	bool forks_at_once;
	/* Its workers hold half pipes as a Pool's do. */
	bool has_halves;
	enum pool_bond bond;
	struct pool_traits traits;
	/* How well a process fits by what is special to this kind, that the pipe ends do not speak
	 * against. NULL: it may be a worker. */
	enum fit (*fit)(const struct model *m, const struct pool *p, const struct proc *c);
	/* Where other kinds write messages of the same shape: whether this one, by that process,
	 * is of this kind. NULL: it is, if none before in the table says so. */
	bool (*is_kind)(const struct model *m, const struct frame_msg *f, const struct proc *by);
	/* What this worker's end is called. Called before it is entered in the model. */
	struct ending (*judge_end)(const struct pool *p, const struct worker *w,
		const struct proc *proc, const struct frame_exit *exit);
	/* Fills d->consequence: what this death means for whoever waits. */
	void (*word_death)(const struct model *m, struct pool *p, struct death *d);
};

/* By index, NULL behind the last. */
const struct pool_kind *pool_kind_at(unsigned int index);
/* NULL: none has it. */
const struct pool_kind *pool_kind_named(const char *name);
/* The kind that a process works for by its role; NULL: that is not known, or none. */
const struct pool_kind *pool_kind_of_role(const struct proc *c);
/* The kind whose task or result this is. NULL: it is neither by its shape. */
const struct pool_kind *pool_kind_of_task(
	const struct model *m, const struct frame_msg *f, const struct proc *by);
const struct pool_kind *pool_kind_of_result(
	const struct model *m, const struct frame_msg *f, const struct proc *by);

extern const struct pool_kind pool_kind_pool;
extern const struct pool_kind pool_kind_executor;
extern const struct pool_kind pool_kind_loky;
extern const struct pool_kind pool_kind_billiard;
extern const struct pool_kind pool_kind_dataloader;
extern const struct pool_kind pool_kind_process;

#endif
