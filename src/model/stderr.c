/* SPDX-License-Identifier: GPL-2.0-only */
/* The last that a worker wrote to standard error. */
#include <errno.h>
#include <stdlib.h>

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
