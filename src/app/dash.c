/* SPDX-License-Identifier: GPL-2.0-only */
#include "app/dash.h"

#include "app/apart.h"
#include "app/view.h"

static int view_side(void *arg, struct source *source, struct err *err)
{
	return view_run(source, arg, err);
}

int dash_run(struct watcher *w, uint32_t pid, struct err *err)
{
	struct view_options vo;
	const struct reader_side viewer = {.run = view_side, .arg = &vo};

	view_options_from(w->o, &vo);
	vo.live = true;
	vo.once_ticks = w->command ? 0 : 2; /* the end; the second tick has rates */
	vo.pid = pid;
	return apart_run(w, &viewer, err);
}
