/* SPDX-License-Identifier: GPL-2.0-only */
#include "app/feed.h"

#include <errno.h>

int feed_all(struct source *source, struct session *session, struct err *err)
{
	const struct frame *f;
	int next;

	while ((next = source_next(source, &f, err)) == SOURCE_FRAME)
		if (session_feed(session, f))
			return err_set(err, -ENOMEM, ERR_FAILED, "out of memory");
	return next < 0 ? next : 0;
}
