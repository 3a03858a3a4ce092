/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/commands.h"
#include "app/privileges.h"
#include "export/format.h"
#include "session/session.h"
#include "tape/stream.h"
#include "tape/tape_reader.h"

enum { PIECE = 1 << 16 }; /* bytes between two writes */

struct conversion {
	const struct options *o;
	struct source *source;
	FILE *to;
	struct exporter e;
};

static int unknown_format(const struct options *o, struct err *err)
{
	char names[120] = "";
	size_t len = 0;

	for (unsigned int i = 0; export_formats[i] && len < sizeof(names); i++)
		len += snprintf(names + len, sizeof(names) - len, "%s%s", i ? ", " : "",
			export_formats[i]->name);
	if (!o->format)
		return err_set(err, -EINVAL, ERR_USAGE,
			"export needs to know for what: --format, one of %s", names);
	return err_set(err, -EINVAL, ERR_USAGE, "there is no format `%s`: give one of %s",
		o->format, names);
}

static int open_source(const struct options *o, struct source **ret_source, struct err *err)
{
	if (strcmp(o->args[0], "-"))
		return tape_open(o->args[0], false, ret_source, err);
	*ret_source = stream_reader_new(STDIN_FILENO, err);
	return *ret_source ? 0 : -EIO;
}

static int open_output(const struct options *o, FILE **ret_to, struct err *err)
{
	*ret_to = stdout;
	if (!o->output || !strcmp(o->output, "-"))
		return 0;
	*ret_to = fopen(o->output, "we");
	if (!*ret_to)
		return err_set(
			err, -errno, ERR_FAILED, "cannot write %s: %s", o->output, strerror(errno));
	return 0;
}

static int flush(struct conversion *job, struct err *err)
{
	size_t len = job->e.out.len;

	if (len && fwrite(job->e.out.data, 1, len, job->to) != len)
		return err_set(err, -EIO, ERR_FAILED, "cannot write %s: %s",
			job->o->output ? job->o->output : "to standard output", strerror(errno));
	buf_drop(&job->e.out, len);
	return 0;
}

/* The next frame, waited for where they come through a pipe. */
static int next_frame(struct source *source, const struct frame **ret_frame, struct err *err)
{
	int next;

	while ((next = source_next(source, ret_frame, err)) == SOURCE_LATER) {
		struct pollfd fd = {.fd = source_fd(source), .events = POLLIN};

		if (fd.fd < 0)
			return SOURCE_END;
		poll(&fd, 1, -1);
	}
	return next;
}

static int feed(struct exporter *e, struct session *s, const struct frame *f)
{
	int ret = session_feed(s, f);

	if (!ret)
		ret = export_feed(e, &s->model, f);
	model_forget_past(&s->model);
	return ret;
}

/* What can be read of a damaged recording is exported, and then the damage is told. */
static int convert(struct conversion *job, struct session *s, struct err *err)
{
	const struct frame *f;
	struct err damage = {0};
	int ret = 0, next;

	model_keep_past(&s->model);
	while (!ret && (next = next_frame(job->source, &f, &damage)) == SOURCE_FRAME) {
		ret = feed(&job->e, s, f);
		if (!ret && job->e.out.len >= PIECE)
			ret = flush(job, err);
	}
	if (!ret)
		ret = export_end(&job->e, &s->model);
	if (!ret)
		ret = flush(job, err);
	if (ret == -ENOMEM)
		return err_set(err, ret, ERR_FAILED, "out of memory");
	if (ret)
		return ret;
	if (next < 0)
		return err_set(err, next, damage.class, "%s", damage.text);
	if (!s->model.session.h.kind)
		return err_set(err, -ENODATA, ERR_RECORDING,
			"%s holds nothing: its recorder ended in its first second",
			job->o->args[0]);
	return 0;
}

static int run(struct conversion *job, struct err *err)
{
	struct session s;
	int ret = session_init(&s);

	if (ret)
		return err_set(err, ret, ERR_FAILED, "out of memory");
	export_init(&job->e, export_format_named(job->o->format));
	ret = convert(job, &s, err);
	if (!ret && !job->e.rows)
		fprintf(stderr, "pooltop: there is nothing in %s for %s\n", job->o->args[0],
			job->o->format);
	export_release(&job->e);
	session_release(&s);
	return ret;
}

int cmd_export(const struct options *o, struct err *err)
{
	struct conversion job = {.o = o};
	int ret;

	if (o->args_count != 1)
		return err_set(err, -EINVAL, ERR_USAGE,
			"export takes one recording, or - for a stream: see `pooltop --help`");
	if (!o->format || !export_format_named(o->format))
		return unknown_format(o, err);
	ret = open_source(o, &job.source, err);
	if (!ret)
		ret = privileges_return(err);
	if (!ret)
		ret = open_output(o, &job.to, err);
	if (!ret)
		ret = run(&job, err);
	if (job.to && job.to != stdout && fclose(job.to) && !ret)
		ret = err_set(
			err, -errno, ERR_FAILED, "cannot write %s: %s", o->output, strerror(errno));
	source_free(job.source);
	return ret;
}
