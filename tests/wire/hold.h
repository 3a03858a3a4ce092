/* SPDX-License-Identifier: GPL-2.0-only */
/* Sizes, offsets and numbers of the frames, held to what they were: recordings have them. */
#ifndef POOLTOP_TESTS_WIRE_HOLD_H
#define POOLTOP_TESTS_WIRE_HOLD_H

#include <stddef.h>

struct row {
	const char *what;
	size_t is, was;
};

/* Fails the running test at the first row that is not what it was. */
void hold(const struct row *rows, size_t count);

#endif
