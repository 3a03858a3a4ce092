/* SPDX-License-Identifier: GPL-2.0-only */
#include "python/task.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TEXT_MAX = 4096 };

/* Fields of stat, as proc(5) counts them. */
enum { STATE = 3, PRIORITY = 18, PROCESSOR = 39 };

/* Reads a file of a task, terminated. Its length, or -errno. */
static int read_text(
	const char *proc, const uint32_t ids[2], const char *name, char buf[static TEXT_MAX])
{
	char path[PATH_MAX];
	ssize_t n;
	int fd;

	if ((size_t)snprintf(path, sizeof(path), "%s/%u/task/%u/%s", proc, ids[0], ids[1], name) >=
		sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = read(fd, buf, TEXT_MAX - 1);
	if (n < 0)
		n = -errno;
	close(fd);
	buf[n > 0 ? n : 0] = '\0';
	return (int)n;
}

/* The last number of "NSpid:", which is the thread's in its own namespace; else what it is here. */
static uint32_t read_inner(const char *proc, uint32_t pid, uint32_t tid)
{
	const uint32_t ids[2] = {pid, tid};
	char buf[TEXT_MAX], *line, *last;

	if (read_text(proc, ids, "status", buf) <= 0)
		return tid;
	line = strstr(buf, "\nNSpid:");
	if (!line)
		return tid;
	line++;
	line[strcspn(line, "\n")] = '\0';
	last = strrchr(line, '\t');
	return last ? (uint32_t)strtoul(last + 1, NULL, 10) : tid;
}

static int compare(const void *a, const void *b)
{
	const struct py_task *x = a, *y = b;

	return (x->tid > y->tid) - (x->tid < y->tid);
}

static int add(struct py_tasks *t, uint32_t *cap, uint32_t tid)
{
	if (t->count == *cap) {
		uint32_t more = *cap ? *cap * 2 : 16;
		struct py_task *tasks = realloc(t->tasks, more * sizeof(*tasks));

		if (!tasks)
			return -ENOMEM;
		t->tasks = tasks;
		*cap = more;
	}
	t->tasks[t->count++] = (struct py_task){.tid = tid, .inner = tid};
	return 0;
}

static int list(DIR *dir, uint32_t most, struct py_tasks *t)
{
	uint32_t cap = 0;
	struct dirent *d;
	int r = 0;

	while (!r && (d = readdir(dir))) {
		if (!isdigit((unsigned char)d->d_name[0]))
			continue;
		if (t->count < most)
			r = add(t, &cap, (uint32_t)strtoul(d->d_name, NULL, 10));
		else
			t->left_out++;
	}
	return r;
}

int tasks_read(const char *proc, uint32_t pid, uint32_t most, struct py_tasks *ret)
{
	struct py_tasks t = {0};
	char path[PATH_MAX];
	uint32_t i;
	DIR *dir;
	int r;

	if ((size_t)snprintf(path, sizeof(path), "%s/%u/task", proc, pid) >= sizeof(path))
		return -ENAMETOOLONG;
	dir = opendir(path);
	if (!dir)
		return -errno;
	r = list(dir, most, &t);
	closedir(dir);
	if (!r && !t.count)
		r = -ESRCH;
	if (r) {
		tasks_release(&t);
		return r;
	}
	qsort(t.tasks, t.count, sizeof(t.tasks[0]), compare);
	/* Either all threads are of another namespace than ours, or none is. */
	t.tasks[0].inner = read_inner(proc, pid, t.tasks[0].tid);
	for (i = 1; i < t.count && t.tasks[0].inner != t.tasks[0].tid; i++)
		t.tasks[i].inner = read_inner(proc, pid, t.tasks[i].tid);
	*ret = t;
	return 0;
}

void tasks_release(struct py_tasks *t)
{
	free(t->tasks);
	*t = (struct py_tasks){0};
}

struct py_task *tasks_by_inner(const struct py_tasks *t, uint32_t inner)
{
	uint32_t i;

	for (i = 0; i < t->count; i++)
		if (t->tasks[i].inner == inner)
			return &t->tasks[i];
	return NULL;
}

int task_look(const char *proc, uint32_t pid, uint32_t tid, struct task_now *ret)
{
	const uint32_t ids[2] = {pid, tid};
	struct task_now now = {.cpu = -1};
	unsigned long long runs;
	char buf[TEXT_MAX], *at;
	int r = read_text(proc, ids, "stat", buf), i;

	if (r < 0)
		return r;
	at = strrchr(buf, ')'); /* a name may hold blanks and parentheses */
	if (!at || !at[1] || !at[2])
		return -ESRCH;
	now.state = at[2];
	for (i = STATE; at && i <= PROCESSOR; i++) {
		at = strchr(at + 1, ' ');
		if (at && i == PRIORITY)
			now.is_realtime = atoi(at) < 0;
		else if (at && i == PROCESSOR)
			now.cpu = atoi(at);
	}
	if (read_text(proc, ids, "schedstat", buf) > 0 && sscanf(buf, "%*u %*u %llu", &runs) == 1)
		now.runs = runs;
	*ret = now;
	return 0;
}

bool task_call(const char *proc, uint32_t pid, uint32_t tid, struct task_call *ret)
{
	const uint32_t ids[2] = {pid, tid};
	unsigned long long arg, stack, code;
	struct task_call call = {.nr = -1};
	char buf[TEXT_MAX];

	if (read_text(proc, ids, "syscall", buf) <= 0)
		return false;
	/* "running", "-1 SP PC" outside of any call, or "NR six arguments SP PC". */
	if (sscanf(buf, "%d %llx %*x %*x %*x %*x %*x %llx %llx", &call.nr, &arg, &stack, &code) ==
		4)
		call = (struct task_call){.nr = call.nr, .arg = arg, .stack = stack, .code = code};
	else
		call.nr = -1;
	call.is_running = !strncmp(buf, "running", 7);
	*ret = call;
	return true;
}

void task_comm(const char *proc, uint32_t pid, uint32_t tid, char ret[static TASK_COMM])
{
	const uint32_t ids[2] = {pid, tid};
	char buf[TEXT_MAX];

	ret[0] = '\0';
	if (read_text(proc, ids, "comm", buf) <= 0)
		return;
	buf[strcspn(buf, "\n")] = '\0';
	snprintf(ret, TASK_COMM, "%.15s", buf);
}
