/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <string.h>

#include "base/fmt.h"
#include "export/text.h"

enum { FUNCTIONS = 10 };

/* Less than this is no answer to where the time goes. */
#define LEAST_SHARE 0.005

static void row(struct page *out, const struct model *m, const struct hot *h)
{
	static const struct page_cell share = {.width = 6, .right = true};
	static const struct page_cell name = {.width = 36, .tail = true};
	struct page_cell where = {.width = out->width - 48, .tail = true};
	const char *file = model_text(m, h->file, "?");
	char buf[FMT_MAX], at[512];

	page_add(out, "  ");
	page_cell(out, &share, fmt_percent(buf, h->share));
	page_add(out, "  ");
	page_cell(out, &name, model_text(m, h->function, "(not known)"));
	page_add(out, "  ");
	if (h->line)
		snprintf(at, sizeof(at), "%s:%u", file, h->line);
	else
		snprintf(at, sizeof(at), "%s", file);
	page_cell(out, &where, at);
	page_end(out);
}

/* It runs wherever objects are made: so its time is part of the functions' above too. */
static void collector(struct page *out, const struct profile *f)
{
	double share = f->gc_known_ns ? (double)f->gc_ns / (double)f->gc_known_ns : 0;
	char buf[FMT_MAX];

	if (share < LEAST_SHARE)
		return;
	page_add(out, "  of all their time in Python, %s went to the garbage collector",
		fmt_percent(buf, share));
	page_end(out);
}

void text_hot(struct page *out, const struct model *m, const struct pool *p)
{
	struct hot list[FUNCTIONS];
	uint32_t count = pool_hot(m, p, HOT_FUNCTIONS, list, FUNCTIONS);

	if (!count)
		return;
	text_title(out, "Hot functions of the tasks, by their own time on a core");
	for (uint32_t i = 0; i < count && list[i].share >= LEAST_SHARE; i++)
		row(out, m, &list[i]);
	collector(out, &p->profile);
}
