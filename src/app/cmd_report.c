/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/commands.h"
#include "app/feed.h"
#include "app/watcher.h"
#include "config.h"
#include "export/report.h"
#include "tape/tape_reader.h"

static int print_report(const struct options *o, const struct model *m, struct err *err)
{
	char *text = NULL;
	size_t len;
	int ret = o->json ? report_json(m, &text, &len) : report_text(m, &text, &len);

	if (ret)
		return err_set(err, ret, ERR_FAILED, "out of memory");
	fwrite(text, 1, len, stdout);
	free(text);
	return 0;
}

/* What can be read of a damaged recording is reported, and then the damage. */
static int report_file(const struct options *o, struct session *s, struct err *err)
{
	struct source *source;
	int ret = tape_open(o->args[0], false, &source, err), printed;

	if (ret)
		return ret;
	ret = feed_end(source, s, err);
	source_free(source);
	if (!ret && !s->model.session.h.kind)
		return err_set(err, -ENODATA, ERR_RECORDING,
			"%s holds nothing: its recorder ended in its first second", o->args[0]);
	printed = s->model.session.h.kind ? print_report(o, &s->model, ret ? NULL : err) : 0;
	return ret ? ret : printed;
}

static int report_pid(const struct options *o, struct session *s, struct err *err)
{
#ifdef HAVE_LIVE
	enum { DEFAULT_S = 5 };
	struct options own = *o;
	struct targets targets;
	struct watcher w = {
		.o = &own, .targets = &targets, .session = s, .output_fd = -1, .stream_fd = -1};
	int ret = targets_read(o, &targets, err), status;

	if (!own.duration_ns)
		own.duration_ns = DEFAULT_S * 1000000000ull;
	if (!ret)
		ret = watcher_run(&w, &status, err);
	if (!ret && !s->model.pools_count)
		ret = err_set(err, -ESRCH, ERR_NO_TARGET,
			"process %s gave no work to its children, so that it showed no pool: watch "
			"it longer with --duration, or see `pooltop list`",
			o->args[0]);
	return ret ? ret : print_report(o, &s->model, err);
#else
	(void)s;
	return err_set(err, -ENOSYS, ERR_FAILED,
		"this pooltop was built without the watcher: it reports on recordings, not on %s",
		o->args[0]);
#endif
}

int cmd_report(const struct options *o, struct err *err)
{
	struct session s;
	bool is_pid;
	int ret;

	if (o->args_count != 1)
		return err_set(err, -EINVAL, ERR_USAGE,
			"report takes one recording or one process id: see `pooltop --help`");
	is_pid = strspn(o->args[0], "0123456789") == strlen(o->args[0]) && access(o->args[0], F_OK);
	ret = session_init(&s);
	if (ret)
		return err_set(err, ret, ERR_FAILED, "out of memory");
	ret = is_pid ? report_pid(o, &s, err) : report_file(o, &s, err);
	session_release(&s);
	return ret;
}
