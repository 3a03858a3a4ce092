/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/commands.h"
#include "app/dash.h"

/* While the dashboard has the terminal, what the command prints waits in a file. */
static int open_output(char *path, struct err *err)
{
	int fd = mkostemp(path, O_CLOEXEC | O_APPEND);

	if (fd < 0)
		return err_set(err, -errno, ERR_FAILED,
			"cannot keep the command's output in %s: %s", path, strerror(errno));
	return fd;
}

static void show_output(int fd, const char *path)
{
	char buf[65536];
	ssize_t n;

	lseek(fd, 0, SEEK_SET);
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		fwrite(buf, 1, n, stdout);
	fflush(stdout);
	close(fd);
	unlink(path);
}

static int run_dashboard(struct watcher *w, struct err *err)
{
	char path[] = "/tmp/pooltop-output-XXXXXX";
	int ret;

	w->output_fd = open_output(path, err);
	if (w->output_fd < 0)
		return w->output_fd;
	ret = dash_run(w, 0, err);
	show_output(w->output_fd, path);
	return ret;
}

int cmd_run(const struct options *o, struct err *err)
{
	struct watcher w = {
		.o = o, .command = o->args, .records = o->output, .output_fd = -1, .stream_fd = -1};
	int ret, status = 0;

	if (!o->args_count)
		return err_set(err, -EINVAL, ERR_USAGE,
			"run needs a command: pooltop run -- python3 script.py");
	if (o->once || isatty(STDOUT_FILENO))
		return run_dashboard(&w, err);
	ret = watcher_run(&w, &status, err);
	return ret ? ret : status;
}
