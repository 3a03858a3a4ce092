/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "export/page.h"
#include "export/report.h"
#include "export/stack.h"

enum { FUNCTION_COLUMN = 6, FILE_COLUMN = 40, STATE_MAX = 64, STATES = 8, PIDS_SHOWN = 16 };

static bool is_same_text(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static bool has_same_frames(const struct stack_thread *a, const struct stack_thread *b)
{
	uint32_t i;

	if (a->count != b->count || a->is_cut != b->is_cut || a->is_torn != b->is_torn ||
		a->is_python != b->is_python)
		return false;
	for (i = 0; i < a->count; i++)
		if (a->frames[i].line != b->frames[i].line ||
			strcmp(a->frames[i].function, b->frames[i].function) ||
			strcmp(a->frames[i].file, b->frames[i].file))
			return false;
	return true;
}

static bool is_alike(const struct stack_process *a, const struct stack_process *b)
{
	uint32_t i;

	if (a->is_parent || b->is_parent || a->count != b->count || a->left_out != b->left_out ||
		!is_same_text(a->error, b->error) || !is_same_text(a->python, b->python))
		return false;
	for (i = 0; i < a->count; i++)
		if (!has_same_frames(&a->threads[i], &b->threads[i]))
			return false;
	return true;
}

/* What it is doing, in words. */
static void state(const struct stack_thread *t, char ret[static STATE_MAX])
{
	if (t->gil == STACK_GIL_WAITING)
		snprintf(ret, STATE_MAX, "waits for the GIL");
	else if (t->call)
		snprintf(ret, STATE_MAX, "waits in %.32s%s", t->call,
			t->gil == STACK_GIL_HELD ? ", holds the GIL" : "");
	else
		snprintf(ret, STATE_MAX, "%s%s", t->on_cpu ? "runs" : "waits",
			t->gil == STACK_GIL_HELD ? ", holds the GIL" : "");
}

/* Processes that are alike, and what their threads of the same number do. */
struct group {
	const struct stack_process *first;
	const struct stack_process *processes; /* all there are, in which its members are */
	uint32_t all;
	uint32_t count; /* members */
};

struct states {
	char text[STATES][STATE_MAX];
	uint32_t count[STATES];
	uint32_t used;
};

static void add_state(struct states *s, const struct stack_thread *t)
{
	char text[STATE_MAX];
	uint32_t i;

	state(t, text);
	for (i = 0; i < s->used && strcmp(s->text[i], text); i++)
		;
	if (i == STATES)
		return;
	if (i == s->used)
		strcpy(s->text[s->used++], text);
	s->count[i]++;
}

static void put_states(struct page *out, const struct group *g, uint32_t thread)
{
	struct states s = {0};
	uint32_t i;

	for (i = 0; i < g->all; i++)
		if (&g->processes[i] == g->first || is_alike(g->first, &g->processes[i]))
			add_state(&s, &g->processes[i].threads[thread]);
	for (i = 0; i < s.used; i++) {
		page_add(out, "%s", i ? "; " : "");
		if (s.used > 1)
			page_add(out, "%ux ", s.count[i]);
		page_add(out, "%s", s.text[i]);
	}
}

static void put_frame(struct page *out, const struct stack_frame *f)
{
	page_to(out, FUNCTION_COLUMN);
	page_add(out, "%s", f->function);
	page_to(out, FILE_COLUMN);
	page_add(out, "  %s", f->file);
	if (f->line > 0)
		page_add(out, ":%d", f->line);
	page_end(out);
}

static void put_thread(struct page *out, const struct group *g, uint32_t thread)
{
	const struct stack_thread *t = &g->first->threads[thread];
	uint32_t i;

	if (g->count == 1)
		page_add(out, "  thread %u (%s)  ", t->tid, t->name);
	else
		page_add(out, "  thread %u of each (%s)  ", thread + 1, t->name);
	put_states(out, g, thread);
	page_end(out);
	for (i = 0; i < t->count; i++)
		put_frame(out, &t->frames[i]);
	if (t->count)
		page_add(out, "%s", t->is_cut ? "      ... and more" : "");
	else if (t->is_torn)
		page_add(out, "      (changed faster than it could be read)");
	else
		page_add(out, "      (%s)",
			t->is_python ? "in no Python function" : "no Python thread");
	if (!t->count || t->is_cut)
		page_end(out);
}

/* "worker 4301", or "3 workers: 4301 4302 4303". */
static void put_pids(struct page *out, const struct group *g)
{
	uint32_t i, shown = 0;

	if (g->count == 1) {
		page_add(out, "%s %u", g->first->is_parent ? "parent" : "worker", g->first->pid);
		return;
	}
	page_add(out, "%u workers:", g->count);
	for (i = 0; i < g->all && shown < PIDS_SHOWN; i++) {
		if (&g->processes[i] != g->first && !is_alike(g->first, &g->processes[i]))
			continue;
		page_add(out, " %u", g->processes[i].pid);
		shown++;
	}
	if (shown < g->count)
		page_add(out, " ...");
}

static void put_group(struct page *out, const struct group *g)
{
	uint32_t i;

	put_pids(out, g);
	if (g->first->python)
		page_add(out, "  Python %s", g->first->python);
	if (g->first->is_parent && g->first->command)
		page_add(out, "  %s", g->first->command);
	page_end(out);
	if (g->first->error) {
		page_add(out, "  ");
		page_words(out, 2, g->first->error);
		page_end(out);
	}
	for (i = 0; i < g->first->count; i++)
		put_thread(out, g, i);
	if (g->first->left_out) {
		page_add(out, "  and %u more threads", g->first->left_out);
		page_end(out);
	}
}

int stack_text(
	const struct stack_process *processes, uint32_t count, char **ret_text, size_t *ret_len)
{
	struct page out = {.width = REPORT_WIDTH};
	uint32_t i, k;

	for (i = 0; i < count; i++) {
		struct group g = {
			.first = &processes[i], .processes = processes, .all = count, .count = 1};
		bool shown = false;

		for (k = 0; k < i; k++)
			shown |= is_alike(&processes[k], &processes[i]);
		if (shown)
			continue;
		for (k = i + 1; k < count; k++)
			g.count += is_alike(&processes[i], &processes[k]);
		if (i)
			page_end(&out);
		put_group(&out, &g);
	}
	return page_finish(&out, ret_text, ret_len);
}
