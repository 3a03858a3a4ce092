/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/fmt.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define SECOND_NS UINT64_C(1000000000)

/* A unit, and up to which number of it so many digits follow the point. */
struct unit {
	const char *name;
	uint64_t size;
	uint64_t end; /* from here on the next unit is used, in parts of size; 0: never */
	uint64_t two_digits; /* below this many units, 1.20 */
	uint64_t one_digit; /* below this many units, 12.3 */
};

static const struct unit times[] = {
	{"ns", 1, 1000, 0, 0},
	{"µs", 1000, 1000, 0, 100},
	{"ms", 1000000, 1000, 0, 100},
	{"s", SECOND_NS, 60, 10, 60},
};

static const struct unit sizes[] = {
	{"B", 1, 1024, 0, 0},
	{"KiB", UINT64_C(1) << 10, 1024, 0, 100},
	{"MiB", UINT64_C(1) << 20, 1024, 0, 100},
	{"GiB", UINT64_C(1) << 30, 1024, 0, 100},
	{"TiB", UINT64_C(1) << 40, 1024, 0, 100},
	{"PiB", UINT64_C(1) << 50, 1024, 0, 100},
	{"EiB", UINT64_C(1) << 60, 0, 0, 100},
};

/* n / size rounded to the nearest 1/scale, in units of 1/scale. scale: at most 10 for EiB. */
static uint64_t scaled(uint64_t n, uint64_t size, uint64_t scale)
{
	return n / size * scale + (n % size * scale + size / 2) / size;
}

/* Writes n in this unit and returns 1; returns 0 if, rounded, it belongs in the next. */
static int put_unit(char buf[static FMT_MAX], const struct unit *u, uint64_t n)
{
	uint64_t whole = scaled(n, u->size, 1);
	uint64_t parts = u->two_digits ? scaled(n, u->size, 100) : 0;

	if (parts < u->two_digits * 100) {
		snprintf(buf, FMT_MAX, "%" PRIu64 ".%02" PRIu64 " %s", parts / 100, parts % 100,
			u->name);
		return 1;
	}
	parts = scaled(n, u->size, 10);
	if (parts < u->one_digit * 10) {
		snprintf(buf, FMT_MAX, "%" PRIu64 ".%" PRIu64 " %s", parts / 10, parts % 10,
			u->name);
		return 1;
	}
	if (u->end && whole >= u->end)
		return 0;
	snprintf(buf, FMT_MAX, "%" PRIu64 " %s", whole, u->name);
	return 1;
}

char *fmt_duration(char buf[static FMT_MAX], uint64_t ns)
{
	uint64_t s;

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		if (put_unit(buf, &times[i], ns))
			return buf;
	s = ns / SECOND_NS;
	if (s < 60) /* 59.96 s, which is no longer 59.9 s */
		s = 60;
	if (s < 3600)
		snprintf(buf, FMT_MAX, "%" PRIu64 "m %02" PRIu64 "s", s / 60, s % 60);
	else if (s < 86400)
		snprintf(buf, FMT_MAX, "%" PRIu64 "h %02" PRIu64 "m", s / 3600, s / 60 % 60);
	else
		snprintf(buf, FMT_MAX, "%" PRIu64 "d %02" PRIu64 "h", s / 86400, s / 3600 % 24);
	return buf;
}

char *fmt_bytes(char buf[static FMT_MAX], uint64_t bytes)
{
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		if (put_unit(buf, &sizes[i], bytes))
			break;
	return buf;
}

char *fmt_count(char buf[static FMT_MAX], uint64_t n)
{
	char digits[FMT_MAX];
	size_t len = (size_t)snprintf(digits, sizeof(digits), "%" PRIu64, n);
	size_t out = 0;

	for (size_t i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			buf[out++] = ',';
		buf[out++] = digits[i];
	}
	buf[out] = '\0';
	return buf;
}

uint64_t fmt_whole(double n)
{
	if (!(n > 0))
		return 0;
	return n < 0x1p64 ? (uint64_t)n : UINT64_MAX;
}

char *fmt_percent(char buf[static FMT_MAX], double share_0_to_1)
{
	double percent = share_0_to_1 * 100;

	if (!(percent > 0)) /* also what is no number */
		percent = 0;
	if (percent > 1e9)
		percent = 1e9;
	snprintf(buf, FMT_MAX, percent < 9.95 ? "%.1f%%" : "%.0f%%", percent);
	return buf;
}

char *fmt_wall(char buf[static FMT_MAX], uint64_t wall_ns, int date)
{
	time_t seconds = (time_t)(wall_ns / SECOND_NS);
	struct tm tm;

	if (!localtime_r(&seconds, &tm) ||
		!strftime(buf, FMT_MAX, date ? "%Y-%m-%d %H:%M:%S" : "%H:%M:%S", &tm))
		strcpy(buf, "?");
	return buf;
}
