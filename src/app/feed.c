/* SPDX-License-Identifier: GPL-2.0-only */
#include "app/feed.h"

#include <errno.h>

#include "tape/tape_reader.h"

int feed_all(struct source *source, struct session *session, struct err *err)
{
	const struct frame *f;
	int next;

	while ((next = source_next(source, &f, err)) == SOURCE_FRAME)
		if (session_feed(session, f))
			return err_set(err, -ENOMEM, ERR_FAILED, "out of memory");
	return next < 0 ? next : 0;
}

bool feed_seek(struct source *source, struct tape_reach reach, struct session *session)
{
	struct model model;

	if (tape_seek(source, reach, &model))
		return false;
	session_release(session);
	session->model = model;
	return true;
}

int feed_end(struct source *source, struct session *session, struct err *err)
{
	feed_seek(source, (struct tape_reach){.before_ns = UINT64_MAX}, session);
	return feed_all(source, session, err);
}
