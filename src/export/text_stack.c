/* SPDX-License-Identifier: GPL-2.0-only */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/fmt.h"
#include "export/facts.h"
#include "export/text.h"

enum {
	PLACES = 10, /* innermost frames that are shown */
	MACHINE = 4, /* and of machine code */
	FUNCTION = 256,
	WHERE = WIRE_TEXT_MAX + 32,
	LEAST = 24, /* columns that a file's name needs */
	WORDS = 6, /* last lines of standard error */
};

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* "function  file:line"; of a long path its end is what tells. */
static void place(struct page *out, const struct model *m, const struct stack_place *p)
{
	const char *file = model_text(m, p->file, "?");
	char where[WHERE], function[FUNCTION];
	unsigned int used;

	snprintf(function, sizeof(function), "%s", model_text(m, p->function, "?"));
	if (p->kind == PLACE_NATIVE)
		snprintf(where, sizeof(where), "%s +0x%llx", base_name(file),
			(unsigned long long)p->offset);
	else if (p->line)
		snprintf(where, sizeof(where), "%s:%u", file, p->line);
	else
		snprintf(where, sizeof(where), "%s", file);
	page_to(out, TEXT_ROW);
	page_add(out, "%s  ", function);
	used = TEXT_ROW + page_columns(function) + 2;
	if (used + page_columns(where) > out->width && used + LEAST > out->width) {
		page_end(out);
		page_to(out, TEXT_ROW + 2);
		used = TEXT_ROW + 2;
	}
	if (used + page_columns(where) > out->width)
		page_cell(
			out, &(struct page_cell){.width = out->width - used, .tail = true}, where);
	else
		page_add(out, "%s", where);
	page_end(out);
}

static void head(struct page *out, const struct death *d, const struct stack *s)
{
	char age[FMT_MAX];

	if (s->flags & STACK_AT_DEATH)
		text_row(out, "it was at");
	else
		text_row(out, "last seen");
	if (s->tid != s->pid)
		page_say(out, TEXT_ROW, "thread %u", s->tid);
	else
		page_say(out, TEXT_ROW, "the main thread");
	if (!(s->flags & STACK_AT_DEATH) && d->t_ns >= s->t_ns)
		page_say(out, TEXT_ROW, ", %s before", fmt_duration(age, d->t_ns - s->t_ns));
	if (s->address)
		page_say(out, TEXT_ROW, ", on touching address 0x%llx",
			(unsigned long long)s->address);
	page_end(out);
}

static void note(struct page *out, const char *text)
{
	if (!text)
		return;
	page_to(out, TEXT_ROW);
	page_words(out, TEXT_ROW, text);
	page_end(out);
}

/* The machine code that the innermost Python frame had called. */
static void machine(struct page *out, const struct model *m, const struct stack *s)
{
	for (uint32_t i = 0; s && i < s->count && s->places[i].kind == PLACE_NATIVE; i++)
		if (i < MACHINE)
			place(out, m, &s->places[i]);
}

void text_stack(struct page *out, const struct model *m, const struct death *d)
{
	const struct stack *native = death_stack(m, d, true);
	const struct stack *s = death_stack(m, d, false);
	uint32_t shown = 0;

	if (!s)
		return;
	head(out, d, s);
	if (native && native->tid == s->tid)
		machine(out, m, native);
	for (; shown < s->count && shown < PLACES; shown++)
		place(out, m, &s->places[shown]);
	if (shown < s->count || s->flags & STACK_MORE) {
		page_to(out, TEXT_ROW);
		page_say(out, TEXT_ROW, "and %u%s further out", s->count - shown,
			s->flags & STACK_MORE ? " or more" : "");
		page_end(out);
	}
	note(out, stack_note(m, s));
}

/* The exception that ended it, and the last lines that it wrote. */
void text_last_words(struct page *out, const struct death *d)
{
	struct exception_said said;
	bool raised = death_exception(d, &said);
	const char *line;

	if (raised) {
		text_row(out, "raised");
		page_say(out, TEXT_ROW, "%s%s%s", said.type, *said.message ? ": " : "",
			said.message);
		page_end(out);
	}
	if (raised && *said.function) {
		page_to(out, TEXT_ROW);
		page_say(out, TEXT_ROW, "in %s, %s:%" PRIu32, said.function, said.file, said.line);
		page_end(out);
	}
	if (!d->stderr_tail || !*d->stderr_tail)
		return;
	text_row(out, "it wrote");
	line = text_last_lines(d->stderr_tail, WORDS);
	for (bool first = true; *line; first = false) {
		size_t len = strcspn(line, "\n");

		if (!first)
			page_to(out, TEXT_ROW);
		page_cut(out, line, len);
		page_end(out);
		line += len + (line[len] == '\n');
	}
}
