/* SPDX-License-Identifier: GPL-2.0-only */
#include "live/wait_read.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bpf/ring.h"
#include "live/ends.h"
#include "python/memory.h"
#include "python/task.h"

/* linux/futex.h: the command, and what is told beside it. */
enum { FUTEX_COMMAND = 127, FUTEX_IS_PRIVATE = 128 };
/* FUTEX_WAIT, FUTEX_LOCK_PI, FUTEX_WAIT_BITSET. */
enum { FUTEX_WAITS = 1 << 0 | 1 << 6 | 1 << 9 };

/* How a call says how long it may take. */
enum limit { NO_LIMIT, AS_POINTER /* NULL: for ever */, AS_MILLISECONDS /* below 0: for ever */ };

/* System calls that wait. The others are WAIT_OTHER. */
static const struct call {
	int32_t nr;
	uint32_t wait_for; /* enum wait_for */
	enum limit limit;
	int limit_arg;
} calls[] = {
	{SYS_read, WAIT_READ, NO_LIMIT, 0},
	{SYS_recvfrom, WAIT_READ, NO_LIMIT, 0},
	{SYS_recvmsg, WAIT_READ, NO_LIMIT, 0},
	{SYS_write, WAIT_WRITE, NO_LIMIT, 0},
	{SYS_sendto, WAIT_WRITE, NO_LIMIT, 0},
	{SYS_sendmsg, WAIT_WRITE, NO_LIMIT, 0},
	{SYS_ppoll, WAIT_POLL, AS_POINTER, 2}, /* on arm64, where it is SYS_POLL: before that */
	{SYS_POLL, WAIT_POLL, AS_MILLISECONDS, 2},
	{SYS_SELECT, WAIT_POLL, AS_POINTER, 4},
	{SYS_pselect6, WAIT_POLL, AS_POINTER, 4},
	{SYS_EPOLL_WAIT, WAIT_POLL, AS_MILLISECONDS, 3},
	{SYS_epoll_pwait, WAIT_POLL, AS_MILLISECONDS, 3},
	{SYS_futex, WAIT_LOCK, AS_POINTER, 3},
	{SYS_wait4, WAIT_CHILD, NO_LIMIT, 0},
	{SYS_waitid, WAIT_CHILD, NO_LIMIT, 0},
	{SYS_nanosleep, WAIT_TIME, NO_LIMIT, 0},
	{SYS_clock_nanosleep, WAIT_TIME, NO_LIMIT, 0},
};

static const struct call *call_of(int32_t nr)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (calls[i].nr == nr)
			return &calls[i];
	return NULL;
}

static bool is_limited(const struct call *c, const struct thread_wait *w)
{
	if (c->wait_for == WAIT_TIME)
		return true;
	if (c->limit == AS_POINTER)
		return w->arg[c->limit_arg];
	return c->limit == AS_MILLISECONDS && (int32_t)w->arg[c->limit_arg] >= 0;
}

void waits_judge(struct thread_wait *w)
{
	const struct call *c = call_of(w->syscall);
	uint32_t command = w->arg[1] & FUTEX_COMMAND;

	w->wait_for = w->syscall < 0 ? WAIT_NONE : c ? c->wait_for : WAIT_OTHER;
	if (!c)
		return;
	w->flags |= is_limited(c, w) ? WAIT_TIMED : 0;
	if (c->wait_for != WAIT_LOCK)
		return;
	if (command > 31 || !(1u << command & FUTEX_WAITS))
		w->wait_for = WAIT_OTHER;
	else if (!(w->arg[1] & FUTEX_IS_PRIVATE))
		w->wait_for = WAIT_SEMAPHORE;
}

static bool read_call(uint32_t pid, struct thread_wait *w)
{
	char path[64], text[256];
	unsigned long long arg[5] = {0};
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%u/task/%u/syscall", pid, w->tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return false;
	text[n] = '\0';
	/* "running", "-1 SP PC" outside of any call, or "NR six arguments SP PC". */
	if (sscanf(text, "%d %llx %llx %llx %llx %llx", &w->syscall, &arg[0], &arg[1], &arg[2],
		    &arg[3], &arg[4]) != 6)
		w->syscall = -1;
	for (int i = 0; i < 5 && w->syscall >= 0; i++)
		w->arg[i] = arg[i];
	return true;
}

static bool read_thread(uint32_t pid, uint32_t tid, struct thread_wait *ret)
{
	struct thread_wait w = {.tid = tid, .syscall = -1};
	struct task_now now;

	if (task_look("/proc", pid, tid, &now) || !read_call(pid, &w))
		return false;
	w.runs = now.runs;
	if (now.state == 'R')
		w.syscall = -1;
	task_comm("/proc", pid, tid, w.comm);
	waits_judge(&w);
	*ret = w;
	return true;
}

int waits_read(uint32_t pid, struct process_waits *ret)
{
	struct py_tasks tasks;
	int r = tasks_read("/proc", pid, WAIT_THREADS, &tasks);

	if (r)
		return r;
	ret->threads = tasks.count + tasks.left_out;
	ret->count = 0;
	if (read_thread(pid, pid, &ret->list[0]))
		ret->count = 1;
	for (uint32_t i = 0; i < tasks.count && ret->count && ret->count < WAIT_THREADS; i++)
		if (tasks.tasks[i].tid != pid &&
			read_thread(pid, tasks.tasks[i].tid, &ret->list[ret->count]))
			ret->count++;
	for (uint32_t i = 0; i < ret->count && ret->threads == 1; i++)
		ret->list[i].flags |= WAIT_ALONE;
	tasks_release(&tasks);
	return ret->count ? 0 : -EACCES;
}

/* The inode that is mapped there, shared; 0: none. */
static uint64_t shared_inode(uint32_t pid, uint64_t address)
{
	char path[64], line[4400];
	unsigned long long from, to, inode, found = 0;
	char mode[8];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%u/maps", pid);
	f = fopen(path, "re");
	while (f && !found && fgets(line, sizeof(line), f))
		if (sscanf(line, "%llx-%llx %4s %*x %*x:%*x %llu", &from, &to, mode, &inode) == 4 &&
			address >= from && address < to && mode[3] == 's')
			found = inode;
	if (f)
		fclose(f);
	return found;
}

/* Of one descriptor alone, which is what Python's queues poll. */
static uint64_t polled(struct memory *m, const struct thread_wait *w)
{
	struct pollfd fd;

	if ((w->syscall != SYS_POLL && w->syscall != SYS_ppoll) || w->arg[1] != 1 ||
		memory_read(m, w->arg[0], &fd, sizeof(fd)))
		return 0;
	return ends_ino(m->pid, fd.fd);
}

void waits_object(uint32_t pid, struct thread_wait *w)
{
	struct memory m;

	memory_of_process(&m, pid);
	if (w->wait_for == WAIT_READ || w->wait_for == WAIT_WRITE)
		w->object = ends_ino(pid, (int)w->arg[0]);
	else if (w->wait_for == WAIT_POLL)
		w->object = polled(&m, w);
	else if (w->wait_for == WAIT_LOCK)
		w->object = w->arg[0];
	else if (w->wait_for == WAIT_CHILD && w->syscall == SYS_wait4)
		w->object = (int32_t)w->arg[0] > 0 ? w->arg[0] : 0;
	else if (w->wait_for == WAIT_SEMAPHORE)
		w->object = shared_inode(pid, w->arg[0]);
	if (w->wait_for == WAIT_SEMAPHORE)
		waits_value(pid, w);
}

void waits_value(uint32_t pid, struct thread_wait *w)
{
	struct memory m;

	/* glibc's sem_t: its value is the lower half of the word. */
	memory_of_process(&m, pid);
	memory_u32(&m, w->arg[0], &w->value);
}
