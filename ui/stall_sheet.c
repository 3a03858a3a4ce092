/* SPDX-License-Identifier: GPL-2.0-only */
#include "ui/stall_sheet.h"

#include <inttypes.h>
#include <stdio.h>

#include "ui/show.h"
#include "ui/stack_sheet.h"

enum { PID_AT = 3, ROLE_AT = 12, FOR_AT = 21, WORDS_AT = 31, THREAD_AT = 12, STACK_AT = 31 };
enum { PLACES = 6 /* innermost frames of the main thread */ };

static void put_at(struct pen line, int at, int end, enum style style, const char *text)
{
	pen_skip(&line, at);
	if (end && line.end > end)
		line.end = end;
	pen_fit(&line, style, text);
}

static void put_wait(const struct model *m, const struct pool *p, const struct worker *w,
	const struct frame_wait *f, struct pen line)
{
	char words[WAIT_WORDS], text[WAIT_WORDS + 32], since[FMT_MAX];
	bool runs = f->wait_for == WAIT_NONE;

	put_at(line, FOR_AT, WORDS_AT - 1, STYLE_NUMBER,
		runs ? "-"
		     : show_duration(since, f->since_ns <= m->now_ns, m->now_ns - f->since_ns));
	snprintf(text, sizeof(text), "%s%s", wait_words(words, p, w, f),
		f->flags & WAIT_TIMED ? " (for a time)" : "");
	put_at(line, WORDS_AT, 0, STYLE_TEXT, text);
}

static void draw_process(
	const struct model *m, const struct pool *p, const struct worker *w, struct sheet *sheet)
{
	const struct proc *proc = model_proc(m, w ? w->pid : p->pid);
	uint32_t count = 0;
	const struct frame_wait *waits = proc ? proc_waits(proc, &count) : NULL;
	struct pen line = sheet_pen(sheet);
	char text[48];

	snprintf(text, sizeof(text), "%" PRIu32, w ? w->pid : p->pid);
	put_at(line, PID_AT, ROLE_AT - 1, STYLE_TITLE, text);
	put_at(line, ROLE_AT, FOR_AT - 1, STYLE_TEXT, w ? worker_state_name(w->state) : "parent");
	if (count)
		put_wait(m, p, w, &waits[0], line);
	else
		put_at(line, WORDS_AT, 0, STYLE_DIM, "it moves, or could not be looked at");
	if (proc && proc_stack(m, proc, proc->pid))
		stack_sheet_inner(m, proc_stack(m, proc, proc->pid), PLACES, STACK_AT, sheet);
	for (uint32_t i = 1; i < count; i++) {
		line = sheet_pen(sheet);
		put_at(line, THREAD_AT, FOR_AT - 1, STYLE_DIM, waits[i].comm);
		put_wait(m, p, w, &waits[i], line);
	}
	if (count && waits[0].threads > count) {
		snprintf(text, sizeof(text), "and %" PRIu32 " more threads",
			waits[0].threads - count);
		line = sheet_pen(sheet);
		put_at(line, THREAD_AT, 0, STYLE_DIM, text);
	}
}

void stall_sheet(const struct model *m, const struct pool *p, struct sheet *sheet)
{
	struct pen line;

	sheet_blank(sheet);
	sheet_title(sheet, "What each process waits for");
	line = sheet_pen(sheet);
	put_at(line, PID_AT, ROLE_AT - 1, STYLE_DIM, "PID");
	put_at(line, ROLE_AT, FOR_AT - 1, STYLE_DIM, "state");
	put_at(line, FOR_AT, WORDS_AT - 1, STYLE_DIM, "for");
	put_at(line, WORDS_AT, 0, STYLE_DIM, "it waits for");
	draw_process(m, p, NULL, sheet);
	for (uint32_t i = 0; i < p->workers_count; i++)
		if (!p->workers[i].ended_ns)
			draw_process(m, p, &p->workers[i], sheet);
}
