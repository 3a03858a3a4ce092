/* SPDX-License-Identifier: GPL-2.0-only */
/* What each trap means, how it is measured and what to do, with code before and after. */
#ifndef POOLTOP_TRAP_PAGES_H
#define POOLTOP_TRAP_PAGES_H

#include <stddef.h>

enum trap_page_kind { TRAP_PAGE_TITLE = 1, TRAP_PAGE_TEXT, TRAP_PAGE_CODE };

struct trap_page_line {
	enum trap_page_kind kind; /* 0: behind the last */
	const char *text;
};

/* NULL: there is no such trap. Constant. */
const struct trap_page_line *trap_page(const char *id);

#endif
