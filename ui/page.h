/* SPDX-License-Identifier: GPL-2.0-only */
/* A page as a whole and as text, however little of it the screen shows: what `e` writes. */
#ifndef POOLTOP_PAGE_H
#define POOLTOP_PAGE_H

#include "base/buf.h"
#include "ui/state.h"

struct glyphs;

struct page_text {
	struct buf text; /* buf_release() it */
	const char *view; /* constant: its name */
};

/* There is such a page: the one that is shown, or that Enter would open. */
bool page_is_there(const struct model *m, const struct ui_state *s);

/* 0, -ENOENT: no row is there to open, or it opens no page; or -ENOMEM. */
int page_text(const struct model *m, const struct ui_state *s, const struct glyphs *glyphs,
	struct page_text *ret);

#endif
