/* SPDX-License-Identifier: GPL-2.0-only */
#include "live/rate.h"

#define SECOND_NS 1000000000ull
#define READER_NS 4000ull /* one sample, until it is a frame, about */

/* Rates that no program's own period is likely to be a multiple of. */
static const uint32_t rates[RATES] = {5, 7, 11, 17, 23, 31, 49, 67, 97, 139, 199};

enum {
	RATE_QUIET = 2, /* places in rates[] */
	RATE_LAST = RATES - 1,
	MOST_MILLI = 8, /* thousandths of one core that it may cost ... */
	CHEAP_MILLI = 2, /* ... and below which it may cost more */
};

uint64_t rate_period_ns(uint32_t rate)
{
	return SECOND_NS / rates[rate];
}

uint64_t rate_milli(const struct rate_cost *cost)
{
	uint64_t ns = cost->program_ns + cost->runs * RATE_CLOCK_NS + cost->samples * READER_NS;

	return ns * 1000 / cost->passed_ns;
}

uint32_t rate_next(uint32_t rate, const struct rate_cost *cost)
{
	uint64_t milli;

	if (!cost->passed_ns)
		return rate;
	milli = rate_milli(cost);
	if (milli >= MOST_MILLI && rate)
		return rate - 1;
	if (!cost->samples)
		return rate < RATE_QUIET ? rate : RATE_QUIET;
	if (rate < RATE_FIRST && milli * rates[RATE_FIRST] < MOST_MILLI * rates[rate] / 2)
		return RATE_FIRST;
	return rate < RATE_LAST && milli < CHEAP_MILLI ? rate + 1 : rate;
}
