/* SPDX-License-Identifier: GPL-2.0-only */
#include "ui/dump.h"

#include <errno.h>
#include <string.h>

static int row_length(const struct grid *g, int row)
{
	int length = g->columns;

	while (length > 0 && grid_cell(g, row, length - 1)->width == 1 &&
		!grid_cell(g, row, length - 1)->text[0])
		length--;
	return length;
}

int dump_grid(const struct grid *g, struct buf *to)
{
	for (int row = 0; row < g->rows; row++) {
		int length = row_length(g, row);

		for (int col = 0; col < length; col++) {
			const struct cell *c = grid_cell(g, row, col);

			if (c->text[0])
				buf_add(to, c->text, strlen(c->text));
			else if (c->width)
				buf_add(to, " ", 1);
		}
		buf_add(to, "\n", 1);
	}
	return to->is_short ? -ENOMEM : 0;
}
