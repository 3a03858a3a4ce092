/* SPDX-License-Identifier: GPL-2.0-only */
#include "ui/state.h"

#include <stdarg.h>
#include <stdio.h>

#include "ui/view.h"

void ui_state_init(struct ui_state *s, int columns, int rows)
{
	*s = (struct ui_state){.columns = columns, .rows = rows, .speed = 1};
	s->place[0].view = views[0];
}

const struct pool *ui_pool(const struct model *m, const struct ui_state *s)
{
	return s->pool ? model_pool(m, s->pool) : NULL;
}

static const struct pool *only_living(const struct model *m)
{
	const struct pool *only = NULL;

	for (uint32_t i = 0; i < m->pools_count; i++) {
		if (m->pools[i].state == POOL_GONE)
			continue;
		if (only)
			return NULL;
		only = &m->pools[i];
	}
	return only;
}

/* A program that makes one pool after another is followed from pool to pool. */
static const struct pool *successor(const struct model *m, const struct pool *gone)
{
	const struct pool *p = only_living(m);

	return p && p->pid == gone->pid && p->parent_start_ns == gone->parent_start_ns ? p : NULL;
}

static const struct pool *choose(const struct model *m, const struct ui_state *s)
{
	if (s->pid)
		return model_pool_of(m, s->pid);
	return m->pools_count == 1 ? &m->pools[0] : only_living(m);
}

void ui_ensure(const struct model *m, struct ui_state *s)
{
	if (m->pools_count && !ui_pool(m, s) && ui_here(s)->view->needs_pool)
		ui_open(s, &view_pools, 0);
}

void ui_follow(const struct model *m, struct ui_state *s)
{
	const struct pool *now = ui_pool(m, s);
	const struct pool *next;

	if (!now) {
		next = choose(m, s);
		s->pool = next ? next->id : 0;
		s->is_pinned = false;
		if (next && ui_here(s)->view == &view_pools)
			ui_back(s); /* the list was only shown for want of a pool */
	} else if (!s->is_pinned && !s->depth && now->state == POOL_GONE) {
		next = successor(m, now);
		s->pool = next ? next->id : s->pool;
	}
	ui_ensure(m, s);
}

void ui_choose(struct ui_state *s, uint32_t pool)
{
	s->pool = pool;
	s->is_pinned = true;
}

const struct table_state *ui_table(const struct ui_state *s, const struct table *t)
{
	static const struct table_state untouched;

	for (unsigned int i = 0; i < s->tables_count; i++)
		if (s->tables[i].table == t)
			return &s->tables[i];
	return &untouched;
}

struct table_state *ui_table_edit(struct ui_state *s, const struct table *t)
{
	unsigned int i = 0;

	while (i < s->tables_count && s->tables[i].table != t)
		i++;
	if (i == UI_TABLES) /* more tables than places: the last is shared */
		i--;
	if (i == s->tables_count)
		s->tables_count++;
	if (s->tables[i].table != t)
		s->tables[i] = (struct table_state){.table = t};
	return &s->tables[i];
}

void ui_go(struct ui_state *s, const struct view *view)
{
	s->depth = 0;
	s->place[0] = (struct ui_place){.view = view};
}

void ui_open(struct ui_state *s, const struct view *view, uint64_t subject)
{
	if (s->depth + 1 < UI_DEPTH)
		s->depth++;
	s->place[s->depth] = (struct ui_place){.view = view, .subject = subject};
}

bool ui_back(struct ui_state *s)
{
	if (s->depth) {
		s->depth--;
		return true;
	}
	if (ui_here(s)->view == views[0])
		return false;
	ui_go(s, views[0]);
	return true;
}

void ui_say(struct ui_state *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(s->message, sizeof(s->message), fmt, ap);
	va_end(ap);
}
