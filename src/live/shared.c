/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory that the processes of a program share, from their maps. A round goes over all that are
 * watched, a few at a tick, and takes what two or more processes of one family map, each inode
 * once (../shared/ref/wire-format.md 11). The next round begins later the more this one cost, and
 * when one of them maps more or less than at the last; if none does, after a while all the same:
 * two maps may have changed places.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "live/mapping.h"
#include "live/state.h"

enum {
	AT_A_TICK = 32, /* processes */
	REGIONS = 4096, /* of a round; a power of 2 */
	LINE = 512, /* longer lines are cut: their path's beginning is enough */
	LINES = 65536, /* of one process */
	COST_FACTOR = 500, /* a round may take a five-hundredth of the time */
	QUIET_S = 30, /* and is made after so long even if nothing seems to have changed */
};

struct region {
	struct mapping r;
	uint32_t family;
	uint32_t processes; /* 0: a free slot */
	uint32_t last; /* the newest of them, which may map it several times */
};

struct shared {
	struct region region[REGIONS];
	uint32_t count;
	uint32_t next; /* slot of live.known where the round goes on */
	uint64_t cost_ns; /* of this round */
	uint64_t due_ns; /* the next round */
	uint64_t quiet_ns; /* the same, if nothing has changed */
	uint64_t sum; /* of what all of them mapped when the newest round began */
	bool partial; /* some did not fit */
	struct frame_shared sent[LIVE_FAMILIES];
};

static uint64_t own_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* Its slot, or a free one; NULL: there is none. */
static struct region *find(struct shared *s, uint32_t family, const struct mapping *r)
{
	uint64_t hash = (r->ino * 31 + r->dev) * 31 + family;

	for (uint32_t i = 0; i < REGIONS; i++) {
		struct region *at =
			&s->region[(hash * UINT64_C(11400714819323198485) + i) % REGIONS];

		if (!at->processes ||
			(at->family == family && at->r.ino == r->ino && at->r.dev == r->dev))
			return at;
	}
	return NULL;
}

/* Returns the bytes that this mapping adds to what its process maps. */
static uint64_t add(struct shared *s, const struct known *k, const struct mapping *r)
{
	struct region *at = find(s, k->family, r);
	uint64_t more = 0;

	if (!at || (!at->processes && s->count >= REGIONS * 3 / 4)) {
		s->partial = true;
		return 0;
	}
	if (!at->processes) {
		*at = (struct region){.r = *r, .family = k->family};
		s->count++;
	}
	if (at->last != k->pid || !at->processes) {
		at->processes++;
		more = r->bytes;
	}
	at->last = k->pid;
	if (r->bytes > at->r.bytes)
		at->r.bytes = r->bytes;
	return more;
}

static void read_maps(struct shared *s, struct known *k)
{
	struct mapping r;
	char path[32], line[LINE];
	uint64_t bytes = 0;
	bool rest = false; /* of a line that was too long */
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%u/maps", k->pid);
	f = fopen(path, "re");
	for (uint32_t i = 0; f && i < LINES && fgets(line, sizeof(line), f); i++) {
		if (!rest && mapping_parse(line, &r))
			bytes += add(s, k, &r);
		rest = !strchr(line, '\n');
	}
	if (f)
		fclose(f);
	k->shared_bytes = bytes;
}

static void send_family(struct live *l, uint32_t family, struct frame_shared *f)
{
	struct shared *s = l->shared;
	struct frame_shared *sent = &s->sent[family];

	f->h = (struct frame){
		.kind = FRAME_SHARED,
		.size = sizeof(*f),
		.pid = l->families[family].head,
		.t_ns = sent->h.t_ns,
	};
	f->flags = s->partial ? SHARED_PARTIAL : 0;
	if (!memcmp(f, sent, sizeof(*f)))
		return;
	f->h.t_ns = l->now_ns;
	*sent = *f;
	outbox_put(&l->out, &f->h, sizeof(*f), NULL, 0);
}

static void end_round(struct live *l)
{
	struct frame_shared sums[LIVE_FAMILIES] = {0};
	struct shared *s = l->shared;

	for (uint32_t i = 0; i < REGIONS; i++) {
		const struct region *at = &s->region[i];
		struct frame_shared *sum = &sums[at->family];

		if (at->processes < 2)
			continue;
		sum->bytes += at->r.bytes;
		sum->kind_bytes[at->r.kind] += at->r.bytes;
		sum->regions++;
	}
	for (uint32_t i = 0; i < LIVE_FAMILIES; i++)
		if (l->families[i].head)
			send_family(l, i, &sums[i]);
	memset(s->region, 0, sizeof(s->region));
	s->due_ns = l->now_ns + s->cost_ns * COST_FACTOR;
	s->quiet_ns = l->now_ns + QUIET_S * UINT64_C(1000000000);
	s->count = s->next = 0;
	s->cost_ns = 0;
	s->partial = false;
}

int shared_begin(struct live *l)
{
	l->shared = calloc(1, sizeof(*l->shared));
	return l->shared ? 0 : -ENOMEM;
}

/* Other processes, or the same with other maps, have another sum. */
static uint64_t sum_of(const struct live *l)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < l->known_top; i++) {
		const struct known *k = &l->known[i];

		if (k->pid && k->family < LIVE_FAMILIES)
			sum += (k->mapped_bytes + k->pid) * UINT64_C(11400714819323198485) ^
			       k->mapped_bytes >> 32 ^ k->start_ns;
	}
	return sum;
}

static bool is_due(const struct live *l)
{
	struct shared *s = l->shared;
	uint64_t sum;

	if (l->now_ns < s->due_ns)
		return false;
	if (s->next) /* it goes on */
		return true;
	sum = sum_of(l);
	if (sum == s->sum && l->now_ns < s->quiet_ns)
		return false;
	s->sum = sum;
	return true;
}

void shared_put(struct live *l)
{
	struct shared *s = l->shared;
	uint64_t began;

	if (!is_due(l))
		return;
	began = own_ns();
	for (uint32_t n = 0; n < AT_A_TICK && s->next < l->known_top; s->next++) {
		struct known *k = &l->known[s->next];

		if (!k->pid || k->family >= LIVE_FAMILIES)
			continue;
		read_maps(s, k);
		n++;
	}
	s->cost_ns += own_ns() - began;
	if (s->next >= l->known_top)
		end_round(l);
}
