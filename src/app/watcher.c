/* SPDX-License-Identifier: GPL-2.0-only */
#include "app/watcher.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/launch.h"
#include "app/record.h"
#include "app/watch.h"
#include "tape/stream.h"

enum { VIEWER_BYTES = 16 << 20 }; /* what a viewer may fall behind by */

char **watcher_command(const struct options *o)
{
	return o->args_count && !strcmp(o->args[-1], "--") ? o->args : NULL;
}

static int open_live(
	const struct watcher *w, struct launch *launch, struct live **ret_live, struct err *err)
{
	struct targets own = {.count = 1};
	int output_fd = w->output_fd;
	int ret;

	if (!w->command)
		return targets_open(w->o, w->targets, ret_live, err);
	/* Standard output is the stream's. */
	if (output_fd < 0 && w->records && w->o->output && !strcmp(w->o->output, "-"))
		output_fd = STDERR_FILENO;
	ret = launch_fork(w->command, output_fd, launch, err);
	if (ret)
		return ret;
	own.pids[0] = launch->pid;
	return targets_open(w->o, &own, ret_live, err);
}

static int open_sinks(const struct watcher *w, struct watch_job *job, char *path, struct err *err)
{
	int ret = w->records ? record_open(w->o, job, path, err) : 0;

	if (ret || w->stream_fd < 0)
		return ret;
	job->stream_fd = w->stream_fd;
	job->stream = stream_writer_new(w->stream_fd, VIEWER_BYTES);
	return job->stream ? 0 : err_set(err, -ENOMEM, ERR_FAILED, "out of memory");
}

/* The command goes on after the end of watching, and its status is still wanted. */
static int wait_for(struct launch *launch, const struct watch_job *job)
{
	int status = job->status;

	if (launch->go_fd >= 0) {
		close(launch->go_fd); /* it never started */
		launch->go_fd = -1;
	}
	if (job->is_launched && waitpid(launch->pid, &status, 0) != launch->pid)
		return 1;
	return launch_status(status);
}

static int run(const struct watcher *w, struct watch_job *job, char *path, struct err *err)
{
	int ret = open_sinks(w, job, path, err);

	if (!ret)
		ret = watch_run(job, err);
	if (!ret)
		ret = record_close(job, err);
	else
		record_close(job, NULL);
	return ret;
}

int watcher_run(const struct watcher *w, int *ret_status, struct err *err)
{
	struct launch launch = {.pid = 0, .go_fd = -1};
	struct watch_job job = {.interval_ns = w->o->interval_ms * 1000000ull,
		.duration_ns = w->o->duration_ns,
		.stay = true,
		.session = w->session};
	struct session notes;
	char path[4096] = "";
	int ret = 0, status = 0;

	if (w->records && !w->session) {
		ret = session_init(&notes);
		job.session = ret ? NULL : &notes;
	}
	if (!ret)
		ret = open_live(w, &launch, &job.live, err);
	job.launch = launch.pid ? &launch : NULL;
	job.is_launched = launch.pid;
	if (!ret)
		ret = run(w, &job, path, err);
	live_free(job.live);
	if (launch.pid)
		status = wait_for(&launch, &job);
	if (job.session == &notes)
		session_release(&notes);
	if (path[0] && !ret && !w->o->output)
		fprintf(stderr, "pooltop: recorded in %s\n", path);
	if (!ret)
		*ret_status = status;
	return ret;
}
