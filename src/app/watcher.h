/* SPDX-License-Identifier: GPL-2.0-only */
/* The whole privileged half: opens the machine, starts the command, records, streams, ends. */
#ifndef POOLTOP_WATCHER_H
#define POOLTOP_WATCHER_H

#include <stdbool.h>
#include <stdint.h>

#include "app/options.h"
#include "app/target.h"
#include "base/err.h"
#include "session/session.h"

struct watcher {
	const struct options *o;
	const struct targets *targets; /* NULL where there is a command */
	char **command; /* NULL, or what to start: NULL-terminated */
	int output_fd; /* the command's standard output and error, -1: this program's own */
	bool records; /* into -o's file, or one named by the time */
	int stream_fd; /* a viewer reads frames here, -1: none */
	struct session *session; /* fed too, NULL: nobody wants to know */
};

/*
 * Runs until the job is done. *ret_status: the command's exit status as a shell gives it, else 0.
 * Says on standard error where a recording went. 0 or -errno with *err worded.
 */
int watcher_run(const struct watcher *w, int *ret_status, struct err *err);

/* The command behind "--" among the options' arguments, or NULL. */
char **watcher_command(const struct options *o);

#endif
