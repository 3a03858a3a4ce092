/* SPDX-License-Identifier: GPL-2.0-only */
/* Standard input: what tests/python/lines.py prints. Says how many code objects and places it had,
 * and how many of them the reader of line tables got wrong. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/python/line_facts.h"

int main(void)
{
	struct line_facts sum = {0};
	char *line = NULL;
	size_t size = 0;
	int r = 0;

	while (!r && getline(&line, &size, stdin) > 0)
		r = line_facts_check(line, &sum);
	free(line);
	printf("%lu %lu %lu\n", sum.codes, sum.places, sum.wrong);
	return r ? 1 : 0;
}
