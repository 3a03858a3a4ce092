/* SPDX-License-Identifier: GPL-2.0-only */
/* A worker's memory before its death, in words. */
#include <stdio.h>

#include "base/fmt.h"
#include "model/inside.h"

enum { POINTS = 3 };

char *memory_words(char buf[static MEMORY_WORDS], const struct death *d)
{
	const struct memory_past *past = &d->memory;
	uint32_t points = past->count < POINTS ? past->count : POINTS;
	char rss[FMT_MAX], ago[FMT_MAX];
	size_t len = 0;

	buf[0] = '\0';
	for (uint32_t i = 0; i < points; i++) {
		uint32_t at = points > 1 ? i * (past->count - 1) / (points - 1) : 0;
		int n = snprintf(buf + len, MEMORY_WORDS - len, "%s%s %s before", i ? ", " : "",
			fmt_bytes(rss, past->rss_bytes[at]),
			fmt_duration(ago, since_ns(d->t_ns, past->t_ns[at])));

		if (n < 0 || (size_t)n >= MEMORY_WORDS - len)
			break;
		len += (size_t)n;
	}
	return buf;
}
