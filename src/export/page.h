/* SPDX-License-Identifier: GPL-2.0-only */
/* A page of plain text that is being written: columns, wrapped words, cut lines. What goes wrong
 * (only memory can) is remembered in buf.is_short. */
#ifndef POOLTOP_PAGE_H
#define POOLTOP_PAGE_H

#include "base/buf.h"

/* All zeros, but for width, is an empty page. */
struct page {
	struct buf buf;
	size_t line; /* where the open line starts in buf */
	unsigned int width; /* columns; must be more than any indent that is used */
};

/* Columns that a text takes in a terminal; wide characters take two. */
unsigned int page_columns(const char *text);

/* Adds to the open line. The text has no line ends. */
void page_add(struct page *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Blanks up to a column; none if the line is there already. */
void page_to(struct page *p, unsigned int column);

/* Adds a text that takes `width` columns: padded on the left (right = 1) or on the right, or its
 * end cut off or, for names, where the end says more (tail = 1), its beginning. */
struct page_cell {
	unsigned int width;
	bool right;
	bool tail;
};
void page_cell(struct page *p, const struct page_cell *cell, const char *text);

/* Adds words from where the line is on, and goes on in new lines that begin at `indent`; what is
 * longer than a line is broken. Line ends in the text count as blanks. */
void page_words(struct page *p, unsigned int indent, const char *text);

/* The same of a formatted text. */
void page_say(struct page *p, unsigned int indent, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Adds the text up to the right edge of the page, cut if it does not fit. */
void page_cut(struct page *p, const char *text, size_t len);

/* Ends the line, without blanks at its end. */
void page_end(struct page *p);

/* Hands the text over, to free(), and leaves the page empty. 0 or -ENOMEM. */
int page_finish(struct page *p, char **ret_text, size_t *ret_len);

#endif
