/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * disorder RECORDING ROUNDS LATE_US: feeds the recording as it is and then ROUNDS times with the
 * records of one message in ten late by up to LATE_US, at random. So it is when the kernel tells a
 * write after the read that it led to. A thread goes on only when what it did before is told, and
 * with what was read its whole process does: nobody reads what is written then before that. Prints
 * what each round has otherwise than the recording as it is, pool by pool; exits with 1 if one has.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session/session.h"
#include "tape/tape_reader.h"

enum { PIDS = 1 << 22, POOLS = 512, LINE = 320, ONE_IN = 10 };

struct late_frame {
	struct frame *frame; /* owned by the list as it was recorded */
	uint64_t at_ns; /* when it comes */
	uint64_t due_ns; /* when it has come for sure; as all times here, by what came before it */
	size_t number; /* as it was recorded */
};

struct recorded {
	struct late_frame *frames;
	size_t count, room;
	uint64_t *thread_ns; /* of each thread: PIDS */
	uint64_t *whole_ns; /* of each process, of what all its threads wait for: PIDS */
	uint64_t *last_ns; /* of each process, of anything: PIDS */
};

static int keep(struct recorded *r, const struct frame *f)
{
	struct late_frame *more = r->frames;

	if (r->count == r->room) {
		r->room = r->room ? 2 * r->room : 4096;
		more = realloc(r->frames, r->room * sizeof(*more));
		if (!more)
			return -1;
		r->frames = more;
	}
	more[r->count].frame = malloc(f->size);
	if (!more[r->count].frame)
		return -1;
	memcpy(more[r->count].frame, f, f->size);
	r->count++;
	return 0;
}

static int read_all(struct recorded *r, const char *path, struct err *err)
{
	struct source *source;
	const struct frame *f;
	int ret = tape_open(path, false, &source, err);

	if (ret)
		return ret;
	while ((ret = source_next(source, &f, err)) == SOURCE_FRAME)
		if (keep(r, f))
			return err_set(err, -1, ERR_FAILED, "out of memory");
	source_free(source);
	return ret;
}

/* What is the same in any order. */
struct sums {
	char pools[POOLS][LINE];
	uint32_t count;
};

/* The next of a row of numbers that is the same on every machine. */
static uint32_t chance(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(*seed >> 33);
}

static int by_time(const void *one, const void *other)
{
	const struct late_frame *a = one, *b = other;

	if (a->at_ns != b->at_ns)
		return a->at_ns < b->at_ns ? -1 : 1;
	return a->number < b->number ? -1 : 1;
}

/* What the watcher itself has read comes with what the kernel told before it. */
static bool is_kernels(const struct frame *f)
{
	return f->kind == FRAME_MSG || f->kind == FRAME_FORK || f->kind == FRAME_EXEC ||
	       f->kind == FRAME_EXIT;
}

static const struct frame_msg *message_of(const struct frame *f)
{
	return f->kind == FRAME_MSG ? (const struct frame_msg *)f : NULL;
}

/* When each came, as it was recorded. */
static void time_all(struct recorded *r)
{
	uint64_t now_ns = 0;

	for (size_t i = 0; i < r->count; i++) {
		const struct frame *f = r->frames[i].frame;

		if (is_kernels(f) && f->t_ns > now_ns)
			now_ns = f->t_ns;
		r->frames[i] = (struct late_frame){r->frames[i].frame, now_ns, UINT64_MAX, i};
	}
}

static uint64_t min(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t max(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* When the message that was written may have been read first: another process' read from its pipe
 * may come before it, but not before its thread's message before it. */
static uint64_t read_from(const struct recorded *r, size_t written, uint64_t late_ns)
{
	const struct frame_msg *wrote = message_of(r->frames[written].frame);
	uint64_t first_ns = r->frames[written].at_ns;

	for (size_t i = written; i-- && r->frames[i].at_ns + late_ns > first_ns;) {
		const struct frame_msg *f = message_of(r->frames[i].frame);

		if (f && f->h.pid == wrote->h.pid && f->tid == wrote->tid)
			break;
		if (f && f->h.pid != wrote->h.pid && f->ino == wrote->ino && f->dir == MSG_READ)
			first_ns = r->frames[i].at_ns;
	}
	return first_ns;
}

/* Messages are due before anyone reads what is written next: what a thread did by that thread, what
 * was read by any of its process. */
static void find_due(struct recorded *r, uint64_t late_ns)
{
	memset(r->thread_ns, 0xff, PIDS * sizeof(*r->thread_ns));
	memset(r->whole_ns, 0xff, PIDS * sizeof(*r->whole_ns));
	for (size_t i = r->count; i--;) {
		const struct frame_msg *f = message_of(r->frames[i].frame);
		uint64_t *thread_ns, *whole_ns;

		if (!f)
			continue;
		thread_ns = &r->thread_ns[f->tid % PIDS];
		whole_ns = &r->whole_ns[f->h.pid % PIDS];
		if (f->dir == MSG_READ)
			*thread_ns = min(*thread_ns, *whole_ns);
		r->frames[i].due_ns = *thread_ns;
		if (f->dir != MSG_WRITE)
			continue;
		*thread_ns = min(*thread_ns, read_from(r, i, late_ns));
		*whole_ns = min(*whole_ns, *thread_ns);
	}
}

static uint64_t late(const struct late_frame *f, uint64_t late_ns, uint64_t *seed)
{
	uint64_t at_ns = f->at_ns;

	if (chance(seed) % ONE_IN == 0)
		at_ns += chance(seed) % late_ns;
	return max(min(at_ns, f->due_ns), f->at_ns);
}

/* round 0: as it was recorded. */
static void disturb(const struct recorded *r, unsigned int round, uint64_t late_ns,
	struct late_frame *ret_frames)
{
	uint64_t seed = round;

	memset(r->thread_ns, 0, PIDS * sizeof(*r->thread_ns));
	memset(r->last_ns, 0, PIDS * sizeof(*r->last_ns));
	memset(r->whole_ns, 0, PIDS * sizeof(*r->whole_ns));
	for (size_t i = 0; i < r->count; i++) {
		struct late_frame *f = &ret_frames[i];
		const struct frame_msg *msg = message_of(r->frames[i].frame);
		uint32_t pid = r->frames[i].frame->pid % PIDS;

		*f = r->frames[i];
		if (round && msg)
			f->at_ns = late(f, late_ns, &seed);
		if (!pid)
			continue;
		f->at_ns = max(f->at_ns, msg ? r->thread_ns[msg->tid % PIDS] : r->last_ns[pid]);
		f->at_ns = max(f->at_ns, r->whole_ns[pid]);
		if (msg)
			r->thread_ns[msg->tid % PIDS] = f->at_ns;
		if (!msg || msg->dir == MSG_READ)
			r->whole_ns[pid] = f->at_ns;
		r->last_ns[pid] = max(r->last_ns[pid], f->at_ns);
	}
	qsort(ret_frames, r->count, sizeof(*ret_frames), by_time);
}

static int by_text(const void *one, const void *other)
{
	return strcmp(one, other);
}

/* Its pools, sorted: which of two comes first may differ. */
static int fold(const struct late_frame *frames, size_t count, struct sums *ret_sums)
{
	struct session s;

	if (session_init(&s))
		return -1;
	for (size_t i = 0; i < count; i++)
		if (session_feed(&s, frames[i].frame))
			return -1;
	memset(ret_sums, 0, sizeof(*ret_sums));
	for (uint32_t i = 0; i < s.model.pools_count && i < POOLS; i++) {
		const struct pool *p = &s.model.pools[i];
		const struct totals *t = &p->totals;
		uint64_t items = 0;
		uint32_t unnamed = 0;

		for (uint32_t k = 0; k < p->workers_count; k++)
			items += p->workers[k].items;
		for (uint32_t k = 0; k < p->failures_count; k++)
			unnamed += !p->failures[k].func;
		snprintf(ret_sums->pools[i], LINE,
			"%u %s sent %" PRIu64 " taken %" PRIu64 " done %" PRIu64
			" returned %" PRIu64 " failed %" PRIu64 " lost %" PRIu64 " items %" PRIu64
			"/%" PRIu64 " bytes %" PRIu64 "/%" PRIu64 " workers %" PRIu32
			" deaths %" PRIu32 " kinds of failure %" PRIu32 ", unnamed %" PRIu32 "%s\n",
			p->pid, p->kind, t->sent, t->taken, t->done, t->returned, t->failed,
			t->lost, t->items, items, t->bytes_out, t->bytes_back, p->workers_count,
			p->deaths_count, p->failures_count, unnamed, p->ended_ns ? "" : " goes on");
		ret_sums->count++;
	}
	qsort(ret_sums->pools, ret_sums->count, LINE, by_text);
	session_release(&s);
	return 0;
}

/* Those of a that b has not. */
static void print(const char *what, const struct sums *a, const struct sums *b)
{
	for (uint32_t i = 0; i < a->count; i++) {
		uint32_t k = 0;

		while (b && k < b->count && strcmp(a->pools[i], b->pools[k]))
			k++;
		if (!b || k == b->count)
			printf("%s%s", what, a->pools[i]);
	}
}

int main(int argc, char **argv)
{
	struct recorded r = {
		.thread_ns = malloc(PIDS * sizeof(*r.thread_ns)),
		.last_ns = malloc(PIDS * sizeof(*r.last_ns)),
		.whole_ns = malloc(PIDS * sizeof(*r.whole_ns)),
	};
	static struct sums as_it_is, sums;
	unsigned int rounds = argc == 4 ? (unsigned int)strtoul(argv[2], NULL, 10) : 0;
	uint64_t late_ns = argc == 4 ? 1000 * strtoull(argv[3], NULL, 10) : 0;
	struct late_frame *frames;
	struct err err = {0};
	int differ = 0;

	if (!rounds || !late_ns || !r.thread_ns || !r.last_ns || !r.whole_ns) {
		fprintf(stderr, "usage: disorder RECORDING ROUNDS LATE_US\n");
		return 2;
	}
	if (read_all(&r, argv[1], &err)) {
		fprintf(stderr, "disorder: %s\n", err.text);
		return 2;
	}
	frames = calloc(r.count + 1, sizeof(*frames));
	if (!frames)
		return 2;
	time_all(&r);
	find_due(&r, late_ns);
	for (unsigned int round = 0; round <= rounds; round++) {
		disturb(&r, round, late_ns, frames);
		if (fold(frames, r.count, round ? &sums : &as_it_is))
			return 2;
		if (round && memcmp(&sums, &as_it_is, sizeof(sums))) {
			printf("round %u:\n", round);
			print("- ", &as_it_is, &sums);
			print("+ ", &sums, &as_it_is);
			differ = 1;
		}
	}
	for (size_t i = 0; i < r.count; i++)
		free(r.frames[i].frame);
	free(r.frames);
	free(r.thread_ns);
	free(r.last_ns);
	free(r.whole_ns);
	free(frames);
	return differ;
}
