/* SPDX-License-Identifier: GPL-2.0-only */
/* The last that a worker wrote to standard error, and the exception it tells of. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/text.h"
#include "model/inside.h"

int apply_stderr(struct model *m, const struct frame *frame)
{
	const struct frame_stderr *f = (const struct frame_stderr *)frame;
	struct proc *p = model_find_proc(m, frame->pid);
	uint32_t skip = f->len > MODEL_STDERR ? f->len - MODEL_STDERR : 0;
	char *text;

	if (!p) {
		m->dropped.orphan_frames++;
		return 0;
	}
	text = text_clean_dup(f->text + skip, f->len - skip, MODEL_STDERR, 1);
	if (!text)
		return -ENOMEM;
	free(p->stderr_tail);
	p->stderr_tail = text;
	return 0;
}

static const char *next_line(const char *line)
{
	line += strcspn(line, "\n");
	return *line ? line + 1 : line;
}

/* What follows the last line of the last traceback: CPython writes frames, their code and marks
 * under it with two blanks in front, and the exception without. */
static const char *after_traceback(const char *text)
{
	const char *found = NULL;

	for (const char *line = text; *line; line = next_line(line))
		if (!strncmp(line, "  File \"", 8))
			found = line;
	while (found && *found == ' ')
		found = next_line(found);
	return found && *found ? found : NULL;
}

static size_t type_len(const char *line)
{
	size_t len = 0;

	while (isalnum((unsigned char)line[len]) || line[len] == '_' || line[len] == '.')
		len++;
	return len;
}

bool death_exception(const struct death *d, struct exception_said *ret)
{
	bool by_itself = d->end == END_EXIT && d->status_known && WIFEXITED((int)d->status);
	const char *said = by_itself && d->stderr_tail ? after_traceback(d->stderr_tail) : NULL;
	size_t len = said ? type_len(said) : 0;
	size_t message;

	if (!len || len >= sizeof(ret->type) || !strchr(":\n", said[len]))
		return false;
	text_clean(ret->type, sizeof(ret->type), said, len, 0);
	said += len;
	if (*said == ':')
		said += 1 + (said[1] == ' ');
	message = strlen(said);
	while (message && said[message - 1] == '\n')
		message--;
	text_clean(ret->message, sizeof(ret->message), said, message, 1);
	return true;
}
