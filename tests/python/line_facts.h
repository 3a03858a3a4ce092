/* SPDX-License-Identifier: GPL-2.0-only */
/* What tests/python/lines.py prints, held against the reader of line tables. */
#ifndef POOLTOP_TESTS_LINE_FACTS_H
#define POOLTOP_TESTS_LINE_FACTS_H

struct line_facts {
	unsigned long codes, places, wrong;
};

/* One line of it, which is changed. Every second offset of the code is asked for. 0, or -1 if the
 * line is not as lines.py writes it. */
int line_facts_check(char *line, struct line_facts *sum);

#endif
