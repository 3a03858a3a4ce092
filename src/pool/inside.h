/* SPDX-License-Identifier: GPL-2.0-only */
/* Between the files of src/pool alone. */
#ifndef POOLTOP_POOL_INSIDE_H
#define POOLTOP_POOL_INSIDE_H

#include "pool/kind.h"

/* A worker closes the ends it does not need within a few milliseconds of its fork. */
#define CLOSING_NS UINT64_C(100000000)

/* fit.c */
/* Forked together with one that works for it. */
bool is_in_burst(const struct pool *p, const struct proc *c);
/* It works as the pool's workers do, and was not forked together with those of another such pool of
 * its parent's. */
bool worker_is_alone(const struct model *m, const struct pool *p, const struct proc *c);
enum fit worker_fit(const struct model *m, const struct pool *p, const struct proc *c);
/* Nothing speaks against it, though it may as well be another's. */
bool worker_may_be(const struct model *m, const struct pool *p, const struct proc *c);
/* After the first set only the parent's worker handler forks workers, a thread of its own: not
 * the one that made the pool, and never the main one. */
bool forked_by_maker(const struct model *m, const struct pool *p, const struct proc *c);
/* It may be a worker of the first set, or any other child that the same thread forked: to call its
 * end a worker's takes more, such as somebody who was forked in its place. */
bool worker_needs_proof(const struct model *m, const struct pool *p, const struct proc *c);
/* The pool that a child without any evidence belongs to; 0: none, or not to be told. */
uint32_t worker_guess_pool(struct model *m, const struct proc *c);

/* mixed.c: the pool's parent has children that work for a pool of another kind, known or not. */
bool is_mixed(const struct model *m, const struct pool *p);

/* staff.c: who works for whom. */
/* Makes the process a worker of the pool, its elder brothers before it; it may be gone already.
 * `certain`: it was seen at work, so that nothing can speak against it later. 0 or -ENOMEM. */
int staff_adopt(struct model *m, uint32_t pool, uint32_t pid, bool certain);
/* Makes it a certain worker, and nothing else; one that is gone waits for staff_bury(). */
int staff_hire(struct model *m, uint32_t pool, uint32_t pid);
/* Ends the pool's workers that were gone when they were hired. 0 or -ENOMEM. */
int staff_bury(struct model *m, uint32_t pool);
/* All children that fit and have lived through a tick, or are gone. */
int staff_adopt_known(struct model *m, uint32_t pool);
/* There is a child that may be a worker and was not entered yet. */
bool staff_awaits(const struct model *m, const struct pool *p);
/* Takes back a provisional worker that something speaks against now; and all of a parent's. */
void staff_review(struct model *m, struct proc *c);
void staff_review_all(struct model *m, uint32_t parent);

/* ending.c: a worker is gone. */
/* By a signal, the OOM killer or its exit status: a death, and its task is lost. */
struct ending ending_by_status(const struct proc *proc, const struct frame_exit *exit);
/* Its parent's own doing, by a signal. A Pool sends SIGTERM alone; loky ends its workers by SIGKILL
 * (loky/backend/utils.py), so do an executor's kill_workers() (3.14), Process.kill() (3.7), and
 * billiard when a task has overrun its time and SIGTERM was of no use. */
bool was_ended_by_parent(const struct worker *w, const struct frame_exit *exit);
int ending_judge(struct model *m, struct proc *c, const struct frame_exit *exit);
/* A name that was cut to fit may end inside a character. At most 255 bytes. */
void mend_text(char *text, size_t size);
int on_exit_frame(struct model *m, const struct frame_exit *exit);

/* What is known of a pool by one piece of evidence. */
struct clue {
	const struct pool_kind *kind;
	uint32_t parent;
	uint32_t child; /* 0: none was seen */
	uint64_t task_ino; /* 0: not shown */
	uint64_t result_ino;
	uint64_t t_ns;
	uint32_t tid; /* thread of the parent that used the pipe; 0: none did */
	bool guess; /* it may be another kind's as well */
	bool more; /* others follow, and evidence_settle() after the last */
	bool maybe; /* the child is of that kind, but may be another pool's */
};

/* bond.c */
/* The pool that this is about: by its pipes, else by who works for it, else as its kind says. NULL:
 * none that is known. */
struct pool *bond_find(struct model *m, const struct clue *e);
/* Only who reads this pipe will tell whose it is. */
bool bond_is_ambiguous(const struct model *m, const struct clue *e);
/* The parent has a pool that may use this pipe by a thread that was not seen yet. */
bool bond_is_open(const struct model *m, const struct clue *e);

/* own.c: messages of kinds whose workers have pipes of their own. e: kind and pipe; the rest is
 * filled in. 0 or -ENOMEM. */
int own_by_threads(
	struct model *m, const struct frame_msg *f, const struct proc *by, struct clue *e);
int own_by_results(
	struct model *m, const struct frame_msg *f, const struct proc *by, struct clue *e);
/* It has taken indices, and sent no batch yet. */
bool own_has_begun(struct model *m, const struct proc *c);
/* The pipe that the worker has taken its tasks from becomes the pool's. 0 or -ENOMEM. */
int own_register(struct model *m, struct pool *p, const struct proc *c);
/* What has waited long, or whose process is gone (`ending`: that one and its children), is counted
 * with what is known. 0 or -ENOMEM. */
int own_settle(struct model *m, uint32_t ending);

/* evidence.c, ends.c: what shows a pool. Each registers, adopts and settles. 0 or -ENOMEM. */
int evidence_conclude(struct model *m, const struct clue *e);
/* All that waited for what is known now counts: messages, and the ends of their workers. */
int evidence_settle(struct model *m);
int evidence_message(struct model *m, const struct frame_msg *f);
/* What one message on such a pipe shows may decide of others, on other pipes. */
bool evidence_spreads(const struct model *m, const struct frame_msg *f);
int evidence_ends(struct model *m, uint32_t pid);
int evidence_blocked(struct model *m, uint32_t pid);
/* It has children that may be workers. */
bool evidence_has_worker(const struct model *m, uint32_t pid);

/* guess.c: pools that only ends of pipes have shown. */
/* What the message says of the one whose pipe it is on: it is, becomes another, or is none. `by`
 * wrote or read it. 0 or -ENOMEM. */
int guess_review(struct model *m, const struct frame_msg *f, const struct proc *by);
/* The parent's ends, read anew, may say that it is none. */
void guess_check(struct model *m, uint32_t parent);
/* Those whose workers have all turned out to be others' are none. */
void guess_sweep(struct model *m);

/* plain.c: what may be messages of bare processes, which are looked through now and then, since it
 * takes both sides of one to tell. `ending`: that process is gone, 0: none is. 0 or -ENOMEM. */
int plain_review(struct model *m, uint32_t ending);
/* It has read from a pipe of nobody's, to which its employer has written such messages: it may be a
 * bare process, if only one that was told to end (None) before it had any work. */
bool plain_awaits(struct model *m, const struct proc *c);

/* departed.c: at a tick, what was before watching began. 0 or -ENOMEM. */
int departed_judge(struct model *m, struct pool *p);

/* state.c: answers wait to be read. */
bool pool_has_unread(const struct pool *p);
/* It is over if all who worked for it have ended as they were told to, or it is broken, and nothing
 * is left: one that was only just forked may come after the last that is known. */
void state_end(struct model *m, struct pool *p, uint64_t t_ns);
/* A message has come: if it was the last that all who have ended left, it is over. */
void state_read(struct model *m, const struct frame_msg *f);
/* At a tick. */
void state_judge(struct model *m, struct pool *p);

#endif
