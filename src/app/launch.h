/* SPDX-License-Identifier: GPL-2.0-only */
/* A command of the user's that waits until it is watched before its first instruction. */
#ifndef POOLTOP_LAUNCH_H
#define POOLTOP_LAUNCH_H

#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

struct launch {
	pid_t pid;
	int go_fd; /* a byte here, and it starts; closed unwritten, and it never does */
};

/*
 * Forks. argv: NULL-terminated, borrowed. output_fd: where its standard output and error go, while
 * it reads nothing; STDERR_FILENO: only its output goes there; -1: all is this program's own. 0 or
 * -errno with *err worded.
 */
int launch_fork(char **argv, int output_fd, struct launch *ret_launch, struct err *err);

/* Lets it start, once. */
void launch_go(struct launch *l);

/* Exit status as a shell gives it: the command's, or 128 + the signal that killed it. */
int launch_status(int wait_status);

#endif
