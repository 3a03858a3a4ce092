/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/hist.h"

#include <errno.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum {
	OCTAVE_SHIFT = 5,
	OCTAVE = 1 << OCTAVE_SHIFT, /* buckets an octave */
};

static unsigned int bucket_of(uint64_t ns)
{
	unsigned int shift;
	unsigned int bucket;

	if (ns < OCTAVE)
		return (unsigned int)ns;
	shift = 63 - (unsigned int)__builtin_clzll(ns) - OCTAVE_SHIFT;
	bucket = shift * OCTAVE + (unsigned int)(ns >> shift);
	return bucket < HIST_BUCKETS ? bucket : HIST_BUCKETS - 1;
}

uint64_t hist_bucket_start(unsigned int bucket)
{
	if (bucket > HIST_BUCKETS)
		bucket = HIST_BUCKETS;
	if (bucket < 2 * OCTAVE)
		return bucket;
	return (uint64_t)(OCTAVE + bucket % OCTAVE) << (bucket / OCTAVE - 1);
}

/* Buckets are only ever made with the first value, so they hold all values or do not exist. */
static void add_sums(struct hist *h, const struct hist *more)
{
	if (!h->count) {
		h->min_ns = more->min_ns;
		h->buckets = calloc(HIST_BUCKETS, sizeof(*h->buckets));
	}
	if (more->min_ns < h->min_ns)
		h->min_ns = more->min_ns;
	if (more->max_ns > h->max_ns)
		h->max_ns = more->max_ns;
	h->count += more->count;
	h->total_ns += more->total_ns;
}

static void add_bucket(struct hist *h, unsigned int bucket, uint32_t n)
{
	uint32_t room = UINT32_MAX - h->buckets[bucket];

	h->buckets[bucket] += n < room ? n : room;
}

void hist_add(struct hist *h, uint64_t ns)
{
	const struct hist one = {.count = 1, .min_ns = ns, .max_ns = ns, .total_ns = ns};

	add_sums(h, &one);
	if (h->buckets)
		add_bucket(h, bucket_of(ns), 1);
}

/* The middle of a bucket is at most half its width, 1/64, from any value in it. */
static uint64_t bucket_middle(unsigned int bucket)
{
	uint64_t start = hist_bucket_start(bucket);

	return start + (hist_bucket_start(bucket + 1) - 1 - start) / 2;
}

uint64_t hist_percentile(const struct hist *h, double percent)
{
	double rank = ceil(percent / 100 * (double)h->count);
	uint64_t below = 0;
	unsigned int bucket;
	uint64_t ns;

	if (!h->buckets || percent >= 100)
		return h->max_ns;
	if (!(rank > 1))
		return h->min_ns;
	for (bucket = 0; bucket < HIST_BUCKETS; bucket++) {
		below += h->buckets[bucket];
		if ((double)below >= rank)
			break;
	}
	if (bucket >= HIST_BUCKETS - 1)
		return h->max_ns;
	ns = bucket_middle(bucket);
	if (ns < h->min_ns)
		return h->min_ns;
	return ns < h->max_ns ? ns : h->max_ns;
}

void hist_merge(struct hist *to, const struct hist *from)
{
	if (!from->count)
		return;
	add_sums(to, from);
	if (!from->buckets) {
		free(to->buckets);
		to->buckets = NULL;
	}
	if (!to->buckets)
		return;
	for (unsigned int i = 0; i < HIST_BUCKETS; i++)
		add_bucket(to, i, from->buckets[i]);
}

int hist_copy(struct hist *to, const struct hist *from)
{
	size_t bytes = HIST_BUCKETS * sizeof(*from->buckets);
	uint32_t *buckets = NULL;

	if (from->buckets) {
		buckets = malloc(bytes);
		if (!buckets)
			return -ENOMEM;
		memcpy(buckets, from->buckets, bytes);
	}
	*to = *from;
	to->buckets = buckets;
	return 0;
}

void hist_release(struct hist *h)
{
	free(h->buckets);
	*h = (struct hist){0};
}
