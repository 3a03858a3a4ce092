/* SPDX-License-Identifier: GPL-2.0-only */
/* Why a pool does not move, what each of its processes waits in; and when it did not before. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/fmt.h"
#include "export/text.h"

enum { WORKERS = 12 /* that are listed one by one */, THREADS = 6 /* of one process */ };

enum { PLACES = 6 /* innermost frames of its main thread */, PLACE_MAX = 256 };

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* "in take (etl.py:17), called by mapstar (pool.py:48), worker (pool.py:125)" */
static void stack(struct page *out, const struct model *m, const struct stack *s)
{
	struct buf words = {0};

	if (!s || !s->count)
		return;
	for (uint32_t i = 0; i < s->count && i < PLACES; i++) {
		const struct stack_place *f = &s->places[i];

		buf_printf(&words, "%s%.120s (%.100s:%" PRIu32 ")",
			i == 1	? ", called by "
			: i > 1 ? ", "
				: "in ",
			model_text(m, f->function, "?"), base_name(model_text(m, f->file, "?")),
			f->line);
	}
	page_to(out, TEXT_INDENT);
	page_words(out, TEXT_ROW, words.data ? words.data : "");
	page_end(out);
	out->buf.is_short |= words.is_short;
	buf_release(&words);
}

static void thread(struct page *out, const struct model *m, const struct pool *p,
	const struct worker *w, const struct frame_wait *f)
{
	char words[WAIT_WORDS], since[FMT_MAX], name[WIRE_COMM + FMT_MAX] = "";

	if (f->tid != (w ? w->pid : p->pid))
		snprintf(name, sizeof(name), "%s [%u] ", f->comm, f->tid);
	page_to(out, TEXT_INDENT);
	if (f->wait_for == WAIT_NONE)
		page_say(out, TEXT_ROW, "%sruns", name);
	else
		page_say(out, TEXT_ROW, "%swaits for %s, since %s%s", name,
			wait_words(words, p, w, f),
			fmt_wall(since, model_wall_ns(m, f->since_ns), 0),
			f->flags & WAIT_TIMED ? ", for a time" : "");
	page_end(out);
}

static void threads(
	struct page *out, const struct model *m, const struct pool *p, const struct worker *w)
{
	const struct proc *proc = model_proc(m, w ? w->pid : p->pid);
	uint32_t count = 0;
	const struct frame_wait *waits = proc ? proc_waits(proc, &count) : NULL;

	for (uint32_t i = 0; i < count && i < THREADS; i++) {
		thread(out, m, p, w, &waits[i]);
		if (!i)
			stack(out, m, proc_stack(m, proc, proc->pid));
	}
	if (count > THREADS) {
		page_to(out, TEXT_INDENT);
		page_add(out, "and %u more threads", waits[0].threads - THREADS);
		page_end(out);
	}
	if (!count) {
		page_to(out, TEXT_INDENT);
		page_add(
			out, "%s", w ? worker_state_name(w->state) : "moves, or was not looked at");
		page_end(out);
	}
}

static bool any_waits(const struct model *m, const struct pool *p)
{
	const struct proc *proc = model_proc(m, p->pid);
	uint32_t count = 0;
	bool any = proc && proc_waits(proc, &count);

	for (uint32_t i = 0; i < p->workers_count && !any; i++) {
		proc = p->workers[i].ended_ns ? NULL : model_proc(m, p->workers[i].pid);
		any = proc && proc_waits(proc, &count);
	}
	return any;
}

static void processes(struct page *out, const struct model *m, const struct pool *p)
{
	uint32_t shown = 0;

	page_add(out, "   %7u ", p->pid);
	threads(out, m, p, NULL);
	for (uint32_t i = 0; i < p->workers_count; i++) {
		const struct worker *w = &p->workers[i];

		if (w->ended_ns || shown++ >= WORKERS)
			continue;
		page_add(out, "   %7u ", w->pid);
		threads(out, m, p, w);
	}
	if (shown > WORKERS) {
		page_add(out, "   and %u more workers", shown - WORKERS);
		page_end(out);
	}
}

static void now(struct page *out, const struct model *m, const struct pool *p)
{
	char wall[FMT_MAX];

	page_to(out, 1);
	page_say(out, 1, "stalled (%s) since %s: %s", p->stall.reason,
		fmt_wall(wall, model_wall_ns(m, p->stall.since_ns), 0), p->stall.text);
	page_end(out);
	if (any_waits(m, p))
		processes(out, m, p);
}

void text_stall(struct page *out, const struct model *m, const struct pool *p)
{
	char wall[FMT_MAX], lasted[FMT_MAX];

	for (uint32_t i = 0; i < p->stalls_count; i++) {
		const struct stall *s = &p->stalls[i];

		page_to(out, 1);
		page_say(out, 1, "was stalled (%s) from %s on for %s: %s", s->reason,
			fmt_wall(wall, model_wall_ns(m, s->since_ns), 0),
			fmt_duration(
				lasted, s->until_ns > s->since_ns ? s->until_ns - s->since_ns : 0),
			s->text);
		page_end(out);
	}
	if (p->stall.reason)
		now(out, m, p);
}
