/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the threads of watched processes do while they live, read from outside a few times a second
 * at most: FRAME_STACK where it changed, FRAME_THREAD. It may take a 200th of one core; where that
 * does not do for all, they take turns. A process that has not run since is not read again.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "live/sample_put.h"
#include "live/state.h"
#include "live/walker.h"

enum {
	SHARE = 200, /* so little of the time may be spent */
	READS = 64, /* processes, a tick */
	LOOKS = 512, /* at whether they have run, a tick */
	TRIES = 8, /* to find its Python */
	KEPT_BYTES = 16 << 20, /* of what is kept of code objects, of all processes */
};
#define SAVED_NS 5000000 /* most that is left over for the next tick */
#define WHILE_NS 20000000 /* the ring of the kernel's records must not wait longer */

static const struct reader_limits quick = {
	.threads = SAMPLE_THREADS,
	.tries = 6,
	.bytes = 1 << 20,
};

static uint64_t cpu_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static uint64_t bytes_of(const struct sampled *s)
{
	return s->has_layout ? s->reader.codes.bytes +
				       s->reader.codes.cap * sizeof(*s->reader.codes.codes)
			     : 0;
}

void sample_forget(struct live *l, struct known *k)
{
	struct sampled *s = k->sampled;

	if (!s)
		return;
	l->sampling.codes_bytes -= bytes_of(s);
	if (s->has_layout)
		reader_release(&s->reader);
	free(s);
	k->sampled = NULL;
}

/* The kernel's programs have it; or its parent, of which it is a fork; or it is looked for. */
static bool find_layout(struct live *l, const struct known *k, struct py_layout *ret)
{
	struct walker_bpf *w = l->probes ? probes_walker(l->probes, NULL) : NULL;
	const struct known *parent = known_get(l, k->ppid);
	struct interp found;
	struct memory memory;

	if (w)
		return walker_get(w, k->pid, ret);
	if (parent && parent->cmd == k->cmd && parent->exe == k->exe && parent->sampled &&
		parent->sampled->has_layout) {
		*ret = parent->sampled->reader.interp.layout;
		return true;
	}
	memory_of_process(&memory, k->pid);
	if (interp_find("/proc", &memory, &found, NULL))
		return false;
	*ret = found.layout;
	return true;
}

static struct sampled *meet(struct live *l, struct known *k)
{
	struct py_layout layout;

	if (!k->sampled)
		k->sampled = calloc(1, sizeof(*k->sampled));
	if (!k->sampled || k->sampled->has_layout)
		return k->sampled;
	if (k->sampled->tries > TRIES)
		return NULL;
	if (!find_layout(l, k, &layout)) {
		k->sampled->tries += !l->probes; /* finding it is dear */
		return NULL;
	}
	reader_init_known(&k->sampled->reader, "/proc", k->pid, &layout, &quick);
	k->sampled->has_layout = true;
	return k->sampled;
}

struct reader *sample_reader(struct live *l, struct known *k)
{
	struct sampled *s = meet(l, k);

	return s ? &s->reader : NULL;
}

static void trim(struct live *l, struct sampled *s, uint64_t before)
{
	l->sampling.codes_bytes += bytes_of(s) - before;
	if (l->sampling.codes_bytes <= KEPT_BYTES)
		return;
	l->sampling.codes_bytes -= bytes_of(s);
	codes_release(&s->reader.codes);
}

/* False: it need not, or cannot be read. */
static bool sample_one(struct live *l, struct known *k)
{
	struct sampled *s = k->is_python ? meet(l, k) : NULL;
	uint64_t before, cpu_ns = k->cpu_ns;

	if (!s)
		return false;
	/* The kernel's programs count a worker's time on a core exactly. */
	if (cpu_ns && cpu_ns == s->cpu_ns && s->count) {
		sample_put_same(l, k);
		return false;
	}
	before = bytes_of(s);
	s->cpu_ns = 0;
	if (reader_read(&s->reader, NULL)) {
		sample_forget(l, k); /* it is gone, or runs another program */
		return true;
	}
	if (sample_put(l, k))
		s->cpu_ns = cpu_ns;
	trim(l, s, before);
	return true;
}

void sample_tick(struct live *l)
{
	struct sampling *a = &l->sampling;
	uint64_t began = cpu_now(), spent = 0;
	uint64_t share = a->ticked_ns ? (l->now_ns - a->ticked_ns) / SHARE : SAVED_NS;
	uint32_t reads = 0, i;

	a->ticked_ns = l->now_ns;
	a->left_ns += (int64_t)share;
	if (a->left_ns > SAVED_NS)
		a->left_ns = SAVED_NS;
	for (i = 0; i < l->known_top && i < LOOKS && reads < READS; i++) {
		struct known *k = &l->known[(a->next + i) % l->known_top];

		if (a->left_ns <= (int64_t)spent || live_now() - l->now_ns > WHILE_NS)
			break;
		if (k->pid && sample_one(l, k))
			reads++;
		spent = cpu_now() - began;
	}
	a->next += i;
	a->left_ns -= (int64_t)spent;
}
