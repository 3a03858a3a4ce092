/* SPDX-License-Identifier: GPL-2.0-only */
/* What one process does now: the thread that was chosen first, then its others. */
#include <inttypes.h>

#include "ui/show.h"
#include "ui/stack_sheet.h"

static void sheet(const struct model *m, const struct ui_state *s, struct sheet *sheet)
{
	uint32_t pid = (uint32_t)(ui_here(s)->subject >> 32), tid = (uint32_t)ui_here(s)->subject;
	const struct proc *p = model_proc(m, pid);
	const struct stack *chosen = p ? proc_stack(m, p, tid) : NULL, *other;

	if (!p) {
		sheet_title(sheet, "This process is gone: Esc goes back");
		return;
	}
	if (chosen)
		stack_sheet_now(m, chosen, sheet);
	else
		sheet_title(sheet, "This thread is in no Python function now");
	for (uint32_t n = 0; (other = proc_stack_nth(m, p, n)); n++)
		if (other != chosen)
			stack_sheet_now(m, other, sheet);
}

const struct view view_stack = {
	.name = "stack",
	.title = "Stack",
	.about = "the whole Python stacks of one process, line by line",
	.needs_pool = true,
	.draw = sheet_draw,
	.act = sheet_act,
	.sheet = sheet,
};
