/* SPDX-License-Identifier: GPL-2.0-only */
/* The first bytes choose how the table is read, whether it is cut, and the place; the rest is the
 * table. A table that is longer must not change what an earlier one said. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "python/lines.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct line_table t = {0};
	int32_t line = -7, cut_line = -7;
	int16_t lasti;
	int r, cut_r;

	if (size < 8)
		return 0;
	t = (struct line_table){.bytes = data + 8, .len = size - 8, .lines = data[0] % 3};
	memcpy(&lasti, data + 2, sizeof(lasti));
	memcpy(&t.first, data + 4, sizeof(t.first));
	r = lines_at(&t, lasti, &line);
	if ((r && line != -7) || (!r && line < 0))
		abort();
	t.is_cut = true;
	t.len = data[1] < t.len ? data[1] : t.len;
	cut_r = lines_at(&t, lasti, &cut_line);
	if (cut_r != -ERANGE && (cut_r != r || cut_line != line))
		abort();
	return 0;
}
