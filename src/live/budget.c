/* SPDX-License-Identifier: GPL-2.0-only */
#include "live/budget.h"

/* One task in so many is told. Each a power of two, and a multiple of the one before: who is told
 * at one level is told at all above it. */
static const uint32_t rows[] = {1, 8, 64, 512, 0};

enum { LEVELS = sizeof(rows) / sizeof(rows[0]) };

/* Of what it may cost: with more it is not worth going up. */
#define ROOM 0.7
/* Of the budget: so much is for telling, whatever adding up takes, which cannot be spared. */
#define FOR_TELLING 0.25

uint32_t budget_levels(void)
{
	return LEVELS;
}

uint32_t budget_every(uint32_t level)
{
	return rows[level < LEVELS ? level : LEVELS - 1];
}

uint64_t budget_cost_ns(const struct budget_seen *s)
{
	return s->own_ns + s->told * BUDGET_RECORD_NS + s->summed * BUDGET_SUMMED_NS;
}

static double whole_ns(const struct budget *b, uint64_t passed_ns)
{
	return (double)passed_ns * b->cpus * b->share / BUDGET_WHOLE;
}

/* With the adding up of now, whatever that takes. */
static double may_take_ns(const struct budget *b, const struct budget_seen *s)
{
	double whole = whole_ns(b, s->passed_ns);
	double least = (double)s->summed * BUDGET_SUMMED_NS + FOR_TELLING * whole;

	return whole > least ? whole : least;
}

/* If it had been one level up. */
static double would_take_ns(const struct budget *b, const struct budget_seen *s)
{
	double every = budget_every(b->level - 1);
	double told = every ? (double)(s->told + s->summed) / every : 0;

	if (told < (double)s->told)
		told = (double)s->told;
	return (double)budget_cost_ns(s) + (told - (double)s->told) * BUDGET_TOLD_NS;
}

/* More than other work would be left out for: with fewer messages it is not they that cost. */
static bool is_stream(const struct budget *b, const struct budget_seen *s)
{
	return (double)s->told * BUDGET_TOLD_NS > whole_ns(b, s->passed_ns) / 4;
}

static void sink(struct budget *b)
{
	if (b->has_risen && b->risen_ns < 2 * BUDGET_UNDER_NS)
		b->patience_ns *= 2;
	else if (b->has_risen || !b->patience_ns)
		b->patience_ns = BUDGET_UNDER_NS;
	if (b->patience_ns > BUDGET_PATIENCE_NS)
		b->patience_ns = BUDGET_PATIENCE_NS;
	b->has_risen = false;
	b->level++;
	b->over_ns = b->under_ns = 0;
}

static void rise(struct budget *b)
{
	b->level--;
	b->over_ns = b->under_ns = 0;
	b->risen_ns = 0;
	b->has_risen = true;
}

bool budget_next(struct budget *b, const struct budget_seen *s)
{
	double may_ns = may_take_ns(b, s);
	bool is_over, is_under;

	if (b->share >= BUDGET_WHOLE || !b->cpus || !s->passed_ns)
		return false;
	/* Where nothing could be added up so far, a level more would spare nothing either. */
	is_over = (double)budget_cost_ns(s) > may_ns && is_stream(b, s) && (!b->level || s->summed);
	is_under = b->level && would_take_ns(b, s) < ROOM * may_ns;
	b->risen_ns += s->passed_ns;
	b->over_ns = is_over ? b->over_ns + s->passed_ns : 0;
	b->under_ns = is_under ? b->under_ns + s->passed_ns : 0;
	if (b->over_ns >= BUDGET_OVER_NS && b->level + 1 < LEVELS) {
		sink(b);
		return true;
	}
	if (b->level && b->under_ns >= b->patience_ns) {
		rise(b);
		return true;
	}
	return false;
}
