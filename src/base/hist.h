/* SPDX-License-Identifier: GPL-2.0-only */
/* Histogram of durations: 32 buckets an octave, so a percentile is within 1.6 % of the truth. */
#ifndef POOLTOP_HIST_H
#define POOLTOP_HIST_H

#include <stdint.h>

/* All zeros is an empty histogram. Holds about 5 KiB once something was added. */
struct hist {
	uint64_t count;
	uint64_t min_ns;
	uint64_t max_ns;
	uint64_t total_ns;
	uint32_t *buckets; /* HIST_BUCKETS, or NULL while empty or after an allocation failed */
};

enum { HIST_BUCKETS = 32 * 41 }; /* up to about 9 hours; longer counts in the last */

/* Never fails: without memory for buckets the sums are still kept and percentiles read as max. */
void hist_add(struct hist *h, uint64_t ns);

/* Value below which `percent` of what was added lies; 0 if empty. Clamped to [min, max]. */
uint64_t hist_percentile(const struct hist *h, double percent);

/* Adds all of `from` to `to`. */
void hist_merge(struct hist *to, const struct hist *from);

/* Copies into `to`, which must be empty (all zeros). 0 or -ENOMEM. */
int hist_copy(struct hist *to, const struct hist *from);

/* Frees the buckets; the histogram is empty afterwards. */
void hist_release(struct hist *h);

/* First nanosecond of a bucket, for drawing; bucket HIST_BUCKETS gives the end of the last. */
uint64_t hist_bucket_start(unsigned int bucket);

#endif
