/* SPDX-License-Identifier: GPL-2.0-only */
#include "live/kernel_log.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The first line of the message, with \xNN made what it stands for, terminated. */
static void unescape(const char *from, size_t len, char to[static LOG_RECORD])
{
	size_t n = 0;

	for (size_t i = 0; i < len && from[i] != '\n' && n < LOG_RECORD - 1; i++) {
		if (from[i] == '\\' && i + 3 < len && from[i + 1] == 'x' && hex(from[i + 2]) >= 0 &&
			hex(from[i + 3]) >= 0) {
			to[n++] = (char)(hex(from[i + 2]) << 4 | hex(from[i + 3]));
			i += 3;
			continue;
		}
		to[n++] = from[i];
	}
	to[n] = '\0';
}

/* Where the last of these stands in text, NULL: nowhere. */
static char *last_of(char *text, const char *what)
{
	char *found = NULL;

	for (char *at = strstr(text, what); at; at = strstr(at + 1, what))
		found = at;
	return found;
}

/* Behind `what`; NULL: it is not there. */
static const char *behind(const char *text, const char *what)
{
	const char *at = strstr(text, what);

	return at ? at + strlen(what) : NULL;
}

static void copy(char *to, size_t size, const char *from, size_t len)
{
	len = len < size - 1 ? len : size - 1;
	memcpy(to, from, len);
	memset(to + len, 0, size - len);
}

/* "total-vm:..kB, anon-rss:..kB, file-rss:..kB, shmem-rss:..kB, UID:0 pgtables:..." */
static void take_sizes(const char *sizes, struct log_death *d)
{
	static const char *const parts[] = {"anon-rss:", "file-rss:", "shmem-rss:"};
	const char *at = behind(sizes, "UID:");

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		const char *part = behind(sizes, parts[i]);

		d->rss_bytes += part ? strtoull(part, NULL, 10) << 10 & UINT64_MAX >> 4 : 0;
	}
	d->has_uid = at;
	d->uid = at ? (uint32_t)strtoul(at, NULL, 10) : 0;
}

static bool take_kill(struct kernel_log *log, char *text, struct log_death *d)
{
	static const char *const heads[] = {
		"Memory cgroup out of memory: Killed process ",
		"Out of memory: Killed process ",
		"Out of memory (oom_kill_allocating_task): Killed process ",
	};
	char *end = last_of(text, ") total-vm:"), *at = NULL;
	size_t i = 0;

	while (i < sizeof(heads) / sizeof(heads[0]) && strncmp(text, heads[i], strlen(heads[i])))
		i++;
	if (!end || i == sizeof(heads) / sizeof(heads[0]))
		return false;
	d->pid = (uint32_t)strtoul(text + strlen(heads[i]), &at, 10);
	if (!d->pid || strncmp(at, " (", 2) || at + 2 > end)
		return false;
	copy(d->comm, sizeof(d->comm), at + 2, (size_t)(end - at - 2));
	d->is_oom = true;
	d->sig = SIGKILL;
	take_sizes(end, d);
	if (log->pid == d->pid) {
		memcpy(d->cgroup, log->cgroup, sizeof(d->cgroup));
		memcpy(d->scope, log->scope, sizeof(d->scope));
		d->limit_bytes = log->scope[0] ? log->limit_bytes : 0;
	}
	return true;
}

/* "oom-kill:constraint=..,oom_memcg=/a,task_memcg=/a/b,task=python3,pid=17043,uid=0" */
static void take_summary(struct kernel_log *log, char *text)
{
	char *pid = last_of(text, ",pid="), *task, *cgroup, *scope;

	log->pid = pid ? (uint32_t)strtoul(pid + 5, NULL, 10) : 0;
	log->cgroup[0] = log->scope[0] = '\0';
	if (!pid)
		return;
	*pid = '\0';
	task = last_of(text, ",task=");
	if (!task)
		return;
	*task = '\0';
	cgroup = last_of(text, ",task_memcg=");
	if (!cgroup)
		return;
	copy(log->cgroup, sizeof(log->cgroup), cgroup + 12, strlen(cgroup + 12));
	*cgroup = '\0';
	scope = last_of(text, ",oom_memcg=");
	if (scope)
		copy(log->scope, sizeof(log->scope), scope + 11, strlen(scope + 11));
}

/* What stands behind "NAME[TID]", and the signal that it is. */
static const struct {
	const char *text;
	uint32_t sig;
} faults[] = {
	{"]: segfault at ", SIGSEGV},
	{"] general protection fault", SIGSEGV},
	{"] trap invalid opcode", SIGILL},
	{"] trap divide error", SIGFPE},
	{"] trap stack segment", SIGBUS},
	{"] trap alignment check", SIGBUS},
};

static bool take_fault(char *text, struct log_death *d)
{
	char *at = NULL, *open;

	if (!strncmp(text, "traps: ", 7))
		text += 7;
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]) && !at; i++) {
		at = last_of(text, faults[i].text);
		d->sig = faults[i].sig;
	}
	if (!at)
		return false;
	*at = '\0';
	open = strrchr(text, '[');
	if (!open || open - text >= WIRE_COMM)
		return false;
	d->pid = (uint32_t)strtoul(open + 1, NULL, 10);
	copy(d->comm, sizeof(d->comm), text, (size_t)(open - text));
	return d->pid;
}

static bool take_text(struct kernel_log *log, char *text, struct log_death *d)
{
	static const char usage[] = "memory: usage ";

	if (strstr(text, " invoked oom-killer: ")) {
		*log = (struct kernel_log){0};
		return false;
	}
	if (!strncmp(text, usage, sizeof(usage) - 1)) {
		const char *limit = behind(text, ", limit ");

		log->limit_bytes = limit ? strtoull(limit, NULL, 10) << 10 & UINT64_MAX >> 4 : 0;
		return false;
	}
	if (!strncmp(text, "oom-kill:constraint=", 20)) {
		take_summary(log, text);
		return false;
	}
	return take_kill(log, text, d) || take_fault(text, d);
}

bool kernel_log_take(
	struct kernel_log *log, const char *record, size_t len, struct log_death *ret_death)
{
	const char *body = memchr(record, ';', len), *at;
	char head[64], text[LOG_RECORD], *end;
	struct log_death d = {0};
	unsigned long long prio, us;

	if (!body || (size_t)(body - record) >= sizeof(head))
		return false;
	memcpy(head, record, (size_t)(body - record));
	head[body - record] = '\0';
	/* "priority,number,microseconds,flags": bits above the third are who wrote it, 0 the
	 * kernel. */
	prio = strtoull(head, &end, 10);
	at = *end == ',' ? strchr(end + 1, ',') : NULL;
	if (!at || end == head || prio >> 3)
		return false;
	us = strtoull(at + 1, NULL, 10);
	unescape(body + 1, len - (size_t)(body + 1 - record), text);
	if (!take_text(log, text, &d))
		return false;
	d.t_ns = us < UINT64_MAX / 1000 ? us * 1000 : 0;
	*ret_death = d;
	return true;
}
