/* SPDX-License-Identifier: GPL-2.0-only */
/* Ends of pipes and sockets that a process holds, and what it is blocked in, from /proc. */
#ifndef POOLTOP_ENDS_H
#define POOLTOP_ENDS_H

#include <stdbool.h>
#include <stdint.h>

struct fd_end {
	uint64_t ino;
	int32_t fd;
	uint32_t mode; /* bits of enum pipe_mode */
};

/* At most max ends of a process; *ret_count is set, 0 included. 0, or -errno: not permitted
 * (-EACCES, -EPERM), gone or about to end (-ENOENT, -ESRCH). */
int ends_read(uint32_t pid, struct fd_end *ends, uint32_t max, uint32_t *ret_count);

/* Inode of the pipe or socket open as fd, 0 if it is something else or may not be read. */
uint64_t ends_ino(uint32_t pid, int fd);

struct mapped_name {
	const char *part;
	uint32_t flag;
};

/* The flags of those of which a file whose path has `part` in it is mapped into the process; 0 if
 * that may not be read. */
uint32_t maps_find(uint32_t pid, const struct mapped_name *names, uint32_t count);

/* The system call a process's main thread is in. nr -1: none (it runs, or in user space). */
struct in_syscall {
	int nr;
	uint64_t arg[3];
};

/* False: may not be read, or gone. */
bool syscall_read(uint32_t pid, struct in_syscall *ret_call);

/* Waits for a task, as far as the call tells: reads a message's length, or a shared semaphore. */
bool syscall_is_task_wait(const struct in_syscall *call);

#endif
