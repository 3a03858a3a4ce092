/* SPDX-License-Identifier: GPL-2.0-only */
#include "app/record.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tape/stream.h"
#include "tape/tape_writer.h"

enum { STREAM_BYTES = 16 << 20, PATH_BYTES = 4096 };

static int open_stream(struct watch_job *job, struct err *err)
{
	if (isatty(STDOUT_FILENO))
		return err_set(err, -EINVAL, ERR_USAGE,
			"-o - writes a recording to standard output, which is a terminal: pipe it, "
			"as "
			"in `pooltop record -o - | pooltop replay -`");
	job->stream_fd = STDOUT_FILENO;
	job->stream = stream_writer_new(STDOUT_FILENO, STREAM_BYTES);
	return job->stream ? 0 : err_set(err, -ENOMEM, ERR_FAILED, "out of memory");
}

static void name_file(char *path, size_t size)
{
	time_t now = time(NULL);
	struct tm tm;

	localtime_r(&now, &tm);
	strftime(path, size, "pooltop-%Y%m%d-%H%M%S.ptop", &tm);
}

int record_open(const struct options *o, struct watch_job *job, char *ret_path, struct err *err)
{
	struct tape_opts to = {.keep_ns = o->keep_ns, .keep_bytes = o->keep_bytes};
	char path[PATH_BYTES] = "";

	if (o->output && !strcmp(o->output, "-")) {
		ret_path[0] = '\0';
		return open_stream(job, err);
	}
	if (o->output && strlen(o->output) >= sizeof(path))
		return err_set(err, -ENAMETOOLONG, ERR_USAGE, "-o: the file's name is too long");
	if (o->output)
		strcpy(path, o->output);
	else
		name_file(path, sizeof(path));
	job->tape = tape_writer_new(path, &to, err);
	if (!job->tape)
		return -EIO;
	strcpy(ret_path, path);
	return 0;
}

int record_close(struct watch_job *job, struct err *err)
{
	int ret = tape_writer_close(job->tape, err);

	stream_writer_free(job->stream);
	job->tape = NULL;
	job->stream = NULL;
	return ret;
}
