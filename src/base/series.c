/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/series.h"

void series_add(struct series *s, uint64_t n)
{
	s->open += n;
}

void series_close(struct series *s)
{
	s->value[s->head] = s->open;
	s->open = 0;
	s->head = (s->head + 1) % SERIES_LEN;
	if (s->count < SERIES_LEN)
		s->count++;
}

uint64_t series_at(const struct series *s, uint32_t back)
{
	if (back >= s->count)
		return 0;
	return s->value[(s->head + SERIES_LEN - 1 - back) % SERIES_LEN];
}

uint64_t series_max(const struct series *s, uint32_t n)
{
	uint64_t max = 0;

	if (n > s->count)
		n = s->count;
	for (uint32_t back = 0; back < n; back++)
		if (series_at(s, back) > max)
			max = series_at(s, back);
	return max;
}
