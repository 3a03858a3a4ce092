/* SPDX-License-Identifier: GPL-2.0-only */
#include "live/wake.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

int wake_open(int ring_fd)
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLET};
	int fd = epoll_create1(EPOLL_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (epoll_ctl(fd, EPOLL_CTL_ADD, ring_fd, &event)) {
		int ret = -errno;

		close(fd);
		return ret;
	}
	return fd;
}

void wake_clear(int fd)
{
	struct epoll_event event;

	if (fd >= 0)
		epoll_wait(fd, &event, 1, 0);
}
