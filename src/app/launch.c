/* SPDX-License-Identifier: GPL-2.0-only */
#include "app/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CANNOT_RUN = 126, NOT_FOUND = 127 }; /* as shells say it */

static void become(char **argv, int output_fd, int wait_fd) __attribute__((noreturn));
static void become(char **argv, int output_fd, int wait_fd)
{
	sigset_t none;
	char byte;

	if (read(wait_fd, &byte, 1) != 1)
		_exit(CANNOT_RUN);
	if (output_fd == STDERR_FILENO) {
		dup2(output_fd, STDOUT_FILENO);
	} else if (output_fd >= 0) {
		int null = open("/dev/null", O_RDONLY);

		dup2(null, STDIN_FILENO);
		dup2(output_fd, STDOUT_FILENO);
		dup2(output_fd, STDERR_FILENO);
	}
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGXFSZ, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	execvp(argv[0], argv);
	dprintf(STDERR_FILENO, "pooltop: cannot run %s: %s\n", argv[0], strerror(errno));
	_exit(errno == ENOENT ? NOT_FOUND : CANNOT_RUN);
}

int launch_fork(char **argv, int output_fd, struct launch *ret_launch, struct err *err)
{
	int fds[2];
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return err_set(
			err, -errno, ERR_FAILED, "cannot start %s: %s", argv[0], strerror(errno));
	pid = fork();
	if (pid < 0) {
		int ret = -errno;

		close(fds[0]);
		close(fds[1]);
		return err_set(
			err, ret, ERR_FAILED, "cannot start %s: %s", argv[0], strerror(-ret));
	}
	if (!pid) {
		close(fds[1]);
		become(argv, output_fd, fds[0]);
	}
	close(fds[0]);
	ret_launch->pid = pid;
	ret_launch->go_fd = fds[1];
	return 0;
}

void launch_go(struct launch *l)
{
	if (l->go_fd < 0)
		return;
	while (write(l->go_fd, "", 1) < 0 && errno == EINTR)
		;
	close(l->go_fd);
	l->go_fd = -1;
}

int launch_status(int wait_status)
{
	return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}
