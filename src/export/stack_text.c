/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <inttypes.h>
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

static bool is_eval(const char *function)
{
	static const char name[] = "_PyEval_EvalFrameDefault";

	return !strncmp(function, name, sizeof(name) - 1);
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

/* The machine frames that are shown: all, or what is not of the interpreter and not further out
 * than the last Python frame. */
struct choice {
	bool is_verbose;
	const char *interpreter; /* NULL: not known */
	uint32_t last; /* Python frame */
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

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void put_frame(struct page *out, const struct stack_frame *f)
{
	page_to(out, FUNCTION_COLUMN);
	page_add(out, "%s", f->function ? f->function : "?");
	page_to(out, FILE_COLUMN);
	if (f->is_native)
		page_add(out, "  %s +0x%" PRIx64, f->file ? base_name(f->file) : "?", f->offset);
	else
		page_add(out, "  %s", f->file);
	if (f->line > 0)
		page_add(out, ":%d", f->line);
	page_end(out);
}

static struct choice choose(const struct stack_thread *t, bool is_verbose)
{
	struct choice c = {.is_verbose = is_verbose || !t->count, .last = t->native_count};

	for (uint32_t i = 0; i < t->native_count; i++) {
		const struct stack_frame *f = &t->native[i];

		if (!f->is_native)
			c.last = i;
		else if (f->function && f->file && is_eval(f->function))
			c.interpreter = f->file;
	}
	return c;
}

static bool is_shown(const struct stack_thread *t, uint32_t i, const struct choice *c)
{
	const struct stack_frame *f = &t->native[i];

	if (!f->is_native || c->is_verbose)
		return true;
	return i < c->last && (!f->file || !c->interpreter || strcmp(f->file, c->interpreter) != 0);
}

/* The next machine frame that is shown, at or after the i-th; NULL: there is none. */
static const struct stack_frame *next_shown(
	const struct stack_thread *t, uint32_t *i, const struct choice *c)
{
	while (*i < t->native_count && (!t->native[*i].is_native || !is_shown(t, *i, c)))
		(*i)++;
	return *i < t->native_count ? &t->native[(*i)++] : NULL;
}

/* In the same functions; of what has no name, at the same place. */
static bool is_same_code(const struct stack_frame *a, const struct stack_frame *b)
{
	if (!a || !b)
		return a == b;
	return is_same_text(a->function, b->function) && is_same_text(a->file, b->file) &&
	       (a->function || a->offset == b->offset);
}

static bool shows_same_code(
	const struct stack_thread *a, const struct stack_thread *b, bool is_verbose)
{
	struct choice of_a = choose(a, is_verbose), of_b = choose(b, is_verbose);
	const struct stack_frame *x, *y;
	uint32_t i = 0, k = 0;

	if (a->is_mixed != b->is_mixed)
		return false;
	do {
		x = next_shown(a, &i, &of_a);
		y = next_shown(b, &k, &of_b);
	} while (x && is_same_code(x, y));
	return is_same_code(x, y);
}

static bool shows_code(const struct group *g, uint32_t thread, bool is_verbose)
{
	const struct stack_thread *first = &g->first->threads[thread];
	uint32_t i;

	if (!first->is_mixed && first->count)
		return false; /* it is not known where */
	for (i = 0; i < g->all; i++)
		if (&g->processes[i] != g->first && is_alike(g->first, &g->processes[i]) &&
			!shows_same_code(first, &g->processes[i].threads[thread], is_verbose))
			return false;
	return true;
}

/* Machine code is shown of all that are alike only if they are in the same. */
static void put_frames(struct page *out, const struct group *g, uint32_t thread, bool is_verbose)
{
	const struct stack_thread *t = &g->first->threads[thread];
	struct choice c = choose(t, is_verbose);
	uint32_t i;

	if (shows_code(g, thread, is_verbose)) {
		for (i = 0; i < t->native_count; i++)
			if (is_shown(t, i, &c))
				put_frame(out, &t->native[i]);
		return;
	}
	for (i = 0; i < t->count; i++)
		put_frame(out, &t->frames[i]);
}

static void put_thread(struct page *out, const struct group *g, uint32_t thread, bool is_verbose)
{
	const struct stack_thread *t = &g->first->threads[thread];

	if (g->count == 1)
		page_add(out, "  thread %u (%s)  ", t->tid, t->name);
	else
		page_add(out, "  thread %u of each (%s)  ", thread + 1, t->name);
	put_states(out, g, thread);
	page_end(out);
	put_frames(out, g, thread, is_verbose);
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

static void put_group(struct page *out, const struct group *g, bool is_verbose)
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
		put_thread(out, g, i, is_verbose);
	if (g->first->left_out) {
		page_add(out, "  and %u more threads", g->first->left_out);
		page_end(out);
	}
}

int stack_text(const struct stack_process *processes, uint32_t count, bool is_verbose,
	char **ret_text, size_t *ret_len)
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
		put_group(&out, &g, is_verbose);
	}
	return page_finish(&out, ret_text, ret_len);
}
