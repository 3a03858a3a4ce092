/* SPDX-License-Identifier: GPL-2.0-only */
#include "app/commands.h"
#include "app/watcher.h"

int cmd_record(const struct options *o, struct err *err)
{
	struct watcher w = {.o = o,
		.records = true,
		.command = watcher_command(o),
		.output_fd = -1,
		.stream_fd = -1};
	struct targets targets;
	int ret = w.command ? 0 : targets_read(o, &targets, err);
	int status = 0;

	w.targets = &targets;
	if (!ret)
		ret = watcher_run(&w, &status, err);
	return ret ? ret : status;
}
