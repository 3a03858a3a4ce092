/* SPDX-License-Identifier: GPL-2.0-only */
/* What one process does now: the thread that was chosen first, then its others. */
#include <inttypes.h>

#include "base/buf.h"
#include "ui/show.h"
#include "ui/stack_fold.h"
#include "ui/stack_sheet.h"

/* Whose stacks are the same, line by line. */
static void draw_same(
	const struct model *m, const struct pool *p, const struct stack *s, struct sheet *sheet)
{
	const struct stack *other;
	struct buf pids = {0};
	uint32_t at = 0;

	while ((other = stack_next_same(m, p, s, &at)))
		buf_printf(&pids, " %" PRIu32, other->pid);
	if (pids.data)
		sheet_field(sheet, "the same in", STYLE_TEXT, "%s", pids.data + 1);
	buf_release(&pids);
}

static void sheet(const struct model *m, const struct ui_state *s, struct sheet *sheet)
{
	uint32_t pid = (uint32_t)(ui_here(s)->subject >> 32), tid = (uint32_t)ui_here(s)->subject;
	const struct proc *p = model_proc(m, pid);
	const struct stack *chosen = p ? proc_stack(m, p, tid) : NULL, *other;

	if (!p) {
		sheet_title(sheet, "This process is gone: Esc goes back");
		return;
	}
	if (chosen) {
		stack_sheet_now(m, chosen, sheet);
		if (ui_pool(m, s))
			draw_same(m, ui_pool(m, s), chosen, sheet);
	} else {
		sheet_title(sheet, "This thread is in no Python function now");
	}
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
