/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The exception that ended a worker, as it wrote it to standard error. An exception that nobody
 * catches passes BaseProcess._bootstrap() last, so the first frame of its traceback is there, or,
 * where the process had not come so far yet, in the code that starts it. A traceback that begins
 * elsewhere was written of one that was survived.
 * (CPython 3.6 to 3.13: Lib/multiprocessing/process.py and spawn.py, Lib/traceback.py.)
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/text.h"
#include "model/inside.h"

#define TRACEBACK "Traceback (most recent call last):\n"
#define FRAME "  File \""

struct style {
	const char *head;
	const char *prefix; /* of each of its lines below the head */
};

/* What is found of one, as pointers into the text. */
struct found {
	const char *begin;
	const char *prefix;
	const char *frame; /* the innermost that names a function; NULL: none */
	const char *said; /* "Type: message" */
	const char *end;
};

static bool begins(const char *line, const char *with)
{
	return !strncmp(line, with, strlen(with));
}

static const char *next_line(const char *line)
{
	line += strcspn(line, "\n");
	return *line ? line + 1 : line;
}

/* The line holds these words; at_end: they are its last. */
static bool line_has(const char *line, const char *words, bool at_end)
{
	size_t len = strcspn(line, "\n"), size = strlen(words);

	for (size_t at = at_end && len > size ? len - size : 0; at + size <= len; at++)
		if (!memcmp(line + at, words, size))
			return true;
	return false;
}

static bool is_outermost(const char *frame)
{
	static const char *const starters[] = {
		"\"<string>\"", "runpy>\"", "/runpy.py\"", "/forkserver.py\"", NULL};

	if (!begins(frame, FRAME))
		return false;
	if (line_has(frame, ", in _bootstrap", true))
		return true;
	for (unsigned int i = 0; starters[i]; i++)
		if (line_has(frame, starters[i], false))
			return true;
	return false;
}

/* "Process ForkPoolWorker-1:" */
static bool is_last_word(const char *line)
{
	return line && begins(line, "Process ") && line_has(line, ":", true);
}

/* The last traceback of what ended it; of one whose head is not kept any more what there is. */
static bool find_traceback(const char *text, struct found *ret)
{
	static const struct style styles[] = {
		{TRACEBACK, ""},
		{"  + Exception Group " TRACEBACK, "  | "},
	};
	const char *first = NULL, *before = NULL;
	bool has_head = false;

	*ret = (struct found){.prefix = ""};
	for (const char *line = text; *line; before = line, line = next_line(line)) {
		if (!first && begins(line, FRAME))
			first = line;
		for (unsigned int i = 0; i < 2; i++) {
			const char *below = next_line(line);

			if (!begins(line, styles[i].head))
				continue;
			has_head = true;
			if (is_last_word(before) ||
				(begins(below, styles[i].prefix) &&
					is_outermost(below + strlen(styles[i].prefix))))
				*ret = (struct found){.begin = line, .prefix = styles[i].prefix};
		}
	}
	if (!has_head)
		ret->begin = first;
	return ret->begin;
}

/*
 * CPython writes frames, their code and marks under it with two blanks in front, and the exception
 * without. Where the middle of a long write is missing, what follows is a traceback's if a frame
 * comes before the exception.
 */
static bool find_said(struct found *f)
{
	const char *line = begins(f->begin, FRAME) ? f->begin : next_line(f->begin);
	bool is_cut = false;

	for (; *line; line = next_line(line)) {
		const char *inner;

		if (begins(line, STDERR_CUT)) {
			line = next_line(line); /* and the rest of the one after it */
			is_cut = true;
			continue;
		}
		if (!begins(line, f->prefix))
			return false;
		inner = line + strlen(f->prefix);
		if (begins(inner, FRAME)) {
			is_cut = false;
			f->frame = line_has(inner, ", in ", false) ? inner : f->frame;
		} else if (*inner != ' ') {
			f->said = inner;
			return !is_cut;
		}
	}
	return false;
}

/* A message may have lines; these are others' words. */
static bool is_foreign(const char *line)
{
	static const char *const words[] = {
		"Exception in thread ", "Exception ignored ", "[INFO/", "[DEBUG/", NULL};

	for (unsigned int i = 0; words[i]; i++)
		if (begins(line, words[i]))
			return true;
	return false;
}

static size_t type_len(const char *line)
{
	size_t len = 0;

	while (isalnum((unsigned char)line[len]) || (unsigned char)line[len] >= 0x80 ||
		(line[len] && strchr("_.<>\\", line[len])))
		len++;
	return len;
}

/* Of the main program's own, which is imported under another name where it runs again, Python
 * writes no module. */
static bool take_type(struct found *f, struct exception_said *ret)
{
	static const char again[] = "__mp_main__.";
	const char *type = f->said + (begins(f->said, again) ? sizeof(again) - 1 : 0);
	size_t len = type_len(type);

	if (!len || len >= sizeof(ret->type) || !strchr(":\n", type[len]))
		return false;
	text_clean(ret->type, sizeof(ret->type), type, len, 0);
	f->end = type + len;
	return true;
}

static void take_message(struct found *f, struct exception_said *ret)
{
	char raw[sizeof(ret->message) + 8];
	size_t used = 0, prefix = strlen(f->prefix);
	const char *from = f->end;

	if (*from == ':')
		from += 1 + (from[1] == ' ');
	while (*from) {
		size_t len = (size_t)(next_line(from) - from), room = sizeof(raw) - used;

		memcpy(raw + used, from, len < room ? len : room);
		used += len < room ? len : room;
		f->end = from + len;
		from += len;
		if (!begins(from, f->prefix) || is_foreign(from))
			break;
		from += prefix;
	}
	while (used && raw[used - 1] == '\n')
		used--;
	text_clean(ret->message, sizeof(ret->message), raw, used, 1);
}

/* '  File "/srv/job.py", line 7, in work' */
static void take_place(const struct found *f, struct exception_said *ret)
{
	static const char line_is[] = "\", line ", in_is[] = ", in ";
	const char *path = f->frame ? f->frame + strlen(FRAME) : NULL;
	size_t len = path ? strcspn(path, "\n") : 0, at = 0;
	char *after;

	for (size_t i = 0; i + sizeof(line_is) - 1 <= len; i++)
		if (begins(path + i, line_is))
			at = i;
	if (!at)
		return;
	ret->line = (uint32_t)strtoul(path + at + sizeof(line_is) - 1, &after, 10);
	if (!begins(after, in_is))
		return;
	after += sizeof(in_is) - 1;
	text_clean(ret->file, sizeof(ret->file), path, at, 0);
	text_clean(ret->function, sizeof(ret->function), after, strcspn(after, "\n"), 0);
}

bool death_exception(const struct death *d, struct exception_said *ret)
{
	bool by_itself = d->end == END_EXIT && d->status_known && WIFEXITED((int)d->status) &&
			 WEXITSTATUS((int)d->status) == 1;
	struct exception_said said = {0};
	struct found f;

	if (!by_itself || !d->stderr_tail || !find_traceback(d->stderr_tail, &f) ||
		!find_said(&f) || !take_type(&f, &said))
		return false;
	take_message(&f, &said);
	take_place(&f, &said);
	said.text_at = (uint32_t)(f.begin - d->stderr_tail);
	said.text_len = (uint32_t)(f.end - f.begin);
	*ret = said;
	return true;
}
