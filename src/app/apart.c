/* SPDX-License-Identifier: GPL-2.0-only */
#include "app/apart.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/privileges.h"
#include "tape/stream.h"

struct pair {
	int stream[2]; /* frames: the reader's end, the watcher's */
	int words[2]; /* what went wrong in the watcher: a struct err */
};

static void watch_side(struct watcher *w, const struct pair *pair) __attribute__((noreturn));
static void watch_side(struct watcher *w, const struct pair *pair)
{
	struct err err = {0};
	int status = 0, ret;

	close(pair->stream[0]);
	close(pair->words[0]);
	setsid(); /* what stops or interrupts the reader is not meant for the watch */
	w->stream_fd = pair->stream[1];
	ret = watcher_run(w, &status, &err);
	if (ret && !err.text[0])
		err_set(&err, ret, ERR_FAILED, "%s", strerror(-ret));
	if (ret && write(pair->words[1], &err, sizeof(err)) != sizeof(err))
		_exit(ERR_FAILED);
	_exit(ret ? ERR_FAILED : status);
}

static int read_side(const struct pair *pair, const struct reader_side *reader, struct err *err)
{
	struct source *source;
	int ret;

	close(pair->stream[1]);
	close(pair->words[1]);
	ret = privileges_drop(err);
	if (ret)
		return ret;
	source = stream_reader_new(pair->stream[0], err);
	if (!source)
		return -ENOMEM;
	ret = reader->run(reader->arg, source, err);
	source_free(source);
	return ret;
}

static int collect(pid_t child, const struct pair *pair, int ret, struct err *err)
{
	struct err theirs;
	int status = 0;

	close(pair->stream[0]); /* the watcher ends when nobody reads */
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	/* If the watcher could not begin, that is the reason for whatever the reader met. */
	if (read(pair->words[0], &theirs, sizeof(theirs)) == sizeof(theirs)) {
		theirs.text[ERR_TEXT - 1] = '\0';
		return err_set(err, -EIO, theirs.class, "%s", theirs.text);
	}
	if (ret)
		return ret;
	return WIFEXITED(status) ? WEXITSTATUS(status) : ERR_FAILED;
}

int apart_run(struct watcher *w, const struct reader_side *reader, struct err *err)
{
	struct pair pair;
	pid_t child;
	int ret;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.stream) ||
		pipe2(pair.words, O_CLOEXEC))
		return err_set(err, -errno, ERR_FAILED, "cannot start: %s", strerror(errno));
	child = fork();
	if (child < 0)
		return err_set(err, -errno, ERR_FAILED, "cannot start: %s", strerror(errno));
	if (!child)
		watch_side(w, &pair);
	ret = read_side(&pair, reader, err);
	return collect(child, &pair, ret, err);
}
