/* SPDX-License-Identifier: GPL-2.0-only */
/* A table of offsets, as a hostile target would have it. */
#include <stdint.h>
#include <stdlib.h>

#include "python/layout.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = {0};
	struct py_layout l;
	int r = layout_by_table(data, size, &l, &err);

	if (r) {
		if (!err.text[0])
			abort();
		return 0;
	}
	if (l.frame.size > 128 || l.frame.code + 8 > l.frame.size ||
		l.frame.previous + 8 > l.frame.size || l.frame.lasti + 8 > l.frame.size ||
		l.frame.owner >= l.frame.size || l.code.linetable > 4096 || l.str.compact > 4096 ||
		l.gil.holder + 8 > l.gil.size)
		abort();
	return 0;
}
