/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/commands.h"
#include "app/snapshot.h"
#include "app/target.h"

static int print(const struct options *o, const struct snapshot *s, struct err *err)
{
	char *text = NULL;
	size_t len;
	int ret = o->json ? stack_json(s->processes, s->count, &text, &len)
			  : stack_text(s->processes, s->count, o->verbose, &text, &len);

	if (ret)
		return err_set(err, ret, ERR_FAILED, "out of memory");
	fwrite(text, 1, len, stdout);
	free(text);
	return 0;
}

int cmd_stack(const struct options *o, struct err *err)
{
	struct targets targets;
	struct session session;
	struct snapshot stacks;
	int ret;

	if (o->args_count != 1)
		return err_set(err, -EINVAL, ERR_USAGE,
			"stack takes one process id, of a pool's parent or worker: see `pooltop "
			"list`");
	ret = targets_read(o, &targets, err);
	if (!ret)
		ret = glance(targets.pids[0], 0, &session, err);
	if (ret)
		return ret;
	ret = snapshot_read(&session.model, targets.asked[0], &stacks, err);
	if (!ret) {
		ret = print(o, &stacks, err);
		snapshot_release(&stacks);
	}
	session_release(&session);
	return ret;
}
