/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "app/commands.h"
#include "app/privileges.h"
#include "app/view.h"
#include "tape/stream.h"
#include "tape/tape_reader.h"

int cmd_replay(const struct options *o, struct err *err)
{
	struct view_options vo = {0};
	struct source *source = NULL;
	struct tape_info info;
	int ret = 0;

	if (o->args_count != 1)
		return err_set(err, -EINVAL, ERR_USAGE,
			"replay takes one recording, or - for a stream: see `pooltop --help`");
	view_options_from(o, &vo);
	if (!strcmp(o->args[0], "-")) {
		source = stream_reader_new(STDIN_FILENO, err);
		vo.live = true; /* it comes as it happens */
		ret = source ? 0 : -EIO;
	} else {
		ret = tape_open(o->args[0], !o->once, &source, err);
		if (!ret && !tape_info(source, &info, NULL))
			vo.until_ns = info.last_ns;
	}
	if (!ret)
		ret = privileges_drop(err);
	if (!ret)
		ret = view_run(source, &vo, err);
	source_free(source);
	return ret;
}
