/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writes a recording of a busy pool without having one: `hour FILE SECONDS TASKS_PER_S WORKERS`.
 * Its frames are what a watcher would have sent; they go through the writer that `pooltop record`
 * has. Prints the tasks that are in it. For tests/bench/bench.py.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tape/tape_writer.h"
#include "tests/support/history.h"

enum {
	PARENT = 4242,
	FIRST = 4300, /* pid of the first worker */
	FUNCS = 5,
	POLL = 2000, /* frames that a watcher finds when it looks */
	WAITING_MAX = TAPE_QUEUE_MAX / 4, /* bytes; then the disk is waited for */
};

#define RUN_NS(h) ((h)->run_ns / 2 + about(&(h)->seed, (h)->run_ns / 2))

struct hour {
	struct tape_writer *tape;
	struct session session; /* a recorder has one, for notes and images */
	struct history story; /* of all but the messages */
	size_t told; /* bytes of it that were recorded */
	uint32_t seconds, rate, workers;
	uint64_t run_ns;
	uint64_t frames;
	uint64_t seed;
	uint64_t sent_ns, back_ns;
	uint64_t tasks;
	uint32_t funcs[FUNCS];
	uint64_t *free_ns; /* by worker: when it can take the next task */
	struct frame_msg *msgs; /* to be recorded, in no order */
	size_t count, cap;
};

static const struct history_pool pipes = {.pid = PARENT, .task_ino = 77001, .result_ino = 77002};

static void die(const char *what)
{
	fprintf(stderr, "hour: %s\n", what);
	exit(1);
}

/* Even between 0 and twice the mean. */
static uint64_t about(uint64_t *seed, uint64_t mean)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed % (2 * mean + 1);
}

static void record(struct hour *h, const struct frame *f)
{
	struct err err;

	if (session_feed(&h->session, f) || tape_put(h->tape, f) ||
		(tape_waiting(h->tape) > WAITING_MAX && tape_tick(h->tape, f->t_ns, &err)))
		die("the recording cannot be written");
	while (tape_waiting(h->tape) > WAITING_MAX)
		usleep(1000);
	if (++h->frames % POLL == 0)
		tape_image(h->tape, &h->session.model, false);
}

static void tell(struct hour *h)
{
	const struct frame *f;

	while ((f = history_next(&h->story, &h->told)))
		record(h, f);
	h->story.len = h->told = 0;
}

/* Up to so many steps. */
static uint64_t noise(struct hour *h, uint64_t steps)
{
	return about(&h->seed, steps) % steps * MSG_STEP_NS;
}

static void add(struct hour *h, uint64_t t_ns, uint32_t pid, enum msg_dir dir)
{
	bool is_task = (pid == PARENT) == (dir == MSG_WRITE), is_told = is_task && dir == MSG_WRITE;
	bool is_result = !is_task && dir == MSG_WRITE;

	if (h->count == h->cap) {
		h->cap = h->cap ? 2 * h->cap : 4096;
		h->msgs = reallocarray(h->msgs, h->cap, sizeof(*h->msgs));
		if (!h->msgs)
			die("out of memory");
	}
	/* As live/message.c tells them: a reader's message by job and chunk alone. */
	h->msgs[h->count++] = (struct frame_msg){
		.h = {.kind = FRAME_MSG,
			.size = is_result ? sizeof(*h->msgs) : offsetof(struct frame_msg, spent),
			.pid = pid,
			.t_ns = msg_in_steps(t_ns)},
		.ino = is_task ? pipes.task_ino : pipes.result_ino,
		.bytes = is_task ? 60 + h->tasks % 11 : 25,
		.job = (int64_t)(h->tasks / 100000),
		.chunk = (int32_t)(h->tasks % 100000),
		.tid = pid,
		.func = is_told ? h->funcs[h->tasks / 100000 % FUNCS] : 0,
		.items = is_told,
		.dir = (uint8_t)dir,
		.shape = is_task ? SHAPE_POOL_TASK : SHAPE_POOL_RESULT,
		.flags = MSG_HAS_JOB | MSG_HAS_CHUNK | (is_told ? MSG_ITEMS : 0) |
			 (is_result ? MSG_TIMES : 0),
		.blocked_us = h->tasks % 64 ? 0 : (uint32_t)(t_ns >> 9 & 7), /* seldom */
		.spent = {.send_ns = is_result ? noise(h, 16) : 0,
			.runq_ns = is_result ? noise(h, 64) : 0},
	};
}

/* The four messages of a task, as a queue and the worker that is free first make them. */
static void add_task(struct hour *h)
{
	uint64_t taken, done;
	uint32_t w = 0;

	for (uint32_t k = 1; k < h->workers; k++)
		if (h->free_ns[k] < h->free_ns[w])
			w = k;
	h->sent_ns += 1 + about(&h->seed, HISTORY_S / h->rate);
	taken = h->sent_ns > h->free_ns[w] ? h->sent_ns : h->free_ns[w];
	taken += 4000 + about(&h->seed, 3000);
	done = taken + RUN_NS(h);
	h->free_ns[w] = done + 5000;
	h->back_ns = (done > h->back_ns ? done : h->back_ns) + 5000 + about(&h->seed, 4000);
	add(h, h->sent_ns, PARENT, MSG_WRITE);
	add(h, taken, FIRST + w, MSG_READ);
	add(h, done, FIRST + w, MSG_WRITE);
	add(h, h->back_ns, PARENT, MSG_READ);
	h->tasks++;
}

static int by_time(const void *a, const void *b)
{
	const struct frame_msg *left = a, *right = b;

	return (left->h.t_ns > right->h.t_ns) - (left->h.t_ns < right->h.t_ns);
}

/* All messages up to that time, in order; the rest stays. */
static void record_messages(struct hour *h, uint64_t until_ns)
{
	size_t n = 0;

	if (h->count)
		qsort(h->msgs, h->count, sizeof(*h->msgs), by_time);
	while (n < h->count && h->msgs[n].h.t_ns <= until_ns)
		record(h, &h->msgs[n++].h);
	h->count -= n;
	memmove(h->msgs, h->msgs + n, h->count * sizeof(*h->msgs));
}

static void second(struct hour *h)
{
	uint64_t end_ns = h->story.now_ns + HISTORY_S;

	while (h->sent_ns < end_ns)
		add_task(h);
	record_messages(h, end_ns);
	history_wait(&h->story, HISTORY_S);
	for (uint32_t w = 0; w < h->workers; w++) {
		struct history_actor *a = history_actor(&h->story, FIRST + w);

		a->state_ns[STATE_RUN] += 700 * HISTORY_MS + about(&h->seed, HISTORY_MS);
		a->state_ns[STATE_WAIT] =
			end_ns - a->start_ns - a->state_ns[STATE_START] - a->state_ns[STATE_RUN];
		a->since_ns = end_ns;
		a->cpu_ns += 700 * HISTORY_MS;
	}
	history_tick(&h->story);
	tell(h);
}

static void begin(struct hour *h)
{
	static const char *const names[FUNCS] = {
		"etl.extract", "etl.clean", "etl.transform", "etl.join", "etl.load"};

	h->seed = 88172645463325252;
	history_init(&h->story);
	history_session(&h->story, MODE_BPF);
	history_found(&h->story, PARENT, 1, "python3 etl.py", "3.11.7");
	for (int i = 0; i < FUNCS; i++)
		h->funcs[i] = history_text(&h->story, names[i]);
	h->story.pool_pid = PARENT;
	history_start_pool(&h->story, &pipes, FIRST, h->workers);
	h->sent_ns = h->back_ns = h->story.now_ns;
	tell(h);
}

int main(int argc, char **argv)
{
	struct hour *h = calloc(1, sizeof(*h));
	struct err err;

	if (argc != 5 || !h)
		die("give FILE SECONDS TASKS_PER_S WORKERS");
	h->seconds = (uint32_t)atoi(argv[2]);
	h->rate = (uint32_t)atoi(argv[3]);
	h->workers = (uint32_t)atoi(argv[4]);
	if (!h->seconds || !h->rate || !h->workers || h->workers >= HISTORY_ACTORS)
		die("SECONDS, TASKS_PER_S and WORKERS are numbers above 0");
	h->run_ns = 6 * HISTORY_S / 10 * h->workers / h->rate; /* they are busy, not overrun */
	h->free_ns = calloc(h->workers, sizeof(*h->free_ns));
	h->tape = tape_writer_new(argv[1], &(struct tape_opts){.replace = true}, &err);
	if (!h->free_ns || !h->tape || session_init(&h->session))
		die("the recording cannot be made");
	begin(h);
	for (uint32_t s = 0; s < h->seconds; s++)
		second(h);
	record_messages(h, UINT64_MAX);
	history_wait(&h->story, HISTORY_S);
	history_tick(&h->story);
	history_end(&h->story, 0);
	tell(h);
	tape_image(h->tape, &h->session.model, true);
	if (tape_lost(h->tape) || tape_writer_close(h->tape, &err))
		die("the recording is not whole");
	printf("%llu\n", (unsigned long long)h->tasks);
	session_release(&h->session);
	history_release(&h->story);
	free(h->free_ns);
	free(h->msgs);
	free(h);
	return 0;
}
