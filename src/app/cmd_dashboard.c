/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>

#include "app/commands.h"
#include "app/dash.h"

int cmd_dashboard(const struct options *o, struct err *err)
{
	struct targets targets;
	struct watcher w = {.o = o, .targets = &targets, .output_fd = -1, .stream_fd = -1};
	int ret;

	if (o->args_count > 1)
		return err_set(err, -EINVAL, ERR_USAGE,
			"give one process id, or none to see all pools: see `pooltop --help`");
	ret = targets_read(o, &targets, err);
	if (ret)
		return ret;
	return dash_run(&w, targets.count ? targets.asked[0] : 0, err);
}
