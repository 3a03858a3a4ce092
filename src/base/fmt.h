/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers for people, as INTERFACE 1 writes them. Each returns buf, always terminated. */
#ifndef POOLTOP_FMT_H
#define POOLTOP_FMT_H

#include <stddef.h>
#include <stdint.h>

enum { FMT_MAX = 32 }; /* bytes that hold any of these, terminator included */

/* "940 ns", "12.3 µs", "4.1 ms", "1.20 s", "3m 20s", "2h 05m", "3d 04h" */
char *fmt_duration(char buf[static FMT_MAX], uint64_t ns);

/* "812 B", "4.0 KiB", "1.2 GiB" */
char *fmt_bytes(char buf[static FMT_MAX], uint64_t bytes);

/* "1,204" */
char *fmt_count(char buf[static FMT_MAX], uint64_t n);

/* For the three above, from what was computed: nearest below, 0 for what is negative or no number,
 * UINT64_MAX for what is more than that. */
uint64_t fmt_whole(double n);

/* "81%", "0.4%" below 10 */
char *fmt_percent(char buf[static FMT_MAX], double share_0_to_1);

/* "14:02:11" local time; "2026-11-24 14:02:11" with `date`. */
char *fmt_wall(char buf[static FMT_MAX], uint64_t wall_ns, int date);

#endif
